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
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from printflow import (
    MAIL_STATES,
    InvalidInput,
    PrintflowError,
    Refusal,
    RenderedMail,
    clean_line,
)

from .acting import acting
from .auth import local_path
from .errors import ParameterRefused, form_again
from .live_page import live_page
from .request import lab_of

pages = Blueprint("admin", __name__)

_log = logging.getLogger(__name__)
_PAGE = 36
_COUNTED = 1000
"""So many emails of a state are counted; of more the tabs say that there are more."""
_DIGITS = 19
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
)


@pages.get("/outbox")
def outbox() -> Response:
    """Mails, newest first, a page at a time."""
    lab, state = lab_of(current_app), request.args.get("state", "")
    if state and state not in MAIL_STATES:
        raise ParameterRefused(
            _(
                "The address is wrong: “state” must be one of %(states)s.",
                states=", ".join(MAIL_STATES),
            )
        )
    typed = request.args.get("before", "")
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) < _DIGITS):
        raise ParameterRefused(_("The address is wrong: “before” must be a whole number."))
    before = int(typed) if typed else None
    mails = lab.mail.find(state=state or None, limit=_PAGE + 1, before=before)
    shown = {
        "mails": mails[:_PAGE],
        "more": len(mails) > _PAGE,
        "first": before is None,
        "state": state or None,
        "counts": lab.mail.counts(most=_COUNTED + 1),
        "counted": _COUNTED,
        "handling": lab.mail.handling(),
        "paused": lab.mail.paused(),
    }
    return live_page("outbox.html", ["_outbox_tabs.html", "_outbox_live.html"], shown)


@pages.post("/outbox/resume")
def resume_mail() -> AnyResponse:
    """Try the login again now, after it was fixed."""
    lab_of(current_app).mail.resume(**acting())
    flash(_("Trying again now. This page shows whether it works."), "success")
    return redirect(url_for("admin.outbox"), 303)


def _preview(mail_id: int, *, picture: bool = False) -> RenderedMail | None:
    try:
        return lab_of(current_app).mail.preview(mail_id, picture=picture)
    except PrintflowError:
        _log.exception("email %s can't be shown", mail_id)
        return None


@pages.get("/outbox/<int:mail_id>")
def mail(mail_id: int) -> str:
    """One mail, as it was or will be sent."""
    found = lab_of(current_app).mail.get(mail_id)
    return render_template("mail.html", mail=found, preview=_preview(mail_id), errors={}, form=None)


@pages.get("/outbox/<int:mail_id>/html")
def mail_html(mail_id: int) -> Response:
    """The mail's HTML alone, for a frame that can do nothing."""
    preview = _preview(mail_id, picture=True)
    if preview is None:
        abort(404)
    response = make_response(preview.html_alone)
    response.headers["Content-Security-Policy"] = _MAIL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@pages.post("/outbox/<int:mail_id>/retry")
def retry_mail(mail_id: int) -> AnyResponse:
    """Send it again, perhaps to another address."""
    lab, to = lab_of(current_app), request.form.get("to", "")
    try:
        lab.mail.retry(mail_id, to=to, **acting())
    except InvalidInput as error:
        return form_again(
            error,
            lambda errors: render_template(
                "mail.html",
                mail=lab.mail.get(mail_id),
                preview=_preview(mail_id),
                errors=errors,
                form={"to": to},
            ),
        )
    flash(_("The email is on its way again."), "success")
    back = local_path(request.form.get("next", ""))
    return redirect(back or url_for("admin.mail", mail_id=mail_id), 303)


def _staff_page(errors: dict[str, Refusal]) -> str:
    lab = lab_of(current_app)
    return render_template("staff.html", staff=lab.people.all(), errors=errors, form=request.form)


@pages.get("/staff")
def staff() -> str:
    """The names one can act under."""
    return _staff_page({})


@pages.post("/staff")
def add_staff() -> AnyResponse:
    """Add a name."""
    lab, name = lab_of(current_app), clean_line(request.form.get("name", ""))
    try:
        lab.people.add(name, **acting())
    except InvalidInput as error:
        return form_again(error, _staff_page)
    return redirect(url_for("admin.staff"), 303)


@pages.post("/staff/deactivate")
def deactivate_staff() -> AnyResponse:
    """Take a name from the list; history keeps it."""
    lab_of(current_app).people.deactivate(request.form.get("name", ""), **acting())
    return redirect(url_for("admin.staff"), 303)
