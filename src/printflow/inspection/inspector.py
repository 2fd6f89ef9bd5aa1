"""Asks the guarded process, gives up on it in time, and replaces it when it is worn or dead."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final

from ..domain.model_facts import Looked
from ..domain.naming import PICTURED_ENDINGS
from ..domain.printability import DEFAULT_LIMITS, PrintLimits
from ..said import say
from .answers import NotAnAnswer, looked
from .channel import READS
from .guarded import Guarded
from .limits import CPU_SECONDS, worn
from .task_files import Results, open_model

SECONDS: Final = 45.0
"""Wall-clock seconds that one file may take; its CPU seconds are limited besides."""

ONCE: Final = frozenset({".step", ".stp", ".3mf", *PICTURED_ENDINGS})
"""After such a file the process is replaced, as libraries in C++ or C have read in it: STEP's, and
those of pictures. A file that took one over does not see the next student's."""

_WRITING: Final = (".step", ".stp")
"""STEP's library writes to a folder while it reads, and gets one; all others get none."""

_TASKS_PER_PROCESS = 200
_START_SECONDS = 30.0
_LOOK_EVERY = 0.5
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
    """What the guarded process finds in its environment, and nothing else: how numpy and the memory
    are to be used."""
    return {**(_SORTS if sorts else {}), **_QUIET}


class Inspector:
    """One guarded process at a time; safe to call from several threads, which wait in line."""

    def __init__(self, *, seconds: float = SECONDS, once: Collection[str] = ONCE) -> None:
        self._seconds = seconds
        self._once = once
        self._lock = threading.Lock()
        self._child: Guarded | None = None

    def look(
        self,
        model: Path | BinaryIO,
        ending: str,
        *,
        color: str = "#9aa3b2",
        own_colors: bool = False,
        picture: Path | None = None,
        small: Path | None = None,
        up: str = "z",
        sliced: bool = False,
        triangles: Path | None = None,
        limits: PrintLimits = DEFAULT_LIMITS,
    ) -> Looked:
        """Facts of the model in a file, and its pictures (PNG and small WebP) where asked for.

        A path is opened here, and never a link; the process gets the open file alone. ``up`` is the
        axis that points up in it, "y" or "z". With ``own_colors`` the picture shows the colors that
        the file has, and ``color`` elsewhere. Of a ``sliced`` file the slicer's own picture is
        shown, where it is large enough. What was read is written to ``triangles``, where asked for:
        a binary STL in mm, z up, without triangles that are not finite. ``limits`` are what it is
        checked for.
        """
        task = {"ending": ending, "color": color, "own_colors": own_colors}
        task |= {"up": up, "sliced": sliced, "limits": limits.plain()}
        wanted: dict[str, Path] = {}
        if picture is not None and small is not None:
            wanted |= {"picture": picture, "small": small}
        if triangles is not None:
            wanted["triangles"] = triangles
        with contextlib.ExitStack() as stack:
            try:
                file = stack.enter_context(open_model(model)) if isinstance(model, Path) else model
            except OSError as error:
                why = error.strerror or type(error).__name__
                return Looked(error=say("The file can't be read: {why}.", why=why), code="file")
            results = Results(wanted)
            if "picture" not in results.files or "small" not in results.files:
                results.drop("picture", "small")
            with self._lock:
                found = self._ask(task, file, results.files)
            kept = {"picture": found.picture, "small": found.picture, "triangles": found.triangles}
            results.keep([name for name, is_there in kept.items() if is_there])
            return _with_what_failed(found, results.failed)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _ask(self, task: Mapping[str, Any], model: BinaryIO, made: dict[str, BinaryIO]) -> Looked:
        try:
            child = self._ready(writes=task["ending"] in _WRITING)
        except OSError as error:
            words = say("The process that reads models can't be started: {why}.", why=str(error))
            return Looked(error=words, code="crashed", crashed=True)
        try:
            child.send(task, {READS: model, **made})
            line = self._heard(child)
            if line:
                found = looked(line, made)
                if task["ending"] in self._once:
                    self._end()
                    with contextlib.suppress(OSError):
                        self._child = Guarded(environment())  # warm when the next file comes
                return found
        except (OSError, NotAnAnswer):
            line = b""
        self._end()
        if line is None:
            return Looked(
                error=say("Reading the model took too long."), code="too_slow", crashed=True
            )
        return Looked(
            error=say("Reading the model failed. It may be damaged, or need too much memory."),
            code="crashed",
            crashed=True,
        )

    def _heard(self, child: Guarded) -> bytes | None:
        """The answer; b"" from a process that died, None when it took too long."""
        until = time.monotonic() + self._seconds
        most = child.process.cpu_seconds() + CPU_SECONDS
        while (left := until - time.monotonic()) > 0:
            line = child.answer(min(left, _LOOK_EVERY))
            if line is not None:
                return line
            if child.exceeds(most):
                return b""
        return None

    def _ready(self, *, writes: bool) -> Guarded:
        """A process that has loaded all that it needs. Raises OSError."""
        child = self._child
        if child is not None and (
            child.tasks >= _TASKS_PER_PROCESS
            or child.writes != writes
            or worn(child.process.cpu_seconds())
        ):
            self._end()
            child = None
        if child is None:
            child = self._child = Guarded(environment(), writes=writes)
        if not child.ready and child.answer(_START_SECONDS) == b"":
            # A numpy that was built for such processors alone does not start without them.
            self._end()
            child = self._child = Guarded(environment(sorts=False), writes=writes)
            child.answer(_START_SECONDS)
        child.ready = True
        return child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


def _with_what_failed(found: Looked, failed: Mapping[str, str]) -> Looked:
    """What could not even be opened to be written."""
    if found.facts is not None and "triangles" in failed:
        found = replace(found, no_triangles=say("The triangles couldn't be saved for the slicer."))
    why = failed.get("picture") or failed.get("small")
    return (
        replace(found, error=say("The picture couldn't be saved: {why}.", why=why))
        if why and not found.error
        else found
    )
