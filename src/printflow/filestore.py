"""The file store: one folder on disk or on a share, with a sub-folder per status."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import stat
import sys
import time
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from .domain.attempt import FileFact
from .domain.naming import (
    PRINTABLE_ENDINGS,
    carries_job_id,
    ending_of,
    is_plain_file_name,
    job_ids_in,
)
from .domain.status import FOLDERS, THUMBNAILS
from .errors import SettingsError, StoreUnavailable
from .exclusive_rename import rename_exclusive

INCOMING, QUARANTINE, TRASH, STATE = ".incoming", ".quarantine", ".trash", ".printflow"
SERVICE_FOLDERS = (THUMBNAILS, INCOMING, QUARANTINE, TRASH, STATE)
IDENTITY_FILE = "store.json"

_IGNORED_IN_NEW_STORE = frozenset({".gitkeep", ".gitignore", "README.md", "lost+found"})
_BLOCK = 1 << 20
_READ_ONLY = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH


class FolderStore:
    """The file store port on a folder. ``identity`` is what the database knows it by."""

    def __init__(self, root: Path, identity: str) -> None:
        self._root = root
        self._identity = identity

    @property
    def root(self) -> Path:
        return self._root

    # -- the store itself -----------------------------------------------------------------------

    def check_identity(self) -> None:
        found = read_identity(self._root)
        if found == self._identity:
            return
        if found is None:
            raise StoreUnavailable(
                f"The file store {self._root} is not there: it holds no identity file.",
                next_step="Is the share mounted? No file was touched.",
            )
        raise StoreUnavailable(
            f"{self._root} is the store of another lab.",
            next_step="Point `store` at the store that belongs to this database.",
        )

    def free_bytes(self) -> int:
        return shutil.disk_usage(self._root).free

    # -- incoming -------------------------------------------------------------------------------

    def incoming_path(self, name: str) -> Path:
        return self._root / INCOMING / name

    def open_incoming(self, name: str) -> BinaryIO:
        return self.incoming_path(name).open("xb", buffering=0)

    def read_incoming(self, name: str) -> BinaryIO:
        return self.incoming_path(name).open("rb")

    def seal_incoming(self, handle: BinaryIO) -> None:
        handle.flush()
        os.fsync(handle.fileno())
        handle.close()
        path = Path(handle.name)
        path.chmod(_READ_ONLY)
        _sync_directory(path.parent)

    def discard_incoming(self, name: str) -> None:
        path = self.incoming_path(name)
        _writable(path)
        path.unlink(missing_ok=True)

    def stale_incoming(self, older_than: datetime) -> Sequence[str]:
        limit = older_than.timestamp()
        with os.scandir(self._root / INCOMING) as entries:
            return [entry.name for entry in entries if entry.stat().st_mtime < limit]

    def adopt_incoming(self, incoming: str, name: str, dest: str) -> None:
        source = self.incoming_path(incoming)
        rename_exclusive(source, self.path(name, dest))
        _sync_directory(self._root / dest)
        _sync_directory(source.parent)

    # -- places ---------------------------------------------------------------------------------

    def path(self, name: str, folder: str) -> Path:
        if folder not in FOLDERS or not is_plain_file_name(name):
            raise ValueError(f"not a place of this store: {folder!r}, {name!r}")
        return self._root / folder / name

    def where(self, name: str, *, hint: str = "") -> Sequence[str]:
        if hint and os.path.lexists(self.path(name, hint)):
            return [hint]
        return self.everywhere(name)

    def everywhere(self, name: str) -> Sequence[str]:
        return [folder for folder in FOLDERS if os.path.lexists(self.path(name, folder))]

    def move(self, name: str, source: str, dest: str) -> None:
        rename_exclusive(self.path(name, source), self.path(name, dest))
        _sync_directory(self._root / dest)
        _sync_directory(self._root / source)

    def remove(self, name: str, folder: str) -> None:
        path = self.path(name, folder)
        _writable(path)
        path.unlink(missing_ok=True)
        _sync_directory(path.parent)

    def remove_leftovers(self, job_ids: Collection[str], known: Collection[str]) -> Collection[str]:
        wanted, left = frozenset(job_ids), set[str]()
        for folder in (self._root / name for name in (*FOLDERS, QUARANTINE)):
            with os.scandir(folder) as entries:
                found = [
                    (folder / entry.name, mine)
                    for entry in entries
                    if entry.name not in known
                    and (mine := wanted.intersection(job_ids_in(entry.name)))
                ]
            for path, mine in found:
                try:
                    _remove_whole(path)
                except OSError:  # open on another PC: the caller asks again later
                    left |= mine
            if found:
                _sync_directory(folder)
        return left

    def quarantine(self, name: str, folder: str, stamp: str) -> None:
        rename_exclusive(self.path(name, folder), self._root / QUARANTINE / f"{stamp}_{name}")
        _sync_directory(self._root / QUARANTINE)
        _sync_directory(self._root / folder)

    def put_aside(self, name: str, folder: str, stamp: str) -> None:
        if folder not in FOLDERS or name != Path(name).name or name in ("", ".", ".."):
            raise ValueError(f"not an entry of this store: {folder!r}, {name!r}")
        rename_exclusive(self._root / folder / name, self._root / QUARANTINE / f"{stamp}_{name}")
        _sync_directory(self._root / QUARANTINE)
        _sync_directory(self._root / folder)

    def same_file_twice(self, name: str, one: str, other: str) -> bool:
        return self.path(name, one).samefile(self.path(name, other))

    def protect(self, name: str, folder: str) -> None:
        path = self.path(name, folder)
        if path.stat().st_mode & stat.S_IWUSR:
            with contextlib.suppress(PermissionError):  # some shares keep rights to themselves
                path.chmod(_READ_ONLY)

    def sha256(self, name: str, folder: str) -> str:
        digest = hashlib.sha256()
        with self.path(name, folder).open("rb", buffering=0) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest()

    def size(self, name: str, folder: str) -> int:
        return self.path(name, folder).stat().st_size

    # -- pictures -------------------------------------------------------------------------------

    def keep_picture(self, name: str, data: bytes) -> None:
        path = self.picture(name)
        part = path.with_name(f".{path.name}.{os.getpid()}")
        part.write_bytes(data)
        part.replace(path)

    def remove_picture(self, name: str) -> None:
        path = self.picture(name)
        _writable(path)
        path.unlink(missing_ok=True)

    def picture(self, name: str) -> Path:
        if not is_plain_file_name(name):
            raise ValueError(f"not a picture's name: {name!r}")
        return self._root / THUMBNAILS / name

    def siblings(self, job_id: str, folder: str, *, settle_seconds: int) -> Sequence[FileFact]:
        found: list[tuple[float, FileFact]] = []
        now = time.time()
        with os.scandir(self._root / folder) as entries:
            for entry in entries:
                if not carries_job_id(entry.name, job_id) or not entry.is_file(
                    follow_symlinks=False
                ):
                    continue
                status = entry.stat(follow_symlinks=False)
                fact = FileFact(
                    name=entry.name,
                    present=True,
                    settled=status.st_size > 0 and now - status.st_mtime >= settle_seconds,
                    acceptable=is_plain_file_name(entry.name)
                    and ending_of(entry.name) in PRINTABLE_ENDINGS,
                    size=status.st_size,
                    folder=folder,
                    modified_at=datetime.fromtimestamp(status.st_mtime, UTC),
                )
                found.append((status.st_mtime, fact))
        return [fact for _, fact in sorted(found, key=lambda pair: pair[0], reverse=True)]


# -- making and recognizing a store -----------------------------------------------------------


def read_identity(root: Path) -> str | None:
    """The identity written into the store at ``root``, None if there is none."""
    try:
        plain = json.loads((root / STATE / IDENTITY_FILE).read_text("utf-8"))
        return str(plain["identity"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreUnavailable(
            f"The store's identity file in {root / STATE} cannot be read: {error}",
            next_step="Restore it from a backup, or ask whoever runs the share.",
        ) from error


def is_new(root: Path) -> bool:
    """Whether ``root`` is an empty folder (or holds nothing but what a checkout puts there)."""
    return all(entry.name in _IGNORED_IN_NEW_STORE for entry in root.iterdir())


def make_folders(root: Path) -> None:
    """Make the folders of a store in ``root``; what holds keys and mails is the account's alone."""
    for folder in (*FOLDERS, *SERVICE_FOLDERS):
        mode = 0o700 if folder == STATE else 0o777
        (root / folder).mkdir(mode=mode, parents=True, exist_ok=True)


def make_store(root: Path) -> str:
    """Make the folders of a store in ``root`` and give it an identity, which is returned."""
    make_folders(root)
    identity = read_identity(root)
    if identity is None:
        import uuid

        identity = str(uuid.uuid4())
        path = root / STATE / IDENTITY_FILE
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps({"identity": identity}) + "\n", "utf-8")
        temporary.replace(path)
        _sync_directory(path.parent)
    return identity


def probe(root: Path) -> None:
    """Raise SettingsError unless the store can be written and renamed in, across its folders."""
    import uuid

    name = f"probe-{uuid.uuid4().hex}"
    source, dest = root / INCOMING / name, root / FOLDERS[0] / f".{name}"
    try:
        source.write_bytes(b"printflow")
        source.rename(dest)
        dest.unlink()
    except OSError as error:
        for path in (source, dest):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        raise SettingsError(
            f"the store {root} cannot be used: {error.strerror or error}",
            key="store",
            next_step="It needs to be one writable file system for the account of the server.",
        ) from error


def _remove_whole(path: Path) -> None:
    """Delete a file, a link (not what it leads to), or a folder with what is in it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        if not path.is_symlink():
            _writable(path)
        path.unlink(missing_ok=True)


def _writable(path: Path) -> None:
    if sys.platform == "win32":  # Windows does not delete a read-only file
        with contextlib.suppress(OSError):
            path.chmod(stat.S_IWRITE)


def _sync_directory(path: Path) -> None:
    """The entries of a directory are on the disk; Windows journals them by itself."""
    if sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
