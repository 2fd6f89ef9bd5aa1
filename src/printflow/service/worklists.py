"""The lists that staff work from: pages of jobs, counts, and what is new."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ..domain.worklist import JobQuery, Tally, WorkPage, cursor
from .acting import staff_actor
from .desk import Desk, Ports
from .tallies import TallyBoard


class WorklistDesk(Desk):
    """What the dashboard shows."""

    def __init__(self, ports: Ports) -> None:
        super().__init__(ports)
        self._tallies = TallyBoard(ports.database, ports.clock, self._aged, self._unclaimed)

    def _aged(self, now: datetime) -> datetime:
        return now - timedelta(days=self.settings.attention_days)

    def _unclaimed(self, now: datetime) -> datetime | None:
        days = self.settings.dispose_after_days
        return now - timedelta(days=days) if days else None

    def work_page(self, query: JobQuery) -> WorkPage:
        """One page of a list, of ``query.limit`` jobs (100 if that is not said)."""
        now, size = self._ports.clock(), query.limit or 100
        limits = (self._aged(now), self._unclaimed(now))
        with self._ports.database.read() as tx:
            found = tx.jobs.find(replace(query, limit=size + 1), now, *limits)
            jobs = tuple(found[:size])
            flags = tx.jobs.flags([job.id for job in jobs], now, *limits)
        more = len(found) > size
        return WorkPage(jobs, flags, cursor(jobs[-1], query.sort) if more else "")

    def tally(self) -> Tally:
        """The counts of all lists, as they are now."""
        return self._tallies.newest()

    def recent_tally(self, seconds: float) -> Tally:
        """The counts as they were at most so many seconds ago.

        Cheap: it is asked for by every open dashboard every few seconds, and all of them
        together look at the database once.
        """
        return self._tallies.recent(seconds)

    def mark_reviewed(self, job_id: str, *, by: str, reviewed: bool = True) -> None:
        """Say that a job was looked at, so that lists no longer call it new; or take that back.

        Raises NotFound, InvalidInput without a name.
        """
        actor = staff_actor(by, "")
        with self._ports.database.write() as tx:
            job = self._job(tx, job_id)
            tx.jobs.review(job.id, by=actor.name, at=self._ports.clock() if reviewed else None)
