"""Pictures of models, for staff and for anyone who has a job's link."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _

from printflow import Job, NotFound

from .request import lab_of

_KEPT_SECONDS = 300


def picture_answer(job: Job) -> Response:
    """The job's picture, as PNG, or small (``?size=small``) as WebP."""
    small = request.args.get("size") == "small"
    file = job.pictured
    if file is None:
        raise NotFound(_("There's no picture of this model."))
    data = lab_of(current_app).models.picture(file, small=small)
    answer = Response(data, mimetype="image/webp" if small else "image/png")
    answer.headers["Cache-Control"] = f"private, max-age={_KEPT_SECONDS}"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def picture_url(job: Job, of: str, small: bool) -> str:
    """Where that is: for staff, or for a student by the link of the job's own page."""
    size: dict[str, Any] = {"size": "small"} if small else {}
    if of == "staff":
        return url_for("jobs.picture", job_id=job.id, **size)
    token = lab_of(current_app).students.url(job).rpartition("/")[2]
    return url_for("own_job.picture", token=token, **size)
