"""Serving a lab with waitress."""

from __future__ import annotations

import logging
from collections.abc import Callable
from copy import copy
from html import escape
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server
from waitress.utilities import RequestEntityTooLarge

from printflow import Printflow

from .factory import create_app
from .request import SMALL_BODY
from .security import upload_limit

_log = logging.getLogger(__name__)

UPLOAD_PATH = "/submit"
_IDLE_SECONDS = 30


class TooLarge(RequestEntityTooLarge):
    """The answer to a body over its limit, before the application sees anything of it."""

    def to_response(self, ident: str | None = None) -> Any:
        del ident
        text = (
            "<!doctype html><html lang=en><meta charset=utf-8><title>That is too large</title>"
            f"<main><h1>That is too large</h1><p data-error-said>{escape(self.body)}</p></main>"
        )
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
        return "413 Request Entity Too Large", headers, text.encode()


def parser_for(limit: int) -> type[HTTPRequestParser]:
    """A parser that lets only the upload's address have a large body (``limit`` in bytes)."""

    class LimitedParser(HTTPRequestParser):
        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            self.adj: Adjustments = copy(self.adj)
            large = getattr(self, "path", "") == UPLOAD_PATH
            # waitress refuses what reaches the figure; a little more lets the page answer.
            self.adj.max_request_body_size = (limit if large else SMALL_BODY) + 1024

        def received(self, data: bytes) -> int:
            consumed: int = super().received(data)
            if isinstance(self.error, RequestEntityTooLarge):
                self.error = TooLarge(
                    f"A model file may have up to {limit >> 20} MB, anything else much less. "
                    "Nothing was saved."
                )
            return consumed

    return LimitedParser


def serve(lab: Printflow, host: str, port: int, *, announce: Callable[[str], None]) -> None:
    """Bind, announce the address, then answer requests until the process is told to stop.

    Raises OSError when the address cannot be listened on.
    """
    app = create_app(lab)
    settings = lab.settings.server
    parser = parser_for(upload_limit(app))

    class Channel(HTTPChannel):
        parser_class = parser

    server: Any = create_server(
        app,
        host=host,
        port=port,
        threads=settings.threads,
        connection_limit=settings.connection_limit,
        asyncore_use_poll=True,
        channel_timeout=_IDLE_SECONDS,
        ident="Printflow",
        clear_untrusted_proxy_headers=True,
    )
    for one in getattr(server, "map", {}).values():
        if hasattr(one, "channel_class"):
            one.channel_class = Channel
    server.channel_class = Channel
    shown = f"[{host}]" if ":" in host else host
    announce(f"http://{shown}:{port}")
    try:
        server.run()
    finally:
        server.close()
