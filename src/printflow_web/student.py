"""The public pages: home, the form, and where a job stands."""

from __future__ import annotations

from uuid import uuid4

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

from printflow import FileRefused, InvalidInput, PrintflowError, StoreFull, StoreUnavailable

from .errors import FORMS_KEPT, by_field, status_of
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


def _form(form: dict[str, str], errors: dict[str, object]) -> str:
    limit = lab_of(current_app).settings.max_upload_mb
    return render_template("submit.html", form=form, errors=errors, max_upload_mb=limit)


def _take() -> AnyResponse:
    lab, form = lab_of(current_app), _typed()
    uploads = request.uploads if isinstance(request, LabRequest) else []
    try:
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
    except (InvalidInput, FileRefused, StoreUnavailable, StoreFull) as error:
        return _again(form, error)
    own = [one for one in session.get("jobs", []) if one != job.id]
    session["jobs"] = [*own, job.id][-_REMEMBERED:]
    return redirect(url_for("student.success", job=job.id), 303)


def _typed() -> dict[str, str]:
    form = {name: request.form.get(name, "") for name in (*_FIELDS, "idempotency_key")}
    form["idempotency_key"] = form["idempotency_key"][:64] or uuid4().hex
    return form


FORMS_KEPT["student.submit"] = lambda refusal: _form(_typed(), {"": refusal})


def _again(form: dict[str, str], error: PrintflowError) -> Response:
    response = make_response(_form(form, dict(by_field(error.refusals))))
    response.status_code = status_of(error)
    return response


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
    except InvalidInput as error:
        refusal = error.refusals[0]
        page = render_template(
            "find.html", sent=False, form={"email": email}, errors={"email": refusal}
        )
        return make_response(page, status_of(error))
    return redirect(url_for("student.find", sent="yes"), 303)
