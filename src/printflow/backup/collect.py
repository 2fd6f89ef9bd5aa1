"""The files of a backup: every model once, under the hash of its bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from ..db.engine import open_engine
from ..db.file_rows import SqlFileRows
from ..domain.status import FOLDERS
from ..settings.database_url import sqlite_url
from ..store.folder import Folder
from ..store.making import INCOMING
from .manifest import POOL, Lack, StoredFile, pool_names, pool_path
from .parts import Readable, copy_part, hash_of, is_safe_name, open_part, sync_folder

_LOOKS = 5
_MISSING = "is missing from the store"
_CHANGED = "has changed in the store since it was accepted"


@dataclass(frozen=True, slots=True)
class Collected:
    """The files that a backup holds, what it lacks, and names that it cannot take."""

    files: tuple[StoredFile, ...]
    lacks: tuple[Lack, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A file that the backup needs: ``incoming`` is its name while it is not placed yet, ``before``
    are those that it can have until it's renamed.
    """

    folder: str
    name: str
    sha256: str
    size: int
    incoming: str
    before: tuple[str, ...] = ()


def collect(
    store: Path,
    root: Path,
    snapshot: Path,
    *,
    quick: bool,
    progress: Callable[[int, int], None] | None = None,
) -> Collected:
    """See to it that the folder of backups ``root`` holds the bytes of every file.

    What a row's file ought to be is in the ``snapshot``. Where the store's file is not that, what
    an earlier backup holds is kept in the new one; else the file is taken as it is, and named.
    """
    pool = _Pool(store, root, quick=quick)
    wanted, left_out = _wanted(store, snapshot)
    files: list[StoredFile] = []
    for number, one in enumerate(wanted):
        stored = pool.keep(one)
        if stored is not None:
            files.append(stored)
        if progress is not None:
            progress(number + 1, len(wanted))
    pool.finish()
    return Collected(tuple(files), tuple(pool.lacks), left_out)


def _wanted(store: Path, snapshot: Path) -> tuple[list[_Wanted], tuple[str, ...]]:
    """The files that the copied database names, and those beside them that no row names."""
    engine = open_engine(sqlite_url(snapshot.absolute()), journal=False, pooled=False)
    try:
        with engine.connect() as connection:
            rows = [
                _Wanted(
                    file.folder, file.name, file.sha256, file.size, incoming, file.may_be_called[1:]
                )
                for file, incoming in SqlFileRows(connection).every_with_incoming()
            ]
    finally:
        engine.dispose()
    known = {name for row in rows for name in (row.name, *row.before)}
    left_out: list[str] = []
    for folder in FOLDERS:
        with Folder(store, folder) as place:
            for entry in place.scan():
                if entry.name in known or not entry.is_file(follow_symlinks=False):
                    continue
                if is_safe_name(entry.name):
                    rows.append(_Wanted(folder, entry.name, "", 0, ""))
                else:
                    left_out.append(f"{folder}/{entry.name}")
    return rows, tuple(left_out)


class _Pool:
    """The bytes that all backups of a folder share."""

    def __init__(self, store: Path, root: Path, *, quick: bool) -> None:
        self._store = store
        self._root = root
        self._quick = quick
        self._folders = set[Path]()
        self.lacks: list[Lack] = []

    def keep(self, one: _Wanted) -> StoredFile | None:
        """The file's bytes are in the pool on return; None when they are nowhere."""
        held = bool(one.sha256) and self._held_size(one.sha256) == one.size
        if held and self._quick:
            return StoredFile(one.folder, one.name, one.sha256, one.size)
        why = _MISSING
        for _ in range(_LOOKS):  # it may be on its way to another folder
            for place in self._places(one):
                try:
                    return self._take(place, one, held)
                except FileNotFoundError:
                    continue
                except _Otherwise as error:
                    return self._lacking(one, _CHANGED, as_it_is=error.stored)
                except _Unreadable as error:
                    why = f"can't be read: {error}"
        return self._lacking(one, why) if one.sha256 else None

    def finish(self) -> None:
        """What was added is on the disk."""
        for folder in sorted(self._folders, reverse=True):
            sync_folder(folder)

    def _lacking(
        self, one: _Wanted, why: str, *, as_it_is: StoredFile | None = None
    ) -> StoredFile | None:
        held = self._held(one.sha256)
        self.lacks.append(Lack(one.name, why, held is not None))
        return as_it_is if held is None else StoredFile(one.folder, one.name, one.sha256, held)

    def _places(self, one: _Wanted) -> list[tuple[str, str]]:
        folders = dict.fromkeys((one.folder, *FOLDERS))
        places = [(folder, name) for name in (one.name, *one.before) for folder in folders]
        return [*places, (INCOMING, one.incoming)] if one.incoming else places

    def _take(self, place: tuple[str, str], one: _Wanted, held: bool) -> StoredFile:
        """Read the file once: to compare it, and to copy what the pool does not hold."""
        with _source(self._store, *place) as source:
            if held:
                sha256, size = hash_of(source)
                if (sha256, size) == (one.sha256, one.size):
                    return StoredFile(one.folder, one.name, sha256, size)
                source.seek(0)
            temporary = self._folder(self._root / POOL) / f".{uuid4().hex}"
            try:
                sha256, size = copy_part(source, temporary, mode=0o444)
                target = pool_path(self._root, sha256)
                self._folder(target.parent)
                temporary.replace(target)
            finally:
                temporary.unlink(missing_ok=True)
        stored = StoredFile(one.folder, one.name, sha256, size)
        if one.sha256 and sha256 != one.sha256:
            raise _Otherwise(stored)
        return stored

    def _folder(self, path: Path) -> Path:
        if path not in self._folders:
            path.mkdir(exist_ok=True)
            self._folders.update((path, path.parent))
        return path

    def _held_size(self, sha256: str) -> int | None:
        try:
            with open_part(self._root, *pool_names(sha256)) as file:
                return os.fstat(file.fileno()).st_size
        except OSError:
            return None

    def _held(self, sha256: str) -> int | None:
        """The size of what the pool holds, if its bytes are still those of the hash."""
        try:
            with open_part(self._root, *pool_names(sha256)) as file:
                found, size = hash_of(file)
        except OSError:
            return None
        return size if found == sha256 else None


class _Unreadable(Exception):
    """The store's file cannot be read; the words say why."""


class _Reader:
    """A file of the store, whose errors are told from those of writing the backup."""

    def __init__(self, file: Readable) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except OSError as error:
            raise _Unreadable(error.strerror or str(error)) from error

    def seek(self, place: int) -> int:
        return self._file.seek(place)


@contextmanager
def _source(store: Path, folder: str, name: str) -> Iterator[_Reader]:
    with ExitStack() as stack:
        try:
            place = stack.enter_context(Folder(store, folder, looking=True))
            file = stack.enter_context(place.open(name))
        except FileNotFoundError:
            raise  # nor is a link that someone planted a file
        except OSError as error:
            raise _Unreadable(error.strerror or str(error)) from error
        yield _Reader(file)


class _Otherwise(Exception):
    """The store's file is not what was accepted; ``stored`` is what it is."""

    def __init__(self, stored: StoredFile) -> None:
        super().__init__(stored.name)
        self.stored = stored
