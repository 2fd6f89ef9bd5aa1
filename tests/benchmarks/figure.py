"""What a benchmark finds: a number, and the most or least that it may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table. ``note`` says what the number was made of."""

    name: str
    value: float
    limit: float
    unit: str
    note: str = ""
    at_least: bool = False
    """Whether the limit is the least that is wanted, and not the most."""

    @property
    def reached(self) -> bool:
        """Whether the value keeps to its limit."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: what the issue asks for, or just enough to see that it works."""

    jobs: int = 100_000
    rounds: int = 9
    transitions: int = 400
    clients: int = 8
    dashboards: int = 200
    poll_every: float = 15.0
    """Seconds; what the pages do (POLL_SECONDS in printflow_web)."""
    seconds: float = 15.0
    upload_mb: int = 50
    slow_uploads: int = 200
    slow_connections: int = 1010
    starts: int = 15
    students: int = 500
    phones: int = 50
    """So many of the students have a slow line."""
    staff: int = 12
    minutes: float = 10.0
    """So much of the hour before a deadline passes: its end, with all the phones."""
    faster: float = 8.0
    """So many times as fast as in life."""


SMALL = Size(
    jobs=2000,
    rounds=1,
    transitions=8,
    clients=2,
    dashboards=5,
    poll_every=1.0,
    seconds=1.0,
    upload_mb=1,
    slow_uploads=5,
    slow_connections=20,
    starts=2,
    students=12,
    phones=3,
    staff=2,
    minutes=60.0,
    faster=450.0,
)

Measure = Callable[[Size, Path], list[Figure]]
"""A benchmark: measures in an empty folder of its own."""
