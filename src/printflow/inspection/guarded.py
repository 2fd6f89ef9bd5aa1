"""One guarded process: started in the sandbox, given a task at a time, heard, and ended."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import threading
from collections.abc import Mapping
from typing import IO, Any, BinaryIO, Final

from ..sandbox import Module, start
from .answers import LONGEST_ANSWER
from .channel import Channel
from .limits import LIFE, memory_for
from .scratch import Scratch

_UNHEARD: Final = 4
"""Answers that may wait; one is given per task, so more are from a process that has gone wrong."""


class Guarded:
    """A process that reads one model after the other."""

    def __init__(self, environment: Mapping[str, str], *, writes: bool = False) -> None:
        """Start it; ``writes`` if it needs a folder to write to. Raises OSError."""
        self._channel = Channel()
        self._scratch = None
        try:
            self._scratch = Scratch() if writes else None
            self.process = start(
                Module("printflow.inspection.child"),
                limits=LIFE,
                environment={**environment, **self._temporary()},
                writable=[self._scratch.path] if self._scratch else [],
                stdin=self._channel.for_child,
                stdout=subprocess.PIPE,
            )
        except BaseException:
            self._closed()
            raise
        self._channel.started()
        self.tasks = 0
        self.ready = False
        self._lines: queue.Queue[bytes] = queue.Queue(_UNHEARD)
        assert self.process.stdout is not None
        listener = threading.Thread(
            target=self._listen, args=(self.process.stdout,), name="inspector", daemon=True
        )
        listener.start()

    def _listen(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(queue.Full, ValueError, OSError):
            while line := stream.readline(LONGEST_ANSWER):
                self._lines.put_nowait(line if line.endswith(b"\n") else b"")
            self._lines.put_nowait(b"")

    def send(self, task: Mapping[str, Any], files: Mapping[str, BinaryIO]) -> None:
        """Give it a task. Raises OSError when it is not there any more, or has spoken unasked."""
        if not self._lines.empty():
            raise OSError("it has spoken unasked")
        self.tasks += 1
        self.process.limit_memory(memory_for(str(task["ending"])))
        self._channel.send(self.process, task, files)

    def answer(self, seconds: float) -> bytes | None:
        """Its next line; b"" when it has ended, None when it says nothing for so long."""
        try:
            return self._lines.get(timeout=seconds)
        except queue.Empty:
            return None

    @property
    def writes(self) -> bool:
        """Whether it has a folder to write to."""
        return self._scratch is not None

    def exceeds(self, cpu_seconds: float) -> bool:
        """Whether it has used more CPU seconds than that, or written more than a sound file needs."""
        if self._scratch is not None and self._scratch.full():
            return True
        return self.process.cpu_seconds() > cpu_seconds

    def end(self) -> None:
        """Kill it."""
        self.process.kill()
        self._closed()

    def _temporary(self) -> dict[str, str]:
        folder = str(self._scratch.path) if self._scratch else ""
        return dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder) if folder else {}

    def _closed(self) -> None:
        self._channel.close()
        if self._scratch is not None:
            self._scratch.close()
