"""Handing prints out: what waits on the shelves, and a page for the thumb for each job.

The codes on tickets and bags lead to that page.
"""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import (
    InvalidInput,
    JobDetails,
    NotFound,
    PrintflowError,
    TransitionNotAllowed,
    TransitionRefused,
    Trigger,
    in_units,
)

from .acting import acting
from .errors import ParameterRefused, by_field, status_of
from .jobs import sent_together, undoable, version_of
from .live_page import live_page
from .request import lab_of
from .spoken import spoken_error

pages = Blueprint("counter", __name__, url_prefix="/pick-up")

PAGE_SIZE = 36
_FOUND = 12
_LONGEST = 100
CAMERA = "camera=(self), geolocation=(), microphone=(), payment=()"
"""This page alone may ask for the camera, to read the code on a bag."""


@pages.get("")
def waiting() -> AnyResponse:
    """The prints that wait, the oldest first; a job's number leads to its page."""
    lab, asked = lab_of(current_app), request.args
    words, overdue = asked.get("search", "").strip()[:_LONGEST], asked.get("overdue") == "yes"
    try:
        if words:
            return redirect(url_for("counter.job", job_id=lab.jobs.get(words).id), 303)
    except NotFound:
        pass  # not a number: a name, or a part of one
    try:
        page = lab.shelf.waiting(
            search=words, overdue=overdue, after=asked.get("after", "")[:1000], limit=PAGE_SIZE
        )
    except InvalidInput as error:
        raise ParameterRefused(spoken_error(error)) from error
    others = lab.jobs.find(search=words, limit=_FOUND) if words and not page.jobs else []
    shown = live_page(
        "counter.html",
        ["_counter_live.html"],
        {
            "page": page,
            "others": others,
            "words": words,
            "overdue": overdue,
            "first": not asked.get("after"),
        },
    )
    shown.headers["Permissions-Policy"] = CAMERA
    return shown


@pages.route("/<job_id>", methods=["GET", "POST"])
def job(job_id: str) -> AnyResponse:
    """One job at the counter: choose how it is paid, then say that it was handed out."""
    details = lab_of(current_app).jobs.details(job_id, newest=1)
    if request.method == "POST":
        return _hand_out(job_id)
    return _page(details, request.args.get("method", ""))


def _page(details: JobDetails, method: str, problem: PrintflowError | None = None) -> Response:
    lab = lab_of(current_app)
    page = render_template(
        "counter_job.html",
        details=details,
        job=details.job,
        last=details.events[-1],
        discarded=details.discarded,
        amount=in_units(details.due_cents, details.job.currency),
        method=method if method in lab.catalog.current.payment_methods else "",
        together=sent_together(details),
        pick_up=Trigger.PICK_UP,
        problem=problem,
        errors=by_field(problem.refusals) if problem else {},
        typed=request.form,
    )
    return make_response(page, status_of(problem) if problem else 200)


def _hand_out(job_id: str) -> AnyResponse:
    lab, typed = lab_of(current_app), request.form
    method = typed.get("method", "")
    try:
        done = lab.jobs.pick_up(
            job_id,
            amount=typed.get("amount", ""),
            method=method,
            receipt=typed.get("receipt", ""),
            account=typed.get("account", ""),
            expected_version=version_of(typed.get("version", "")),
            **acting(),
        )
    except (TransitionRefused, TransitionNotAllowed) as error:
        return _page(lab.jobs.details(job_id, newest=1), method, error)
    flash(_("Job %(id)s marked as picked up.", id=done.id), undoable(done.id))
    return redirect(url_for("counter.job", job_id=done.id), 303)
