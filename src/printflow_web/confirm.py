"""The page behind a confirmation link. Looking changes nothing; only a ticked form answers."""

from __future__ import annotations

from flask import (
    Blueprint,
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
    InvalidInput,
    LinkExpired,
    LinkOvertaken,
    LinkState,
    QuotePage,
    Refusal,
    TooManyRequests,
    TransitionRefused,
    Trigger,
    Unavailable,
    shortened,
)

from .errors import form_again
from .page_language import speak_of
from .request import lab_of
from .spoken import spoken

pages = Blueprint("confirm", __name__)

_PAGES = {
    LinkState.OPEN: ("confirm.html", 200),
    LinkState.USED: ("confirm_done.html", 200),
    LinkState.EXPIRED: ("confirm_expired.html", 410),
    LinkState.VOID: ("confirm_overtaken.html", 409),
}


_SHOWN_ON_THE_PAGE = (
    InvalidInput,
    TransitionRefused,
    TooManyRequests,
    LinkExpired,
    LinkOvertaken,
    Unavailable,
)


def _page(
    page: QuotePage, token: str, errors: dict[str, Refusal] | None = None, *, sent: bool = False
) -> str:
    speak_of(page.job.language)
    return render_template(
        _PAGES[page.state][0],
        page=page,
        agreement=lab_of(current_app).quotes.agreement(page),
        token=token,
        answers=Trigger,
        errors=errors or {},
        form=request.form,
        ticked=_ticked(page),
        status_url=lab_of(current_app).students.url(page.job),
        request_url=lab_of(current_app).students.request_url(page.job),
        sent=sent,
    )


def _ticked(page: QuotePage) -> list[str]:
    """The other models that are ticked: as they were sent, or all where the link says so."""
    if request.method == "GET" and "all" in request.args:
        return [one.token for one in page.together]
    return request.form.getlist("also")


@pages.route("/confirm/<token>", methods=["GET", "POST"])
def quote(token: str) -> AnyResponse:
    """Show the quote, or what became of it; take the answer."""
    if request.method == "POST":
        return _answer(token)
    page = lab_of(current_app).quotes.page(token)
    return make_response(_page(page, token), _PAGES[page.state][1])


_TOTAL = "total"
"""The button, where there are no scripts, that adds up what is ticked and answers nothing."""


def _looked_at_total(token: str) -> AnyResponse:
    page = lab_of(current_app).quotes.page(token)
    return make_response(_page(page, token), _PAGES[page.state][1])


def _answer(token: str) -> AnyResponse:
    """Confirm, decline, or ask for a new link."""
    lab, form = lab_of(current_app), request.form
    if form.get("action") == _TOTAL:
        return _looked_at_total(token)
    act = {
        Trigger.CONFIRM.value: lambda: lab.quotes.confirm(
            token,
            consent=bool(form.get("consent")),
            agreed=form.get("agreed", ""),
            also=form.getlist("also"),
            seen={one: form.get(f"seen-{one}", "") for one in (token, *form.getlist("also"))},
        ),
        Trigger.DECLINE.value: lambda: lab.quotes.decline(token, text=form.get("text", "")),
        Trigger.RESEND.value: lambda: lab.quotes.resend(token),
    }.get(form.get("action", ""))
    try:
        if act is None:
            raise InvalidInput.of("", "action_unknown", _("Choose “Confirm” or “Decline”."))
        page = act()
    except _SHOWN_ON_THE_PAGE as error:
        shown = lab.quotes.page(token)
        speak_of(shown.job.language)
        return form_again(error, lambda errors: _page(shown, token, errors))
    if form.get("action") == Trigger.RESEND.value:
        return make_response(_page(page, token, sent=True))
    speak_of(page.job.language)
    if page.too_late:
        flash(spoken(page.too_late), "error")
    for job in page.not_confirmed:
        words = _(
            "“%(file)s” wasn't confirmed because it has changed. Check it again, or see your latest email.",
            file=shortened(job.original_name, 48),
        )
        flash(words, "error")
    return redirect(url_for("confirm.quote", token=token), 303)
