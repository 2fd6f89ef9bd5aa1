"""Holding the file that was checked, from the check until the slicer has it.

A slicer is given a path, and opens it on its own: who can write to the share could put a link in
the file's place in between. On Windows the file is held open in a way that lets nobody rename or
remove it, so that cannot happen. Linux and macOS know no such thing: there the file is looked at
again right before the slicer starts, which then nothing is left of but moments, and watched while
the slicer starts, so that a swap does not go unnoticed.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from .refusal import Refused

WATCH_SECONDS = 8.0
"""How long a slicer may take to open what it was given."""
STEADY_SECONDS = 0.05
_POLL_SECONDS = 0.02
_GRACE_SECONDS = 0.2
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FILE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # a pipe holds nobody


class Held:
    """A plain file below the share's root; use it in a ``with`` statement, or close it.

    Raises Refused where the file or its folder is a link, OSError as the system gives it.
    """

    def __init__(self, share: Path, path: Path) -> None:
        self._path = path
        self._fds: list[int] = []
        self._let_go: Callable[[], None] = lambda: None
        if sys.platform == "win32":
            from .windows_hold import hold, windows

            self._let_go = hold(str(share), str(path.parent), str(path), windows())
            return
        try:
            root = self._open(str(share), os.O_DIRECTORY, None)
            folder = self._open(path.parent.name, _FOLDER, root)
            self._file = self._open(path.name, _FILE, folder)
            status = os.fstat(self._file)
            if not stat.S_ISREG(status.st_mode):
                raise Refused(f"{path.name} isn't a file.")
            self._known = (_same(os.fstat(folder)), _same(status))
            self._changed = status.st_ctime_ns
        except BaseException:
            self.close()
            raise

    def _open(self, name: str, flags: int, folder: int | None) -> int:
        self._fds.append(os.open(name, os.O_RDONLY | os.O_CLOEXEC | flags, dir_fd=folder))
        return self._fds[-1]

    def problem(self) -> str:
        """What has come between since the file was opened, "" for nothing. A file that is gone
        was moved on, as Printflow does, and is no danger.
        """
        if not self._fds:
            return ""
        try:
            now = (os.lstat(self._path.parent), os.lstat(self._path))
        except OSError:
            return ""
        if (_same(now[0]), _same(now[1])) != self._known:
            return "something else was put in its place"
        # A rename changes it, so that a swap there and back is seen, too.
        if os.fstat(self._file).st_ctime_ns != self._changed:
            return "it was moved away and back, or its permissions changed"
        return ""

    def must_be_steady(self) -> None:
        """Raise Refused when someone is changing the file."""
        if not self._fds:
            return
        time.sleep(STEADY_SECONDS)
        if problem := self.problem():
            raise Refused(
                f"{self._path.name} changed while it was being opened: {problem}. Try again."
            )
        if not self._path.exists():
            raise Refused(f"{self._path.name} was just moved. Refresh the dashboard.")

    def watch(self, running: Callable[[], bool], seconds: float = WATCH_SECONDS) -> str:
        """Hold the file until the slicer has had time to open it; gives :meth:`problem`.

        ``running`` says whether the slicer still runs: one that has ended has opened it, or given
        it to another.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if problem := self.problem():
                return problem
            if not running():
                end = min(end, time.monotonic() + _GRACE_SECONDS)
            time.sleep(_POLL_SECONDS)
        return self.problem()

    def close(self) -> None:
        """Let go of it."""
        self._let_go()
        self._let_go = lambda: None
        while self._fds:
            os.close(self._fds.pop())

    def __enter__(self) -> Held:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _same(status: os.stat_result) -> tuple[int, int, int]:
    """What stays the same as long as it is the same file or folder."""
    return (status.st_dev, status.st_ino, stat.S_IFMT(status.st_mode))
