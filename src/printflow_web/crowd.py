"""When nearly all connections are taken, the least useful ones end, so that new ones are answered."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Protocol

FULL = 0.9
"""The share of the connection limit above which old connections end."""
_YOUNG = 2.0
"""Seconds in which nobody is asked to leave."""


class Guest(Protocol):
    """What is asked of a connection."""

    def resting_since(self) -> float | None:
        """When what it is doing began, as time.time gives it; None while we work for it."""

    def usefulness(self) -> tuple[int, int, float]:
        """The smaller, the sooner it has to leave."""

    def evict(self) -> None:
        """End it soon."""


def make_room(guests: Collection[Guest], limit: int) -> None:
    """Ask as many to leave as there are too many."""
    surplus = len(guests) - int(FULL * limit)
    if surplus <= 0:
        return
    before = time.time() - _YOUNG
    found = [
        guest for guest in guests if (since := guest.resting_since()) is not None and since < before
    ]
    for guest in sorted(found, key=lambda guest: guest.usefulness())[:surplus]:
        guest.evict()
