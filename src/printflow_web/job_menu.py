"""What a job's menu holds: the actions that don't stand beside it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from printflow import ActorKind, Flag, Job, Trigger, allowed, usual

from .request import lab_of

pages = Blueprint("job_menu", __name__)


def beside(
    job: Job, triggers: Sequence[Trigger], *, dense: bool = False, lapsed: bool = False
) -> tuple[Trigger, ...]:
    """Those that are shown beside a job; in a dense list only the next step, which is a new link
    where the last one has ``lapsed``.
    """
    shown = tuple(one for one in usual(job) if one in triggers)
    if dense and lapsed:
        shown = tuple(one for one in triggers if one.record.renews_link)
    return shown[:1] if dense else shown


@pages.get("/dashboard/jobs/<job_id>/menu")
def show(job_id: str) -> AnyResponse:
    """The menu of a row, as the job is now, for the list's script; else the page that has it all."""
    if request.headers.get("X-Requested-With") != "fetch":
        return redirect(url_for("jobs.show", job_id=job_id, _anchor="actions"))
    lab = lab_of(current_app)
    job = lab.jobs.get(job_id)
    triggers = allowed(job, ActorKind.STAFF)
    shown = beside(
        job,
        triggers,
        dense=session.get("view") == "dense",
        lapsed=Flag.LAPSED in lab.worklist.flags([job])[job.id],
    )
    text = render_template(
        "_job_menu.html",
        job=job,
        triggers=[one for one in triggers if one not in shown],
        place=lab.worklist.in_requests([job]).get(job.id),
    )
    answer: Response = make_response(text)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
