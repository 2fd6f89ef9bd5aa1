"""Confirming an email address by its link. Looking changes nothing: mail scanners open links, too."""

from __future__ import annotations

from flask import (
    Blueprint,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from printflow import AddressPage, LinkExpired, LinkOvertaken, LinkState, TooManyRequests

from .acting import acting
from .auth import local_path
from .errors import form_again
from .page_language import speak_of
from .request import lab_of
from .student import sender, success_page

pages = Blueprint("confirm_address", __name__)

_STATUS = {
    LinkState.OPEN: 200,
    LinkState.USED: 200,
    LinkState.EXPIRED: 410,
    LinkState.VOID: 409,
}


@pages.route("/confirm-address/<token>", methods=["GET", "POST"])
def show(token: str) -> AnyResponse:
    """Say what the link is for, with a button that confirms; or what became of it."""
    lab = lab_of(current_app)
    if request.method == "POST":
        try:
            lab.addresses.confirm(token)
        except (LinkExpired, LinkOvertaken):
            return _answer(lab.addresses.page(token))
        return redirect(url_for("confirm_address.show", token=token), 303)
    return _answer(lab.addresses.page(token))


def _answer(page: AddressPage) -> AnyResponse:
    if page.jobs:
        speak_of(page.jobs[0].job.language)
    return make_response(
        render_template("confirm_address.html", page=page, state=page.state.value),
        _STATUS[page.state],
    )


@pages.post("/submit/success/send-again")
def send_again() -> AnyResponse:
    """Mail the link again, for the browser that sent the models."""
    job_id = request.form.get("job", "")
    if job_id not in session.get("jobs", []):
        return redirect(url_for("student.find"), 303)
    try:
        lab_of(current_app).addresses.send_again(job_id, sender=sender())
    except TooManyRequests as error:
        return form_again(error, lambda errors: success_page(job_id, errors))
    return redirect(url_for("student.success", job=job_id, again="yes"), 303)


@pages.post("/dashboard/jobs/<job_id>/let-in")
def let_in(job_id: str) -> AnyResponse:
    """Staff let a job in, and those that were submitted with it."""
    jobs = lab_of(current_app).addresses.let_in(job_id, **acting())
    words = ngettext(
        "Job %(id)s is on the list now.", "%(num)s jobs are on the list now.", len(jobs), id=job_id
    )
    flash(words, "success")
    back = local_path(request.form.get("next", ""))
    return redirect(back or url_for("jobs.show", job_id=job_id), 303)
