"""Putting a backup back: everything is checked before anything is written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from ..db import migrate
from ..db.snapshot import end_leases, load_snapshot, snapshot_name
from ..domain.status import FOLDERS
from ..errors import BackupDamaged, SettingsError
from ..filestore import STATE, is_new, make_folders
from ..settings import Settings
from .manifest import Manifest, StoredFile, pool_path, read_manifest, verify


def restore(
    settings: Settings,
    folder: Path,
    *,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Manifest:
    """Restore the backup in ``folder`` to the store and database of ``settings``.

    The store must be empty or missing. With ``force`` a store that is not is moved aside first, as
    a whole, to a name beside it. Raises BackupDamaged, SettingsError, DatabaseUnavailable.
    """
    manifest = _checked(settings, folder)
    _make_room(settings.store, manifest, force=force)
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
    return manifest


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


def _make_room(store: Path, manifest: Manifest, *, force: bool) -> None:
    if not store.exists() or is_new(store):
        return
    if not force:
        raise SettingsError(
            f"the store {store} is not empty",
            key="store",
            next_step="Name an empty folder, or use --force: the present one is moved aside.",
        )
    stamp = manifest.taken_at.replace(":", "").replace("+", "_")
    aside = store.with_name(f"{store.name}-before-restore-{stamp}-{os.getpid()}")
    store.rename(aside)


def _place(root: Path, store: Path, one: StoredFile) -> None:
    if one.place not in FOLDERS or one.name != Path(one.name).name:
        raise BackupDamaged(f"The backup names a place outside the store: {one.place}/{one.name}")
    target = store / one.place / one.name
    shutil.copyfile(pool_path(root, one.sha256), target)
    target.chmod(0o444)
    with target.open("rb") as file:
        os.fsync(file.fileno())
