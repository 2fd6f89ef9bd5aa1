"""Serving a lab with waitress."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from waitress.server import create_server

from printflow import Printflow

from .channel import LingeringChannel
from .crowd import make_room
from .descriptors import raise_descriptors
from .factory import create_app
from .gate import Gate
from .health import GATE
from .idle_connections import RestingLoop, connections
from .proxy_headers import NamingTask
from .security import knows_form, upload_limit

_IDLE_SECONDS = 30
_LOOK_SECONDS = 1
"""How often connections at rest are looked at."""


def _proxy_options(proxy: str) -> dict[str, Any]:
    """What of the proxy in front is believed: who asks, and by which scheme. Its Host is passed on."""
    if not proxy:
        return {}
    return {
        "trusted_proxy": proxy,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }


def _look_after(server: Any, usual: Callable[[float], None], limit: int, now: float) -> None:
    """What is done once a second, also while no new connection is let in."""
    usual(now)
    make_room(list(server.active_channels.values()), limit)


def serve(
    lab: Printflow,
    host: str,
    port: int,
    *,
    announce: Callable[[str], None],
    sockets: Sequence[socket.socket] = (),
) -> None:
    """Bind, announce the address, then answer requests until the process is told to stop.

    ``sockets`` that listen at the address already are used as they are: several processes share
    them. Raises OSError when the address cannot be listened on.
    """
    app = create_app(lab)
    settings, most = lab.settings.server, upload_limit(app)
    spool = lab.settings.spool_dir
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    app.extensions[GATE] = Gate(lab.settings, spool, knows_form=knows_form(app))
    raise_descriptors()

    class Channel(LingeringChannel):
        gate = app.extensions[GATE]
        upload_limit = most
        task_class = NamingTask
        proxy_headers = app.extensions["printflow_proxy"]

    server: Any = create_server(
        app,
        map=connections(),
        **({"sockets": list(sockets)} if sockets else {"host": host, "port": port}),
        threads=settings.threads,
        connection_limit=settings.connection_limit,
        asyncore_use_poll=True,
        channel_timeout=_IDLE_SECONDS,
        cleanup_interval=_LOOK_SECONDS,
        ident="Printflow",
        clear_untrusted_proxy_headers=True,
        **_proxy_options(settings.trusted_proxy),
    )
    listening = [
        one for one in getattr(server, "map", {}).values() if hasattr(one, "channel_class")
    ]
    for one in {id(one): one for one in (*listening, server)}.values():
        one.channel_class = Channel
        if hasattr(one, "maintenance"):
            one.maintenance = partial(_look_after, one, one.maintenance, settings.connection_limit)
    server.asyncore = RestingLoop()
    shown = f"[{host}]" if ":" in host else host
    announce(f"http://{shown}:{port}")
    try:
        server.run()
    finally:
        server.close()
