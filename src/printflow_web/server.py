"""Serving a lab with waitress."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waitress.server import create_server

from printflow import Printflow

from .channel import LingeringChannel, parser_for
from .factory import create_app
from .resting import RestingLoop, connections
from .security import upload_limit

_IDLE_SECONDS = 30


def _behind(proxy: str) -> dict[str, Any]:
    """What of the proxy in front is believed: who asks, and by which scheme. Its Host is passed on."""
    if not proxy:
        return {}
    return {
        "trusted_proxy": proxy,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }


def serve(lab: Printflow, host: str, port: int, *, announce: Callable[[str], None]) -> None:
    """Bind, announce the address, then answer requests until the process is told to stop.

    Raises OSError when the address cannot be listened on.
    """
    app = create_app(lab)
    settings = lab.settings.server
    parser = parser_for(upload_limit(app))

    class Channel(LingeringChannel):
        parser_class = parser

    server: Any = create_server(
        app,
        map=connections(),
        host=host,
        port=port,
        threads=settings.threads,
        connection_limit=settings.connection_limit,
        asyncore_use_poll=True,
        channel_timeout=_IDLE_SECONDS,
        ident="Printflow",
        clear_untrusted_proxy_headers=True,
        **_behind(settings.trusted_proxy),
    )
    for one in getattr(server, "map", {}).values():
        if hasattr(one, "channel_class"):
            one.channel_class = Channel
    server.channel_class = Channel
    server.asyncore = RestingLoop()
    shown = f"[{host}]" if ":" in host else host
    announce(f"http://{shown}:{port}")
    try:
        server.run()
    finally:
        server.close()
