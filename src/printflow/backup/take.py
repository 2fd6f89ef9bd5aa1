"""Taking a backup while the lab goes on working: first the database, then the files it names."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from .. import __version__
from ..db import migrate
from ..db.snapshot import SNAPSHOT, row_counts, take_snapshot
from ..errors import AlreadyRunning, BackupNotTaken
from ..said import say
from ..settings import Settings
from ..settings.database_url import sqlite_url
from ..store.folder import Folder
from ..store.making import STATE, read_identity
from .collect import collect
from .manifest import STATE_FILES, Lack, Manifest, StoredFile, write_manifest
from .parts import copy_part, hash_of, open_part, sync_folder
from .signing import own_key, sign

_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that is finished: its ``folder``, what it lacks, and what is not of the usual kind.

    ``left_out`` are files that no row names, whose names do not work on every system; ``indexes``
    are those that are damaged in the lab's database, and were made again in the backup.
    """

    folder: Path
    files: int
    lacks: tuple[Lack, ...]
    left_out: tuple[str, ...]
    indexes: tuple[str, ...]


def take_backup(
    settings: Settings,
    root: Path,
    now: datetime,
    *,
    quick: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Taken:
    """Back the lab up into ``root``.

    The database is copied at one moment, and checked. Every file of the store is read and compared
    to what was accepted; a ``quick`` backup trusts those whose bytes an earlier one holds. A file
    that moves meanwhile is found by its name. ``progress`` is told how many of how many files are
    safe. What is not finished has no manifest, and counts for nothing.

    Raises DatabaseDamaged, DatabaseUnavailable, BackupNotTaken, AlreadyRunning, StoreUnavailable.
    """
    with _written(root), alone(root):
        for leftover in root.glob(".partial-*"):
            shutil.rmtree(leftover)  # of a backup that was interrupted
        partial = root / f".partial-{uuid4().hex}"
        partial.mkdir(mode=0o700)
        try:
            taken = _fill(settings, root, partial, now, quick, progress)
            sync_folder(partial)
            final = _free_name(root, now)
            partial.rename(final)
            sync_folder(root)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    return Taken(final, *taken)


def _fill(
    settings: Settings,
    root: Path,
    partial: Path,
    now: datetime,
    quick: bool,
    progress: Callable[[int, int], None] | None,
) -> tuple[int, tuple[Lack, ...], tuple[str, ...], tuple[str, ...]]:
    indexes = take_snapshot(settings.database, partial / SNAPSHOT)
    found = collect(settings.store, root, partial / SNAPSHOT, quick=quick, progress=progress)
    manifest = Manifest(
        program=__version__,
        revision=migrate.current(sqlite_url((partial / SNAPSHOT).absolute())),
        taken_at=now.isoformat(timespec="seconds"),
        identity=read_identity(settings.store) or "",
        database=_own(partial, SNAPSHOT),
        rows=row_counts(partial / SNAPSHOT),
        state=_state(settings, partial),
        files=found.files,
        lacks=found.lacks,
    )
    write_manifest(partial, manifest)
    sign(partial, own_key(settings.state_dir))
    return len(found.files), found.lacks, found.left_out, indexes


def _free_name(root: Path, now: datetime) -> Path:
    final = root / f"{now:%Y%m%dT%H%M%SZ}"
    return final if not final.exists() else root / f"{now:%Y%m%dT%H%M%S.%fZ}"


def _own(folder: Path, name: str) -> StoredFile:
    with open_part(folder, name) as file:
        return StoredFile("", name, *hash_of(file))


def _state(settings: Settings, partial: Path) -> tuple[StoredFile, ...]:
    copied = []
    for name in STATE_FILES:
        try:
            with Folder(settings.store, STATE) as folder, folder.open(name, names=None) as source:
                copy_part(source, partial / name, mode=0o600)
        except FileNotFoundError:
            continue  # the key may be in the settings
        copied.append(_own(partial, name))
    return tuple(copied)


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """No other backup is taken or removed in ``root`` meanwhile. Raises AlreadyRunning."""
    lock = FileLock(str(root / _LOCK))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyRunning(
            say("Another backup into {root} is being taken.", root=root),
            next_step=say("Wait until it has finished."),
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _written(root: Path) -> Iterator[None]:
    """Errors of writing come out in people's words."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise BackupNotTaken(
            say(
                "No backup was taken into {root}: {error}{where}.",
                root=root,
                error=error.strerror or error,
                where=where,
            ),
            next_step=say(
                "Earlier backups are unchanged. Check that there is room, and that this "
                "account may write there and read the store."
            ),
        ) from error
