"""Uploading a new version of a job's file."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import FileRefused, Job, TransitionRefused

from .acting import acting
from .jobs import undoable, version_of
from .request import LabRequest, lab_of
from .spoken import spoken_error

pages = Blueprint("versions", __name__, url_prefix="/dashboard/jobs")


@pages.post("/<job_id>/versions")
def add(job_id: str) -> AnyResponse:
    """Take the file in, and make it the one to print."""
    sent = cast(LabRequest, request)
    back = redirect(url_for("jobs.show", job_id=job_id), 303)
    if sent.refused_upload is not None:
        raise sent.refused_upload
    if not sent.models:
        flash(_("Choose a file first."), "error")
        return back
    try:
        if isinstance(sent.models[0], FileRefused):
            raise sent.models[0]
        job = lab_of(current_app).versions.add(
            job_id,
            sent.models[0],
            **acting(),
            expected_version=version_of(request.form.get("version", "")),
        )
    except (FileRefused, TransitionRefused) as error:
        flash(spoken_error(error), "error")
        return back
    _tell(job)
    return back


@pages.post("/<job_id>/scale")
def scale(job_id: str) -> AnyResponse:
    """Make the model in another size the one to print."""
    back = redirect(url_for("jobs.show", job_id=job_id), 303)
    try:
        job = lab_of(current_app).versions.scale(
            job_id,
            request.form.get("scaling", ""),
            **acting(),
            expected_version=version_of(request.form.get("version", "")),
        )
    except (FileRefused, TransitionRefused) as error:
        flash(spoken_error(error), "error")
        return back
    _tell(job)
    return back


def _tell(job: Job) -> None:
    """What is printed now, and what it does to a quote that waits."""
    flash(_("The file to print is now %(name)s.", name=job.file.name), undoable(job.id))
    if job.status.record.quoted:
        words = _(
            "The student's price was for the earlier file, so their link no longer works. Change the quote."
        )
        flash(words, "error")
