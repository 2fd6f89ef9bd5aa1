"""Everything of one person, and finding people. Addresses name a job, and no person."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request

from printflow import InvalidInput, Trigger

from .errors import ParameterRefused
from .request import lab_of
from .spoken import spoken_error

pages = Blueprint("persons", __name__, url_prefix="/dashboard/people")

_LONGEST = 100


@pages.get("")
def index() -> str:
    """Find a person by name or email address."""
    words = request.args.get("search", "").strip()[:_LONGEST]
    return render_template(
        "people.html", words=words, found=lab_of(current_app).persons.find(words)
    )


@pages.get("/<job_id>")
def show(job_id: str) -> str:
    """Everything of the person who sent a job."""
    try:
        page = lab_of(current_app).persons.of_job(
            job_id, after=request.args.get("after", "")[:1000]
        )
    except InvalidInput as error:
        raise ParameterRefused(spoken_error(error)) from error
    return render_template(
        "person.html",
        page=page,
        job_id=job_id,
        first=not request.args.get("after"),
        pick_up=Trigger.PICK_UP,
    )
