"""The dashboard: the jobs of a status, with the actions that the table allows."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app, render_template, request
from flask_babel import gettext as _

from printflow import ActorKind, Job, Status, Trigger, allowed

from .auth import require_staff
from .errors import ParameterRefused
from .request import lab_of

pages = Blueprint("dashboard", __name__)
pages.before_request(require_staff)

PAGE_SIZE = 100
_LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class RowView:
    """A job as a row of the list shows it."""

    job: Job
    allowed: tuple[Trigger, ...]
    lapsed: bool


def _status(typed: str) -> Status | None:
    if typed == "all":
        return None
    try:
        return Status(typed)
    except ValueError:
        known = ", ".join(Status)
        raise ParameterRefused(_("status: choose from %(known)s, or “all”.", known=known)) from None


def _page(typed: str) -> int:
    if not typed.isascii() or not typed.isdigit() or not 1 <= int(typed[:8]) <= _LAST_PAGE:
        raise ParameterRefused(
            _("page: a whole number from 1 to %(last)s is needed.", last=_LAST_PAGE)
        )
    return int(typed)


@pages.get("/dashboard")
def index() -> str:
    """The list."""
    lab, query = lab_of(current_app), request.args
    status = _status(query.get("status", Status.UPLOADED))
    page, search = _page(query.get("page", "1")), query.get("search", "")[:100]
    found = lab.jobs(
        status=status, search=search, limit=PAGE_SIZE + 1, offset=(page - 1) * PAGE_SIZE
    )
    jobs = found[:PAGE_SIZE]
    lapsed = lab.lapsed_links(jobs)
    rows = [RowView(job, allowed(job.status, ActorKind.STAFF), job.id in lapsed) for job in jobs]
    return render_template(
        "dashboard.html",
        status=status,
        counts=lab.counts(),
        rows=rows,
        search=search,
        page=page,
        more=len(found) > PAGE_SIZE,
    )
