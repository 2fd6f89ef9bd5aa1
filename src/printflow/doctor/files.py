"""Rows against files: every file is where its row says, once, with its bytes; nothing is over."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from ..dispatch.placement import Placer, name_taken
from ..domain.job import FileState, JobFile
from ..domain.naming import is_plain_file_name, job_ids_in
from ..domain.status import FOLDERS, ORIGINALS, Status
from ..ports import Clock, Database, FileStore, Place, Transaction
from ..said import say
from ..store.folder import Folder
from ..store.plain_file import SECOND_NAME, NotPlain, what_else
from ..uploads.sweeping import abandoned
from .finding import Finding

PART_LIFETIME = timedelta(hours=24)
_TOO_YOUNG = timedelta(minutes=10)
"""Someone may be at work on a file that is younger."""

_Place = tuple[str, int, float]
"""What :class:`Seen` names, of hundreds of thousands."""
_Places = dict[str, _Place]
_More = dict[str, list[_Place]]


_Odd = list[tuple[str, str, str, float]]
"""Folder, name, kind and time of change of what is no file of the store's own."""


class Seen(NamedTuple):
    """A file of the store: size in bytes, time of its last change in seconds since 1970."""

    folder: str
    size: int
    changed: float


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Hundreds of thousands of small records, all of them kept: looking through them again and
    again for garbage would take half of the time.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _homes(tx: Transaction, strays: Iterable[str]) -> dict[str, str]:
    """The folder of each job's status, of the jobs that names without a row speak of."""
    ids = {job_id for name in strays for job_id in job_ids_in(name)}
    return {job.id: job.status.folder for job_id in ids if (job := tx.jobs.get(job_id))}


class FileCheck:
    """Compares all file rows with all files, in one pass over each."""

    def __init__(
        self,
        database: Database,
        store: FileStore,
        placer: Placer,
        clock: Clock,
        *,
        hashes: bool,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._database = database
        self._store = store
        self._placer = placer
        self._clock = clock
        self._hashes = hashes
        self._progress = progress or (lambda _count: None)
        self._now = clock()
        self._stamp = f"{self._now:%Y%m%dT%H%M%S}"

    def __call__(self) -> Iterator[Finding]:
        """All findings about files."""
        self._store.check_identity()
        with _no_garbage():
            seen, again, planted = self._look()
            odd = self._compare(seen, again)
        # The rows are read whole first: mending writes, and must not meet an open read.
        with self._database.read() as tx:
            rows = tx.files.some(list(odd))
            homes = _homes(tx, seen)
        for number, (file, status) in enumerate(rows, 1):
            yield from self._of_row(file, status, [Seen(*place) for place in odd[file.id]])
            if self._hashes:
                self._progress(number)
        for name in sorted(seen):
            for place in (seen[name], *again.get(name, ())):
                yield from self._stray(name, Seen(*place), homes)
        known = {file.name for file, _ in rows}
        on_the_way = {name for file, _ in rows if file.renaming for name in file.names}
        for name in on_the_way:  # placement renames them
            seen.pop(name, None)
            again.pop(name, None)
        for folder, name, what, changed in planted:
            if what == SECOND_NAME and name in on_the_way:
                continue
            if what != "a folder" or not self._young(changed):
                yield self._no_file(folder, name, what, known)
        yield from self._parts()

    def _compare(self, seen: _Places, again: _More) -> dict[int, list[_Place]]:
        """The places of those rows that want a closer look, by their ids: nearly all files are
        where they belong, as large as they were. What a row knows is taken out of ``seen``.
        """
        odd: dict[int, list[_Place]] = {}
        hashes, compared = self._hashes, 0
        with self._database.read() as tx:
            for lines in tx.files.lines():
                for file_id, name, folder, size, well in lines:
                    place = seen.pop(name, None)
                    if (
                        place is None
                        or place[0] != folder
                        or place[1] != size
                        or not well
                        or hashes
                        or name in again
                    ):
                        first = [place] if place is not None else []
                        odd[file_id] = [*first, *again.get(name, ())]
                compared += len(lines)
                if not hashes:
                    self._progress(compared)
        return odd

    def _look(self) -> tuple[_Places, _More, _Odd]:
        """Where each name is, and where it is as well; and what is no file of the store's."""
        found: _Places = {}
        again: _More = {}
        planted: _Odd = []
        for folder in FOLDERS:
            try:
                place = Folder(self._store.root, folder)
            except NotPlain:
                continue  # told where the disk is looked at
            with place:
                for entry in place.scan():
                    name, status = entry.name, entry.stat(follow_symlinks=False)
                    if what := what_else(status) or self._second_name(name, folder, status):
                        planted.append((folder, name, what, status.st_mtime))
                        continue
                    here = (folder, status.st_size, status.st_mtime)
                    if name in found:
                        again.setdefault(name, []).append(here)
                    else:
                        found[name] = here
        return found, again, planted

    def _second_name(self, name: str, folder: str, status: os.stat_result) -> str:
        if status.st_nlink <= 1 or not is_plain_file_name(name):
            return SECOND_NAME if status.st_nlink > 1 else ""
        return "" if folder in self._store.everywhere(name) else SECOND_NAME

    def _no_file(self, folder: str, name: str, what: str, known: Collection[str]) -> Finding:
        """Someone planted it; the model of a job that only got a second name is not moved."""
        if what == SECOND_NAME and name in known:
            return Finding(
                "second_name",
                f"{folder}/{name}",
                say("It is {what}, so the job's file counts as missing.", what=what),
                say(
                    "If it's the right file, replace it with a copy. If not, delete it and restore the "
                    "file from a backup."
                ),
            )
        return Finding(
            "not_a_file",
            f"{folder}/{name}",
            say("It is {what}. Printflow never follows or serves it.", what=what),
            say("Find out who put it there. `printflow doctor --fix` moves it to .quarantine."),
            mend=partial(self._put_aside, name, folder),
        )

    # -- rows -------------------------------------------------------------------------------------

    def _of_row(self, file: JobFile, status: Status, places: list[Seen]) -> Iterator[Finding]:
        home = status.folder if file.authoritative else ORIGINALS
        if file.folder != home:
            yield Finding(
                "folder_not_status",
                f"{file.folder}/{file.name}",
                say(
                    "The database says {folder}, but the job is {label}.",
                    folder=file.folder,
                    label=status.label,
                ),
                job_id=file.job_id,
                mend=self._belongs(file, home),
            )
            return
        if not places:
            yield from self._missing(file, home)
            return
        if file.renaming and file.state is FileState.PARKED:
            yield Finding(
                "name_taken",
                f"{file.folder}/{file.name}",
                name_taken(file.name, places[0].folder),
                say("Compare them and delete the wrong one."),
                file.job_id,
            )
            return
        if len(places) > 1:
            yield self._twice(file, places)
            return
        if places[0].folder != file.folder:
            yield Finding(
                "file_misplaced",
                f"{places[0].folder}/{file.name}",
                say("It belongs in {folder}.", folder=file.folder),
                job_id=file.job_id,
                mend=self._belongs(file, home),
            )
        elif file.state is not FileState.SETTLED:
            yield Finding(
                "file_not_settled",
                f"{file.folder}/{file.name}",
                say(
                    "It's where it belongs, but the database says {value}.", value=file.state.value
                ),
                job_id=file.job_id,
                mend=self._belongs(file, home),
            )
        yield from self._content(file, places[0])

    def _missing(self, file: JobFile, home: str) -> Iterator[Finding]:
        if not file.last_seen and file.state is FileState.PENDING:
            return  # accepted a moment ago, still in .incoming; overdue work is told elsewhere
        before = self._store.places(file.names) if file.was_named else ()
        if before and file.renaming:
            return  # overdue work is told elsewhere
        for folder, name in before:
            if self._store.sha256(name, folder) == file.sha256:
                yield Finding(
                    "file_misnamed",
                    f"{folder}/{name}",
                    say("It should be called {name}.", name=file.name),
                    job_id=file.job_id,
                    mend=self._belongs(file, home),
                )
                return
        yield Finding(
            "file_missing",
            f"{file.folder}/{file.name}",
            say("The file isn't in any of the store's folders."),
            say(
                "Put it back in {folder}, from a backup or .trash. Printflow finds it automatically.",
                folder=file.folder,
            ),
            file.job_id,
        )

    def _twice(self, file: JobFile, places: list[Seen]) -> Finding:
        folders = [place.folder for place in places]
        keep = file.folder if file.folder in folders else folders[0]
        others = [folder for folder in folders if folder != keep]
        kept_place = Place(keep, file.name)
        one_file = all(
            self._store.same_file_twice(kept_place, Place(other, file.name)) for other in others
        )
        kept = "" if one_file else self._store.sha256(file.name, keep)
        same = one_file or all(kept == self._store.sha256(file.name, one) for one in others)
        right = kept == file.sha256

        def mend() -> bool:
            for other in others:
                if self._store.same_file_twice(kept_place, Place(other, file.name)):
                    self._store.drop_second_name(kept_place, Place(other, file.name))
                else:
                    self._store.quarantine(file.name, other, f"{self._stamp}_{other}")
            return self._belongs(file, file.folder)()

        return Finding(
            "file_twice",
            f"{keep}/{file.name}",
            say("It is also in {folders}, with the same contents.", folders=", ".join(others))
            if same
            else say(
                "It is also in {folders}, with different contents.", folders=", ".join(others)
            ),
            "" if same or right else say("Compare them and delete the wrong one."),
            file.job_id,
            mend if same or right else None,
        )

    def _content(self, file: JobFile, place: Seen) -> Iterator[Finding]:
        where = f"{place.folder}/{file.name}"
        words = say("Compare it with a backup. A sliced job's original is in Originals.")
        if place.size != file.size:
            yield Finding(
                "file_changed",
                where,
                say(
                    "It has {now} bytes, but had {before} when it was accepted.",
                    now=place.size,
                    before=file.size,
                ),
                words,
                file.job_id,
            )
            return
        try:
            changed = self._hashes and self._store.sha256(file.name, place.folder) != file.sha256
        except OSError as error:
            yield Finding(
                "file_unreadable",
                where,
                say("It can't be read: {error}.", error=error.strerror or error),
                say("Check the permissions on the share."),
                file.job_id,
            )
            return
        if changed:
            yield Finding(
                "file_changed",
                where,
                say("Its contents have changed since it was accepted."),
                words,
                file.job_id,
            )

    def _belongs(self, file: JobFile, home: str) -> Callable[[], bool]:
        def mend() -> bool:
            with self._database.write() as tx:
                tx.files.belongs(file.id, home, authoritative=file.authoritative, now=self._clock())
            return self._placer.place_file(file.id) is FileState.SETTLED

        return mend

    # -- files without a row ----------------------------------------------------------------------

    def _stray(self, name: str, place: Seen, homes: dict[str, str]) -> Iterator[Finding]:
        if self._young(place.changed):
            return
        if any(homes.get(job_id) == place.folder for job_id in job_ids_in(name)):
            return  # saved beside its job's file: a choice for the approval
        yield Finding(
            "file_without_row",
            f"{place.folder}/{name}",
            say("This file doesn't belong to any job."),
            say(
                "`printflow doctor --fix` moves it to .quarantine. If you need it, get it from there."
            ),
            mend=partial(self._put_aside, name, place.folder),
        )

    def _young(self, changed: float) -> bool:
        return self._now - datetime.fromtimestamp(changed, self._now.tzinfo) < _TOO_YOUNG

    def _put_aside(self, name: str, folder: str) -> bool:
        self._store.put_aside(name, folder, f"{self._stamp}_{folder}")
        return True

    def _parts(self) -> Iterator[Finding]:
        for name in abandoned(self._store, self._database, self._now - PART_LIFETIME):
            yield Finding(
                "stale_upload",
                f".incoming/{name}",
                say("An upload that stopped more than a day ago."),
                mend=partial(self._discard, name),
            )

    def _discard(self, name: str) -> bool:
        self._store.discard_incoming(name)
        return True
