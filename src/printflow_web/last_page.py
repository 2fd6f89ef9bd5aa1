"""The page of last resort: when even the page of an error fails, people still get words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from flask import Flask

from .request import lab_of

_log = logging.getLogger(__name__)
_AGAIN_SECONDS = 10
_NEUTRAL = "3D printing lab"
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Temporarily unavailable · {name}</title></head>
<body>
<h1>Temporarily unavailable</h1>
<p>{name} can't show this page at the moment. Nothing was changed.</p>
<p>Try again in a minute. If it keeps happening, let the lab know.</p>
</body>
</html>
"""
_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Retry-After", str(_AGAIN_SECONDS)),
)


class LastPage:
    """Around the whole application; what comes out of it as an exception becomes this page.

    Not a template: nothing that may have failed takes part in it.
    """

    def __init__(self, app: Flask) -> None:
        self._lab = lab_of(app)
        self._inner = app.wsgi_app

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer one request."""
        try:
            return self._inner(environ, start_response)
        except Exception:  # noqa: BLE001 - whatever it is, people get a page
            _log.exception("the page of an error failed")
            body = self._page().encode()
            headers = [*_HEADERS, ("Content-Length", str(len(body)))]
            start_response("503 Service Unavailable", headers)
            return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]

    def _page(self) -> str:
        catalog = self._lab.catalog.remembered
        return _PAGE.format(name=escape(catalog.lab_name if catalog is not None else _NEUTRAL))
