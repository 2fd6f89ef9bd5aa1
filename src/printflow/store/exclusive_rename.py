"""Renaming a file so that an existing one is never overwritten, on each system by its own means."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

_AT_FDCWD = -2 if sys.platform == "darwin" else -100
_RENAME_NOREPLACE = 1  # linux/fs.h
_RENAME_EXCL = 4  # sys/stdio.h of macOS
_UNSUPPORTED = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})


def rename_exclusive(
    source: Path | str,
    dest: Path | str,
    source_folder: int | None = None,
    dest_folder: int | None = None,
) -> None:
    """Rename ``source`` to ``dest`` on the same file system; of a link, the link itself.

    With descriptors of folders the names are relative to them. Raises FileExistsError when ``dest`` exists, FileNotFoundError when ``source`` does not, and
    other OSErrors as the system gives them (EXDEV across file systems: nothing is ever copied).
    """
    if sys.platform == "win32":
        Path(source).rename(dest)  # Windows itself refuses an existing target
        return
    if _native(source, dest, source_folder, dest_folder):
        return
    folders = {"src_dir_fd": source_folder, "dst_dir_fd": dest_folder}
    try:
        os.link(source, dest, follow_symlinks=False, **folders)
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.EMLINK, *_UNSUPPORTED}:
            raise
        # A file system with neither (some network shares): names carry job ids and moves are
        # leased, so between this look and the rename only a person could put a file there.
        if _is_there(dest, dest_folder):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(dest)) from None
        os.rename(source, dest, **folders)  # noqa: PTH104 - relative to open folders
    else:
        os.unlink(source, dir_fd=source_folder)


def _is_there(name: Path | str, folder: int | None) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _native(
    source: Path | str, dest: Path | str, source_folder: int | None, dest_folder: int | None
) -> bool:
    """Ask the kernel for a rename that does not replace; False when it knows none here."""
    rename = _kernels_own()
    if rename is None:
        return False
    number = rename(
        _AT_FDCWD if source_folder is None else source_folder,
        os.fsencode(source),
        _AT_FDCWD if dest_folder is None else dest_folder,
        os.fsencode(dest),
    )
    if not number:
        return True
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(source), None, str(dest))


@cache
def _kernels_own() -> Callable[[int, bytes, int, bytes], int] | None:
    """The kernel's rename that does not replace, which gives 0 or an error's number."""
    import ctypes  # first needed when a file moves, not when a list is asked for

    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux" and hasattr(libc, "renameat2"):
        native, flag = libc.renameat2, _RENAME_NOREPLACE
    elif sys.platform == "darwin" and hasattr(libc, "renameatx_np"):
        native, flag = libc.renameatx_np, _RENAME_EXCL
    else:
        return None
    return lambda folder, source, other, dest: (
        native(folder, source, other, dest, flag) and ctypes.get_errno()
    )
