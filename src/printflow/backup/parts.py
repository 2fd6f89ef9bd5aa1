"""The files of a backup, opened so that nothing outside of it is ever read or written.

A backup may come from anywhere. Its names are taken only as they are known, and links, devices and
pipes in their place are refused.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

BLOCK = 1 << 20
_HASH = re.compile(r"[0-9a-f]{64}")
_NEVER_IN_A_NAME = re.compile(r"[/\\:\x00-\x1f\x7f]|[\ud800-\udfff]|[. ]$")
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.I)
_LONGEST = 255


class Readable(Protocol):
    """What can be read from its beginning."""

    def read(self, size: int, /) -> bytes: ...

    def seek(self, place: int, /) -> int: ...


def is_hash(text: object) -> bool:
    """Whether it is a SHA-256 in lower-case hex."""
    return isinstance(text, str) and _HASH.fullmatch(text) is not None


def is_safe_name(name: object) -> bool:
    """Whether it is one name of a file, on every system, and not of a folder or a device."""
    return (
        isinstance(name, str)
        and name not in ("", ".", "..")
        and _NEVER_IN_A_NAME.search(name) is None
        and _DEVICE.match(name.rstrip(" .")) is None
        and len(name.encode()) <= _LONGEST
    )


@contextmanager
def open_part(root: Path, *names: str) -> Iterator[BinaryIO]:
    """Open the regular file ``names`` below ``root``; no step of the way may be a link.

    Raises FileNotFoundError, and OSError, also for what is not a file.
    """
    path = root.joinpath(*names)
    handle = _windows_handle(path, root) if sys.platform == "win32" else _handle(root, names)
    with os.fdopen(handle, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise _no_file(path)
        yield file


def _handle(root: Path, names: tuple[str, ...]) -> int:
    path = root.joinpath(*names)
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in names[:-1]:
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        # A pipe would wait for its writer.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        return os.open(names[-1], flags, dir_fd=folder)
    except FileNotFoundError:
        raise
    except OSError as error:
        steps = (root.joinpath(*names[: count + 1]) for count in range(len(names)))
        if any(step.is_symlink() for step in steps):
            raise _no_file(path) from error
        raise
    finally:
        os.close(folder)


def _windows_handle(path: Path, root: Path) -> int:
    for step in (path, *path.parents):
        if step == root:
            break
        status = step.lstat()
        if getattr(status, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_REPARSE_POINT:
            raise _no_file(path)
    return os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))


def _no_file(path: Path) -> OSError:
    return OSError(errno.ELOOP, "it is a link, a folder or a device, not a file", str(path))


def hash_of(file: Readable) -> tuple[str, int]:
    """The SHA-256 of what is left to read, in lower-case hex, and its length in bytes."""
    digest, size = hashlib.sha256(), 0
    while block := file.read(BLOCK):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def copy_part(source: Readable, target: Path, *, mode: int) -> tuple[str, int]:
    """Copy an open file to a new one that is on the disk on return; gives its hash and length.

    Raises FileExistsError: nothing is overwritten, and no link is followed.
    """
    digest, size = hashlib.sha256(), 0
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(target, flags, 0o600), "wb") as written:
        while block := source.read(BLOCK):
            digest.update(block)
            size += len(block)
            written.write(block)
        written.flush()
        os.fsync(written.fileno())
    target.chmod(mode)
    return digest.hexdigest(), size


def sync_folder(path: Path) -> None:
    """The entries of a folder are on the disk; Windows journals them itself."""
    if sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
