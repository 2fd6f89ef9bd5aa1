"""Typing the password again before a sensitive action; the page that asks for it keeps the rest."""

from __future__ import annotations

from flask import Response, current_app, request

from printflow import Acting, NotFound, SignInBusy, SignInRefused, TooManyRequests

from .acting import ACTING, session_key, staff_session
from .errors import PASSWORD_AGAIN, confirm_first, status_of
from .known_pc import known_pc
from .request import lab_of


def confirm_again() -> Response | None:
    """Take a password that comes with a form, before the form is carried out."""
    if request.method != "POST" or request.mimetype != "application/x-www-form-urlencoded":
        return None
    if PASSWORD_AGAIN not in request.form or staff_session() is None:
        return None
    lab, key = lab_of(current_app), session_key()
    try:
        lab.sessions.confirm(
            key,
            request.form[PASSWORD_AGAIN],
            address=request.remote_addr or "",
            known_pc=known_pc().proof,
        )
    except (SignInRefused, SignInBusy, TooManyRequests, NotFound) as error:
        return confirm_first(error.refusals[0], status_of(error))
    if (found := lab.sessions.get(key)) is not None:
        whoever: Acting = request.environ[ACTING]
        whoever.turns_out_to_be(lab.sessions.permit(found))
    return None
