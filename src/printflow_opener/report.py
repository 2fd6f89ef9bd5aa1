"""Telling the server that a file was opened: one short POST that nobody waits for."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

from .config import Config

_SECONDS = 2.0


def report_opened(config: Config, name: str) -> bool:
    """Whether the server took it; never raises, and is never needed."""
    address = f"{config.server.rstrip('/')}/opened"
    if not address.startswith(("http://", "https://")):
        return False
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        address,
        data=json.dumps({"file": name}).encode(),
        headers={
            "Authorization": f"Bearer {config.station_token}",
            "Content-Type": "application/json",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            return int(answer.status) < 300
    except (OSError, ValueError):
        return False
