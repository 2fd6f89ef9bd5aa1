"""Removing what is stored of jobs: files, mails, personal data, part by part.

A removal is one transaction that takes the data out of the rows, writes an event that says what
went and why, and marks the files. The files then go like any move: by leased steps that are
repeated until they are true, whatever crashes in between.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from ..catalogs.cache import CatalogCache
from ..domain.event_kind import Correction
from ..domain.job import Actor, Job
from ..domain.known_reasons import known_reasons
from ..domain.retention import Part
from ..domain.status import Status
from ..errors import StoreUnavailable
from ..ports import Clock, Database, FileStore, Ids, KeptMails, Transaction
from .filing import Filing
from .lookup import job_of
from .stale import stale

_log = logging.getLogger(__name__)

_AT_ONCE = 200


class Removal:
    """Removes parts of archived jobs, and of those whose address nobody confirmed; and emails that
    are about no single job.
    """

    def __init__(
        self,
        database: Database,
        store: FileStore,
        clock: Clock,
        ids: Ids,
        catalogs: CatalogCache,
        kept_mails: KeptMails,
        filing: Filing,
    ) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._ids = ids
        self._catalogs = catalogs
        self._kept_mails = kept_mails
        self._filing = filing

    def of_jobs(
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
            self._filing.now_or_soon(lambda: self._remove_files(gone))
        return gone

    def _remove_files(self, job_ids: Iterable[str]) -> None:
        """One job after the other: there may be more than a lease lasts for."""
        for job_id in job_ids:
            self._filing.place_job(job_id)

    def _tidy_up(self, job_ids: Sequence[str]) -> Collection[str]:
        """Delete what carries the jobs' numbers beside their own files: copies in quarantine, what
        staff saved and never chose. This comes first, so that after a crash it is still due.

        Gives the jobs of which something is left.
        """
        with self._database.read() as tx:
            jobs = [job_of(tx, job_id) for job_id in job_ids]
        gone = [job.id for job in jobs if _may_go(job)]
        known = {name for job in jobs for file in job.files for name in file.may_be_called}
        try:
            self._store.check_identity()
            return self._store.remove_leftovers(gone, known)
        except (OSError, StoreUnavailable) as error:
            _log.warning("model files stay until the store is back: %s", error)
            return gone

    def mails_of_no_job(
        self,
        before: datetime,
        *,
        to: str = "",
        of_jobs: Collection[str] = (),
        limit: int | None = None,
    ) -> int:
        """Remove what was written by ``before``; gives how many mails that were."""
        with self._database.read() as tx:
            found = tx.retention.mails_of_no_job(before, to=to, of_jobs=of_jobs, limit=limit)
        if found and self._forget([message_id for _, _, message_id in found]):
            for start in range(0, len(found), _AT_ONCE):
                with self._database.write() as tx:
                    tx.retention.remove_mails([one[0] for one in found[start : start + _AT_ONCE]])
            return len(found)
        return 0

    def _forget(self, message_ids: Sequence[str]) -> bool:
        """Delete mails that are files, before their rows: after a crash they are still due."""
        try:
            self._kept_mails.forget(message_ids)
        except OSError as error:
            _log.warning("emails are kept until their files can be deleted: %s", error)
            return False
        return True

    def _remove(self, job_id: str, part: Part, actor: Actor, why: str) -> bool:
        """Remove one part of a job that may go; False when it has to wait, or is gone already."""
        if part is Part.MAILS:
            with self._database.read() as tx:
                mails = tx.retention.message_ids(job_id)
            if mails and not self._forget(mails):
                return False
        with self._database.write() as tx:
            job, now = job_of(tx, job_id), self._clock()
            if not _may_go(job) or part in tx.retention.removed(job.id):
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
        catalog = self._catalogs.within(tx)
        known = known_reasons(catalog)
        match part:
            case Part.FILES:
                rows.files(job.id, self._clock())
            case Part.MAILS:
                rows.mails(job.id)
            case Part.PERSONAL:
                rows.personal(job.id, f"{self._ids(256):064x}", known)
            case Part.EVENTS:
                rows.events(job.id, known)
            case Part.PAYMENTS:
                rows.payments(job.id)
            case Part.JOBS:
                rows.job(job.id)


def _may_go(job: Job) -> bool:
    """It's over, or was never with staff."""
    return job.status is Status.ARCHIVED or job.unconfirmed
