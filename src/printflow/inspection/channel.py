"""How the server hands a task and its open files to the guarded process.

The process opens no file itself: what it reads and writes is opened by its parent, and handed over.
POSIX has a socket for that, which carries open files; Windows copies a handle into the process.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

from ..sandbox import Sandboxed

MOST_FILES: Final = 8
_LONGEST_TASK: Final = 1 << 16
_SECONDS: Final = 5.0
READS: Final = "model"
"""The one file of a task that is read; all others are written."""


class Channel:
    """The parent's end. ``for_child`` becomes the process's standard input."""

    def __init__(self) -> None:
        self._ours: socket.socket | None = None
        self._theirs: socket.socket | None = None
        if sys.platform != "win32":
            self._ours, self._theirs = socket.socketpair()
            self._ours.settimeout(_SECONDS)

    @property
    def for_child(self) -> Any:
        """What is given to the process as its standard input."""
        return self._theirs if self._theirs is not None else subprocess.PIPE

    def started(self) -> None:
        """The process has its end."""
        if self._theirs is not None:
            self._theirs.close()

    def send(
        self, process: Sandboxed, task: Mapping[str, Any], files: Mapping[str, BinaryIO]
    ) -> None:
        """Give a task with its files, by name. Raises OSError when nobody takes it."""
        if sys.platform == "win32":
            handles = {name: _copied(file, process.handle) for name, file in files.items()}
            assert process.stdin is not None
            process.stdin.write(_line({**task, "files": handles}))
            process.stdin.flush()
            return
        assert self._ours is not None
        line = _line({**task, "files": list(files)})
        descriptors = [file.fileno() for file in files.values()]
        sent = socket.send_fds(self._ours, [line], descriptors)
        self._ours.sendall(line[sent:])

    def close(self) -> None:
        """No more tasks."""
        for end in (self._ours, self._theirs):
            if end is not None:
                end.close()


def _line(task: Mapping[str, Any]) -> bytes:
    return json.dumps(task).encode() + b"\n"


def tasks() -> Iterator[tuple[dict[str, Any], dict[str, BinaryIO]]]:
    """The child's end: each task and its files, which are closed when the next is asked for."""
    for task, descriptors in _received():
        files = {
            name: os.fdopen(one, "rb" if name == READS else "wb")
            for name, one in descriptors.items()
        }
        try:
            yield task, files
        finally:
            for file in files.values():
                with contextlib.suppress(OSError):
                    file.close()


def _received() -> Iterator[tuple[dict[str, Any], dict[str, int]]]:
    if sys.platform == "win32":
        import msvcrt

        for line in sys.stdin.buffer:
            task = json.loads(line)
            yield (
                task,
                {
                    name: msvcrt.open_osfhandle(
                        handle, os.O_BINARY | (os.O_RDONLY if name == READS else os.O_WRONLY)
                    )
                    for name, handle in task.pop("files").items()
                },
            )
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=0) as channel:
        while True:
            line, descriptors, _, _ = socket.recv_fds(channel, _LONGEST_TASK, MOST_FILES)
            while line and not line.endswith(b"\n"):
                more = channel.recv(_LONGEST_TASK)
                if not more:
                    return
                line += more
            if not line:
                return
            task = json.loads(line)
            yield task, dict(zip(task.pop("files"), descriptors, strict=True))


if sys.platform == "win32":

    def _copied(file: BinaryIO, process: int) -> int:
        import _winapi
        import msvcrt

        return _winapi.DuplicateHandle(
            _winapi.GetCurrentProcess(),
            msvcrt.get_osfhandle(file.fileno()),
            process,
            0,
            False,
            _winapi.DUPLICATE_SAME_ACCESS,
        )
