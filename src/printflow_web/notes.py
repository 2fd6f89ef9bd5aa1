"""Notes on a job: for staff, or as a message to its student; and taking one back."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import InvalidInput, Refusal, TransitionRefused

from .acting import staff_name
from .auth import came_from
from .errors import form_again
from .jobs import back
from .request import lab_of
from .spoken import spoken_error
from .undo_notices import forget_undo

pages = Blueprint("notes", __name__, url_prefix="/dashboard/jobs")


def _form(job_id: str, form: dict[str, str], errors: dict[str, Refusal]) -> str:
    job = lab_of(current_app).jobs.get(job_id)
    return render_template("note.html", job=job, form=form, errors=errors)


@pages.route("/<job_id>/notes", methods=["GET", "POST"])
def add(job_id: str) -> AnyResponse | str:
    """Write a note; the mail of a message waits as long as it can be taken back."""
    if request.method == "GET":
        return _form(job_id, {"next": came_from()}, {})
    lab, typed = lab_of(current_app), request.form
    message = typed.get("for_student") == "yes"
    try:
        note_id = lab.notes.add(
            job_id,
            by=staff_name(),
            text=typed.get("text", ""),
            for_student=message,
            hold_mail=True,
        )
    except InvalidInput as error:
        return form_again(error, lambda errors: _form(job_id, typed.to_dict(), errors))
    job = lab.jobs.get(job_id)
    words = (
        _("We'll email the message to %(email)s.", email=job.student_email)
        if message
        else _("Note added to job %(id)s (%(name)s).", id=job.id, name=job.student_name)
    )
    flash(words, f"undo-note:{job.id}:{note_id}:{lab.settings.undo_seconds}")
    return back(job.id)


@pages.post("/<job_id>/notes/<int:note_id>/undo")
def undo(job_id: str, note_id: int) -> AnyResponse:
    """Take a note back."""
    try:
        lab_of(current_app).notes.take_back(job_id, note_id, by=staff_name())
    except TransitionRefused as error:
        flash(spoken_error(error), "error")
    else:
        forget_undo()
        flash(_("Undone. No email was sent."), "success")
    return back(job_id)


@pages.post("/<job_id>/answered")
def answered(job_id: str) -> AnyResponse:
    """The student's messages need no answer."""
    lab_of(current_app).notes.mark_answered(job_id, by=staff_name())
    return back(job_id)
