"""Lists of jobs however long, read some at a time: nobody waits for the last one, or keeps them all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypedDict, TypeVar, Unpack

from ..catalogs.cache import CatalogCache
from ..domain.attention import Attention, Flag
from ..domain.job_line import JobLine
from ..domain.rights import Right
from ..domain.status import Status
from ..domain.worklist import JobQuery, Sort, place
from ..ports import Clock, Database, Transaction
from ..runtime.permits import needs
from ..settings import Settings
from .job_query import job_query
from .needing import attention_at

if TYPE_CHECKING:
    from ..domain.job import Job

_FIRST, _NEXT = 50, 500
"""So many are read at first, for an answer at once, and then at a time."""

Shown = TypeVar("Shown", "Job", JobLine)
Flags = tuple[Flag, ...]


class Which(TypedDict, total=False):
    """The jobs that are asked for, as of :meth:`printflow.service.jobs.Jobs.find`."""

    status: Status | str
    search: str
    together_with: str
    older_than: str | timedelta | None
    limit: int | None
    attention: bool


class Listing:
    """Jobs, newest first, in batches.

    Each batch is a transaction of its own and begins behind the last job of the one before, so a
    reader who pauses holds nothing up, and no job comes twice. One that changes meanwhile is listed
    as it is when its batch is read.
    """

    def __init__(
        self, database: Database, clock: Clock, settings: Settings, catalogs: CatalogCache
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._catalogs = catalogs

    @needs(Right.SEE)
    def lines(self, **which: Unpack[Which]) -> Iterator[list[tuple[JobLine, Flags]]]:
        """What a table shows of them, and why each needs attention where only those are asked for.

        Raises as :meth:`printflow.service.jobs.Jobs.find` does, when the first is read.
        """

        def read(
            tx: Transaction, query: JobQuery, attention: Attention | None
        ) -> Sequence[JobLine]:
            return tx.jobs.lines(query, attention)

        return self._batches(read, which, flags=which.get("attention", False))

    @needs(Right.SEE)
    def jobs(self, **which: Unpack[Which]) -> Iterator[list[tuple[Job, Flags]]]:
        """The whole jobs, and why each needs attention; raises as :meth:`lines`."""

        def read(tx: Transaction, query: JobQuery, attention: Attention | None) -> Sequence[Job]:
            return tx.jobs.find(query, attention)

        return self._batches(read, which, flags=True)

    def _attention(self, tx: Transaction, now: datetime) -> Attention:
        return attention_at(now, self._catalogs.newest(tx), self._settings)

    def _batches(
        self,
        read: Callable[[Transaction, JobQuery, Attention | None], Sequence[Shown]],
        which: Which,
        *,
        flags: bool,
    ) -> Iterator[list[tuple[Shown, Flags]]]:
        now, size = self._clock(), _FIRST
        query: JobQuery | None = None
        left = which.get("limit")
        while True:
            with self._database.read() as tx:
                query = query or job_query(tx, now, **which)
                attention = self._attention(tx, now) if flags else None
                wanted = size if left is None else min(size, left)
                found = read(tx, replace(query, limit=wanted), attention)
                why = _flags(tx, [job.id for job in found], attention) if attention else {}
            if found:
                yield [(job, why.get(job.id, ())) for job in found]
            left = None if left is None else left - len(found)
            if len(found) < wanted or left == 0:
                return
            query, size = replace(query, after=place(found[-1], Sort.NEWEST)), _NEXT


def _flags(tx: Transaction, ids: Collection[str], attention: Attention) -> dict[str, Flags]:
    found = tx.jobs.flags(ids, attention)
    return {one: tuple(flag for flag in Flag if flag in found.get(one, ())) for one in ids}
