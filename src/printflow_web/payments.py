"""Money at the desk: payments, their receipts, and the day close."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import (
    EXPORT_FORMATS,
    DebtorPage,
    InvalidInput,
    JobDetails,
    Refusal,
    TransitionRefused,
    in_units,
    money,
    parse_date,
)

from .acting import acting
from .auth import local_path
from .errors import ParameterRefused, form_again
from .request import lab_of
from .spoken import spoken_error

pages = Blueprint("payments", __name__, url_prefix="/dashboard/payments")

_DIGITS = 12
TENDER = ("amount", "method", "receipt", "payer", "account", "waive", "note")
"""The form fields of a payment; they are named as the library's arguments."""


@pages.get("")
def day_close() -> str:
    """What a day's money comes to."""
    lab = lab_of(current_app)
    close = lab.cash_up.close(_day(request.args.get("date", "")))
    return render_template(
        "day_close.html",
        close=close,
        today=lab.cash_up.today,
        online_waiting=lab.online.waiting(),
    )


@pages.get("/day-<day>.<ending>")
def day_file(day: str, ending: str) -> Response:
    """The entries of a day as a file."""
    wanted = _day(day)
    if ending not in EXPORT_FORMATS or wanted is None:
        abort(404)
    chunks = lab_of(current_app).cash_up.file(wanted, ending)
    response = Response(chunks, content_type=EXPORT_FORMATS[ending])
    response.headers["Content-Disposition"] = (
        f'attachment; filename="printflow-payments-{wanted}.{ending}"'
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _day(typed: str) -> date | None:
    day = parse_date(typed, "date")
    if day is not None and not 1970 <= day.year < 9000:
        raise ParameterRefused(_("That date is out of range."))
    return day


@pages.get("/owes")
def owes() -> str:
    """Who owes the lab money for prints that are finished or handed out, a page at a time; all of
    them for the printer.
    """
    lab, after = lab_of(current_app).payments, request.args.get("after", "")[:1000]
    if request.args.get("all") == "yes":
        page = DebtorPage(debtors=lab.owes())
    else:
        try:
            page = lab.owing(after=after)
        except InvalidInput as error:
            raise ParameterRefused(spoken_error(error)) from error
    return render_template("owes.html", page=page, first=not after)


@pages.route("/take", methods=["GET", "POST"])
def take() -> AnyResponse | str:
    """Take a payment for a job, and for others of its student."""
    lab, first = lab_of(current_app), request.args.get("job", "")
    if request.method == "GET":
        form = {"amount": "", "suggested": "", "key": secrets.token_urlsafe(16)}
        return _take_form(first, [first], {**form, "next": request.args.get("next", "")}, {})
    chosen = request.form.getlist("job")
    said = {name: request.form.get(name, "") for name in TENDER}
    try:
        payment = lab.payments.take(
            chosen,
            key=request.form.get("key", ""),
            expected_due=_shown_due(),
            **said,
            **acting(),
        )
    except (TransitionRefused, InvalidInput) as error:
        form = request.form.to_dict()
        return form_again(error, lambda errors: _take_form(first, chosen, form, errors))
    flash(
        _(
            "Receipt %(number)s: %(amount)s.",
            number=payment.number,
            amount=money(payment.amount_cents, payment.currency),
        ),
        "success",
    )
    return redirect(_back(payment.job_ids[0]), 303)


def _shown_due() -> dict[str, int]:
    """What the form showed as due, by job; hidden fields."""
    shown = {}
    for job_id, cents in zip(
        request.form.getlist("shown_job"), request.form.getlist("shown_due"), strict=False
    ):
        if not (cents.isascii() and cents.isdigit() and len(cents) < _DIGITS):
            raise ParameterRefused(_("This page is out of date. Open it again."))
        shown[job_id] = int(cents)
    return shown


def _take_form(
    first: str, chosen: list[str], form: dict[str, Any], errors: dict[str, Refusal]
) -> str:
    balances = lab_of(current_app).payments.open_balances(first)
    suggested = in_units(
        sum(one.balance.due_cents for one in balances if one.job.id in chosen),
        balances[0].job.currency if balances else "USD",
    )
    if form.get("amount") == form.get("suggested"):  # nobody typed another amount
        form = {**form, "amount": suggested}
    form = {**form, "suggested": suggested}
    return render_template(
        "take_payment.html",
        balances=balances,
        chosen=chosen,
        form=form,
        errors=errors,
    )


def _back(job_id: str) -> str:
    return local_path(request.form.get("next", "")) or url_for("jobs.show", job_id=job_id)


@pages.get("/<int:payment_id>")
def receipt(payment_id: int) -> str:
    """The receipt, for the printer."""
    return _receipt(payment_id, "", {})


def _receipt(payment_id: int, to: str, errors: dict[str, Refusal]) -> str:
    found = lab_of(current_app).receipts.get(payment_id)
    return render_template(
        "receipt.html", receipt=found, to=to or found.jobs[0].student_email, errors=errors
    )


@pages.post("/<int:payment_id>/mail")
def mail(payment_id: int) -> AnyResponse:
    """Mail the receipt."""
    to = request.form.get("to", "")
    try:
        address = lab_of(current_app).receipts.mail(payment_id, to=to, **acting())
    except InvalidInput as error:
        return form_again(error, lambda errors: _receipt(payment_id, to, errors))
    flash(_("We'll email the receipt to %(address)s.", address=address), "success")
    return redirect(url_for("payments.receipt", payment_id=payment_id), 303)


@pages.route("/refund", methods=["GET", "POST"])
def refund() -> AnyResponse | str:
    """Refund all or part of what was paid for a job."""
    lab, job_id = lab_of(current_app), request.args.get("job", "")
    if request.method == "GET":
        form = {"key": secrets.token_urlsafe(16), "next": request.args.get("next", "")}
        details = lab.jobs.details(job_id, newest=1)
        amount = in_units(details.balance.paid_cents, details.job.currency)
        return _refund_form(details, {**form, "amount": amount}, {})
    form = request.form.to_dict()
    try:
        entry = lab.payments.refund(
            job_id,
            key=form.get("key", ""),
            expected_paid=_shown_due().get(job_id),
            **{name: form.get(name, "") for name in ("amount", "method", "reason", "note")},
            **acting(),
        )
    except (TransitionRefused, InvalidInput) as error:
        details = lab.jobs.details(job_id, newest=1)
        return form_again(error, lambda errors: _refund_form(details, form, errors))
    amount = money(-entry.amount_cents, entry.currency)
    flash(
        _("Receipt %(number)s: refunded %(amount)s.", number=entry.number, amount=amount), "success"
    )
    return redirect(_back(entry.job_ids[0]), 303)


def _refund_form(details: JobDetails, form: dict[str, Any], errors: dict[str, Refusal]) -> str:
    return render_template(
        "refund.html", details=details, job=details.job, form=form, errors=errors
    )


@pages.route("/write-off", methods=["GET", "POST"])
def write_off() -> AnyResponse | str:
    """Write off what is due for finished jobs."""
    lab, asked = lab_of(current_app), request.args.getlist("job")
    if request.method == "GET":
        form = {"key": secrets.token_urlsafe(16), "next": request.args.get("next", "")}
        return _write_off_form(asked, form, {})
    form = request.form.to_dict()
    try:
        entry = lab.payments.write_off(
            asked,
            key=form.get("key", ""),
            reason=form.get("reason", ""),
            expected_due=_shown_due(),
            **acting(),
        )
    except (TransitionRefused, InvalidInput) as error:
        return form_again(error, lambda errors: _write_off_form(asked, form, errors))
    amount = money(entry.waived_cents, entry.currency)
    flash(
        _("Receipt %(number)s: wrote off %(amount)s.", number=entry.number, amount=amount),
        "success",
    )
    return redirect(_back(entry.job_ids[0]), 303)


def _write_off_form(asked: list[str], form: dict[str, Any], errors: dict[str, Refusal]) -> str:
    if not asked:
        abort(404)
    balances = lab_of(current_app).payments.balances(asked)
    return render_template("write_off.html", balances=balances, form=form, errors=errors)


@pages.route("/<int:payment_id>/void", methods=["GET", "POST"])
def void(payment_id: int) -> AnyResponse | str:
    """Void a payment."""
    lab, form = lab_of(current_app), request.form
    if request.method == "GET":
        return _void_form(payment_id, {"reason": "", "next": request.args.get("next", "")}, {})
    try:
        payment = lab.payments.void(payment_id, reason=form.get("reason", ""), **acting())
    except TransitionRefused as error:
        typed = form.to_dict()
        return form_again(error, lambda errors: _void_form(payment_id, typed, errors))
    flash(_("Receipt %(number)s voided.", number=payment.number), "success")
    return redirect(_back(payment.job_ids[0]), 303)


def _void_form(payment_id: int, form: dict[str, Any], errors: dict[str, Refusal]) -> str:
    return render_template(
        "void_payment.html",
        payment=lab_of(current_app).payments.get(payment_id),
        form=form,
        errors=errors,
    )
