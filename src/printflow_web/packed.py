"""Scripts and styles are packed when they are built, and sent so to who can unpack them."""

from __future__ import annotations

import mimetypes

from flask import Response, request, send_from_directory
from werkzeug.exceptions import NotFound


def send_packed(folder: str, name: str, max_age: int | None) -> Response | None:
    """The packed form of a static file; None where there is none, or it is not wanted.

    Only static files: a packed page would tell its secrets by its length (BREACH).
    """
    if not request.accept_encodings["gzip"]:
        return None
    try:
        kind = mimetypes.guess_type(name)[0]
        answer = send_from_directory(folder, f"{name}.gz", mimetype=kind, max_age=max_age)
    except NotFound:
        return None
    answer.headers["Content-Encoding"] = "gzip"
    answer.vary.add("Accept-Encoding")
    return answer
