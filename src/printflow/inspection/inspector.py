"""Asks the guarded process, gives up on it in time, and replaces it when it is worn or dead."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from ..domain.model_facts import Looked, ModelFacts

SECONDS: Final = 45.0
"""Wall-clock seconds that one file may take; its CPU seconds are limited besides."""

_TASKS_PER_PROCESS = 200
_START_SECONDS = 30.0
_QUIET: Final = {
    **dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"),
        "1",
    ),
    # A process that reads one file after the other keeps its memory: fresh pages are slow.
    **dict.fromkeys(("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"), str(1 << 29)),
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # and large ones are quicker
}
_SORTS: Final = {
    # numpy sorts by AVX-512 four times slower than by AVX2 on AMD's Zen 4, and little faster
    # elsewhere; the names of numpy 2.4 and of those before.
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR AVX512F AVX512_SKX",
}


def environment(*, sorts: bool = True) -> dict[str, str]:
    """What the guarded process finds in its environment beside that of its parent: how numpy and
    the memory are to be used."""
    return {**(_SORTS if sorts else {}), **_QUIET}


@dataclass
class _Process:
    process: subprocess.Popen[str]
    lines: queue.Queue[str] = field(default_factory=queue.Queue)
    tasks: int = 0

    def listen(self, stream: IO[str]) -> None:
        for line in stream:
            self.lines.put(line)
        self.lines.put("")


class Inspector:
    """One guarded process at a time; safe to call from several threads, which wait in line."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._child: _Process | None = None

    def look(
        self,
        path: Path,
        ending: str,
        *,
        color: str = "#9aa3b2",
        picture: Path | None = None,
        small: Path | None = None,
        up: str = "z",
        sliced: bool = False,
        triangles: Path | None = None,
    ) -> Looked:
        """Facts of the model at ``path``, and its pictures (PNG and small WebP) where asked for.

        ``up`` is the axis that points up in it, "y" or "z". Of a ``sliced`` file the slicer's own
        picture is shown, where it is large enough. What was read is written to ``triangles``, where
        asked for: a binary STL in mm, z up, without triangles that are not finite.
        """
        task = {"path": str(path), "ending": ending, "color": color, "up": up}
        if sliced:
            task["sliced"] = "yes"
        if picture is not None and small is not None:
            task.update(picture=str(picture), small=str(small))
        if triangles is not None:
            task["triangles"] = str(triangles)
        with self._lock:
            return self._ask(task)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _ask(self, task: dict[str, str]) -> Looked:
        try:
            child = self._ready()
        except OSError as error:
            return Looked(error=f"No process for it: {error}.", code="crashed", crashed=True)
        child.tasks += 1
        try:
            assert child.process.stdin is not None
            child.process.stdin.write(json.dumps(task) + "\n")
            child.process.stdin.flush()
            line = child.lines.get(timeout=self._seconds)
        except queue.Empty:
            self._end()
            return Looked(error="Reading the model takes too long.", code="too_slow", crashed=True)
        except OSError:
            line = ""
        if not line:
            self._end()
            return Looked(
                error="Reading the model failed: it needs too much, or is damaged.",
                code="crashed",
                crashed=True,
            )
        return _looked(json.loads(line))

    def _ready(self) -> _Process:
        if self._child is not None and self._child.tasks >= _TASKS_PER_PROCESS:
            self._end()
        if self._child is None:
            self._child = self._start()
        return self._child

    def _start(self) -> _Process:
        child = self._spawn(environment())
        with contextlib.suppress(queue.Empty):
            if not child.lines.get(timeout=_START_SECONDS):
                # A numpy that was built for such processors alone does not start without them.
                self._child = child
                self._end()
                child = self._spawn(environment(sorts=False))
                child.lines.get(timeout=_START_SECONDS)
        return child

    def _spawn(self, more: dict[str, str]) -> _Process:
        process = subprocess.Popen(
            [sys.executable, "-m", "printflow.inspection.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env={**os.environ, **more},
            start_new_session=sys.platform != "win32",
        )
        child = _Process(process)
        assert process.stdout is not None
        listener = threading.Thread(
            target=child.listen, args=(process.stdout,), name="inspector", daemon=True
        )
        listener.start()
        return child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        _kill(child.process)
        child.process.wait()
        for stream in (child.process.stdin, child.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def _kill(process: subprocess.Popen[str]) -> None:
    if sys.platform == "win32":
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _looked(said: dict[str, Any]) -> Looked:
    if "error" in said:
        return Looked(error=str(said["error"]), code=str(said.get("code", "damaged")))
    return Looked(
        facts=ModelFacts.from_plain(said["facts"]) if said["facts"] else None,
        picture=bool(said.get("picture")),
        error=str(said.get("picture_problem", "")),
        triangles=bool(said.get("triangles")),
        no_triangles=str(said.get("no_triangles", "")),
    )
