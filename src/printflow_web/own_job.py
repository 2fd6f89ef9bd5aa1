"""The student's page of one job: anyone who has its link sees its status and can answer."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from printflow import (
    InvalidInput,
    PrintflowError,
    Refusal,
    TooManyRequests,
    TransitionNotAllowed,
    TransitionRefused,
    Unavailable,
)

from .errors import FORMS_KEPT, form_again
from .pictures import picture_answer
from .request import lab_of

pages = Blueprint("own_job", __name__)

_SHOWN_ON_THE_PAGE = (
    InvalidInput,
    TooManyRequests,
    TransitionNotAllowed,
    TransitionRefused,
    Unavailable,
)


@pages.get("/jobs/<token>")
def show(token: str) -> AnyResponse:
    """Where a job stands, for who has its link."""
    return make_response(_page(token, {}))


def _page(token: str, errors: dict[str, Refusal]) -> str:
    lab = lab_of(current_app)
    page = lab.students.page(token)
    job = page.job
    return render_template(
        "own_job.html",
        page=page,
        shape_warnings=lab.models.warnings(job, job.facts) if job.facts else (),
        token=token,
        ready=lab.queue.usually_ready(job.printer) if job.status.record.reviewable else None,
        errors=errors,
        form=request.form,
        done=request.args.get("done", ""),
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
