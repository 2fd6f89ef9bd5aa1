"""Records who did what to the lab itself, in each change's transaction, and reads it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..domain.limits import Limit
from ..domain.people import Change, ChangeKind, ChangeQuery
from ..domain.rights import Right
from ..domain.text import clean_line
from ..ports import Clock, Database, Transaction
from ..runtime.origin import origin
from ..runtime.permits import needs

_NAME_LIMIT, _RIGHT_LIMIT = 60, 40
_MOST = 500
_HOUR = timedelta(hours=1)
_IN_AN_HOUR = 200
"""So many entries of one kind strangers can cause within an hour; the rest is only counted."""
_TOGETHER = "all"


@dataclass(frozen=True, slots=True)
class ChangedBy:
    """Who makes a change of the lab, and at which station ("" = none, as on the command line).

    ``right`` is the right by which it is done, where that is known.
    """

    name: str
    station: str = ""
    right: str = ""

    def record(
        self, tx: Transaction, kind: ChangeKind, subject: str, now: datetime, **details: Any
    ) -> None:
        """Write the change down beside what it changes, and from which address it was made."""
        self._write(tx, kind, subject, now, 1, details)

    def record_counted(
        self, tx: Transaction, kind: ChangeKind, subject: str, now: datetime, **details: Any
    ) -> None:
        """Write down what anyone can do as often as they like.

        The same from the same address about the same subject is written down the first time
        within an hour, then the 10th, the 100th and so on. Of one kind there are no more than 200
        entries in an hour, whatever is tried: after them only the 1,000th, the 10,000th and so on.
        """
        same = f"{origin()}\n{self.name}\n{self.station}\n{self.right}\n{subject}"
        times = _counted(tx, f"audit {kind}", same, now)
        if not _is_round(times):
            return
        written = _counted(tx, f"audit {kind}", _TOGETHER, now)
        if written <= _IN_AN_HOUR or (written >= 1000 and _is_round(written)):
            self._write(tx, kind, subject, now, times, details)

    def _write(
        self,
        tx: Transaction,
        kind: ChangeKind,
        subject: str,
        now: datetime,
        times: int,
        details: dict[str, Any],
    ) -> None:
        tx.people.add_change(
            kind,
            at=now,
            by=clean_line(self.name)[:_NAME_LIMIT],
            station=clean_line(self.station)[:_NAME_LIMIT],
            subject=subject,
            details=details,
            address=origin(),
            right=self.right[:_RIGHT_LIMIT],
            times=times,
        )


def _counted(tx: Transaction, name: str, what: str, now: datetime) -> int:
    """Count once; gives how often it was counted within the hour."""
    (bound,) = Limit(name, 1, _HOUR).for_account(what)
    return tx.lab.count_up({bound.key: now + _HOUR}, now)[bound.key].times


def _is_round(times: int) -> bool:
    """1, 10, 100, 1000 …"""
    return str(times).strip("0") == "1"


class Changes:
    """The lab's own record: who changed it, signed in, was refused, exported or erased what."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @needs(Right.AUDIT)
    def find(
        self, query: ChangeQuery | None = None, *, limit: int = 50, before: int | None = None
    ) -> list[Change]:
        """Entries, newest first; ``before`` an id, for the next page."""
        with self._database.read() as tx:
            wanted = query or ChangeQuery()
            return list(tx.people.changes(wanted, limit=min(limit, _MOST), before=before))

    @needs(Right.AUDIT)
    def each(self, query: ChangeQuery | None = None, *, after: int = 0) -> Iterator[Change]:
        """All entries, oldest first, in constant memory; those with an id greater than ``after``.

        Who goes on later after the last id that was read misses none.
        """
        wanted = query or ChangeQuery()
        while True:
            with self._database.read() as tx:
                some = tx.people.changes(wanted, limit=_MOST, after=after)
            yield from some
            if len(some) < _MOST:
                return
            after = some[-1].id

    def note_refusal(self, what: str, *, by: str = "", station: str = "", right: str = "") -> None:
        """Write down that someone was refused: ``what`` they tried, in a few words, and which
        ``right`` was missing; ``by`` and ``station`` are "" for strangers.

        Repeats are counted, as :meth:`ChangedBy.record_counted` says.
        """
        who = ChangedBy(by, station, right)
        with self._database.write() as tx:
            who.record_counted(tx, ChangeKind.REFUSED, clean_line(what)[:200], self._clock())

    def note_export(
        self, what: str, *, by: str = "", station: str = "", right: str = "", **details: Any
    ) -> None:
        """Write down that a report or list was exported."""
        who = ChangedBy(by, station, right)
        with self._database.write() as tx:
            who.record(tx, ChangeKind.LIST_EXPORTED, what, self._clock(), **details)
