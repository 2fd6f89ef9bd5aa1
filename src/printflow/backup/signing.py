"""Signing backups, so that a restore can tell a lab's own backup from one that was changed.

The key is made for this alone, and kept in the store beside the lab's secret. It is never part of a
backup: who can change a backup could read a key in it, and sign the changed one.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from enum import StrEnum
from pathlib import Path

from ..errors import SettingsError
from ..said import Said, say
from ..store.folder import Folder
from .manifest import MANIFEST, SIGNATURE
from .parts import open_part

KEY_FILE = "backup.key"
_MOST = 1 << 12
_FEWEST = 16


class Signature(StrEnum):
    """What is known of a backup's signature."""

    GOOD = "good"
    MISSING = "missing"
    OTHER_KEY = "other_key"
    UNCHECKED = "unchecked"
    """There is no key to check it by."""

    @property
    def words(self) -> Said:
        """For people: what is to be said of the backup {backup}."""
        return {
            Signature.GOOD: say("{backup} is signed with this lab's key."),
            Signature.MISSING: say("{backup} isn't signed."),
            Signature.OTHER_KEY: say(
                "{backup} is signed with another key, or was changed after it was signed."
            ),
            Signature.UNCHECKED: say(
                "{backup} is signed, but there's no key here to check the signature."
            ),
        }[self]


def own_key(state_dir: Path) -> bytes:
    """The lab's key for backups; made when it is missing. Raises SettingsError, OSError."""
    with Folder(state_dir.parent, state_dir.name) as folder:
        with contextlib.suppress(FileExistsError), folder.create(KEY_FILE, 0o600) as file:
            file.write(secrets.token_hex(32).encode() + b"\n")
            os.fsync(file.fileno())
        return _key_in(folder)


def key_if_there(state_dir: Path) -> bytes | None:
    """The lab's key for backups, None where it has none. Raises SettingsError."""
    try:
        with Folder(state_dir.parent, state_dir.name) as folder:
            folder.stat(KEY_FILE)
            return _key_in(folder)
    except FileNotFoundError:
        return None


def _key_in(folder: Folder) -> bytes:
    """The key in the store's own folder, where it is never a link."""
    path = folder.path / KEY_FILE
    try:
        return _checked(folder.read(KEY_FILE, _MOST, names=None), path)
    except OSError as error:
        raise _unreadable(path, error) from error


def read_key(path: Path) -> bytes:
    """The key in a file that someone names. Raises SettingsError, in words."""
    try:
        with path.open("rb") as file:
            return _checked(file.read(_MOST), path)
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> SettingsError:
    return SettingsError(
        say("The key file {path} can't be read: {error}.", path=path, error=error.strerror or error)
    )


def _checked(data: bytes, path: Path) -> bytes:
    if len(key := data.strip()) < _FEWEST:
        raise SettingsError(
            say("The key file {path} holds no key of a lab's backups.", path=path),
            next_step=say(
                "It is the file {key_file} of the store's folder .printflow.", key_file=KEY_FILE
            ),
        )
    return key


def sign(folder: Path, key: bytes) -> None:
    """Write the signature of the manifest in ``folder``."""
    (folder / SIGNATURE).write_text(
        _signature((folder / MANIFEST).read_bytes(), key) + "\n", "ascii"
    )


def signature_of(folder: Path, key: bytes | None) -> Signature:
    """What is known of the signature of the backup in ``folder``. Raises BackupDamaged, OSError."""
    try:
        with open_part(folder, SIGNATURE) as file:
            found = file.read(_MOST).strip()
    except FileNotFoundError:
        return Signature.MISSING
    if key is None:
        return Signature.UNCHECKED
    with open_part(folder, MANIFEST) as file:
        expected = _signature(file.read(), key)
    same = hmac.compare_digest(found, expected.encode())
    return Signature.GOOD if same else Signature.OTHER_KEY


def _signature(manifest: bytes, key: bytes) -> str:
    derived = hmac.digest(key, b"printflow backup manifest 1", "sha256")
    return hmac.new(derived, manifest, hashlib.sha256).hexdigest()
