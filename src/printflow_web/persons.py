"""Everything of one person, and finding people. Addresses name a job, and no person."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import MEASURES, InvalidInput, Refusal, Trigger

from .acting import acting
from .errors import ParameterRefused, form_again
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
    return _page(job_id, {"what": "block"}, {})


def _page(job_id: str, form: Mapping[str, str], errors: Mapping[str, Refusal]) -> str:
    lab = lab_of(current_app)
    try:
        page = lab.persons.of_job(job_id, after=request.args.get("after", "")[:1000])
    except InvalidInput as error:
        raise ParameterRefused(spoken_error(error)) from error
    return render_template(
        "person.html",
        page=page,
        job_id=job_id,
        first=not request.args.get("after"),
        pick_up=Trigger.PICK_UP,
        decisions=lab.decisions.of_person(page.email) if page.email else (),
        today=lab.hours.today,
        measures=MEASURES,
        form=form,
        errors=errors,
    )


@pages.post("/<job_id>/decide")
def decide(job_id: str) -> AnyResponse | str:
    """Block the person, or except them from limits."""
    lab, typed = lab_of(current_app), request.form
    form = {name: typed.get(name, "") for name in ("what", "until", "reason")}
    email = lab.decisions.email_of(job_id)
    given = {"reason": form["reason"], "until": form["until"]}
    try:
        if form["what"] == "block":
            lab.decisions.block(email, **given, **acting())
            flash(_("%(address)s is blocked.", address=email), "success")
        else:
            lab.decisions.except_from(email, code=form["what"], **given, **acting())
            flash(_("Saved the exception for %(address)s.", address=email), "success")
    except InvalidInput as error:
        return form_again(error, lambda errors: _page(job_id, form, errors))
    return redirect(url_for("persons.show", job_id=job_id, _anchor="decisions"), 303)


@pages.post("/<job_id>/decisions/<int:rule_id>/end")
def end(job_id: str, rule_id: int) -> AnyResponse:
    """Unblock the person, or end an exception."""
    lab_of(current_app).decisions.end(rule_id, **acting())
    flash(_("It no longer counts."), "success")
    return redirect(url_for("persons.show", job_id=job_id, _anchor="decisions"), 303)
