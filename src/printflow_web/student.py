"""The public pages: home, the form, and where a job stands."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import uuid4

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from printflow import (
    ADDRESS_DOUBTFUL,
    MODELS_LIMIT,
    QUESTIONS,
    Catalog,
    FileRefused,
    FormView,
    IdentityRefused,
    InvalidInput,
    Model,
    Refusal,
    RequestJob,
    Students,
    TooManyRequests,
    Unavailable,
    Upload,
    field_of_model,
    spoken_language,
)

from .acting import staff_session, student
from .catalog_shown import catalog_shown
from .errors import FORMS_KEPT, form_again
from .form_choices import ChoiceTexts, FormChoices, chosen_of, errors_of
from .form_data import FormData
from .known_browser import keep, known_browser
from .price_words import range_words
from .request import LabRequest, lab_of
from .spoken import spoken

pages = Blueprint("student", __name__)

_FIELDS = (
    "student_name",
    "student_email",
    "class_number",
    "payer_code",
    "print_method",
    "color",
    "quantity",
    "note",
    "read_as",
    "printer",
    "minimum_charge",
    "needed_by",
    "own_material",
    "group",
    "consent_version",
    "texts_seen",
    "address_asked",
    "address_choice",
    "address_kept",
    "language",
    *(question.name for question in QUESTIONS),
)
_SHOWN = frozenset(_FIELDS) | {"", "file"}
"""Fields that the page has a place for; those of further models are listed at the files."""
_KEY = re.compile("[A-Za-z0-9_-]{16,64}")
"""What the key of a form looks like; anything else is taken for none."""
_LONGEST_CODE = 60
_FIND_SECONDS = 0.25
"""No answer to who asks for links comes sooner, whether the address is known or not."""
_MOST_NAMED = 5
"""Files left out of a ZIP that are named."""
_REMEMBERED = 40
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
    if lab_of(current_app).identity.students is Students.REQUIRED and student() is None:
        return redirect(url_for("sign_in.student_start", next=url_for("student.submit")), 303)
    if lab_of(current_app).hours.form().state == "closed":
        return render_template("form_closed.html")
    _browser()
    return _form({"idempotency_key": uuid4().hex, "quantity": "1"}, {})


@pages.get("/submit/price")
def price_of_model() -> dict[str, str]:
    """About what a model costs that was not sent yet, in words; "" where nobody can say."""
    typed, catalog = request.args, lab_of(current_app).catalog.current
    found = lab_of(current_app).prices.about(
        method=typed.get("method", ""),
        printer=typed.get("printer", ""),
        volume_mm3=typed.get("volume", ""),
        quantity=typed.get("copies", ""),
        color=typed.get("color", ""),
        class_number=typed.get("course", ""),
        domain=typed.get("domain", ""),
        group=typed.get("group", ""),
        needed_by=typed.get("needed_by", ""),
        own_material=bool(typed.get("own_material")),
    )
    return {"text": range_words(found, catalog.currency) if found else ""}


@pages.get("/submit/payer")
def payer_of_code() -> dict[str, str]:
    """Who pays with a code, in words; what is wrong with it is said when the form is sent."""
    typed = request.args
    try:
        payer = lab_of(current_app).payers.named(
            typed["code"][:_LONGEST_CODE], typed.get("email", "")[:254], sender=sender()
        )
    except InvalidInput as error:
        return {"text": spoken(error.refusals[0].message)}
    return {"text": _("Paid by %(payer)s.", payer=payer.name) if payer else ""}


def _browser() -> str:
    """The secret by which this browser is known again; it never leaves its own cookie."""
    secret: str = session.setdefault("browser", secrets.token_urlsafe(16))
    return secret


def _form(form: dict[str, str], errors: dict[str, Refusal]) -> str:
    limit = lab_of(current_app).settings.max_upload_mb
    more = {field: refusal for field, refusal in errors.items() if field not in _SHOWN}
    wrong = errors.get("student_email")
    scripts: FormData = current_app.extensions["printflow_form"]
    view = lab_of(current_app).hours.form()
    return render_template(
        "submit.html",
        form=form,
        errors=errors,
        better_address=lab_of(current_app).intake.suggested_address(form["student_email"])
        if wrong is not None
        else "",
        may_keep=wrong is not None and wrong.code == ADDRESS_DOUBTFUL,
        more_errors=more,
        max_upload_mb=limit,
        max_models=MODELS_LIMIT,
        view=view,
        choices=_choices(view, form, errors),
        asks_payer=lab_of(current_app).payers.any,
        for_scripts=scripts.of(lab_of(current_app)),
        own_colors=_methods_of_colors(lab_of(current_app).catalog.current),
    )


def _choices(view: FormView, form: Mapping[str, str], errors: Mapping[str, Refusal]) -> Markup:
    """The methods, colors and printers to choose from."""
    lab = lab_of(current_app)
    kept: ChoiceTexts = current_app.extensions["printflow_choices"]
    return kept.text(
        FormChoices(
            language=spoken_language(),
            catalog=catalog_shown(),
            paused=view.paused,
            estimates=lab.queue.usually_ready_by_method(),
            tells_ready=lab.settings.ready_estimates,
            free_choice=lab.catalog.current.with_choice,
            form=chosen_of(form),
            errors=errors_of(errors),
        )
    )


def _methods_of_colors(catalog: Catalog) -> dict[str, list[str]]:
    """Each color's name once, with the methods that have it."""
    found: dict[str, list[str]] = {}
    for method in catalog.methods:
        for color in method.colors:
            found.setdefault(color.name, []).append(method.name)
    return found


def _take() -> AnyResponse:
    lab, form = lab_of(current_app), _typed()
    known = known_browser() if lab.settings.confirm_address else ""
    sent = cast(LabRequest, request)
    try:
        if sent.refused_upload is not None:
            raise sent.refused_upload
        models, left_out = lab.intake.unpacked(_models(sent))
        sent.models = [one.file for one in models if isinstance(one.file, Upload | FileRefused)]
        jobs = lab.intake.submit_several(
            models,
            student=form["student_name"],
            email=form["student_email"],
            method=form["print_method"],
            printer=form["printer"],
            class_number=form["class_number"],
            payer_code=form["payer_code"],
            acknowledge_minimum=form["minimum_charge"] == "yes",
            needed_by=form["needed_by"],
            own_material=form["own_material"] == "yes",
            group=form["group"],
            consent_version=form["consent_version"],
            texts_seen=form["texts_seen"],
            idempotency_key=form["idempotency_key"],
            sender=sender(),
            browser=_browser(),
            known_browser=known,
            person=student(),
            kept_address=form["address_kept"],
            language=_spoken_by_the_student(),
            **{question.name: form[question.name] for question in QUESTIONS},
        )
    except (InvalidInput, FileRefused, IdentityRefused, TooManyRequests, Unavailable) as error:
        return form_again(error, lambda errors: _form(form, errors))
    if left_out:
        flash(_left_out(left_out), "info")
    sent_now = [job.id for job in jobs]
    own = [one for one in session.get("jobs", []) if one not in sent_now]
    session["jobs"] = [*own, *sent_now][-_REMEMBERED:]
    answer = redirect(url_for("student.success", job=jobs[0].id), 303)
    if known:
        keep(answer, known)
    return answer


def _spoken_by_the_student() -> str:
    """The language of the page, which the student reads; staff say the student's."""
    return spoken_language() if staff_session() is None else request.form.get("language", "")


def _left_out(names: Sequence[str]) -> str:
    """What was in a ZIP and is no model."""
    listed = ", ".join(name[:60] for name in names[:_MOST_NAMED])
    words: str = ngettext(
        "Not a model, so we left it out: %(names)s.",
        "Not models, so we left %(num)s files out: %(names)s.",
        len(names),
        names=listed if len(names) <= _MOST_NAMED else f"{listed}, …",
    )
    return words


def _models(sent: LabRequest) -> list[Model]:
    """Each file with its own fields; what it has none of is as for the first one.

    The color is chosen for all of them; ``color-1`` and so on are those of models that differ.
    """

    def own(field: str, number: int) -> str:
        return sent.form.get(field_of_model(field, number), sent.form.get(field, ""))

    def color(number: int) -> str:
        return sent.form.get(f"color-{number}", "") or sent.form.get("color", "")

    return [
        Model(
            file=file,
            color=color(number),
            quantity=own("quantity", number) or "1",
            note=own("note", number),
            read_as=sent.form.get(field_of_model("read_as", number), ""),
        )
        for number, file in enumerate([*_staged(sent), *sent.models] or [None], 1)
    ]


def _staged(sent: LabRequest) -> list[Upload | FileRefused]:
    """The files that came before their form, in pieces."""
    named = sent.form.getlist("upload")[: MODELS_LIMIT + 1]
    return [*lab_of(current_app).staged.whole(named)] if named else []


def sender() -> str:
    """The network address to count by; of a proxy on this machine it would be everyone's."""
    address = request.remote_addr or ""
    return "" if address in ("::1", "") or address.startswith("127.") else address


def _typed() -> dict[str, str]:
    form = {name: request.form.get(name, "") for name in (*_FIELDS, "idempotency_key")}
    if form["address_choice"] and form["student_email"].strip() == form["address_asked"]:
        form["student_email"] = form["address_kept"] = form["address_choice"]
    if (acts := student()) is not None:
        form |= {"student_name": acts.name, "student_email": acts.email}
    if not _KEY.fullmatch(form["idempotency_key"]):
        form["idempotency_key"] = uuid4().hex
    form["quantity"] = form["quantity"] or "1"
    return form


FORMS_KEPT["student.submit"] = lambda refusal: _form(_typed(), {"": refusal})


@pages.get("/submit/success")
def success() -> AnyResponse | str:
    """What happens next, for the browser that sent it; any other finds its own jobs by email."""
    job_id = request.args.get("job", "")
    if job_id not in session.get("jobs", []):
        return redirect(url_for("student.find"), 303)
    return success_page(job_id, {})


def success_page(job_id: str, errors: dict[str, Refusal]) -> str:
    """The page after submitting; ``job_id`` is one that this browser sent."""
    lab = lab_of(current_app)
    together = lab.students.request_of(job_id)
    job = next(one.job for one in together if one.job.id == job_id)
    return render_template(
        "submit_success.html",
        job=job,
        waiting=lab.addresses.waiting(job),
        again="again" in request.args,
        errors=errors,
        together=together,
        request_url=lab.students.request_url(job),
        mailed=lab.intake.told_by_mail(job.id),
        limits=lab.limits.told(job),
        ready=lab.queue.usually_ready(job.printer),
        tells_ready=lab.settings.ready_estimates,
    )


def _sent_here() -> tuple[RequestJob, ...]:
    """The newest jobs that were sent from this browser since it was opened, newest first."""
    return lab_of(current_app).students.sent_from(session.get("jobs", []))


@pages.post("/find/forget")
def forget_jobs() -> AnyResponse:
    """Forget which jobs were sent from this browser."""
    session.pop("jobs", None)
    return redirect(url_for("student.find"), 303)


@pages.route("/find", methods=["GET", "POST"])
def find() -> AnyResponse | str:
    """Mail the links to one's jobs; the page never says whether the address is known."""
    if request.method != "POST":
        asked = session.get("links", {}) if "sent" in request.args else {}
        at = datetime.fromisoformat(asked["at"]) if asked.get("at") else None
        return render_template(
            "find.html",
            sent="sent" in request.args,
            again=not asked.get("mailed", True),
            at=at,
            form={},
            errors={},
            jobs=_sent_here(),
        )
    began, email = time.monotonic(), request.form.get("email", "")
    try:
        answer = lab_of(current_app).messages.mail_links(email, sender=sender())
    except (InvalidInput, TooManyRequests) as error:
        refusal = error.refusals[0]
        return form_again(
            error,
            lambda _errors: render_template(
                "find.html",
                sent=False,
                form={"email": email},
                errors={"email": refusal},
                jobs=_sent_here(),
            ),
        )
    # Writing a mail takes some milliseconds more than writing none; nobody is to measure that.
    least = float(current_app.config.get("FIND_SECONDS", _FIND_SECONDS))
    time.sleep(max(0.0, began + least - time.monotonic()))
    # In the cookie, not in the address: nobody can be sent a page that says what was not done.
    session["links"] = {"mailed": answer.mailed, "at": answer.at and answer.at.isoformat()}
    return redirect(url_for("student.find", sent="yes"), 303)
