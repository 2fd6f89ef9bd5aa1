"""Checks the file on the share that an approval would print."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from ..dispatch.whereabouts import whereabouts
from ..domain.attempt import FileFact
from ..domain.job import Job, JobFile
from ..domain.naming import PRINTABLE_ENDINGS, carries_job_id, ending_of, is_plain_file_name
from ..errors import StoreUnavailable
from ..ports import FileStore
from ..runtime.deadline import TookTooLong, patiently
from ..runtime.exhausted import is_exhausted, server_busy
from ..said import say


class FileFacts:
    """Looks at files; one is settled when it was not written to for ``settle_seconds``."""

    def __init__(self, store: FileStore, settle_seconds: int) -> None:
        self._store = store
        self._settle_seconds = settle_seconds

    def chosen(self, job: Job, name: str) -> FileFact:
        """The file ``name`` of the job ("" = the one on record).

        Raises StoreUnavailable where the share does not answer.
        """
        wanted = name or job.file.name
        try:
            return patiently(lambda: self.of(job, wanted), times=5)
        except (TookTooLong, OSError) as error:
            if is_exhausted(error):
                raise server_busy(error) from error
            raise StoreUnavailable(
                say("The file share doesn't answer. Nothing was done."),
                next_step=say(
                    "Try again in a minute. If it still fails, ask the person who runs the share."
                ),
            ) from error

    def of(self, job: Job, name: str) -> FileFact:
        """What is found of the file ``name`` now; raises OSError as the share gives it."""
        return file_fact(self._store, job, name, settle_seconds=self._settle_seconds)

    def beside(self, job: Job) -> list[FileFact]:
        """What lies in the job's folder and carries its number, newest first."""
        return list(
            self._store.siblings(job.id, job.status.folder, settle_seconds=self._settle_seconds)
        )


_LOOKS = 3  # a file that someone moves between two questions is asked for again


def file_fact(store: FileStore, job: Job, name: str, *, settle_seconds: int) -> FileFact:
    """What is found of the file ``name`` for ``job``; raises OSError as the share gives it."""
    store.check_identity()
    for _ in range(_LOOKS):
        with suppress(FileNotFoundError):
            return _seen(store, job, name, settle_seconds)
    return FileFact(name=name, present=False, settled=False)


def _seen(store: FileStore, job: Job, name: str, settle_seconds: int) -> FileFact:
    """One look; raises FileNotFoundError where the file moves meanwhile."""
    if (file := job.file_at(name)) is not None:
        return _of_file(store, file)
    if (
        not is_plain_file_name(name)
        or not carries_job_id(name, job.id)
        or ending_of(name) not in PRINTABLE_ENDINGS
    ):
        return FileFact(name=name, present=True, settled=True, acceptable=False)
    for fact in store.siblings(job.id, job.status.folder, settle_seconds=settle_seconds):
        if fact.name == name:
            return replace(fact, sha256=store.sha256(name, fact.folder)) if fact.settled else fact
    if (file := job.file_called(name)) is not None:  # on a page from before it got its name
        return _of_file(store, file)
    return FileFact(name=name, present=False, settled=False)


def _of_file(store: FileStore, file: JobFile) -> FileFact:
    """What is found of a file on record, under the name that it is to have."""
    places = whereabouts(store, file)
    sound = bool(places) and store.size(places[0].name, places[0].folder) == file.size
    return FileFact(
        name=file.name,
        present=bool(places),
        settled=sound,
        authoritative=file.authoritative,
        sha256=file.sha256,
        size=file.size,
        folder=places[0].folder if places else "",
    )
