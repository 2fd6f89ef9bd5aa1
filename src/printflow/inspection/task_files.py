"""The files of a task, opened by the server: one to read, some to write."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import BinaryIO

_NEVER_A_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_NEVER_WAIT = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)


def open_model(path: Path) -> BinaryIO:
    """A plain file to be read: no link, no pipe, no device. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | _NEVER_A_LINK | _NEVER_WAIT | _BINARY)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a plain file", str(path))
    return os.fdopen(descriptor, "rb")


class Results:
    """New files for what the process makes; those that come to nothing are removed again."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        """Make them, empty; ``failed`` names those that could not be made, and why."""
        self._paths = dict(paths)
        self.files: dict[str, BinaryIO] = {}
        self.failed: dict[str, str] = {}
        for name, path in self._paths.items():
            flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | _NEVER_A_LINK | _BINARY
            try:
                self.files[name] = os.fdopen(os.open(path, flags, 0o666), "r+b")
            except OSError as error:
                self.failed[name] = error.strerror or type(error).__name__

    def drop(self, *names: str) -> None:
        """Do without these."""
        for name in names:
            if file := self.files.pop(name, None):
                file.close()
                self._remove(name)

    def keep(self, names: Collection[str]) -> None:
        """Close all, and remove all but those."""
        for name, file in self.files.items():
            file.close()
            if name not in names:
                self._remove(name)
        self.files = {}

    def _remove(self, name: str) -> None:
        with contextlib.suppress(OSError):
            self._paths[name].unlink()
