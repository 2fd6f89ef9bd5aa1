"""Waitress' connections: bounded by client, ended when too slow, and polite after a refusal."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel

from .gate import Gate
from .limited_parser import LimitedParser, client_of, is_proxy
from .pace import Watch
from .proxy_headers import ProxyHeaders

_LINGERS = 10.0
"""Seconds for which what a refused client still sends is thrown away."""


class LingeringChannel(HTTPChannel):
    """A connection that lets its client read a refusal while it still sends the refused body.

    Closing at once would reset the connection, and the browser would show that instead of the
    page. What still arrives is thrown away, for a while.
    """

    gate: Gate
    upload_limit: int
    proxy_headers: ProxyHeaders

    _refusing = False
    _lingers_until: float | None = None
    _evicted = False
    _counted = False

    def __init__(self, server: Any, sock: Any, addr: Any, adj: Adjustments, **rest: Any) -> None:
        self._watch = Watch(self.gate.pace)
        self._client = client_of(str(addr[0]) if addr else "")
        super().__init__(server, sock, addr, adj, **rest)
        # Behind a proxy all come from one address: there the requests are counted, not these.
        if not is_proxy(self.gate, str(addr[0]) if addr else ""):
            self._counted = self.gate.enter(self._client)
            self._evicted = not self._counted

    def parser_class(self, adj: Adjustments) -> LimitedParser:  # type: ignore[override]
        """A parser of this connection's next request; waitress asks for one as if it were a class."""
        peer = str(self.addr[0]) if self.addr else ""
        return LimitedParser(adj, self.gate, peer, self.upload_limit, self.proxy_headers)

    def readable(self) -> bool:
        """Whether more is to be read; asked at least once a second, so deadlines are kept here."""
        if self._evicted or self._is_late():
            self._end()
            return False
        return bool(super().readable())

    def _is_late(self) -> bool:
        if self._lingers_until is not None:
            return time.monotonic() > self._lingers_until
        return self._watch.is_late(self.request, self.total_outbufs_len, bool(self.requests))

    def _end(self) -> None:
        """Close now, whatever the client does."""
        self._refusing = self.will_close = self.close_when_flushed = False
        self.handle_close()

    def resting_since(self) -> float | None:
        """When what the client is doing began; None while we work for it, or it is leaving."""
        if self.requests or self.total_outbufs_len or self._evicted:
            return None
        return float(self.creation_time if self.request is not None else self.last_activity)

    def evict(self) -> None:
        """End with the next look."""
        self._evicted = True
        awake = getattr(getattr(self, "_map", None), "awake", None)
        if awake is not None and self.socket is not None:
            awake.add(self.socket.fileno())

    def usefulness(self) -> tuple[int, int, float]:
        """An unfinished head is worth least, then a connection at rest, then the shortest body."""
        request = self.request
        if request is None:
            return (1, 0, self.last_activity)
        if not request.headers_finished:
            return (0, 0, self.creation_time)
        return (2, int(request.body_bytes_received), self.creation_time)

    def service(self) -> None:
        """Answer one request."""
        request = self.requests[0]
        self._refusing = getattr(request, "too_large", False) or getattr(request, "refused", False)
        super().service()

    def handle_close(self) -> None:
        """Say that no more is to come; close at the second call, or when the client has left."""
        if self._refusing and self._lingers_until is None:
            self._lingers_until, self.will_close = time.monotonic() + _LINGERS, False
            with contextlib.suppress(OSError):
                if self.socket is not None:
                    self.socket.shutdown(socket.SHUT_WR)
                    return  # else the client is gone
        if self._counted:
            self._counted = False
            self.gate.leave(self._client)
        request, self.request = self.request, None
        if request is not None:
            request.close()
        super().handle_close()

    def handle_read(self) -> None:
        """Read; after a refusal only to empty the line."""
        if self._lingers_until is None:
            super().handle_read()
            return
        try:
            self.recv(self.adj.recv_bytes)  # closes at the end of what is sent
        except OSError:
            self.handle_close()
