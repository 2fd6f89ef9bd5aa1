"""Signs of life of what works in the background."""

from __future__ import annotations

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
        """What the loop does: files or mail."""
        return self.name.rpartition("/")[2]

    @property
    def place(self) -> str:
        """The machine and the process."""
        return self.name.rpartition("/")[0]

    def silent(self, now: datetime) -> bool:
        """Whether it gave no sign of life for too long."""
        return now - self.seen_at > SILENT_AFTER
