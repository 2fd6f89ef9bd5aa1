"""A folder of the store, held open: everything in it is reached from here, and no link is followed.

The store's root may itself be a link or a mount (that is the administrator's choice); from there on
each folder is opened on its own and must be a real one, and each name is looked up in the folder
that was opened, wherever its path leads by now.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from .plain_file import NotPlain, is_real_folder, must_be_plain, what_else
from .windows_pin import pin, windows

READ_ONLY = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
_PATH_ONLY = getattr(os, "O_PATH", os.O_RDONLY)
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_PLAIN = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe that takes a file's place in between holds nobody
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_NO_FOLDER = frozenset({errno.ENOTDIR, errno.ELOOP})
_FORBIDDEN = frozenset("/\0\\:" if sys.platform == "win32" else "/\0")
_TRIES, _PAUSE = 20, 0.05
"""A server of files may hold a lease on a file that is open on a PC; it lets go within moments."""


class Folder:
    """One real folder below ``root``; use it in a ``with`` statement.

    Raises NotPlain where one of ``names`` is a link, or no folder; FileNotFoundError where it is
    not there. ``looking`` opens it for :meth:`stat` and :meth:`open` alone.
    """

    def __init__(self, root: Path, *names: str, looking: bool = False) -> None:
        self._root, self._names = root, names
        self._fd: int | None = None
        self._pins: list[int] = []
        if sys.platform == "win32":
            for count in range(1, len(names) + 1):
                try:
                    self._pins.append(pin(str(root.joinpath(*names[:count])), windows()))
                except BaseException:
                    self.close()
                    raise
            return
        self._fd = _descended(root, names, looking=looking)

    @property
    def path(self) -> Path:
        """Where it was opened."""
        return self._root.joinpath(*self._names)

    def close(self) -> None:
        """Let go of it."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)
        while self._pins:
            windows().close(self._pins.pop())

    def __enter__(self) -> Folder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- looking ----------------------------------------------------------------------------------

    def stat(self, name: str) -> os.stat_result:
        """What is there under that name; a link is looked at itself."""
        return os.stat(self._at(name), dir_fd=self._fd, follow_symlinks=False)

    def scan(self) -> Iterator[os.DirEntry[str]]:
        """All entries; ask them with ``follow_symlinks=False``."""
        with os.scandir(self.path if self._fd is None else self._fd) as entries:
            yield from entries

    def open(self, name: str, *, names: int | None = 1) -> BinaryIO:
        """The file of that name, to read. Raises NotPlain for everything else that may be there,
        a file of more than ``names`` names among it (None: any number).
        """
        for number in range(_TRIES):
            before = self.stat(name)
            must_be_plain(name, before, names)
            try:
                fd = os.open(self._at(name), os.O_RDONLY | _PLAIN, dir_fd=self._fd)
            except BlockingIOError:
                if number == _TRIES - 1:
                    raise
                time.sleep(_PAUSE)
                continue
            except OSError as error:
                if error.errno in (errno.ELOOP, errno.ENXIO):
                    raise NotPlain(name, "a link") from None
                raise
            try:
                after = os.fstat(fd)
                must_be_plain(name, after, names)
                if not self._pins or os.path.samestat(before, after):
                    return os.fdopen(fd, "rb")
            except BaseException:
                os.close(fd)
                raise
            os.close(fd)  # Windows followed what was put there after the look
        raise NotPlain(name, "a link")

    def read(self, name: str, limit: int, *, names: int | None = 1) -> bytes:
        """The whole file, which has at most ``limit`` bytes; raises NotPlain for a larger one."""
        with self.open(name, names=names) as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise NotPlain(name, "larger than it can be")
        return data

    # -- changing ---------------------------------------------------------------------------------

    def create(self, name: str, mode: int = 0o666) -> BinaryIO:
        """A new file, unbuffered, to write to. Raises FileExistsError, also for a link."""

        def opener(_path: str, flags: int) -> int:
            return os.open(self._at(name), flags | _PLAIN, mode, dir_fd=self._fd)

        return open(self.path / name, "xb", buffering=0, opener=opener)

    def append(self, name: str, *, make: bool = True) -> BinaryIO:
        """A file to add to, made where there is none. Raises NotPlain for a link; without ``make``,
        FileNotFoundError.
        """
        flags = os.O_WRONLY | os.O_APPEND | (os.O_CREAT if make else 0) | _PLAIN
        try:
            must_be_plain(name, self.stat(name))
        except NotPlain:
            raise
        except FileNotFoundError:
            if not make:
                raise
        try:
            fd = os.open(self._at(name), flags, 0o666, dir_fd=self._fd)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO):
                raise NotPlain(name, "a link") from None
            raise
        try:
            must_be_plain(name, os.fstat(fd))
            return os.fdopen(fd, "ab")
        except BaseException:
            os.close(fd)
            raise

    def write(self, name: str, data: bytes, *, mode: int = 0o666) -> None:
        """Write a file whole, or not at all, in the place of whatever has its name."""
        import secrets

        part = f".{name}.{secrets.token_hex(6)}"
        try:
            with self.create(part, mode) as file:
                view = memoryview(data)
                while view:
                    view = view[file.write(view) :]
                os.fsync(file.fileno())
            os.replace(self._at(part), self._at(name), src_dir_fd=self._fd, dst_dir_fd=self._fd)
        except BaseException:
            with contextlib.suppress(OSError):
                self.unlink(part)
            raise
        self.sync()

    def make_read_only(self, name: str, file: BinaryIO) -> None:
        """Take the right to write from an open file of this folder; its name is for Windows."""
        self.set_mode(name, file, READ_ONLY)

    def set_mode(self, name: str, file: BinaryIO, mode: int) -> None:
        """The mode of the file that is open, whatever has its name by now."""
        if sys.platform == "win32":
            Path(self._at(name)).chmod(mode)  # the folder is held, and the file is open
        else:
            os.fchmod(file.fileno(), mode)

    def rename(self, name: str, dest: Folder, new: str) -> None:
        """Rename whatever has that name, in the place of whatever has the new one."""
        os.replace(self._at(name), dest._at(new), src_dir_fd=self._fd, dst_dir_fd=dest._fd)

    def unlink(self, name: str) -> None:
        """Remove a name; of a link, never what it leads to."""
        place = self._at(name)
        if sys.platform == "win32":  # Windows does not delete a read-only file
            with contextlib.suppress(OSError):
                if not what_else(self.stat(name)):
                    Path(place).chmod(stat.S_IWRITE)
        os.unlink(place, dir_fd=self._fd)

    def remove_whole(self, name: str) -> None:
        """Remove a file, a link (not what it leads to), or a folder with what is in it."""
        if is_real_folder(self.stat(name)):
            shutil.rmtree(self._at(name), dir_fd=self._fd)
        else:
            self.unlink(name)

    def sync(self) -> None:
        """The entries are on the disk; Windows journals them without being asked."""
        if self._fd is not None:
            os.fsync(self._fd)

    # -- names ------------------------------------------------------------------------------------

    @property
    def descriptor(self) -> int | None:
        """What names are relative to; None on Windows, where they are whole paths."""
        return self._fd

    def place(self, name: str) -> str:
        """The name as calls with :attr:`descriptor` want it."""
        return self._at(name)

    def _at(self, name: str) -> str:
        return _segment(name) if self._fd is not None else str(self.path / _segment(name))


def _descended(root: Path, names: tuple[str, ...], *, looking: bool) -> int:
    """A descriptor of the folder, each of ``names`` opened in the one before it."""
    if not names:
        return os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    above: int | None = None
    for number, name in enumerate(names, 1):
        kind = os.O_RDONLY if number == len(names) and not looking else _PATH_ONLY
        # A folder is opened for every look: to join a Path would cost as much as the look.
        place = f"{root}{os.sep}{_segment(name)}" if above is None else _segment(name)
        try:
            found = os.open(place, kind | _FOLDER, dir_fd=above)
        except OSError as error:
            if error.errno in _NO_FOLDER:
                raise NotPlain(name, "no folder of the store's own") from None
            raise
        finally:
            if above is not None:
                os.close(above)
        above = found
    assert above is not None
    return above


def _segment(name: str) -> str:
    """One plain part of a path. Raises ValueError."""
    if name in ("", ".", "..") or not _FORBIDDEN.isdisjoint(name):
        raise ValueError(f"not the name of an entry: {name!r}")
    return name
