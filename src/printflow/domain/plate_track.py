"""What the print room's figures are made of: when machines ran, and what became of copies.

Nothing here says whose job it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .plate import PartOutcome


@dataclass(frozen=True, slots=True)
class RunTrack:
    """A plate ran on a machine; ``ended_at`` is None while it does."""

    machine_id: int
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class PartTrack:
    """Copies of one job that were started on a machine, and what became of them, oldest first."""

    machine_id: int
    material: str
    copies: int
    outcomes: tuple[PartOutcome, ...]
