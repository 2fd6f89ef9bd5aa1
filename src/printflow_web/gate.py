"""Who may hold how much of the server at once: connections, unfinished requests, room for bodies.

A gate is asked before a body is taken, never after. It belongs to one server and is used by the one
thread that reads from all connections; health pages look at its figures.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from printflow import Settings

MEMORY_BYTES = 256 * 1024
"""So much of a body is kept in memory; what is larger goes to the spool."""

REFUSED_HEADER = "PRINTFLOW_REFUSED"
"""How a request that was refused here tells the pages why; strangers cannot send it."""

NO_ROOM, TOO_MANY, NO_FORM = "no room", "too many", "no form"


@dataclass(frozen=True, slots=True)
class Pace:
    """The least that a client has to do. Times are seconds."""

    headers: float
    """The whole head of a request is here after so long."""
    grace: float
    """Bodies and answers are looked at once in so long."""
    rate: int
    """Bytes a second that have moved meanwhile."""


class Gate:
    """Counts what is held, by client, and says no when it is too much."""

    def __init__(
        self,
        settings: Settings,
        spool: Path,
        *,
        knows_form: Callable[[Mapping[str, str], str], bool] = lambda _headers, _path: True,
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        server = settings.server
        self.spool = spool
        self.pace = Pace(
            server.header_seconds, server.body_grace_seconds, server.body_bytes_per_second
        )
        self.trusted_proxy = server.trusted_proxy
        self.knows_form = knows_form
        self.most_connections = server.connection_limit
        self._each = server.connections_per_client
        self._budget = server.spool_mb << 20
        self._reserve = settings.disk_reserve_mb << 20
        self._free = free
        self._clients: Counter[str] = Counter()
        self._rooms: dict[int, tuple[str, int]] = {}
        self._turned_away = 0

    # -- connections and requests ---------------------------------------------------------------

    def enter(self, client: str) -> bool:
        """Count one more of this client; False, and not counted, when it has enough."""
        if self._clients[client] >= self._each:
            self._turned_away += 1
            return False
        self._clients[client] += 1
        return True

    def leave(self, client: str) -> None:
        """One of this client has ended."""
        self._clients[client] -= 1
        if self._clients[client] <= 0:
            del self._clients[client]

    # -- room for bodies ------------------------------------------------------------------------

    def reserve(self, request: object, client: str, size: int) -> bool:
        """Keep room for a body of so many bytes; False when there is none."""
        taken, own = self.reserved, sum(n for who, n in self._rooms.values() if who == client)
        # One client may use half of what there is, but always send one body.
        too_much = taken + size > self._budget or (own and own + size > self._budget // 2)
        if (self._rooms and too_much) or not self._disk_has(taken + size):
            self._turned_away += 1
            return False
        self._rooms[id(request)] = (client, size)
        return True

    def release(self, request: object) -> None:
        """The body was read, or nobody waits for it any more."""
        self._rooms.pop(id(request), None)

    @property
    def reserved(self) -> int:
        """Bytes that bodies under way have, or will have."""
        return sum(size for _client, size in self._rooms.values())

    def _disk_has(self, size: int) -> bool:
        try:
            return self._free(self.spool) - size >= self._reserve
        except OSError:
            return False

    def figures(self) -> dict[str, Any]:
        """For monitoring."""
        reserved, budget = self.reserved, self._budget
        return {
            "under_way": len(self._rooms),
            "reserved_mb": reserved >> 20,
            "budget_mb": budget >> 20,
            "full": reserved >= budget * 9 // 10 or not self._disk_has(reserved),
            "turned_away": self._turned_away,
        }
