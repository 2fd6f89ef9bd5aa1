"""Charging a student's PaperCut account: asking for it, and what staff found out of it."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import InvalidInput, Refusal, TransitionRefused, money

from .acting import acting
from .auth import local_path
from .errors import ParameterRefused, form_again
from .request import lab_of

pages = Blueprint("papercut", __name__, url_prefix="/dashboard/payments/papercut")

_DIGITS = 12


@pages.route("", methods=["GET", "POST"])
def charge() -> AnyResponse | str:
    """Have what is due for a job charged; a worker does it."""
    job_id = request.args.get("job", "")
    if request.method == "GET":
        return _form(job_id, None, {})
    shown = request.form.get("shown_due", "")
    if not (shown.isascii() and shown.isdigit() and len(shown) < _DIGITS):
        raise ParameterRefused(_("This page is out of date. Open it again."))
    typed = request.form.get("username", "")
    try:
        asked = lab_of(current_app).papercut.charge(
            job_id, username=typed, expected_due=int(shown), **acting()
        )
    except (TransitionRefused, InvalidInput) as error:
        return form_again(error, lambda errors: _form(job_id, typed, errors))
    flash(
        _(
            "Charging %(amount)s to %(user)s's PaperCut account. The result will be shown here.",
            amount=money(asked.amount_cents, asked.currency),
            user=asked.username,
        ),
        "success",
    )
    back = local_path(request.form.get("next", ""))
    return redirect(back or url_for("jobs.show", job_id=asked.job_id), 303)


def _form(job_id: str, typed: str | None, errors: dict[str, Refusal]) -> str:
    offer = lab_of(current_app).papercut.offer(job_id)
    return render_template(
        "charge_papercut.html",
        offer=offer,
        job=offer.job,
        username=offer.username if typed is None else typed,
        next=request.values.get("next", ""),
        errors=errors,
    )


@pages.post("/<int:charge_id>/settle")
def settle(charge_id: int) -> AnyResponse:
    """Staff have looked in PaperCut: it was charged, or it wasn't."""
    found = request.form.get("charged", "")
    if found not in {"yes", "no"}:
        raise ParameterRefused(_("This page is out of date. Open it again."))
    lab_of(current_app).papercut.settle(charge_id, charged=found == "yes", **acting())
    flash(_("Noted."), "success")
    return redirect(url_for("online.index"), 303)
