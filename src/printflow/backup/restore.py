"""Putting a backup back: everything is checked, and prepared beside, before anything is replaced."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..db.at_work import hold
from ..db.engine import sqlite_path
from ..db.replacing import Replacement, brought_up, holds_lab, prepared
from ..errors import BackupDamaged, SettingsError, StoreFull
from ..said import say, sentences
from ..settings import Settings
from ..store.making import STATE, is_new, make_folders
from .manifest import Manifest, StoredFile, pool_names
from .parts import copy_part, open_part, sync_folder
from .room import Room
from .signing import KEY_FILE, key_if_there
from .trust import trusted_manifest
from .verify import damage_of_database

_DRILL = say("To try the backup without touching the lab: printflow restore BACKUP --drill")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and in words where that is which had to make room for it."""

    manifest: Manifest
    aside: tuple[str, ...]


def restore(
    settings: Settings,
    folder: Path,
    *,
    force: bool = False,
    key: bytes | None = None,
    unverified: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Restored:
    """Restore the backup in ``folder`` to the store and database of ``settings``.

    The store must be empty or missing, and the database hold no lab. With ``force`` what is there
    is replaced, and kept beside. Nobody may use the database, ``force`` or not. The backup must be
    signed with ``key``, by default that of the store; ``unverified`` takes any.

    Raises BackupUnverified, BackupDamaged, SettingsError, AlreadyRunning, StoreFull,
    DatabaseUnavailable. After any of them all is as it was.
    """
    try:
        return _restore(settings, folder, force, key, unverified, progress)
    except OSError as error:
        raise SettingsError(
            say(
                "the backup can't be restored to {store}: {why}",
                store=str(settings.store),
                why=f"{error.strerror} ({error.filename})" if error.filename else str(error),
            ),
            key="store",
            next_step=say(
                "Nothing was changed. Check that there's enough space, and that this account can write "
                "there."
            ),
        ) from error


def _restore(
    settings: Settings,
    folder: Path,
    force: bool,
    key: bytes | None,
    unverified: bool,
    progress: Callable[[int, int], None] | None,
) -> Restored:
    own_key = key if key is not None else key_if_there(settings.state_dir)
    manifest = trusted_manifest(folder, own_key, unverified=unverified)
    _refuse_lab(settings, force=force)
    suffix = f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}"
    with hold(settings.database) as held, ExitStack() as undo:
        room = Room(settings.store, suffix)
        undo.callback(room.undo)
        _refuse_full(room.new, manifest)
        _fill(room.new, folder, manifest, progress)
        if own_key is not None:
            _keep_key(room.new, own_key)
        replacement = _database(settings, room.new, suffix)
        if replacement is not None:
            undo.callback(replacement.undo)
        held.before_renaming()
        store = room.swap()
        database = replacement.swap() if replacement is not None else ""
        sync_folder(settings.store)
        undo.pop_all()
    return Restored(manifest, tuple(str(one) for one in (store, database) if one))


def _refuse_lab(settings: Settings, *, force: bool) -> None:
    if force:
        return
    if settings.store.exists() and not is_new(settings.store):
        raise SettingsError(
            say("the store {store} is not empty", store=settings.store),
            key="store",
            next_step=sentences(
                (
                    say("Name an empty folder, or use --force, which moves the old one aside."),
                    _DRILL,
                )
            ),
        )
    if holds_lab(settings.database):
        from sqlalchemy import make_url

        place = make_url(settings.database).render_as_string(hide_password=True)
        raise SettingsError(
            say("the database {place} holds a lab", place=place),
            key="database_url",
            next_step=sentences(
                (say("Name an empty one, or use --force, which moves the old one aside."), _DRILL)
            ),
        )


def _refuse_full(place: Path, manifest: Manifest) -> None:
    # The database is there twice for a moment: as it was, and with this program's schema.
    needed, free = manifest.bytes + 2 * manifest.database.size, shutil.disk_usage(place).free
    if needed > free:
        raise StoreFull(
            say(
                "The backup needs {needed} MB, but only {free} MB are free in {folder}.",
                needed=needed >> 20,
                free=free >> 20,
                folder=str(place.parent),
            ),
            next_step=say("Free some space there. Nothing was restored."),
        )


def _fill(
    new: Path,
    folder: Path,
    manifest: Manifest,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Write the store of a backup into ``new``; every byte is checked on its way."""
    make_folders(new)
    for number, one in enumerate(manifest.files):
        _place(folder.parent, pool_names(one.sha256), one, new / one.place / one.name, 0o444)
        if progress is not None:
            progress(number + 1, len(manifest.files))
    for part in (*manifest.state, manifest.database):
        _place(folder, (part.name,), part, new / STATE / part.name, 0o600)
    for words in damage_of_database(new / STATE, manifest):
        raise _damaged(manifest.database, words)
    for name in {one.place for one in manifest.files} | {STATE}:
        sync_folder(new / name)


def _place(root: Path, names: tuple[str, ...], part: StoredFile, target: Path, mode: int) -> None:
    try:
        with open_part(root, *names) as source:
            copied = copy_part(source, target, mode=mode)
    except OSError as error:
        if error.filename is not None and str(target) in str(error.filename):
            raise SettingsError(
                say(
                    "{name} cannot be written: {error}",
                    name=target.name,
                    error=error.strerror or error,
                ),
                key="store",
            ) from error
        raise _damaged(part, error.strerror or str(error)) from error
    if copied != (part.sha256, part.size):
        raise _damaged(part, say("its contents have changed"))


def _damaged(part: StoredFile, why: str) -> BackupDamaged:
    named = f"{part.place}/{part.name}".lstrip("/")
    return BackupDamaged(
        say("The backup is damaged: {file}: {why}.", file=named, why=why),
        next_step=say("Nothing was restored. Use another backup."),
    )


def _keep_key(new: Path, key: bytes) -> None:
    path = new / STATE / KEY_FILE
    path.write_bytes(key + b"\n")
    path.chmod(0o600)


def _database(settings: Settings, new: Path, suffix: str) -> Replacement | None:
    """Prepare the database; None where it lies in the store, and comes with it."""
    state = new / STATE
    snapshot = state / "database.sqlite"
    path = sqlite_path(settings.database)
    whole = state / "whole.sqlite"
    brought_up(snapshot, whole)
    snapshot.unlink()
    if path is not None and path.is_relative_to(settings.store):
        place = new / path.relative_to(settings.store)
        place.parent.mkdir(parents=True, exist_ok=True)
        whole.rename(place)
        return None
    try:
        return prepared(settings.database, whole, suffix)
    finally:
        whole.unlink()
