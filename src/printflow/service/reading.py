"""Looking at jobs: lists, counts, details, files."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from ..domain import lifecycle
from ..domain.attempt import FileFact
from ..domain.history import JobDetails
from ..domain.job import FileState, Job, JobFile
from ..domain.status import ActorKind, Status
from ..domain.worklist import JobQuery
from ..errors import InvalidInput, NotFound, PrintflowError, StoreUnavailable
from ..runtime.deadline import TookTooLong, within
from ..runtime.exhausted import is_exhausted, server_busy
from .desk import PATIENCE_SECONDS, Desk
from .received import mails_about
from .transition import file_fact

_DURATION = re.compile(r"(?P<count>[0-9]{1,5})\s*(?P<unit>[mhdw])", re.IGNORECASE)
_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


class ReadingDesk(Desk):
    """Everything that changes nothing."""

    def job(self, job_id: str) -> Job:
        """The job of that id (any case, with or without dashes); raises NotFound."""
        with self._ports.database.read() as tx:
            return self._job(tx, job_id)

    def details(self, job_id: str) -> JobDetails:
        """The job with its whole history; raises NotFound."""
        with self._ports.database.read() as tx:
            job = self._job(tx, job_id)
            return JobDetails(
                job=job,
                events=tuple(tx.history.events(job.id)),
                notes=tuple(tx.history.notes(job.id)),
                quotes=tuple(tx.quotes.of_job(job.id)),
                attempts=tuple(tx.history.attempts(job.id)),
                ledger=tuple(tx.ledger.of_job(job.id)),
                mails=tuple(mails_about(tx, job)),
                openings=tuple(tx.history.openings(job.id)),
                allowed=lifecycle.allowed(job.status, ActorKind.STAFF),
            )

    def sent_together(self, job: Job) -> list[Job]:
        """All jobs of the request that brought this one, in the order of its models."""
        with self._ports.database.read() as tx:
            return list(tx.jobs.of_request(job.request_id))

    def jobs(
        self,
        *,
        status: Status | str | None = None,
        search: str = "",
        older_than: str | timedelta | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Job]:
        """Jobs, newest first.

        ``search`` finds words in name, e-mail, id, class and file names. ``older_than`` ("2d",
        "36h", or a timedelta) takes those that have been in their status for longer. Raises
        InvalidInput for a status or duration that is none.
        """
        age = _duration(older_than)
        now = self._ports.clock()
        query = JobQuery(
            status=_status(status),
            search=search,
            before=None if age is None else now - age,
            limit=limit,
            offset=offset,
        )
        with self._ports.database.read() as tx:
            return list(tx.jobs.find(query, now, now))

    def counts(self) -> dict[Status, int]:
        """How many jobs are in each status."""
        with self._ports.database.read() as tx:
            return tx.jobs.counts()

    def path(self, job_or_file: Job | JobFile) -> Path:
        """Where a file (a job's authoritative one) was last seen, on this machine.

        For people to read: what is there by now may be a link that someone planted. To read the
        file itself, use :meth:`open_file`.
        """
        file = job_or_file.file if isinstance(job_or_file, Job) else job_or_file
        return self._ports.store.path(file.name, file.last_seen or file.folder)

    def open_file(self, job_or_file: Job | JobFile) -> BinaryIO:
        """A file (a job's authoritative one), open to be read; close it.

        It is a plain file of the store's own, never what a link leads to. Raises NotFound, and
        StoreUnavailable soon where the share does not answer.
        """
        file = job_or_file.file if isinstance(job_or_file, Job) else job_or_file
        store, place = self._ports.store, file.last_seen or file.folder
        try:
            return within(PATIENCE_SECONDS, lambda: store.open(file.name, place))
        except FileNotFoundError:
            raise NotFound("There is no such file in the store.") from None
        except (OSError, TookTooLong) as error:
            if is_exhausted(error):
                raise server_busy(error) from error
            raise StoreUnavailable("The file share does not answer.") from error

    def file_choices(self, job_id: str) -> list[FileFact]:
        """What an approval can print: the job's files, and those saved beside them.

        The newest comes first. Where the share does not answer, only the files on record.
        """
        job = self.job(job_id)
        files = [file for file in job.files if file.state is not FileState.ABSENT]
        settle_seconds = self.settings.settle_seconds
        store = self._ports.store

        def look() -> list[FileFact]:
            known = {file.name for file in job.files}
            beside = store.siblings(job.id, job.status.folder, settle_seconds=settle_seconds)
            found = [fact for fact in beside if fact.acceptable and fact.name not in known]
            for file in sorted(files, key=lambda file: not file.authoritative):
                found.append(file_fact(store, job, file.name, settle_seconds=settle_seconds))
            return found

        try:
            return within(PATIENCE_SECONDS, look)
        except (TookTooLong, OSError, PrintflowError):
            return [
                FileFact(file.name, present=True, settled=True, authoritative=file.authoritative)
                for file in files
            ]


def _status(given: Status | str | None) -> Status | None:
    if given is None or given == "":
        return None
    try:
        return Status(str(given).upper())
    except ValueError:
        raise InvalidInput.of(
            "status",
            "status_unknown",
            f"There is no status {str(given)[:40]!r}.",
            f"Choose from: {', '.join(Status)}.",
        ) from None


def _duration(given: str | timedelta | None) -> timedelta | None:
    if given is None or isinstance(given, timedelta):
        return given
    match = _DURATION.fullmatch(given.strip())
    if match is None:
        raise InvalidInput.of(
            "older_than",
            "duration_invalid",
            f"{given[:40]!r} is no duration.",
            "Write for example 45m, 36h, 2d or 3w.",
        )
    return int(match["count"]) * _UNITS[match["unit"].lower()]
