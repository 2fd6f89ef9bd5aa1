"""Retention: finds data that has been kept long enough, archives jobs, and deletes data."""

from __future__ import annotations

import logging
from datetime import timedelta
from zoneinfo import ZoneInfo

from ..catalogs.cache import CatalogCache
from ..domain.attempt import Arguments
from ..domain.job import Actor
from ..domain.marking import mark
from ..domain.retention import Part, PurgeReport, RemovalDay, by_day
from ..domain.retention import Removal as Due
from ..domain.rights import Right
from ..domain.status import ActorKind, Trigger
from ..errors import StaleJob, TransitionRefused
from ..ports import Clock, Database
from ..runtime.permits import needs
from ..said import say_n
from ..settings.sections import RetentionSettings
from .removal import Removal
from .transitions import Request, Transitions

_log = logging.getLogger(__name__)

RETENTION = Actor(ActorKind.SYSTEM, mark("Retention"))


class Retention:
    """What goes, when, and making it go."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogs: CatalogCache,
        periods: RetentionSettings,
        transitions: Transitions,
        removal: Removal,
    ) -> None:
        self._database = database
        self._clock = clock
        self._catalogs = catalogs
        self._kept_for = periods
        self._transitions = transitions
        self._removal = removal

    @needs(Right.RETENTION, looks=True)
    def plan(self, *, ahead: timedelta = timedelta()) -> tuple[Due, ...]:
        """What is due, and what will be ``ahead`` of now, by date. Emails about no single job
        stand there without one.
        """
        now = self._clock() + ahead
        keep = timedelta(days=self._catalogs.newest().retention.archive_after_days)
        with self._database.read() as tx:
            rows = tx.retention.to_archive(now - keep, limit=None)
            found = [Due(since + keep, job_id, None) for job_id, since in rows]
            for part, period in self._periods():
                found += tx.retention.to_remove(part, now - period, period, limit=None)
                if part is Part.MAILS:
                    alone = tx.retention.mails_of_no_job(now - period, limit=None)
                    found += [Due(at + period, "", part) for _, at, _ in alone]
        return tuple(sorted(found, key=lambda one: (one.due_at, one.job_id, str(one.part))))

    @needs(Right.RETENTION, looks=True)
    def days(self, *, ahead: timedelta = timedelta()) -> tuple[RemovalDay, ...]:
        """The same by the lab's days, for people to read."""
        zone = ZoneInfo(self._catalogs.newest().time_zone)
        return by_day(self.plan(ahead=ahead), self._clock(), zone)

    def _periods(self) -> list[tuple[Part, timedelta]]:
        """The parts that go, in the order in which they do: files before what names them."""
        days = self._kept_for
        given = [(part, getattr(days, f"{part.value}_days")) for part in Part]
        return [(part, timedelta(days=count)) for part, count in given if count]

    @needs(Right.RETENTION)
    def archive_due(self, *, limit: int | None = None) -> tuple[str, ...]:
        """Archive the jobs whose time has come, ``limit`` at most; gives their ids."""
        keep = timedelta(days=self._catalogs.newest().retention.archive_after_days)
        with self._database.read() as tx:
            due = tx.retention.to_archive(self._clock() - keep, limit=limit)
        done = []
        for job_id, _since in due:
            try:
                self._transitions.pull(
                    Request(
                        trigger=Trigger.ARCHIVE, job_id=job_id, actor=RETENTION, args=Arguments()
                    )
                )
            except (StaleJob, TransitionRefused) as error:
                _log.info("job %s is not archived: %s", job_id, error)
                continue
            done.append(job_id)
        return tuple(done)

    @needs(Right.RETENTION)
    def purge(self, *, limit: int | None = None) -> PurgeReport:
        """Archive and remove all that is due (``limit`` of each kind), each job and part for
        itself.
        """
        archived = self.archive_due(limit=limit)
        removed: list[tuple[str, Part]] = []
        waiting: list[tuple[str, Part]] = []
        mails = 0
        for part, period in self._periods():
            before = self._clock() - period
            with self._database.read() as tx:
                due = [
                    one.job_id for one in tx.retention.to_remove(part, before, period, limit=limit)
                ]
            why = say_n("kept for {count} day", "kept for {count} days", period.days)
            gone = self._removal.of_jobs(due, part, RETENTION, why)
            removed += [(job_id, part) for job_id in due if job_id in gone]
            waiting += [(job_id, part) for job_id in due if job_id not in gone]
            if part is Part.MAILS:
                mails = self._removal.mails_of_no_job(before, limit=limit)
        audit = 0
        if days := self._kept_for.audit_days:
            with self._database.write() as tx:
                audit = tx.people.forget_changes(self._clock() - timedelta(days=days), limit=limit)
        return PurgeReport(archived, tuple(removed), tuple(waiting), mails, audit)

    @needs(Right.RETENTION)
    def audit_due(self, *, ahead: timedelta = timedelta()) -> int:
        """How many entries of the lab's own record are due, or will be ``ahead`` of now."""
        if not (days := self._kept_for.audit_days):
            return 0
        with self._database.read() as tx:
            return tx.people.old_changes(self._clock() + ahead - timedelta(days=days))
