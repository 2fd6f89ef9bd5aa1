"""The page behind a confirmation link. Looking changes nothing; only a ticked form answers."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
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
)

from .errors import by_field, status_of
from .request import lab_of

pages = Blueprint("confirm", __name__)

_PAGES = {
    LinkState.OPEN: ("confirm.html", 200),
    LinkState.USED: ("confirm_done.html", 200),
    LinkState.EXPIRED: ("confirm_expired.html", 410),
    LinkState.VOID: ("confirm_overtaken.html", 409),
}


def _shown(
    page: QuotePage,
    token: str,
    errors: dict[str, Refusal] | None = None,
    status: int | None = None,
    *,
    sent: bool = False,
) -> AnyResponse:
    template, usual = _PAGES[page.state]
    text = render_template(
        template,
        page=page,
        token=token,
        outcome="confirmed" if page.confirmed else "declined",
        errors=errors or {},
        form=request.form,
        sent=sent,
    )
    return make_response(text, status or usual)


@pages.route("/confirm/<token>", methods=["GET", "POST"])
def quote(token: str) -> AnyResponse:
    """Show the quote, or what became of it; take the answer."""
    if request.method == "POST":
        return _answer(token)
    return _shown(lab_of(current_app).quote_page(token), token)


def _answer(token: str) -> AnyResponse:
    """Confirm, decline, or ask for a new link."""
    lab, form = lab_of(current_app), request.form
    act = {
        "confirm": lambda: lab.confirm_by_link(token, consent=bool(form.get("consent"))),
        "decline": lambda: lab.decline_by_link(token, text=form.get("text", "")),
        "resend": lambda: lab.resend_by_link(token),
    }.get(form.get("action", ""))
    try:
        if act is None:
            raise InvalidInput.of("", "action_unknown", "Choose “Confirm” or “Decline”.")
        page = act()
    except (InvalidInput, TransitionRefused, TooManyRequests) as error:
        shown = lab.quote_page(token)
        return _shown(shown, token, by_field(error.refusals), status_of(error))
    except (LinkExpired, LinkOvertaken) as error:
        return _shown(lab.quote_page(token), token, by_field(error.refusals), status_of(error))
    if form.get("action") == "resend":
        return _shown(page, token, status=200, sent=True)
    return redirect(url_for("confirm.quote", token=token), 303)
