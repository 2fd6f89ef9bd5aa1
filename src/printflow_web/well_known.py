"""Where people who found a hole report it: ``/.well-known/security.txt`` (RFC 9116)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from flask import Blueprint, Response, abort, current_app, url_for

from .request import lab_of

pages = Blueprint("well_known", __name__, url_prefix="/.well-known")

_GOOD_FOR = timedelta(days=180)
"""RFC 9116, 2.5.5 recommends less than a year. Who removes the setting takes the file back."""


@pages.get("/security.txt")
def security_txt() -> Response:
    """Whom to tell; 404 where the lab names nobody."""
    settings = lab_of(current_app).settings
    server = settings.server
    if not server.security_contact:
        abort(404)
    expires = server.security_expires
    until = datetime.combine(expires, time(), UTC) if expires else datetime.now(UTC) + _GOOD_FOR
    fields = [
        ("Contact", server.security_contact),
        ("Expires", until.strftime("%Y-%m-%dT00:00:00Z")),
        ("Policy", server.security_policy),
        ("Preferred-Languages", "en"),
        # Only of an address that is the lab's own whoever asks: never of the Host that was sent.
        (
            "Canonical",
            f"{settings.base_url}{url_for('.security_txt')}" if settings.base_url else "",
        ),
    ]
    lines = [f"{name}: {value}\n" for name, value in fields if value]
    return Response("".join(lines), content_type="text/plain; charset=utf-8")
