"""Signs of life of what works in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

BEAT_EVERY = timedelta(seconds=15)
SILENT_AFTER = timedelta(seconds=90)
"""One that gave no sign for so long has died, or hangs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """One loop of one process: ``name`` says on which machine, in which process, and what it does.

    Times are UTC.
    """

    name: str
    started_at: datetime
    seen_at: datetime

    @property
    def work(self) -> str:
        """What the loop does: files, mail, models or inbox."""
        return self.name.rpartition("/")[2]

    @property
    def machine(self) -> str:
        """The machine's name."""
        return self.name.partition("/")[0]

    @property
    def place(self) -> str:
        """The machine and the process."""
        return self.name.rpartition("/")[0]

    def silent(self, now: datetime) -> bool:
        """Whether it gave no sign of life for too long."""
        return now - self.seen_at > SILENT_AFTER


def lost(beats: Sequence[Heartbeat], now: datetime) -> tuple[Heartbeat, ...]:
    """Those that fell silent and have no successor.

    After a crash and a restart, the loop that does the same work on the same machine is one.
    """
    living = [one for one in beats if not one.silent(now)]
    return tuple(
        one
        for one in beats
        if one.silent(now) and not any(_follows(other, one) for other in living)
    )


def _follows(later: Heartbeat, earlier: Heartbeat) -> bool:
    same = later.work == earlier.work and later.machine == earlier.machine
    return same and later.started_at >= earlier.seen_at
