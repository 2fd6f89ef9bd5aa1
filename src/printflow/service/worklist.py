"""Staff's work lists: pages of jobs, counts, and what is new."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ..catalogs.cache import CatalogCache
from ..domain.attention import Attention, Flag
from ..domain.history import Note
from ..domain.in_request import InRequest
from ..domain.job import Job
from ..domain.rights import Right
from ..domain.status import Status
from ..domain.worklist import JobQuery, Sort, Tally, WorkPage, cursor
from ..ports import Clock, Database, Transaction
from ..runtime.permits import needs
from ..settings import Settings
from .acting import staff_actor
from .lookup import job_of, places_in_requests
from .needing import attention_at
from .tallies import TallyBoard

_NOTES_SHOWN = 4
"""Of one job, beside its row and in its dialogs; its page has all of them."""


class Worklist:
    """What the dashboard shows."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        catalogs: CatalogCache,
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._catalogs = catalogs
        self._tallies = TallyBoard(database, clock, self._attention)

    def stir(self, *, heard_of: bool) -> None:
        """Something has changed, maybe in another process; ``heard_of`` says that all changes are
        told of.
        """
        self._tallies.stir(heard_of=heard_of)

    def _attention(self, tx: Transaction, now: datetime) -> Attention:
        return attention_at(now, self._catalogs.newest(tx), self._settings)

    @needs(Right.SEE)
    def page(self, query: JobQuery) -> WorkPage:
        """One page of a list, of ``query.limit`` jobs (100 if that is not said)."""
        now, size = self._clock(), query.limit or 100
        with self._database.read() as tx:
            attention = self._attention(tx, now)
            found = tx.jobs.find(replace(query, limit=size + 1), attention)
            jobs = tuple(found[:size])
            flags = tx.jobs.flags([job.id for job in jobs], attention)
            requests = places_in_requests(tx, jobs)
            notes = _heeded(tx, jobs)
        more = len(found) > size
        if query.request is not None and query.sort is Sort.OLDEST and not more:
            # They came at the same moment: in the order of the student's models.
            jobs = tuple(sorted(jobs, key=lambda job: (job.created_at, job.request_place)))
        end = cursor(jobs[-1], query.sort) if more else ""
        return WorkPage(jobs, flags, end, requests, notes)

    @needs(Right.SEE)
    def matching(self, query: JobQuery) -> Mapping[Status, int]:
        """How many jobs the query asks for, by status, on whatever page they are."""
        now = self._clock()
        with self._database.read() as tx:
            attention = self._attention(tx, now) if query.attention else None
            return tx.jobs.matching(query, attention)

    @needs(Right.SEE)
    def notes(self, jobs: Collection[Job], *, closed: bool = False) -> Mapping[str, Sequence[Note]]:
        """By id, what staff noted for each other about these jobs, the newest first, a few of each.
        Closed jobs have none, as nothing is left to heed, unless ``closed`` asks for theirs.
        """
        with self._database.read() as tx:
            return _heeded(tx, jobs, closed=closed)

    @needs(Right.SEE)
    def flags(self, jobs: Collection[Job]) -> dict[str, tuple[Flag, ...]]:
        """By id, why each of these jobs needs attention, in the order of :class:`Flag`; () where it
        doesn't.
        """
        now, ids = self._clock(), [job.id for job in jobs]
        with self._database.read() as tx:
            found = tx.jobs.flags(ids, self._attention(tx, now))
        return {one: tuple(flag for flag in Flag if flag in found.get(one, ())) for one in ids}

    @needs(Right.SEE)
    def in_requests(self, jobs: Collection[Job]) -> dict[str, InRequest]:
        """By id, the place of the jobs among these that were submitted together with others."""
        with self._database.read() as tx:
            return places_in_requests(tx, jobs)

    @needs(Right.SEE)
    def tally(self) -> Tally:
        """The counts of all lists, as they are now."""
        return self._tallies.newest()

    @needs(Right.SEE)
    def recent_tally(self, seconds: float) -> Tally:
        """The counts as they were at most so many seconds ago.

        Cheap: it is asked for by every open dashboard every few seconds, and all of them
        together look at the database once.
        """
        return self._tallies.recent(seconds)

    @needs(Right.NOTE)
    def mark_reviewed(self, job_id: str, *, by: str, reviewed: bool = True) -> None:
        """Say that a job was looked at, so that lists no longer call it new; or take that back.

        Raises NotFound, InvalidInput without a name.
        """
        actor = staff_actor(by, "")
        with self._database.write() as tx:
            job = job_of(tx, job_id)
            tx.jobs.review(job.id, by=actor.name, at=self._clock() if reviewed else None)


def _heeded(
    tx: Transaction, jobs: Collection[Job], *, closed: bool = False
) -> Mapping[str, Sequence[Note]]:
    heeded = [job.id for job in jobs if closed or not job.status.closed]
    return tx.history.staff_notes(heeded, _NOTES_SHOWN) if heeded else {}
