"""Jobs' files: where they are, what is in them, and which could be printed."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from ..dispatch.whereabouts import whereabouts
from ..domain.attempt import FileFact
from ..domain.job import FileState, Job, JobFile
from ..domain.rights import Right
from ..errors import NotFound, PrintflowError, StoreUnavailable
from ..ports import Database, FileStore
from ..runtime.deadline import TookTooLong, patiently
from ..runtime.exhausted import is_exhausted, server_busy
from ..runtime.permits import needs
from ..said import say
from .file_facts import FileFacts
from .lookup import job_of


class Files:
    """The files in the store, as the database knows them and as they are."""

    def __init__(self, database: Database, store: FileStore, facts: FileFacts) -> None:
        self._database = database
        self._store = store
        self._facts = facts

    @needs(Right.SEE)
    def count(self) -> int:
        """How many files the lab's jobs have."""
        with self._database.read() as tx:
            return tx.files.count()

    @needs(Right.SEE)
    def path(self, job_or_file: Job | JobFile) -> Path:
        """Where a file (a job's authoritative one) was last seen, on this machine.

        For people to read: what is there by now may be a link that someone planted. To read the
        file itself, use :meth:`open`.
        """
        file = job_or_file.file if isinstance(job_or_file, Job) else job_or_file
        return self._store.path(file.on_disk, file.last_seen or file.folder)

    @needs(Right.SEE)
    def open(self, job_or_file: Job | JobFile) -> BinaryIO:
        """A file (a job's authoritative one), open to be read; close it.

        It is a plain file of the store's own, never what a link leads to. Raises NotFound, and
        StoreUnavailable soon where the share does not answer.
        """
        file = job_or_file.file if isinstance(job_or_file, Job) else job_or_file
        try:
            return patiently(lambda: self._opened(file))
        except FileNotFoundError:
            raise NotFound(say("There's no such file in the store.")) from None
        except (OSError, TookTooLong) as error:
            if is_exhausted(error):
                raise server_busy(error) from error
            raise StoreUnavailable(say("The file share doesn't answer.")) from error

    def _opened(self, file: JobFile) -> BinaryIO:
        """The file where it was last seen; where it has moved since, or has another name, once more."""
        try:
            return self._store.open(file.on_disk, file.last_seen or file.folder)
        except FileNotFoundError:
            with self._database.read() as tx:
                found = tx.files.some([file.id])
            for now, _status in found:
                for place in whereabouts(self._store, now):
                    return self._store.open(place.name, place.folder)
            raise

    @needs(Right.SEE)
    def choices(self, job_id: str) -> list[FileFact]:
        """What an approval can print: the job's files, and those saved beside them.

        The newest comes first. Where the share does not answer, only the files on record.
        """
        with self._database.read() as tx:
            job = job_of(tx, job_id)
        files = [file for file in job.files if file.state is not FileState.ABSENT]

        def look() -> list[FileFact]:
            beside = self._facts.beside(job)
            found = [fact for fact in beside if fact.acceptable and not job.file_at(fact.name)]
            for file in sorted(files, key=lambda file: not file.authoritative):
                found.append(self._facts.of(job, file.name))
            return found

        try:
            return patiently(look)
        except (TookTooLong, OSError, PrintflowError):
            return [
                FileFact(file.name, present=True, settled=True, authoritative=file.authoritative)
                for file in files
            ]
