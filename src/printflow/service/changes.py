"""Records who changed the lab itself, in each change's transaction, and reads it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..domain.people import Change, ChangeKind
from ..domain.rights import Right
from ..domain.text import clean_line
from ..ports import Database, Transaction
from ..runtime.permits import needs

_NAME_LIMIT = 60
_MOST = 500


@dataclass(frozen=True, slots=True)
class ChangedBy:
    """Who makes a change of the lab, and at which station ("" = none, as on the command line)."""

    name: str
    station: str = ""

    def record(
        self, tx: Transaction, kind: ChangeKind, subject: str, now: datetime, **details: Any
    ) -> None:
        """Write the change down beside what it changes."""
        tx.people.add_change(
            kind,
            at=now,
            by=clean_line(self.name)[:_NAME_LIMIT],
            station=clean_line(self.station)[:_NAME_LIMIT],
            subject=subject,
            details=details,
        )


class Changes:
    """The record of changes."""

    def __init__(
        self,
        database: Database,
    ) -> None:
        self._database = database

    @needs(Right.AUDIT)
    def find(self, *, limit: int = 50, before: int | None = None) -> list[Change]:
        """Changes of the lab itself, newest first; ``before`` an id, for the next page."""
        with self._database.read() as tx:
            return list(tx.people.changes(limit=min(limit, _MOST), before=before))
