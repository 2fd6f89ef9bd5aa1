"""The student's page of one job: anyone who has its link sees its status and can answer."""

from __future__ import annotations

from contextlib import suppress
from typing import cast

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import (
    FileRefused,
    InvalidInput,
    Job,
    NotFound,
    PrintflowError,
    Refusal,
    TooManyRequests,
    TransitionNotAllowed,
    TransitionRefused,
    Unavailable,
)

from .errors import FORMS_KEPT, form_again
from .page_language import speak_of
from .pictures import picture_answer
from .price_words import range_words
from .request import LabRequest, lab_of
from .square_code import square_picture
from .student import sender

pages = Blueprint("own_job", __name__)

_SHOWN_ON_THE_PAGE = (
    InvalidInput,
    TooManyRequests,
    TransitionNotAllowed,
    TransitionRefused,
    Unavailable,
)
_CHANGE_SHOWN = (*_SHOWN_ON_THE_PAGE, FileRefused)


@pages.before_request
def _as_on_the_page() -> None:
    """What is refused is said in the language of the page that it's shown on."""
    if request.method == "POST":
        with suppress(NotFound):
            speak_of(lab_of(current_app).students.job((request.view_args or {})["token"]).language)


@pages.get("/jobs/<token>")
def show(token: str) -> AnyResponse:
    """Where a job stands, for who has its link."""
    return make_response(_page(token, {}))


def _address(endpoint: str, token: str) -> str:
    """Where another device finds the page: by the lab's own address, as in emails."""
    return lab_of(current_app).settings.effective_base_url + url_for(endpoint, token=token)


@pages.get("/jobs/<token>/request")
def show_request(token: str) -> AnyResponse:
    """All jobs that were sent together, for who has the link of one."""
    page = lab_of(current_app).students.request(token)
    speak_of(page.lines[0].job.language)
    if len(page.lines) == 1:
        return redirect(url_for("own_job.show", token=token), 303)
    code = url_for("own_job.code", token=token, of="request")
    return make_response(render_template("own_request.html", page=page, code=code))


@pages.get("/jobs/<token>/code")
def code(token: str) -> AnyResponse:
    """The QR code of the job's page, or of its request's (``?of=request``)."""
    lab_of(current_app).students.job(token)
    whole = request.args.get("of") == "request"
    return square_picture(_address("own_job.show_request" if whole else "own_job.show", token))


_CHANGED = ("color", "quantity", "note")
"""The fields of what a student can change."""


def _page(token: str, errors: dict[str, Refusal]) -> str:
    lab = lab_of(current_app)
    page = lab.students.page(token)
    job, catalog = page.job, lab.catalog.current
    speak_of(job.language)
    estimate = lab.prices.about_job(job) if job.status.record.reviewable else None
    wished = {name: request.form[name] for name in _CHANGED if name in request.form}
    return render_template(
        "own_job.html",
        page=page,
        shape_warnings=lab.models.warnings(job, job.facts) if job.facts else (),
        token=token,
        forecast=None if page.waits else lab.queue.forecast(job),
        errors=errors,
        form=request.form,
        code=url_for("own_job.code", token=token),
        estimate=range_words(estimate, catalog.currency) if estimate else "",
        wished=wished,
        file_lost=bool(cast(LabRequest, request).models),
        wish=_wish(job, wished),
        max_upload_mb=lab.settings.max_upload_mb,
        done=request.args.get("done", ""),
    )


def _wish(job: Job, wished: dict[str, str]) -> str:
    """What was to be changed, as a message to staff: nothing of it is typed again."""
    if request.form.get("asks"):
        return request.form.get("message", "")
    asked = {
        "color": (job.color, _("Color: %(value)s", value=wished.get("color", ""))),
        "quantity": (str(job.quantity), _("Copies: %(value)s", value=wished.get("quantity", ""))),
        "note": (job.student_note, _("Note: %(value)s", value=wished.get("note", ""))),
    }
    return "\n".join(
        words
        for name, (now, words) in asked.items()
        if name in wished and " ".join(wished[name].split()) != " ".join(now.split())
    )


@pages.get("/jobs/<token>/picture")
def picture(token: str) -> AnyResponse:
    """The model's picture."""
    return picture_answer(lab_of(current_app).students.job(token))


@pages.post("/jobs/<token>/withdraw")
def withdraw(token: str) -> AnyResponse:
    """Take the model back."""
    try:
        lab_of(current_app).students.withdraw(token, text=request.form.get("text", ""))
    except _SHOWN_ON_THE_PAGE as error:
        return _again(error, token)
    return redirect(url_for("own_job.show", token=token, done="withdrawn"), 303)


@pages.post("/jobs/<token>/cancel")
def cancel(token: str) -> AnyResponse:
    """Cancel a print that was confirmed, where the lab lets students."""
    try:
        lab_of(current_app).students.cancel(token, text=request.form.get("text", ""))
    except _SHOWN_ON_THE_PAGE as error:
        return _again(error, token)
    return redirect(url_for("own_job.show", token=token, done="withdrawn"), 303)


@pages.post("/jobs/<token>/ask-to-cancel")
def ask_to_cancel(token: str) -> AnyResponse:
    """Ask staff to cancel a print that was confirmed."""
    try:
        lab_of(current_app).students.ask_to_cancel(token, text=request.form.get("text", ""))
    except _SHOWN_ON_THE_PAGE as error:
        return _again(error, token)
    return redirect(url_for("own_job.show", token=token), 303)


@pages.post("/jobs/<token>/change")
def change(token: str) -> AnyResponse:
    """Change what was sent, while nobody has looked at it."""
    sent, form = cast(LabRequest, request), request.form
    seen = form.get("version", "")
    try:
        if sent.refused_upload is not None:
            raise sent.refused_upload
        file = sent.models[0] if sent.models else None
        if isinstance(file, FileRefused):
            raise file
        lab_of(current_app).own_changes.change(
            token,
            **{name: form.get(name, "") for name in _CHANGED},
            file=file,
            seen_version=int(seen) if seen.isascii() and seen.isdecimal() else None,
            sender=sender(),
        )
    except _CHANGE_SHOWN as error:
        return _again(error, token)
    return redirect(url_for("own_job.show", token=token, done="changed"), 303)


@pages.post("/jobs/<token>/messages")
def send_message(token: str) -> AnyResponse:
    """Write to staff."""
    try:
        lab_of(current_app).messages.send(token, request.form.get("message", ""))
    except _SHOWN_ON_THE_PAGE as error:
        return _again(error, token)
    return redirect(url_for("own_job.show", token=token, done="sent", _anchor="messages"), 303)


def _again(error: PrintflowError, token: str) -> AnyResponse:
    return form_again(error, lambda errors: _page(token, errors))


def _kept(refusal: Refusal) -> str:
    return _page((request.view_args or {}).get("token", ""), {"": refusal})


FORMS_KEPT["own_job.withdraw"] = _kept
FORMS_KEPT["own_job.cancel"] = _kept
FORMS_KEPT["own_job.ask_to_cancel"] = _kept
FORMS_KEPT["own_job.send_message"] = _kept
FORMS_KEPT["own_job.change"] = _kept
