"""Retention: finds data that has been kept long enough, archives jobs, and deletes data."""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from ..catalogs.cache import CatalogCache
from ..domain.attempt import Arguments
from ..domain.job import Actor
from ..domain.marking import mark
from ..domain.retention import Part, PurgeReport, RemovalDays, by_day, first_cut
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
        kinds = self._kinds(self._clock() + ahead)
        return tuple(
            sorted(
                (one for kind in kinds for one in kind),
                key=lambda one: (one.due_at, one.job_id, str(one.part)),
            )
        )

    def _kinds(
        self, until: datetime, *, since: datetime | None = None, limit: int | None = None
    ) -> list[list[Due]]:
        """What is due from ``since`` until then, of each kind by date, the first ``limit``."""
        keep = timedelta(days=self._catalogs.newest().retention.archive_after_days)

        def before(period: timedelta) -> datetime | None:
            return None if since is None else since - period

        with self._database.read() as tx:
            rows = tx.retention.to_archive(until - keep, limit=limit, after=before(keep))
            kinds = [[Due(moment + keep, job_id, None) for job_id, moment in rows]]
            for part, period in self._periods():
                last, first = until - period, before(period)
                found = tx.retention.to_remove(part, last, period, limit=limit, after=first)
                kinds.append(list(found))
                if part is Part.MAILS:
                    alone = tx.retention.mails_of_no_job(last, limit=limit, after=first)
                    kinds.append([Due(at + period, "", part) for _, at, _ in alone])
        return kinds

    @needs(Right.RETENTION, looks=True)
    def page(
        self, *, ahead: timedelta = timedelta(), since: date | None = None, limit: int = 50
    ) -> RemovalDays:
        """A page of the same by the lab's days, for people to read, from a day on: whole days, of
        about ``limit`` jobs of each kind. A day with more of them is a page of its own.
        """
        zone, now = ZoneInfo(self._catalogs.newest().time_zone), self._clock()
        start = None if since is None else datetime.combine(since, time(), zone)
        kinds = self._kinds(now + ahead, since=start, limit=limit)
        cut = first_cut(kinds, limit, zone)
        days = by_day(chain(*kinds), now, zone)
        if cut is None:
            return RemovalDays(days)
        if whole := tuple(one for one in days if one.day < cut):
            return RemovalDays(whole, cut)
        after = cut + timedelta(days=1)
        end = datetime.combine(after, time(), zone) - timedelta(microseconds=1)
        days = by_day(chain(*self._kinds(min(end, now + ahead), since=start)), now, zone)
        return RemovalDays(days, after if end < now + ahead else None)

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
