"""Renaming a file so that an existing one is never overwritten, on each system by its own means."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

_AT_FDCWD = -100
_RENAME_NOREPLACE = 1  # linux/fs.h
_RENAME_EXCL = 4  # sys/stdio.h of macOS
_UNSUPPORTED = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})


def rename_exclusive(source: Path, dest: Path) -> None:
    """Rename ``source`` to ``dest`` on the same file system.

    Raises FileExistsError when ``dest`` exists, FileNotFoundError when ``source`` does not, and
    other OSErrors as the system gives them (EXDEV across file systems: nothing is ever copied).
    """
    if sys.platform == "win32":
        source.rename(dest)  # Windows itself refuses an existing target
        return
    if _native(source, dest):
        return
    try:
        os.link(source, dest, follow_symlinks=False)
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.EMLINK, *_UNSUPPORTED}:
            raise
        # A file system with neither (some network shares): names carry job ids and moves are
        # leased, so between this look and the rename only a person could put a file there.
        if os.path.lexists(dest):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(dest)) from None
        source.rename(dest)
    else:
        source.unlink()


def _native(source: Path, dest: Path) -> bool:
    """Ask the kernel for a rename that does not replace; False when it knows none here."""
    libc = ctypes.CDLL(None, use_errno=True)
    before, after = os.fsencode(source), os.fsencode(dest)
    if sys.platform == "linux" and hasattr(libc, "renameat2"):
        failed = libc.renameat2(_AT_FDCWD, before, _AT_FDCWD, after, _RENAME_NOREPLACE)
    elif sys.platform == "darwin" and hasattr(libc, "renamex_np"):
        failed = libc.renamex_np(before, after, _RENAME_EXCL)
    else:
        return False
    if not failed:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(source), None, str(dest))
