"""What a staff PC's opener tells: that it has started a slicer with a file."""

from __future__ import annotations

from flask import Blueprint, current_app, request

from printflow import SignInRefused

from .request import lab_of
from .security import csrf

pages = Blueprint("opener_reports", __name__)


csrf.exempt(pages)


@pages.post("/opened")
def opened() -> tuple[str, int]:
    """A station's token stands in for a session: no browser sends this."""
    said = request.get_json(silent=True)
    facts = said if isinstance(said, dict) else {}
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        lab_of(current_app).report_opened(
            str(facts.get("file", "")),
            station=str(facts.get("station", "")),
            token=token if scheme == "Bearer" else "",
        )
    except SignInRefused as error:
        return f"{error} {error.next_step}\n", 403
    return "", 204
