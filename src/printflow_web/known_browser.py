"""A student's browser, known again for months: it need not confirm an address that it confirmed.

The cookie holds a secret and nothing else; which addresses it stands for is known to the lab alone.
"""

from __future__ import annotations

import re
import secrets

from flask import current_app, request
from werkzeug.wrappers import Response

_COOKIE = "printflow_known"
KEPT_DAYS = 180
_SECRET = re.compile(r"[A-Za-z0-9_-]{22}")


def known_browser() -> str:
    """The browser's secret; a new one where it has none yet, for :func:`keep`."""
    found = request.cookies.get(_COOKIE, "")
    return found if _SECRET.fullmatch(found) else secrets.token_urlsafe(16)


def keep(response: Response, secret: str) -> None:
    """Let the browser keep its secret."""
    response.set_cookie(
        _COOKIE,
        secret,
        max_age=KEPT_DAYS * 24 * 3600,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
