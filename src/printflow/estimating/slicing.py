"""One run of PrusaSlicer's command line, within limits of time and memory.

What is known of its ends (2.5.0 of Debian): 0 fine; 1 with a last line that says why; killed by
SIGABRT when the part does not fit the bed or has no finite size.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from printflow.errors import PrintflowError
from printflow.slicer_files import Sliced, SlicedFileUnreadable, read_sliced

_SAID = 4000


class SlicingFailed(PrintflowError):
    """The slicer gave no result; the message is a sentence for staff."""

    code = "slicing_failed"


def slice_model(
    command: str, profile: Path, model: Path, *, seconds: int, memory_mb: int
) -> Sliced:
    """What the slicer `command` reckons for `model` with the flat `profile`.

    The G-code is written to a folder of its own and thrown away. The run ends after `seconds`;
    on Linux it gets at most `memory_mb` of memory. Raises SlicingFailed.
    """
    with tempfile.TemporaryDirectory(prefix="printflow-slice-") as folder:
        out = Path(folder, "out.gcode")
        arguments = [command, "--datadir", str(Path(folder, "data")), "--loglevel", "0"]
        arguments += ["--load", str(profile), "--export-gcode", "-o", str(out), str(model)]
        _run(arguments, Path(folder), seconds, memory_mb)
        try:
            found = read_sliced(out)
        except (OSError, SlicedFileUnreadable) as problem:
            raise SlicingFailed("The slicer wrote no G-code.") from problem
    if not (found.grams or found.hours):
        raise SlicingFailed("The slicer's G-code says neither grams nor hours.")
    return found


def _run(arguments: list[str], folder: Path, seconds: int, memory_mb: int) -> None:
    said = folder / "said.txt"
    with said.open("wb") as stream:
        try:
            process = subprocess.Popen(
                arguments,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as problem:
            raise SlicingFailed(
                f"The slicer cannot be started: {problem.strerror}.",
                next_step="Look at the setting slicer.command.",
            ) from problem
        _limit(process.pid, memory_mb)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired as problem:
            raise SlicingFailed(f"The slicer took more than {seconds} s.") from problem
        finally:
            _end(process)
    if process.returncode:
        raise SlicingFailed(_why(process.returncode, said))


def _limit(pid: int, memory_mb: int) -> None:
    """Memory for a process that runs already: nothing is done between fork and exec, which is not
    safe with threads."""
    if sys.platform != "linux":
        return
    import resource

    size = memory_mb << 20
    try:
        resource.prlimit(pid, resource.RLIMIT_AS, (size, size))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
    except (ProcessLookupError, PermissionError):
        return  # it has ended


def _end(process: subprocess.Popen[bytes]) -> None:
    """The process and whatever it started."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _why(code: int, said: Path) -> str:
    if code in (-6, 134):
        return "The slicer gave up; the model may be larger than the bed."
    if code < 0:
        return f"The slicer crashed (signal {-code})."
    with said.open("rb") as stream:
        stream.seek(max(0, said.stat().st_size - _SAID))
        lines = stream.read().decode("utf-8", "replace").strip().splitlines()
    last = "".join(filter(str.isprintable, lines[-1]))[:200] if lines else f"it ended with {code}"
    return f"The slicer refused: {last}"
