"""What every page needs of the lab, and what is remembered of it for pages of errors.

A page that says that the database is away must not ask the database: while a request is being
refused, everything here comes from memory.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, g, request
from flask_babel import gettext as _

from printflow import Printflow, Right, may

from .acting import staff_session, student
from .request import lab_of
from .spoken import spoken

_KEPT = "printflow_remembered"


def from_memory_only() -> None:
    """From here on this request asks the database nothing: an error is being shown."""
    g.from_memory_only = True


def asks_nothing() -> bool:
    """Whether that was said."""
    return bool(g.get("from_memory_only", False))


def lab_name(app: Flask) -> str:
    """The lab's name as far as it is known, without asking the database."""
    catalog = lab_of(app).catalog.remembered
    return catalog.lab_name if catalog is not None else str(_("3D printing lab"))


def of_the_lab() -> dict[str, Any]:
    """The values that all templates share."""
    lab, acts = lab_of(current_app), staff_session()
    values: dict[str, Any] = {
        "model_endings": lab.settings.model_endings,
        "model_endings_text": spoken(lab.settings.model_endings_text),
        "staff_name": acts.name if acts else "",
        "station": acts.station if acts else "",
        "staff_role": acts.role if acts else "",
        "lab_name": lab_name(current_app),
        "provider_name": lab.identity.provider_name,
        "charges_papercut": lab.papercut.on,
        "students_sign_in": lab.identity.students.value,
        "acts_by_provider": acts is not None and bool(acts.source),
    }
    if not asks_nothing():
        values["signed_student"] = student()
    if acts and may(Right.SEE):
        values["store_problem"] = lab.system.store_problem()
        values["reads_email"] = may(Right.EMAILS)
        if (
            "of_staff" not in g or request.method != "GET"
        ):  # a page may be made of several templates
            g.of_staff = _of_staff(lab)
        values |= g.of_staff
    return values


def _of_staff(lab: Printflow) -> dict[str, Any]:
    kept: dict[str, Any] = current_app.extensions.setdefault(_KEPT, {})
    if not asks_nothing():
        kept.update(
            staff_names=lab.people.names(),
            mail_dead=lab.mail.dead(),
            mail_trouble=lab.mail.trouble(),
            inbox_on=lab.inbox.on,
            inbox_waiting=lab.inbox.waiting(),
            inbox_trouble=lab.inbox.trouble(),
        )
        if lab.online.on or lab.papercut.on:
            kept["online_waiting"] = lab.online.waiting() if may(Right.PAYMENTS) else 0
    return kept
