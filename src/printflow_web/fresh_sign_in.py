"""A fresh sign-in before a sensitive act, for those whom no station's password let in."""

from __future__ import annotations

from flask import Response, make_response, render_template, request, url_for

from printflow import OPERATOR_SOURCE, PROXY_SOURCE

from .acting import staff_session
from .remembered import from_memory_only

_FORM = "application/x-www-form-urlencoded"
_SECRET = frozenset({"csrf_token", "password", "password_again"})


def fresh_sign_in() -> Response | None:
    """The page that leads to the provider, in another tab, and keeps what was typed; None for who
    signed in by a station's password, and can type it.
    """
    acts = staff_session()
    if acts is None or not acts.source:
        return None
    way = "sign_in.by_proxy" if acts.source == PROXY_SOURCE else "sign_in.confirm"
    kept = request.form.items(multi=True) if request.mimetype == _FORM else ()
    from_memory_only()
    page = render_template(
        "confirm_elsewhere.html",
        typed=[pair for pair in kept if pair[0] not in _SECRET],
        way="" if acts.source == OPERATOR_SOURCE else url_for(way),
    )
    return make_response(page, 403)
