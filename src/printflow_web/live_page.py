"""Pages that stay open: their own script asks again for the parts that change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, current_app, g, make_response, render_template, request

LOOK_AGAIN = "X-Look-Again"
"""After so many seconds the page's script asks again, where something is under way."""


def asked_live() -> bool:
    """Whether an open page's own script asks, with the tag of what it shows."""
    return request.headers.get("X-Requested-With") == "live"


def tag_of(text: str) -> str:
    """The tag of what is shown."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def tagged(response: Response, etag: str) -> Response:
    """The response with its tag."""
    response.set_etag(etag)
    return response


def live_answer(text: str, etag: str = "") -> Response:
    """The parts that change, or 304 where the script has them already."""
    etag = etag or tag_of(text)
    known = request.if_none_match.contains(etag)
    return tagged(make_response("", 304) if known else make_response(text), etag)


def live_page(
    page: str,
    parts: Sequence[str],
    shown: dict[str, Any],
    *,
    every: float = 1.0,
    soon: float | None = None,
    etag: str = "",
    render: Callable[[str], str] | None = None,
) -> Response:
    """A page of whose ``parts``, templates too, its script asks for news; the parts alone for the
    script. They are made for who asks, so nobody gets what another role's page shows.

    It asks every so many of the usual pauses; after ``soon`` seconds where something is under way.
    ``etag`` is given where there's a cheaper way to know that nothing has changed, and ``render``
    where a part may be at hand.
    """
    texts = [render(part) if render else render_template(part, **shown) for part in parts]
    etag = etag or tag_of("".join(texts))
    if asked_live():
        answer = live_answer("\n".join(texts), etag)
        if soon is not None:
            answer.headers[LOOK_AGAIN] = str(soon)
        return answer
    live = {
        "parts": texts,
        "etag": etag,
        "poll_seconds": current_app.config["POLL_SECONDS"] * every,
        "soon": soon,
    }
    return tagged(make_response(render_template(page, **shown, **live)), etag)


def unlogged() -> None:
    """This answer gets no line in the access log: it shows the log, and would change itself."""
    g.unlogged = True
