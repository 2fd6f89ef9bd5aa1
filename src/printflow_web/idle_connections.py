"""Waiting for many connections of which few have anything to say.

waitress asks every connection before each wait whether it wants to read or write: with two hundred
open dashboards that was half of what they cost. Here a connection at rest stays registered with the
system, and is asked nothing until something arrives.
"""

from __future__ import annotations

import select
import sys
import time
from contextlib import suppress
from typing import Any

from waitress import wasyncore

_LOOK_EVERY = 1.0
"""Seconds after which all are asked all the same: time alone ends a connection that says nothing."""


class Connections(dict[int, Any]):
    """waitress' map from descriptors to connections; ``awake`` are those that have to be asked."""

    def __init__(self) -> None:
        super().__init__()
        self.awake: set[int] = set()
        self._poll = select.epoll()
        self._wishes: dict[int, int] = {}

    def __setitem__(self, fd: int, connection: Any) -> None:
        super().__setitem__(fd, connection)
        self.awake.add(fd)

    def __delitem__(self, fd: int) -> None:
        super().__delitem__(fd)
        self.awake.discard(fd)
        self._wish(fd, 0)

    def turn(self, seconds: float) -> None:
        """Wait for so long at most, and let those read and write that can."""
        for fd in list(self.awake):
            connection: Any = self.get(fd)
            if connection is None:
                continue
            reads = select.EPOLLIN | select.EPOLLPRI if connection.readable() else 0
            if fd not in self:
                continue  # it was late, and is closed
            writes = select.EPOLLOUT if connection.writable() and not connection.accepting else 0
            self._wish(fd, reads | writes)
            # Who would read has no request under way. A server counts its connections each time.
            if reads and not writes and not connection.accepting:
                self.awake.discard(fd)
        for fd, happened in self._poll.poll(seconds):
            connection = self.get(fd)
            if connection is not None:
                self.awake.add(fd)
                wasyncore.readwrite(connection, happened)

    def _wish(self, fd: int, wished: int) -> None:
        before = self._wishes.pop(fd, 0)
        if wished:
            self._wishes[fd] = wished
            if not before:
                self._poll.register(fd, wished)
            elif wished != before:
                self._poll.modify(fd, wished)
        elif before:
            # Closed already: the system has forgotten it, and the other connections go on.
            with suppress(OSError):
                self._poll.unregister(fd)


class RestingLoop:
    """Takes the place of the module ``wasyncore`` in a server of waitress."""

    def loop(self, timeout: float, map: dict[int, Any], use_poll: bool) -> None:  # noqa: A002
        """Serve until nothing is left to listen to."""
        if not isinstance(map, Connections):
            wasyncore.loop(timeout=timeout, map=map, use_poll=use_poll)
            return
        asked = 0.0
        while map:
            now = time.monotonic()
            if now - asked >= _LOOK_EVERY:
                map.awake.update(map)
                asked = now
            map.turn(timeout)


def connections() -> dict[int, Any]:
    """The map for a new server; where the system has no epoll, waitress walks it as ever."""
    return Connections() if sys.platform == "linux" else {}
