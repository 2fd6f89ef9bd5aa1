"""The outbox, and the names of staff."""

from __future__ import annotations

import logging

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import InvalidInput, PrintflowError, RenderedMail

from .auth import require_staff
from .errors import ParameterRefused, form_again
from .request import lab_of

pages = Blueprint("admin", __name__)
pages.before_request(require_staff)

_log = logging.getLogger(__name__)
_STATES = ("queued", "sending", "sent", "dead", "canceled")
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
)


@pages.get("/outbox")
def outbox() -> str:
    """Every mail, newest first."""
    lab, state = lab_of(current_app), request.args.get("state", "")
    if state and state not in _STATES:
        raise ParameterRefused(_("state: choose from %(states)s.", states=", ".join(_STATES)))
    return render_template(
        "outbox.html",
        mails=lab.mails(state=state or None),
        state=state or None,
        handling=lab.mail_handling(),
        paused=lab.mail_paused(),
    )


def _preview(mail_id: int) -> RenderedMail | None:
    try:
        return lab_of(current_app).mail_preview(mail_id)
    except PrintflowError:
        _log.exception("mail %s cannot be shown", mail_id)
        return None


@pages.get("/outbox/<int:mail_id>")
def mail(mail_id: int) -> str:
    """One mail, as it was or will be sent."""
    found = lab_of(current_app).mail(mail_id)
    return render_template("mail.html", mail=found, preview=_preview(mail_id), errors={}, form=None)


@pages.get("/outbox/<int:mail_id>/html")
def mail_html(mail_id: int) -> Response:
    """The mail's HTML alone, for a frame that can do nothing."""
    preview = _preview(mail_id)
    if preview is None:
        abort(404)
    response = make_response(preview.html)
    response.headers["Content-Security-Policy"] = _MAIL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@pages.post("/outbox/<int:mail_id>/retry")
def retry_mail(mail_id: int) -> AnyResponse:
    """Send it again, perhaps to another address."""
    lab, to = lab_of(current_app), request.form.get("to", "")
    try:
        lab.retry_mail(mail_id, to=to, by=session["staff"])
    except InvalidInput as error:
        return form_again(
            error,
            lambda errors: render_template(
                "mail.html",
                mail=lab.mail(mail_id),
                preview=_preview(mail_id),
                errors=errors,
                form={"to": to},
            ),
        )
    flash(_("The mail is on its way again."), "success")
    return redirect(url_for("admin.mail", mail_id=mail_id), 303)


@pages.route("/staff", methods=["GET", "POST"])
def staff() -> AnyResponse | str:
    """The names one can act under."""
    lab, form = lab_of(current_app), request.form
    if request.method != "POST":
        return render_template("staff.html", names=lab.staff_names(), errors={}, form=None)
    try:
        if form.get("action") == "deactivate":
            lab.deactivate_staff(form.get("name", ""))
        else:
            lab.add_staff(form.get("name", ""))
    except InvalidInput as error:
        return form_again(
            error,
            lambda errors: render_template(
                "staff.html", names=lab.staff_names(), errors=errors, form=form
            ),
        )
    return redirect(url_for("admin.staff"), 303)
