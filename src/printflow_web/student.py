"""The public pages: home, the form, and where a job stands."""

from __future__ import annotations

from typing import cast
from uuid import uuid4

from flask import (
    Blueprint,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from printflow import FileRefused, InvalidInput, Refusal, TooManyRequests, Unavailable

from .errors import FORMS_KEPT, form_again
from .request import LabRequest, lab_of

pages = Blueprint("student", __name__)

_FIELDS = (
    "student_name",
    "student_email",
    "discipline",
    "class_number",
    "print_method",
    "color",
    "printer",
    "minimum_charge",
)
_REMEMBERED = 20
"""How many of its own jobs a browser may look at without their links."""


@pages.get("/")
def home() -> str:
    """What this is."""
    return render_template("home.html")


@pages.route("/submit", methods=["GET", "POST"])
def submit() -> AnyResponse | str:
    """The form, and taking it with its model."""
    if request.method == "POST":
        return _take()
    return _form({"idempotency_key": uuid4().hex}, {})


def _form(form: dict[str, str], errors: dict[str, Refusal]) -> str:
    limit = lab_of(current_app).settings.max_upload_mb
    return render_template("submit.html", form=form, errors=errors, max_upload_mb=limit)


def _take() -> AnyResponse:
    lab, form = lab_of(current_app), _typed()
    sent = cast(LabRequest, request)
    uploads = sent.uploads
    try:
        if sent.refused_upload is not None:
            raise sent.refused_upload
        job = lab.submit(
            uploads[0] if uploads else None,
            student=form["student_name"],
            email=form["student_email"],
            method=form["print_method"],
            color=form["color"],
            printer=form["printer"],
            discipline=form["discipline"],
            class_number=form["class_number"],
            acknowledge_minimum=form["minimum_charge"] == "yes",
            idempotency_key=form["idempotency_key"],
        )
    except (InvalidInput, FileRefused, TooManyRequests, Unavailable) as error:
        return form_again(error, lambda errors: _form(form, errors))
    own = [one for one in session.get("jobs", []) if one != job.id]
    session["jobs"] = [*own, job.id][-_REMEMBERED:]
    return redirect(url_for("student.success", job=job.id), 303)


def _typed() -> dict[str, str]:
    form = {name: request.form.get(name, "") for name in (*_FIELDS, "idempotency_key")}
    form["idempotency_key"] = form["idempotency_key"][:64] or uuid4().hex
    return form


FORMS_KEPT["student.submit"] = lambda refusal: _form(_typed(), {"": refusal})


@pages.get("/submit/success")
def success() -> str:
    """What happens next; details only for the browser that sent it."""
    lab = lab_of(current_app)
    job = lab.job(request.args.get("job", ""))
    own = job.id in session.get("jobs", [])
    return render_template(
        "submit_success.html",
        job=job,
        details_shown=own,
        status_url=lab.status_url(job) if own else None,
    )


@pages.get("/jobs/<token>")
def job_status(token: str) -> str:
    """Where a job stands, for who has its link."""
    lab = lab_of(current_app)
    job = lab.job_by_token(token)
    notes = [note for note in lab.details(job.id).notes if note.for_student]
    return render_template("job_status.html", job=job, token=token, notes=notes)


@pages.route("/find", methods=["GET", "POST"])
def find() -> AnyResponse | str:
    """Mail the links to one's jobs; the page never says whether the address is known."""
    if request.method != "POST":
        return render_template("find.html", sent="sent" in request.args, form={}, errors={})
    email = request.form.get("email", "")
    try:
        lab_of(current_app).mail_my_links(email)
    except (InvalidInput, TooManyRequests) as error:
        refusal = error.refusals[0]
        return form_again(
            error,
            lambda _errors: render_template(
                "find.html", sent=False, form={"email": email}, errors={"email": refusal}
            ),
        )
    return redirect(url_for("student.find", sent="yes"), 303)
