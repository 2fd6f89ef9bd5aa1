"""Which right each route needs: the one table for the door, for navigation and for buttons.

The library asks for the same rights again, and for finer ones where they depend on what was typed.
A route that isn't in the table stops the program from starting.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from flask import Flask, request
from werkzeug.wrappers import Response as AnyResponse

from printflow import STAFF_TRIGGERS, Right, Trigger, may

from .auth import require_staff
from .errors import right_missing


class Open(Enum):
    """Routes that need no right."""

    TO_EVERYONE = "everyone"


Need = Open | Right | tuple[Right, ...]
"""Of several rights, any one."""

PUBLIC = Open.TO_EVERYONE
_CATALOG = (Right.PRICES, Right.TEXTS, Right.ROLES)
_SECTIONS: dict[str, Need] = {
    "printers": Right.PRICES,
    "prices": Right.PRICES,
    "groups": Right.PRICES,
    "limits": Right.PRICES,
    "methods": Right.PRICES,
    "reasons": Right.TEXTS,
    "texts": Right.TEXTS,
    "opening": Right.TEXTS,
    "form": Right.TEXTS,
    "lab": (Right.PRICES, Right.TEXTS),
    "roles": Right.ROLES,
}
_STARTING = (Right.PRINT, Right.QUEUE)
OF_THE_LAB: tuple[tuple[str, str], ...] = (
    ("system", "system.show"),
    ("catalog", "catalog.index"),
    ("machines", "lab_machines.index"),
    ("payers", "payers.index"),
    ("stations", "stations.index"),
    ("identity", "identity.show"),
    ("retention", "retention.show"),
    ("changes", "system.changes"),
)
"""The pages about the lab itself, by their tabs' names."""


def _of_trigger(values: dict[str, Any]) -> Need:
    try:
        return Trigger(str(values.get("trigger", ""))).record.right
    except ValueError:
        return Right.SEE  # there's no such page


def _of_section(values: dict[str, Any]) -> Need:
    return _SECTIONS.get(str(values.get("section", "")), _CATALOG)


_TABLE: dict[str, Need | Callable[[dict[str, Any]], Need]] = {
    # students, the door, machines that ask
    "static": PUBLIC,
    "well_known.security_txt": PUBLIC,
    "lab_pages.contact": PUBLIC,
    "lab_pages.privacy": PUBLIC,
    "lab_pages.accessibility": PUBLIC,
    "languages.choose": PUBLIC,
    "student.home": PUBLIC,
    "student.submit": PUBLIC,
    "student.price_of_model": PUBLIC,
    "uploads.create": PUBLIC,
    "uploads.one": PUBLIC,
    "student.payer_of_code": PUBLIC,
    "student.success": PUBLIC,
    "student.find": PUBLIC,
    "own_job.show": PUBLIC,
    "own_job.picture": PUBLIC,
    "own_job.code": PUBLIC,
    "own_job.withdraw": PUBLIC,
    "own_job.cancel": PUBLIC,
    "own_job.ask_to_cancel": PUBLIC,
    "own_job.send_message": PUBLIC,
    "own_job.change": PUBLIC,
    "own_job.show_request": PUBLIC,
    "student.forget_jobs": PUBLIC,
    "online.pay": PUBLIC,
    "online.back": PUBLIC,
    "online.callback": PUBLIC,
    "confirm.quote": PUBLIC,
    "confirm_address.show": PUBLIC,
    "confirm_address.send_again": PUBLIC,
    "payer_link.answer": PUBLIC,
    "auth.login": PUBLIC,
    "auth.forget_pc": PUBLIC,
    "auth.logout": PUBLIC,
    "sign_in.way_in": PUBLIC,
    "sign_in.start": PUBLIC,
    "sign_in.callback": PUBLIC,
    "sign_in.check": PUBLIC,
    "sign_in.by_proxy": PUBLIC,
    "sign_in.confirm": PUBLIC,
    "sign_in.my_jobs": PUBLIC,
    "sign_in.signed_out": PUBLIC,
    "sign_in.student_start": PUBLIC,
    "sign_in.student_sign_out": PUBLIC,
    "opener_reports.opened": PUBLIC,
    "health.live": PUBLIC,
    "health.ready": PUBLIC,
    "metrics.show": PUBLIC,
    # jobs
    "auth.acting": Right.SEE,
    "dashboard.index": Right.SEE,
    "dashboard.download": Right.REPORTS,
    "dashboard.reviewed": Right.NOTE,
    "palette.find": Right.SEE,
    "saved_views.add": Right.SEE,
    "saved_views.edit": Right.SEE,
    "confirm_address.let_in": Right.APPROVE,
    "jobs.show": Right.SEE,
    "job_menu.show": Right.SEE,
    "jobs.picture": Right.SEE,
    "jobs.download": Right.SEE,
    "gcode.outline": Right.SEE,
    "jobs.upright": Right.EDIT,
    "jobs.act": _of_trigger,
    "jobs.mail": _of_trigger,
    "jobs.price": (Right.APPROVE, Right.QUOTE),
    "jobs.undo": Right.SEE,
    "jobs.edit": Right.EDIT,
    "notes.add": Right.NOTE,
    "notes.undo": Right.NOTE,
    "notes.answered": Right.NOTE,
    "versions.add": Right.EDIT,
    "versions.scale": Right.EDIT,
    "bulk.choose": Right.SEE,
    "bulk.prices": Right.SEE,
    "bulk.perform": Right.SEE,
    "bulk.undo": Right.SEE,
    "papers.ticket": Right.SEE,
    "papers.label": Right.SEE,
    "this_pc.steps": Right.SEE,
    "this_pc.config": Right.SEE,
    "this_pc.opener": Right.SEE,
    "this_pc.clicked": Right.SEE,
    # printing
    "queue.show": Right.SEE,
    "queue.move": Right.QUEUE,
    "plates.choose": _STARTING,
    "plates.start": _STARTING,
    "plates.plan": Right.QUEUE,
    "plates.start_planned": Right.PRINT,
    "plates.all_good": Right.PRINT,
    "plates.end": Right.PRINT,
    "plates.move": Right.PRINT,
    "plates.undo": _STARTING,
    "machines.menu": Right.SEE,
    "machines.take_out": Right.MACHINES,
    "machines.put_back": Right.MACHINES,
    "machines.edit": Right.MACHINES,
    "persons.index": Right.SEE,
    "persons.show": Right.SEE,
    "persons.decide": Right.APPROVE,
    "persons.end": Right.APPROVE,
    # pickup and money
    "counter.waiting": Right.SEE,
    "counter.job": Right.HAND_OUT,
    "payments.day_close": Right.PAYMENTS,
    "payments.day_file": Right.PAYMENTS,
    "payments.take": Right.PAYMENTS,
    "payments.receipt": Right.SEE,
    "payments.mail": Right.PAYMENTS,
    "payments.owes": Right.PAYMENTS,
    "online.index": Right.PAYMENTS,
    "online.settle": Right.PAYMENTS,
    "papercut.charge": Right.PAYMENTS,
    "papercut.settle": Right.PAYMENTS,
    "payment_report.show": Right.PAYMENTS,
    "payment_report.take_in": Right.PAYMENTS,
    "payments.void": Right.VOID,
    "payments.refund": Right.VOID,
    "payments.write_off": Right.WAIVE,
    # the lab
    "inbox.index": Right.EMAILS,
    "inbox.show": Right.EMAILS,
    "inbox.original": Right.EMAILS,
    "inbox.picture": Right.SEE,
    "inbox.assign": Right.EMAILS,
    "inbox.dismiss": Right.EMAILS,
    "inbox.put_back": Right.EMAILS,
    "admin.outbox": Right.EMAILS,
    "admin.mail": Right.EMAILS,
    "admin.mail_html": Right.EMAILS,
    "admin.retry_mail": Right.EMAILS,
    "admin.resume_mail": Right.EMAILS,
    "admin.staff": Right.SEE,
    "admin.add_staff": Right.STAFF,
    "admin.deactivate_staff": Right.STAFF,
    "reports.index": Right.REPORTS,
    "reports.summary": Right.REPORTS,
    "reports.workbook": Right.REPORTS,
    "reports.download": Right.REPORTS,
    "retention.show": Right.RETENTION,
    "catalog.index": _CATALOG,
    "catalog.edit": _of_section,
    "catalog.save": _of_section,
    "own_texts.edit": Right.TEXTS,
    "own_texts.save": Right.TEXTS,
    "catalog.version": _CATALOG,
    "catalog.export": _CATALOG,
    "catalog.restore": _CATALOG,
    "catalog.take_in": _CATALOG,
    "lab_hours.close": Right.TEXTS,
    "lab_hours.open_again": Right.TEXTS,
    "lab_hours.holidays": Right.TEXTS,
    "lab_hours.add_holidays": Right.TEXTS,
    "stations.index": Right.STATIONS,
    "stations.add": Right.STATIONS,
    "stations.renew": Right.STATIONS,
    "stations.role": Right.STATIONS,
    "stations.revoke": Right.STATIONS,
    "stations.sign_out": Right.STATIONS,
    "system.index": (
        Right.SETTINGS,
        *_CATALOG,
        Right.EQUIPMENT,
        Right.STATIONS,
        Right.RETENTION,
        Right.AUDIT,
    ),
    "system.show": Right.SETTINGS,
    "identity.show": Right.SETTINGS,
    "system.checkup": Right.SETTINGS,
    "system.changes": Right.AUDIT,
    "payers.index": Right.PRICES,
    "payers.add": Right.PRICES,
    "payers.edit": Right.PRICES,
    "payers.retire": Right.PRICES,
    "payers.file": Right.PRICES,
    "payers.take_in": Right.PRICES,
    "payers.statement": Right.PAYMENTS,
    "payers.statement_file": Right.PAYMENTS,
    "payers.mail_statement": Right.PAYMENTS,
    "lab_machines.index": Right.EQUIPMENT,
    "lab_machines.add": Right.EQUIPMENT,
    "lab_machines.retire": Right.EQUIPMENT,
}


def need_of(endpoint: str, values: dict[str, Any]) -> Need:
    """What a route needs; ``values`` are the variable parts of its address."""
    found = _TABLE[endpoint]
    return found(values) if callable(found) else found


def rights_in(need: Need) -> tuple[Right, ...]:
    """The rights of which one is needed; none for a public route."""
    if isinstance(need, Open):
        return ()
    return need if isinstance(need, tuple) else (need,)


def may_use(endpoint: str, **values: Any) -> bool:
    """Whether who acts in this request may use a route: whether its link or button is shown."""
    need = need_of(endpoint, values)
    return need is PUBLIC or any(may(right) for right in rights_in(need))


def of_staff() -> bool:
    """Whether this request's page is for staff."""
    if request.endpoint not in _TABLE:
        return False
    return need_of(request.endpoint, request.view_args or {}) is not PUBLIC


def may_pull_any() -> bool:
    """Whether who acts may pull any trigger: whether jobs are offered for selection."""
    return any(may(trigger.record.right) for trigger in STAFF_TRIGGERS)


def guard() -> AnyResponse | None:
    """Let only those in who may use the route, before each request."""
    if request.endpoint is None or request.endpoint not in _TABLE:
        return None
    need = need_of(request.endpoint, request.view_args or {})
    if isinstance(need, Open):
        return None
    if (answer := require_staff()) is not None:
        return answer
    rights = rights_in(need)
    return None if any(may(right) for right in rights) else right_missing(rights)


def init_route_rights(app: Flask) -> None:
    """Register the guard, once all routes are. Raises RuntimeError for one that has no right."""
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    if unknown := sorted(routes - set(_TABLE)):
        raise RuntimeError(f"no right is said for {', '.join(unknown)}")
    app.before_request(guard)
    app.jinja_env.globals.update(may_use=may_use, may_pull_any=may_pull_any)
