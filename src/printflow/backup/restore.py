"""Putting a backup back: everything is checked before anything is written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..db import migrate
from ..db.engine import sqlite_path
from ..db.snapshot import end_leases, load_snapshot, snapshot_name
from ..domain.status import FOLDERS
from ..errors import BackupDamaged, SettingsError
from ..making_store import STATE, is_new, make_folders
from ..settings import Settings
from .manifest import Manifest, StoredFile, pool_path, read_manifest, verify


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and where that is which had to make room for it."""

    manifest: Manifest
    aside: tuple[Path, ...]


def restore(
    settings: Settings,
    folder: Path,
    *,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Restored:
    """Restore the backup in ``folder`` to the store and database of ``settings``.

    The store must be empty or missing. With ``force`` a store that is not is moved aside first, as
    a whole, and so is an embedded database outside of it. Raises BackupDamaged, SettingsError,
    DatabaseUnavailable.
    """
    manifest = _checked(settings, folder)
    stamp = manifest.taken_at.replace(":", "").replace("+", "_")
    suffix = f"before-restore-{stamp}-{os.getpid()}"
    aside = _make_room(settings.store, suffix, force=force)
    aside += _keep_database(settings.database, suffix)
    make_folders(settings.store)
    for number, one in enumerate(manifest.files):
        _place(folder.parent, settings.store, one)
        if progress is not None:
            progress(number + 1, len(manifest.files))
    for part in manifest.state:
        target = settings.store / STATE / part.name
        shutil.copyfile(folder / part.name, target)
        target.chmod(0o600)
    load_snapshot(settings.database, folder / manifest.database.name)
    end_leases(settings.database)
    return Restored(manifest, aside)


def _checked(settings: Settings, folder: Path) -> Manifest:
    manifest = read_manifest(folder)
    if migrate.is_newer(manifest.revision):
        raise BackupDamaged(
            f"{folder} is newer ({manifest.revision}) than this program ({migrate.HEAD}).",
            next_step=f"Install Printflow {manifest.program} or newer first.",
        )
    if manifest.database.name != snapshot_name(settings.database):
        raise BackupDamaged(
            f"{folder} holds a {manifest.database.name}, which does not fit this database.",
            next_step="Restore it with the database_url of the same kind.",
        )
    for part, why in verify(folder):
        raise BackupDamaged(
            f"The backup is damaged: {part.place}/{part.name}: {why}.".replace(" /", " "),
            next_step="Use another backup.",
        )
    return manifest


def _make_room(store: Path, suffix: str, *, force: bool) -> tuple[Path, ...]:
    """Move what is in the store aside: beside it, or into a folder of its own where the store is
    a mount, or its parent somebody else's. Gives where it is.
    """
    if not store.exists() or is_new(store):
        return ()
    if not force:
        raise SettingsError(
            f"the store {store} is not empty",
            key="store",
            next_step="Name an empty folder, or use --force: the present one is moved aside.",
        )
    aside = store.with_name(f"{store.name}-{suffix}")
    try:
        store.rename(aside)
    except OSError:
        aside = store / f".{suffix}"
        aside.mkdir()
        for entry in list(store.iterdir()):
            if entry != aside:
                entry.rename(aside / entry.name)
    return (aside,)


def _keep_database(url: str, suffix: str) -> tuple[Path, ...]:
    """Move an embedded database that is not in the store aside, with what belongs to it."""
    path = sqlite_path(url)
    if path is None or not path.exists():
        return ()
    aside = path.with_name(f"{path.name}-{suffix}")
    path.rename(aside)
    for end in ("-wal", "-shm"):
        beside = path.with_name(path.name + end)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + end))
    return (aside,)


def _place(root: Path, store: Path, one: StoredFile) -> None:
    if one.place not in FOLDERS or one.name != Path(one.name).name:
        raise BackupDamaged(f"The backup names a place outside the store: {one.place}/{one.name}")
    target = store / one.place / one.name
    shutil.copyfile(pool_path(root, one.sha256), target)
    target.chmod(0o444)
    with target.open("rb") as file:
        os.fsync(file.fileno())
