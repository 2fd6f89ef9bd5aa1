"""Links to which an email program has added the dot, bracket or slash that stood behind them."""

from __future__ import annotations

from flask import Flask, current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

_BEHIND = "./>)]}»”’\"',;:!?… \t\u00a0\u200b"
"""What no link of ours ends with."""


def init_links_with_more(app: Flask) -> None:
    """Lead such a link to what was meant, before anything looks at it."""
    app.before_request(_meant)


def _meant() -> Response | None:
    if request.method != "GET" or request.path[-1] not in _BEHIND:
        return None
    meant = request.path.rstrip(_BEHIND)
    try:
        endpoint, values = current_app.url_map.bind("").match(meant, method="GET")
    except HTTPException:
        return None
    # Only of links with a token, and always to an address of this site.
    return redirect(url_for(endpoint, **values)) if set(values) == {"token"} else None
