"""What a backup says of itself: read only as far as every word of it is known."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ..db.snapshot import SNAPSHOT
from ..domain.status import FOLDERS
from ..errors import BackupDamaged
from ..said import say
from ..store.making import IDENTITY_FILE, SECRET_KEY
from .parts import is_hash, is_safe_name, open_part

FORMAT = 2
MANIFEST, SEAL, SIGNATURE, POOL = "manifest.json", "manifest.sha256", "manifest.hmac", "files"
STATE_FILES = (IDENTITY_FILE, SECRET_KEY)
CLOCK_SLIP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the backup. ``place`` is its folder in the store, "" for the backup's own parts."""

    place: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Lack:
    """A file that the store did not hold as it was accepted, and why; ``held`` is whether the
    backup has the accepted bytes all the same, from earlier.
    """

    name: str
    why: str
    held: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole of a backup: ``rows`` counts the rows of each table, ``lacks`` are files that were
    missing, changed or unreadable.
    """

    program: str
    revision: str
    taken_at: str
    identity: str
    database: StoredFile
    rows: Mapping[str, int]
    state: tuple[StoredFile, ...]
    files: tuple[StoredFile, ...]
    lacks: tuple[Lack, ...]

    @property
    def taken(self) -> datetime:
        """When, in UTC."""
        return datetime.fromisoformat(self.taken_at)

    @property
    def bytes(self) -> int:
        """How large everything is that a restore writes."""
        return sum(one.size for one in (self.database, *self.state, *self.files))


def pool_path(root: Path, sha256: str) -> Path:
    """Where the bytes with that hash are kept in a folder of backups."""
    return root.joinpath(*pool_names(sha256))


def pool_names(sha256: str) -> tuple[str, str, str]:
    """The same, from the folder of backups on."""
    return POOL, sha256[:2], sha256


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest and the seal that tells whether it was damaged."""
    text = json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1, ensure_ascii=False) + "\n"
    _write(folder / MANIFEST, text)
    _write(folder / SEAL, hashlib.sha256(text.encode()).hexdigest() + "\n")


def _write(path: Path, text: str) -> None:
    with path.open("wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the backup in ``folder``; raises BackupDamaged when it cannot be trusted."""
    try:
        with open_part(folder, MANIFEST) as file:
            data = file.read()
        with open_part(folder, SEAL) as file:
            seal = file.read().strip()
    except OSError as error:
        raise BackupDamaged(
            say(
                "{folder} has no backup: {why}.",
                folder=str(folder),
                why=error.strerror or str(error),
            ),
            next_step=say("Name the folder of a single backup, as shown when it was taken."),
        ) from error
    if hashlib.sha256(data).hexdigest().encode() != seal:
        raise BackupDamaged(
            say("The manifest of {folder} was changed or is damaged.", folder=folder)
        )
    try:
        plain = json.loads(data)
        version = plain.pop("format")
        if version == FORMAT:
            return _manifest(plain)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BackupDamaged(
            say(
                "The manifest of {folder} isn't one that Printflow writes ({why}).",
                folder=str(folder),
                why=str(error),
            ),
            next_step=say("Nothing was restored. Use another backup."),
        ) from error
    raise BackupDamaged(
        say(
            "{folder} was written by another version of Printflow (its format is {version}).",
            folder=str(folder),
            version=repr(version),
        ),
        next_step=say("Restore it with that version."),
    )


def _manifest(plain: Mapping[str, Any]) -> Manifest:
    manifest = Manifest(
        **{
            **plain,
            "database": StoredFile(**plain["database"]),
            "rows": {str(name): int(count) for name, count in plain["rows"].items()},
            "state": tuple(StoredFile(**one) for one in plain["state"]),
            "files": tuple(StoredFile(**one) for one in plain["files"]),
            "lacks": tuple(Lack(**one) for one in plain["lacks"]),
        }
    )
    if manifest.taken.tzinfo is None:
        raise ValueError(f"a time without its zone: {manifest.taken_at!r}")
    for words in (manifest.program, manifest.revision, manifest.identity):
        if not isinstance(words, str):
            raise TypeError(f"{words!r} is not a text")
    _check(manifest.database, "", (SNAPSHOT,))
    for one in manifest.state:
        _check(one, "", STATE_FILES)
    for one in manifest.files:
        if one.place not in FOLDERS:
            raise ValueError(f"{one.place!r} is no folder of a store")
        _check(one, one.place, ())
    for parts in (manifest.state, manifest.files):
        _refuse_twice(parts)
    return manifest


def _check(part: StoredFile, place: str, names: Sequence[str]) -> None:
    if part.place != place or not is_safe_name(part.name) or (names and part.name not in names):
        raise ValueError(f"{part.place!r}, {part.name!r} is not the name of a file in a backup")
    if not is_hash(part.sha256) or type(part.size) is not int or part.size < 0:
        raise ValueError(f"{part.name!r} has neither hash nor size")


def _refuse_twice(parts: Sequence[StoredFile]) -> None:
    known = set[tuple[str, str]]()
    for one in parts:
        if (one.place, one.name) in known:
            raise ValueError(f"{one.name!r} is named twice")
        known.add((one.place, one.name))


def backups(root: Path) -> list[Path]:
    """The finished backups of a folder, oldest first."""
    if not root.is_dir():
        return []
    return sorted(path.parent for path in root.glob(f"[0-9]*/{MANIFEST}"))


def newest(root: Path, now: datetime | None = None) -> Path | None:
    """The newest backup of a folder. One that a wrong clock dated later than now is passed over,
    as long as there is another.
    """
    now = now or datetime.now(UTC)
    found = backups(root)
    latest = f"{now + CLOCK_SLIP:%Y%m%dT%H%M%SZ}"
    return next(
        (path for path in reversed(found) if path.name <= latest), found[-1] if found else None
    )
