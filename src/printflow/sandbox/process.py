"""A process in a sandbox, as its parent holds it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import IO


class Sandboxed:
    """Read, write, wait and kill; used by one thread at a time but for :meth:`kill`."""

    def __init__(self, process: subprocess.Popen[bytes], job: object | None = None) -> None:
        self._process = process
        self._job = job
        """On Windows what holds the process's descendants; they die with it."""

    @property
    def pid(self) -> int:
        """The process's number in the system."""
        return self._process.pid

    @property
    def stdin(self) -> IO[bytes] | None:
        """Where its input is written, if it was asked for as a pipe."""
        return self._process.stdin

    @property
    def stdout(self) -> IO[bytes] | None:
        """Where its output is read, if it was asked for as a pipe."""
        return self._process.stdout

    @property
    def handle(self) -> int:
        """On Windows the process's handle."""
        return int(self._process._handle)  # type: ignore[attr-defined]

    def wait(self, seconds: float | None = None) -> int:
        """Its exit code, negative for a signal. Raises subprocess.TimeoutExpired after ``seconds``."""
        return self._process.wait(seconds)

    def ended(self) -> int | None:
        """Its exit code if it has ended."""
        return self._process.poll()

    def kill(self) -> None:
        """End it and whatever it started, and wait for it; safe to call again.

        On Linux it can start nothing and cannot leave its group; a group is killed all the same,
        for kernels that could not hold it to that.
        """
        if self._process.poll() is None:
            if sys.platform == "win32":
                self._process.kill()
            else:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._job is not None:
            self._job.close()  # type: ignore[attr-defined]
            self._job = None
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def cpu_seconds(self) -> float:
        """The CPU seconds that it took so far; 0 where the system does not tell."""
        if sys.platform != "linux":
            return 0.0
        with contextlib.suppress(OSError):
            return time.clock_gettime((~self._process.pid << 3) | 2)  # CPUCLOCK_SCHED of a process
        return 0.0

    def limit_memory(self, size: int) -> None:
        """From now on at most ``size`` bytes, up to the hard limit that it was started with. Nothing
        is done where the system lets no other process set it: there the hard one holds."""
        if sys.platform == "linux":
            import resource

            with contextlib.suppress(ProcessLookupError, PermissionError, ValueError):
                _, hard = resource.prlimit(self._process.pid, resource.RLIMIT_AS)
                resource.prlimit(self._process.pid, resource.RLIMIT_AS, (min(size, hard), hard))
