"""The lists that staff work from: pages of jobs, counts, and what is new."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ..domain.worklist import JobQuery, Tally, WorkPage, cursor
from .acting import staff_actor
from .desk import Desk

_FRESH_SECONDS = 300
"""Ages in words are drawn anew at least so often."""


class WorklistDesk(Desk):
    """What the dashboard shows."""

    def _aged(self, now: datetime) -> datetime:
        return now - timedelta(days=self.settings.attention_days)

    def work_page(self, query: JobQuery) -> WorkPage:
        """One page of a list, of ``query.limit`` jobs (100 if that is not said)."""
        now, size = self._ports.clock(), query.limit or 100
        with self._ports.database.read() as tx:
            found = tx.jobs.find(replace(query, limit=size + 1), now, self._aged(now))
            jobs = tuple(found[:size])
            flags = tx.jobs.flags([job.id for job in jobs], now, self._aged(now))
        more = len(found) > size
        return WorkPage(jobs, flags, cursor(jobs[-1], query.sort) if more else "")

    def tally(self) -> Tally:
        """The counts of all lists."""
        now = self._ports.clock()
        with self._ports.database.read() as tx:
            return Tally(
                tx.jobs.counts(), tx.jobs.attention(now, self._aged(now)), tx.jobs.unreviewed()
            )

    def pulse(self) -> str:
        """A short text that changes whenever a list might look different.

        Cheap: it is asked for by every open dashboard every few seconds.
        """
        now = self._ports.clock()
        with self._ports.database.read() as tx:
            event, new = tx.jobs.newest_event(), tx.jobs.unreviewed()
            attention = tx.jobs.attention(now, self._aged(now))
            looked = tx.files.newest_inspection()
        return f"{event}-{new}-{attention}-{looked}-{now.timestamp() // _FRESH_SECONDS:.0f}"

    def mark_reviewed(self, job_id: str, *, by: str, reviewed: bool = True) -> None:
        """Say that a job was looked at, so that lists no longer call it new; or take that back.

        Raises NotFound, InvalidInput without a name.
        """
        actor = staff_actor(by, "")
        with self._ports.database.write() as tx:
            job = self._job(tx, job_id)
            tx.jobs.review(job.id, by=actor.name, at=self._ports.clock() if reviewed else None)
