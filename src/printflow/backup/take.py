"""Taking a backup while the lab goes on working: first the database, then the files it names."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from .. import __version__
from ..db import migrate
from ..db.file_rows import SqlFileRows
from ..db.snapshot import snapshot_name, taken_snapshot
from ..domain.status import FOLDERS
from ..making_store import IDENTITY_FILE, INCOMING, SECRET_KEY, STATE, read_identity
from ..plain_file import NotPlain
from ..settings import Settings
from ..store_folder import Folder
from .manifest import (
    POOL,
    Manifest,
    StoredFile,
    pool_path,
    sha256_of,
    write_manifest,
)

_BLOCK = 1 << 20
_LARGEST_STATE = 1 << 16
_LOOKS = 5


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A file that the backup needs: ``incoming`` is its name while it is not placed yet."""

    folder: str
    name: str
    sha256: str
    incoming: str


def take_backup(
    settings: Settings,
    root: Path,
    now: datetime,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Back the lab up into ``root``; gives the new backup's folder.

    The database is copied at one moment. A file that moves meanwhile is found by its name, and
    bytes that an earlier backup holds already are not copied again. ``progress`` is told how many
    of how many files are safe. What is not finished has no manifest, and counts for nothing.
    """
    root.mkdir(parents=True, exist_ok=True)
    partial = root / f".partial-{uuid4().hex}"
    partial.mkdir(mode=0o700)
    try:
        name = snapshot_name(settings.database)
        with taken_snapshot(settings.database, partial / name) as connection:
            wanted = _wanted(settings, SqlFileRows(connection))
        files, missing = _files(settings.store, root, wanted, progress)
        manifest = Manifest(
            program=__version__,
            revision=migrate.current(settings.database),
            taken_at=now.isoformat(timespec="seconds"),
            identity=read_identity(settings.store) or "",
            database=_own(partial / name),
            state=_state(settings, partial),
            files=files,
            missing=missing,
        )
        write_manifest(partial, manifest)
        final = root / f"{now:%Y%m%dT%H%M%SZ}"
        if final.exists():
            final = root / f"{now:%Y%m%dT%H%M%S.%fZ}"
        partial.rename(final)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return final


def _own(path: Path) -> StoredFile:
    return StoredFile("", path.name, sha256_of(path), path.stat().st_size)


def _state(settings: Settings, partial: Path) -> tuple[StoredFile, ...]:
    copied = []
    for name in (IDENTITY_FILE, SECRET_KEY):
        with contextlib.suppress(FileNotFoundError), Folder(settings.store, STATE) as folder:
            data = folder.read(name, _LARGEST_STATE, names=None)
            (partial / name).write_bytes(data)
            copied.append(_own(partial / name))
    return tuple(copied)


def _wanted(settings: Settings, snapshot: SqlFileRows) -> list[_Wanted]:
    """The files that the copied database names, and those beside them that no row names."""
    rows = [
        _Wanted(file.folder, file.name, file.sha256, incoming)
        for file, incoming in snapshot.every_with_incoming()
    ]
    known = {row.name for row in rows}
    for folder in FOLDERS:
        with contextlib.suppress(NotPlain), Folder(settings.store, folder) as place:
            rows += [
                _Wanted(folder, entry.name, "", "")
                for entry in place.scan()
                if entry.name not in known and entry.is_file(follow_symlinks=False)
            ]
    return rows


def _files(
    store: Path,
    root: Path,
    wanted: list[_Wanted],
    progress: Callable[[int, int], None] | None,
) -> tuple[tuple[StoredFile, ...], tuple[str, ...]]:
    files: list[StoredFile] = []
    missing: list[str] = []
    for number, one in enumerate(wanted):
        stored = _keep(store, root, one)
        if stored is not None:
            files.append(stored)
        elif one.sha256:
            missing.append(one.name)
        if progress is not None:
            progress(number + 1, len(wanted))
    return tuple(files), tuple(missing)


def _keep(store: Path, root: Path, one: _Wanted) -> StoredFile | None:
    """The file's bytes are in the pool on return; None when it is nowhere."""
    if one.sha256:
        held = pool_path(root, one.sha256)
        if held.exists():
            return StoredFile(one.folder, one.name, one.sha256, held.stat().st_size)
    for _ in range(_LOOKS):  # it may be on its way to another folder
        for folder, name in _places(one):
            try:
                return _copy(store, folder, name, root, one)
            except FileNotFoundError:  # nor is a link that someone planted a file
                continue
    return None


def _places(one: _Wanted) -> list[tuple[str, str]]:
    places = [(folder, one.name) for folder in (one.folder, *FOLDERS)]
    if one.incoming:
        places.append((INCOMING, one.incoming))
    return places


def _copy(store: Path, folder: str, name: str, root: Path, one: _Wanted) -> StoredFile:
    pool = root / POOL
    pool.mkdir(exist_ok=True)
    temporary = pool / f".{uuid4().hex}"
    digest, size = hashlib.sha256(), 0
    try:
        with (
            Folder(store, folder, looking=True) as place,
            place.open(name) as source,
            temporary.open("wb") as target,
        ):
            while block := source.read(_BLOCK):
                digest.update(block)
                target.write(block)
                size += len(block)
            target.flush()
            os.fsync(target.fileno())
        held = pool_path(root, digest.hexdigest())
        held.parent.mkdir(exist_ok=True)
        temporary.replace(held)
    finally:
        temporary.unlink(missing_ok=True)
    return StoredFile(one.folder, one.name, digest.hexdigest(), size)
