"""Tells the server that a file was opened: one short POST that no one waits for."""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from .config import Config

_SECONDS = 2.0
_WORDS = 500
"""Bytes of the answer that are logged."""


def report_opened(config: Config, name: str) -> str:
    """What became of it, for the log; never raises, and is never needed."""
    try:
        address = urlsplit(config.server)
        kind = {"http": HTTPConnection, "https": HTTPSConnection}.get(address.scheme)
        if kind is None or not address.hostname:
            return f"server {config.server!r} isn't a web address"
        connection = kind(address.hostname, address.port, timeout=_SECONDS)
        try:
            connection.request(
                "POST",
                f"{address.path.rstrip('/')}/opened",
                body=json.dumps({"file": name, "station": config.station}),
                headers={
                    "Authorization": f"Bearer {config.station_token}",
                    "Content-Type": "application/json",
                },
            )
            answer = connection.getresponse()
            words = answer.read(_WORDS).decode("utf-8", "replace")
        finally:
            connection.close()
    except (OSError, ValueError, HTTPException) as error:
        return f"not sent: {error}"
    if answer.status < 300:
        return "sent"
    plain = answer.headers.get_content_type() == "text/plain"
    return f"refused with {answer.status}" + (f": {words.strip()}" if plain and words else "")
