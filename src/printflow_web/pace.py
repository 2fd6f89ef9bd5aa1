"""Deadlines by least rate: who keeps a connection has to use it."""

from __future__ import annotations

import time
from typing import Any

from .gate import Pace


class Watch:
    """Looks at one connection now and then, and says when it is too slow."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._request: Any = None
        self._phase = ""
        self._began = time.monotonic()
        self._moved = 0

    def is_late(self, request: Any, waiting: int, busy: bool) -> bool:
        """Whether the client is too slow. ``request`` is the one that is being received (None
        between two), ``waiting`` the bytes that it has yet to read, ``busy`` while we work for it.
        """
        if busy:
            self._phase = ""
            return False
        if request is not None:
            phase = "body" if request.headers_finished else "head"
            moved = int(request.body_bytes_received)
        elif waiting:
            phase, moved = "answer", -waiting
        else:
            self._phase, self._request = "", None
            return False
        now = time.monotonic()
        if phase != self._phase or request is not self._request:
            self._phase, self._request, self._began, self._moved = phase, request, now, moved
            return False
        if phase == "head":
            return now - self._began > self._pace.headers
        if now - self._began < self._pace.grace:
            return False
        enough = moved - self._moved >= self._pace.rate * (now - self._began)
        self._began, self._moved = now, moved
        return not enough
