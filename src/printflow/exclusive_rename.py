"""Renaming a file so that an existing one is never overwritten, on each system by its own means."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from functools import cache
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
    rename = _kernels_own()
    if rename is None:
        return False
    number = rename(os.fsencode(source), os.fsencode(dest))
    if not number:
        return True
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(source), None, str(dest))


@cache
def _kernels_own() -> Callable[[bytes, bytes], int] | None:
    """The kernel's rename that does not replace, which gives 0 or an error's number."""
    import ctypes  # first needed when a file moves, not when a list is asked for

    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux" and hasattr(libc, "renameat2"):
        linux = libc.renameat2
        return lambda source, dest: (
            linux(_AT_FDCWD, source, _AT_FDCWD, dest, _RENAME_NOREPLACE) and ctypes.get_errno()
        )
    if sys.platform == "darwin" and hasattr(libc, "renamex_np"):
        macos = libc.renamex_np
        return lambda source, dest: macos(source, dest, _RENAME_EXCL) and ctypes.get_errno()
    return None
