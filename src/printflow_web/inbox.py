"""Emails that came in: the tray of those that need a job, and what became of the others."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
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

from printflow import Fate, InvalidInput, Refusal

from .acting import acting
from .errors import ParameterRefused, form_again
from .live_page import live_page
from .request import lab_of
from .undo_notices import forget_undo

pages = Blueprint("inbox", __name__, url_prefix="/inbox")

_PAGE = 50
_DIGITS = 19
_LISTS: dict[str, tuple[Fate, ...]] = {
    "tray": (Fate.TRAY,),
    "jobs": (Fate.MESSAGE, Fate.ASSIGNED),
    "dismissed": (Fate.DISMISSED,),
    "returned": (Fate.BOUNCE,),
    "automatic": (Fate.IGNORED,),
}
_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PN": "image/png"}
_ALONE = "default-src 'none'; sandbox; frame-ancestors 'none'"


@pages.get("")
def index() -> Response:
    """Emails of one kind, newest first, a page at a time."""
    lab, shown = lab_of(current_app), request.args.get("show", "tray")
    if shown not in _LISTS:
        raise ParameterRefused(
            _("The address is wrong: “show” must be one of %(names)s.", names=", ".join(_LISTS))
        )
    typed = request.args.get("before", "")
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) < _DIGITS):
        raise ParameterRefused(_("The address is wrong: “before” must be a whole number."))
    before = int(typed) if typed else None
    mails = lab.inbox.find(_LISTS[shown], limit=_PAGE + 1, before=before)
    counts = lab.inbox.counts()
    values = {
        "mails": mails[:_PAGE],
        "more": len(mails) > _PAGE,
        "first": before is None,
        "shown": shown,
        "counts": {
            name: sum(counts.get(fate, 0) for fate in fates) for name, fates in _LISTS.items()
        },
        "handling": lab.inbox.handling(),
        "read_at": lab.inbox.read_at(),
    }
    return live_page("inbox.html", ["_inbox_tabs.html", "_inbox_live.html"], values)


def _page(mail_id: int, errors: dict[str, Refusal]) -> str:
    lab = lab_of(current_app)
    mail = lab.inbox.get(mail_id)
    return render_template(
        "incoming.html",
        mail=mail,
        whole=lab.inbox.whole(mail_id),
        errors=errors,
        job_id=request.form.get("job_id", mail.job_id or ""),
    )


@pages.get("/<int:mail_id>")
def show(mail_id: int) -> str:
    """One email: its text with what it quotes, and what can be done with it."""
    return _page(mail_id, {})


@pages.get("/<int:mail_id>/original")
def original(mail_id: int) -> Response:
    """The email as it came, to open in a mail program: never shown by the browser itself."""
    answer = Response(lab_of(current_app).inbox.original(mail_id))
    answer.mimetype = "application/octet-stream"
    answer.headers["Content-Disposition"] = f'attachment; filename="email-{mail_id}.eml"'
    answer.headers["Content-Security-Policy"] = _ALONE
    return answer


@pages.get("/<int:mail_id>/pictures/<int:picture_id>")
def picture(mail_id: int, picture_id: int) -> Response:
    """A picture of an email, drawn again by Printflow."""
    data = lab_of(current_app).inbox.picture(mail_id, picture_id)
    answer = make_response(data)
    answer.mimetype = _KINDS[data[:3]]
    answer.headers["Content-Security-Policy"] = _ALONE
    return answer


@pages.post("/<int:mail_id>/assign")
def assign(mail_id: int) -> AnyResponse:
    """Put it into a job."""
    lab, typed = lab_of(current_app), request.form.get("job_id", "")
    try:
        job_id = lab.inbox.assign(mail_id, typed, **acting())
    except InvalidInput as error:
        return form_again(error, lambda errors: _page(mail_id, errors))
    words = _("The email was added to job %(id)s.", id=job_id)
    flash(words, f"undo-email:{mail_id}:{lab.settings.undo_seconds}")
    return redirect(url_for("jobs.show", job_id=job_id, _anchor="notes"), 303)


@pages.post("/<int:mail_id>/dismiss")
def dismiss(mail_id: int) -> AnyResponse:
    """Say that it belongs to no job."""
    lab = lab_of(current_app)
    try:
        lab.inbox.dismiss(mail_id, **acting())
    except InvalidInput as error:
        return form_again(error, lambda errors: _page(mail_id, errors))
    flash(_("The email was dismissed."), f"undo-email:{mail_id}:{lab.settings.undo_seconds}")
    return redirect(url_for("inbox.index"), 303)


@pages.post("/<int:mail_id>/put-back")
def put_back(mail_id: int) -> AnyResponse:
    """Take back what was decided about it."""
    try:
        lab_of(current_app).inbox.put_back(mail_id, **acting())
    except InvalidInput as error:
        return form_again(error, lambda errors: _page(mail_id, errors))
    forget_undo()
    flash(_("The email is in the tray again."), "success")
    return redirect(url_for("inbox.show", mail_id=mail_id), 303)
