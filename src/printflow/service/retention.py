"""Archiving what is over, and removing what was kept long enough, or at a person's request.

A removal is one transaction that takes the data out of the rows, writes an event that says what
went and why, and marks the files. The files then go like any move: by leased steps that are
repeated until they are true, whatever crashes in between.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from ..domain.attempt import Arguments
from ..domain.callbacks import DECLINED, WITHDRAWN
from ..domain.correction import Correction
from ..domain.history import JobDetails
from ..domain.job import Actor, Job
from ..domain.retention import Part, PurgeReport, Removal
from ..domain.status import ActorKind, Status, Trigger
from ..errors import InvalidInput, PrintflowError, Refusal, StaleJob, TransitionRefused
from ..ports import Transaction
from .acting import staff_actor
from .desk import Ports
from .reading import ReadingDesk
from .transition import Request, TransitionDesk, stale

_log = logging.getLogger(__name__)

RETENTION = Actor(ActorKind.SYSTEM, "Retention")
_SHOWN = 1000
_AT_ONCE = 200
_ENDED = (Status.REJECTED, Status.PAIDPICKEDUP, Status.ARCHIVED)


class RetentionDesk(TransitionDesk, ReadingDesk):
    """What goes, when, and making it go."""

    def retention_plan(self, *, ahead: timedelta = timedelta()) -> tuple[Removal, ...]:
        """What is due, and what will be ``ahead`` of now, by date; up to 1,000 of each kind."""
        now = self._ports.clock() + ahead
        keep = timedelta(days=self.catalog.retention.archive_after_days)
        with self._ports.database.read() as tx:
            rows = tx.retention.to_archive(now - keep, limit=_SHOWN)
            found = [Removal(since + keep, job_id, None) for job_id, since in rows]
            for part, period in self._periods():
                found += tx.retention.to_remove(part, now - period, period, limit=_SHOWN)
        return tuple(sorted(found, key=lambda one: (one.due_at, one.job_id, str(one.part))))

    def _periods(self) -> list[tuple[Part, timedelta]]:
        """The parts that go, in the order in which they do: files before what names them."""
        days = self.settings.retention
        given = [(part, getattr(days, f"{part.value}_days")) for part in Part]
        return [(part, timedelta(days=count)) for part, count in given if count]

    def archive_due(self, *, limit: int = _SHOWN) -> tuple[str, ...]:
        """Archive the jobs whose time has come; gives their ids."""
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

    def purge(self, *, limit: int = _SHOWN) -> PurgeReport:
        """Archive and remove all that is due, each job and part for itself."""
        archived = self.archive_due(limit=limit)
        removed: list[tuple[str, Part]] = []
        waiting: list[tuple[str, Part]] = []
        for part, period in self._periods():
            with self._ports.database.read() as tx:
                before = self._ports.clock() - period
                due = tx.retention.to_remove(part, before, period, limit=limit)
            why = f"kept for {period.days} days"
            for one in due:
                gone = self._remove(one.job_id, part, RETENTION, why)
                (removed if gone else waiting).append((one.job_id, part))
            if part is Part.FILES:
                self._settle_files(*(one.job_id for one in due))
        return PurgeReport(archived, tuple(removed), tuple(waiting))

    def _remove(self, job_id: str, part: Part, actor: Actor, why: str) -> bool:
        """Remove one part of an archived job; False when it has to wait, or is gone already."""
        ports = self._ports
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
        match part:
            case Part.FILES:
                rows.files(job.id, self._ports.clock())
            case Part.MAILS:
                rows.mails(job.id)
            case Part.PERSONAL:
                rows.personal(job.id, f"{self._ports.ids(256):064x}")
            case Part.EVENTS:
                catalog = self._ports.catalogs.within(tx)
                rows.events(
                    job.id,
                    {DECLINED, WITHDRAWN, *(reason.text for reason in catalog.rejection_reasons)},
                )
            case Part.PAYMENTS:
                rows.payments(job.id)
            case Part.JOBS:
                rows.job(job.id)

    # -- one person -----------------------------------------------------------------------------

    def person_export(self, email: str) -> tuple[JobDetails, ...]:
        """All that is stored of the jobs of an address; raises InvalidInput when there are none."""
        with self._ports.database.read() as tx:
            jobs = tx.jobs.of_email(_address(email))
            if not jobs:
                raise _unknown(email)
        return tuple(self.details(job.id) for job in jobs)

    def person_erase(self, email: str, *, by: str) -> PurgeReport:
        """Remove a person's files, mails and data; their payments stay without a name.

        Call it again while the report says that something waits for its files. Raises
        InvalidInput for an unknown address or without a name, TransitionRefused when a job is
        still under way (nothing is removed then).
        """
        actor = staff_actor(by, "")
        with self._ports.database.read() as tx:
            jobs = list(tx.jobs.of_email(_address(email)))
        if not jobs:
            raise _unknown(email)
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
        for part in Part:
            if part in (Part.EVENTS, Part.JOBS):
                continue  # they tell of staff, not of the student
            for job in jobs:
                gone = self._remove(job.id, part, actor, "at the person's request")
                with self._ports.database.read() as tx:
                    before = part in tx.retention.removed(job.id)
                if gone or not before:
                    (removed if gone else waiting).append((job.id, part))
            if part is Part.FILES:
                self._settle_files(*(job.id for job in jobs))
        return PurgeReport(archived, tuple(removed), tuple(waiting))

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


def _address(email: str) -> str:
    return email.strip()


def _unknown(email: str) -> InvalidInput:
    return InvalidInput.of(
        "email",
        "person_unknown",
        f"There is no job of {email.strip()[:100]!r}.",
        "Write the whole address, as it stands on the job.",
    )


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
        return len(report.archived) + len(report.removed)
