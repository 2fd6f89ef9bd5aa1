"""Archiving what is over, and removing what was kept long enough, or at a person's request.

A removal is one transaction that takes the data out of the rows, writes an event that says what
went and why, and marks the files. The files then go like any move: by leased steps that are
repeated until they are true, whatever crashes in between.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..domain.attempt import Arguments
from ..domain.callbacks import DECLINED, WITHDRAWN
from ..domain.event_kind import Correction
from ..domain.history import JobDetails
from ..domain.job import Actor, Job
from ..domain.retention import Part, PurgeReport, Removal, RemovalDay, by_day
from ..domain.status import ActorKind, Status, Trigger
from ..errors import (
    InvalidInput,
    PrintflowError,
    Refusal,
    StaleJob,
    StoreUnavailable,
    TransitionRefused,
)
from ..ports import Transaction
from .acting import staff_actor
from .addresses import normal_email
from .desk import Ports
from .reading import ReadingDesk
from .transition import Request, TransitionDesk, stale

_log = logging.getLogger(__name__)

RETENTION = Actor(ActorKind.SYSTEM, "Retention")
_AT_ONCE = 200
_OF_A_PERSON = (Part.FILES, Part.MAILS, Part.PAYMENTS, Part.PERSONAL)
"""What of a job tells of the student. The address goes last: by it the rest is found again, should
this be broken off."""
_ENDED = tuple(status for status in Status if status.closed)


class RetentionDesk(TransitionDesk, ReadingDesk):
    """What goes, when, and making it go."""

    def retention_plan(self, *, ahead: timedelta = timedelta()) -> tuple[Removal, ...]:
        """What is due, and what will be ``ahead`` of now, by date. Mails that tell of no one job
        stand there without one.
        """
        now = self._ports.clock() + ahead
        keep = timedelta(days=self.catalog.retention.archive_after_days)
        with self._ports.database.read() as tx:
            rows = tx.retention.to_archive(now - keep, limit=None)
            found = [Removal(since + keep, job_id, None) for job_id, since in rows]
            for part, period in self._periods():
                found += tx.retention.to_remove(part, now - period, period, limit=None)
                if part is Part.MAILS:
                    alone = tx.retention.mails_of_no_job(now - period, limit=None)
                    found += [Removal(at + period, "", part) for _, at, _ in alone]
        return tuple(sorted(found, key=lambda one: (one.due_at, one.job_id, str(one.part))))

    def retention_days(self, *, ahead: timedelta = timedelta()) -> tuple[RemovalDay, ...]:
        """The same by the lab's days, for people to read."""
        zone = ZoneInfo(self.catalog.time_zone)
        return by_day(self.retention_plan(ahead=ahead), self._ports.clock(), zone)

    def _periods(self) -> list[tuple[Part, timedelta]]:
        """The parts that go, in the order in which they do: files before what names them."""
        days = self.settings.retention
        given = [(part, getattr(days, f"{part.value}_days")) for part in Part]
        return [(part, timedelta(days=count)) for part, count in given if count]

    def archive_due(self, *, limit: int | None = None) -> tuple[str, ...]:
        """Archive the jobs whose time has come, ``limit`` at most; gives their ids."""
        keep = timedelta(days=self.catalog.retention.archive_after_days)
        with self._ports.database.read() as tx:
            due = tx.retention.to_archive(self._ports.clock() - keep, limit=limit)
        done = []
        for job_id, _since in due:
            try:
                self._pull(
                    Request(
                        trigger=Trigger.ARCHIVE, job_id=job_id, actor=RETENTION, args=Arguments()
                    )
                )
            except (StaleJob, TransitionRefused) as error:
                _log.info("job %s is not archived: %s", job_id, error)
                continue
            done.append(job_id)
        return tuple(done)

    def purge(self, *, limit: int | None = None) -> PurgeReport:
        """Archive and remove all that is due (``limit`` of each kind), each job and part for
        itself.
        """
        archived = self.archive_due(limit=limit)
        removed: list[tuple[str, Part]] = []
        waiting: list[tuple[str, Part]] = []
        mails = 0
        for part, period in self._periods():
            before = self._ports.clock() - period
            with self._ports.database.read() as tx:
                due = [
                    one.job_id for one in tx.retention.to_remove(part, before, period, limit=limit)
                ]
            gone = self._remove_from(due, part, RETENTION, f"kept for {period.days} days")
            removed += [(job_id, part) for job_id in due if job_id in gone]
            waiting += [(job_id, part) for job_id in due if job_id not in gone]
            if part is Part.MAILS:
                mails = self._remove_mails_of_no_job(before, limit=limit)
        return PurgeReport(archived, tuple(removed), tuple(waiting), mails)

    def _remove_from(
        self, job_ids: Sequence[str], part: Part, actor: Actor, why: str
    ) -> Collection[str]:
        """Remove one part of several jobs; gives those it is removed from now."""
        held: Collection[str] = ()
        if part is Part.FILES and job_ids:
            held = self._tidy_up(job_ids)
        gone = {
            job_id
            for job_id in job_ids
            if job_id not in held and self._remove(job_id, part, actor, why)
        }
        if part is Part.FILES:
            self._now_or_soon(lambda: self._remove_files(gone))
        return gone

    def _remove_files(self, job_ids: Iterable[str]) -> None:
        """One job after the other: there may be more than a lease lasts for."""
        for job_id in job_ids:
            self._ports.placer.place_job(job_id)

    def _tidy_up(self, job_ids: Sequence[str]) -> Collection[str]:
        """Delete what carries the jobs' numbers beside their own files: copies in quarantine, what
        staff saved and never chose. This comes first, so that after a crash it is still due.

        Gives the jobs of which something is left.
        """
        with self._ports.database.read() as tx:
            jobs = [self._job(tx, job_id) for job_id in job_ids]
        gone = [job.id for job in jobs if job.status is Status.ARCHIVED]
        known = {file.name for job in jobs for file in job.files}
        try:
            self._ports.store.check_identity()
            return self._ports.store.remove_leftovers(gone, known)
        except (OSError, StoreUnavailable) as error:
            _log.warning("model files stay until the store is back: %s", error)
            return gone

    def _remove_mails_of_no_job(
        self,
        before: datetime,
        *,
        to: str = "",
        of_jobs: Collection[str] = (),
        limit: int | None = None,
    ) -> int:
        """Remove what was written by ``before``; gives how many mails that were."""
        with self._ports.database.read() as tx:
            found = tx.retention.mails_of_no_job(before, to=to, of_jobs=of_jobs, limit=limit)
        if found and self._forget([message_id for _, _, message_id in found]):
            for start in range(0, len(found), _AT_ONCE):
                with self._ports.database.write() as tx:
                    tx.retention.remove_mails([one[0] for one in found[start : start + _AT_ONCE]])
            return len(found)
        return 0

    def _forget(self, message_ids: Sequence[str]) -> bool:
        """Delete mails that are files, before their rows: after a crash they are still due."""
        try:
            self._ports.kept_mails.forget(message_ids)
        except OSError as error:
            _log.warning("mails stay until their files can be deleted: %s", error)
            return False
        return True

    def _remove(self, job_id: str, part: Part, actor: Actor, why: str) -> bool:
        """Remove one part of an archived job; False when it has to wait, or is gone already."""
        ports = self._ports
        if part is Part.MAILS:
            with ports.database.read() as tx:
                mails = tx.retention.message_ids(job_id)
            if mails and not self._forget(mails):
                return False
        with ports.database.write() as tx:
            job, now = self._job(tx, job_id), ports.clock()
            if job.status is not Status.ARCHIVED or part in tx.retention.removed(job.id):
                return False
            if part is Part.PERSONAL and tx.retention.files_left(job.id):
                return False
            if not tx.jobs.update(job, now=now, actor=actor.name, status=job.status, values={}):
                raise stale(job, Correction.REMOVE, tx.history.last_event(job.id))
            self._take_out(tx, job, part)
            tx.retention.note(job.id, part, now)
            tx.history.add_event(
                job.id,
                at=now,
                trigger=Correction.REMOVE,
                source=job.status,
                dest=job.status,
                actor=actor,
                details={"removed": part.value, "why": why},
            )
        return True

    def _take_out(self, tx: Transaction, job: Job, part: Part) -> None:
        rows = tx.retention
        catalog = self._ports.catalogs.within(tx)
        known = {DECLINED, WITHDRAWN, *(reason.text for reason in catalog.rejection_reasons)}
        match part:
            case Part.FILES:
                rows.files(job.id, self._ports.clock())
            case Part.MAILS:
                rows.mails(job.id)
            case Part.PERSONAL:
                rows.personal(job.id, f"{self._ports.ids(256):064x}", known)
            case Part.EVENTS:
                rows.events(job.id, known)
            case Part.PAYMENTS:
                rows.payments(job.id)
            case Part.JOBS:
                rows.job(job.id)

    # -- one person -----------------------------------------------------------------------------

    def person_export(self, email: str) -> tuple[JobDetails, ...]:
        """All that is stored of the jobs of an address; raises InvalidInput when there are none."""
        return tuple(self.details(job.id) for job in self._jobs_of(email))

    def person_erase(self, email: str, *, by: str) -> PurgeReport:
        """Remove a person's files, mails and data; their payments stay without a name.

        Call it again while the report says that something waits for its files. Raises
        InvalidInput for an unknown address or without a name, TransitionRefused when a job is
        still under way (nothing is removed then).
        """
        actor = staff_actor(by, "")
        jobs = self._jobs_of(email)
        if open_ones := [job.id for job in jobs if job.status not in _ENDED]:
            raise TransitionRefused(
                [
                    Refusal(
                        "job_open",
                        f"Jobs of this person are under way: {', '.join(open_ones)}.",
                        "email",
                        "Reject them or hand them out first.",
                    )
                ]
            )
        removed: list[tuple[str, Part]] = []
        waiting: list[tuple[str, Part]] = []
        archived = tuple(job.id for job in jobs if self._put_away(job, actor))
        mails = self._remove_mails_of_no_job(
            self._ports.clock(), to=normal_email(email), of_jobs=[job.id for job in jobs]
        )
        for part in _OF_A_PERSON:
            with self._ports.database.read() as tx:
                due = [job.id for job in jobs if part not in tx.retention.removed(job.id)]
            gone = self._remove_from(due, part, actor, "at the person's request")
            removed += [(job_id, part) for job_id in due if job_id in gone]
            waiting += [(job_id, part) for job_id in due if job_id not in gone]
        return PurgeReport(archived, tuple(removed), tuple(waiting), mails)

    def _jobs_of(self, email: str) -> Sequence[Job]:
        address = normal_email(email)
        with self._ports.database.read() as tx:
            jobs = tx.jobs.of_email(address, limit=None)
        if address and jobs:
            return jobs
        raise InvalidInput.of(
            "email",
            "person_unknown",
            f"There is no job of {address[:100]!r}.",
            "Write the whole address, as it stands on the job.",
        )

    def _put_away(self, job: Job, actor: Actor) -> bool:
        """Archive an ended job now: a request does not wait for the period."""
        if job.status is Status.ARCHIVED:
            return False
        with self._ports.database.write() as tx:
            now = self._ports.clock()
            fresh = self._job(tx, job.id)
            values = {"status_since": now}
            if fresh.status not in _ENDED or not tx.jobs.update(
                fresh, now=now, actor=actor.name, status=Status.ARCHIVED, values=values
            ):
                raise stale(fresh, Trigger.ARCHIVE, tx.history.last_event(job.id))
            tx.history.add_event(
                job.id,
                at=now,
                trigger=Trigger.ARCHIVE,
                source=fresh.status,
                dest=Status.ARCHIVED,
                actor=actor,
                details={"why": "at the person's request"},
            )
            tx.files.belongs(fresh.file.id, Status.ARCHIVED.folder, authoritative=True, now=now)
        return True


class RetentionRound:
    """Work for the dispatcher: what is due, some at a time, where the settings switch it on."""

    def __init__(self, ports: Ports) -> None:
        self._desk = RetentionDesk(ports)
        self._on = ports.settings.retention.automatic

    def __call__(self) -> int:
        """Archive and remove what is due; gives how much was done."""
        if not self._on:
            return 0
        try:
            report = self._desk.purge(limit=_AT_ONCE)
        except PrintflowError as error:
            _log.warning("retention has to wait: %s", error)
            return 0
        return len(report.archived) + len(report.removed) + report.mails
