"""Paying online: the way to the payment service and back, its word, and what staff look at.

The service's word is the only route that needs no form's token: a signature stands in for it.
"""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from printflow import InvalidInput, NotFound, PrintflowError, Received, Refusal

from .acting import acting
from .errors import ParameterRefused, form_again, refused
from .page_language import speak_of
from .request import lab_of
from .security import csrf
from .student import sender

pages = Blueprint("online", __name__)

CALLBACK_BODY = 8 * 1024
"""Bytes that the payment service's word may have."""
_PAGE = 50
_DIGITS = 12


@pages.get("/jobs/<token>/pay")
def pay(token: str) -> AnyResponse | str:
    """Lead to the payment service as long as what is due is what was shown; else show it."""
    offer = lab_of(current_app).online.offer(token)
    if not offer.url:
        return redirect(url_for("own_job.show", token=token), 303)
    speak_of(offer.job.language)
    if not offer.is_for(request.args.get("due", "")):
        return render_template("pay_online.html", offer=offer, token=token)
    session["paying"] = token
    return redirect(offer.url, 303)


@pages.get("/payment/back")
def back() -> AnyResponse | str:
    """Where the payment service sends people; that someone comes back proves nothing."""
    token = session.pop("paying", "")
    try:
        lab_of(current_app).students.job(token)
    except NotFound:
        return render_template("paid_back.html")
    return redirect(url_for("own_job.show", token=token, done="paid"), 303)


@pages.post("/payment/callback")
def callback() -> AnyResponse:
    """What was paid, signed by the payment service; the answer is always JSON."""
    if (request.content_length or 0) > CALLBACK_BODY:
        raise RequestEntityTooLarge
    body = request.get_data(cache=False)
    if len(body) > CALLBACK_BODY:
        raise RequestEntityTooLarge
    try:
        received = lab_of(current_app).online.receive(
            body,
            timestamp=request.headers.get("Printflow-Timestamp", ""),
            signature=request.headers.get("Printflow-Signature", ""),
            sender=sender(),
        )
    except PrintflowError as error:
        return refused(error)
    return _answer(received)


csrf.exempt(callback)


def _answer(received: Received) -> Response:
    """200 for what is in the ledger, 202 for what staff have to look at first."""
    one = received.payment
    answer = jsonify(
        state="recorded" if received.booked else "held",
        receipt=f"{one.payment_id:06d}" if one.payment_id is not None else None,
        finding=one.finding,
        repeated=received.repeated,
        due_cents=received.due_cents,
    )
    answer.status_code = 200 if received.booked else 202
    return answer


@pages.get("/dashboard/payments/online")
def index() -> str:
    """What was paid online; what staff have to look at comes first."""
    before = request.args.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) < _DIGITS):
        raise ParameterRefused(_("There's no such page."))
    return _page({}, before=int(before) if before else None)


def _page(errors: dict[str, Refusal], before: int | None = None, wrong: int = 0) -> str:
    lab = lab_of(current_app)
    rest = lab.online.find(before=before, limit=_PAGE + 1)
    return render_template(
        "online_payments.html",
        waiting=lab.online.find(waiting=True, limit=_PAGE) if before is None else [],
        charges=lab.papercut.find(waiting=True, limit=_PAGE) if before is None else [],
        rest=rest[:_PAGE],
        next=rest[_PAGE - 1].id if len(rest) > _PAGE else None,
        first=before is None,
        errors=errors,
        wrong=wrong,
        form=request.form,
    )


@pages.post("/dashboard/payments/online/<int:online_id>/settle")
def settle(online_id: int) -> AnyResponse | str:
    """Staff have looked at it, and say what they did."""
    try:
        lab_of(current_app).online.settle(online_id, note=request.form.get("note", ""), **acting())
    except InvalidInput as error:
        return form_again(error, lambda errors: _page(errors, wrong=online_id))
    flash(_("Noted."), "success")
    return redirect(url_for("online.index"), 303)
