"""One run of PrusaSlicer's command line, within limits of time and memory.

It is given triangles that Printflow wrote itself and a profile in which nothing acts (see
:mod:`~printflow.estimating.harmless`): never a stranger's file, which can hold settings, and settings
can run programs. It finds an empty home, an environment without secrets, and one folder to write to, of
which one file is read.

What is known of its ends (2.5.0 of Debian): 0 fine; 1 with a last line that says why; killed by
SIGABRT when the part does not fit the bed or has no finite size.
"""

import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final

from printflow.errors import PrintflowError
from printflow.estimating.harmless import ProfileUnusable, harmless
from printflow.slicer_files import Sliced, SlicedFileUnreadable, read_gcode

_SAID = 4000
_GCODE_BYTES: Final = 2 << 30
_PROFILE_BYTES: Final = 1 << 20
_INHERITED: Final = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT")
"""What the slicer needs to be found and started; everything else of the server's environment, where
passwords and keys may be, stays with the server."""


class SlicingFailed(PrintflowError):
    """The slicer gave no result; the message is a sentence for staff."""

    code = "slicing_failed"


def slice_stl(command: str, profile: Path, stl: Path, *, seconds: int, memory_mb: int) -> Sliced:
    """What the slicer `command` estimates for the triangles in `stl` with the flat `profile`.

    `stl` is a binary STL of Printflow's own making, in mm, with z up. The G-code is written to a
    folder of its own and thrown away. The run ends after `seconds`; on Linux it gets at most
    `memory_mb` of memory. Raises SlicingFailed.
    """
    if stl.suffix != ".stl":  # the slicer goes by it, and only an STL holds no settings
        raise ValueError(f"{stl.name} is no STL")
    settings = _settings(profile)
    with tempfile.TemporaryDirectory(prefix="printflow-slice-") as name:
        folder = Path(name)
        loaded, out = folder / "profile.ini", folder / "out"
        loaded.write_text(settings, "utf-8", newline="\n")
        for made in (out, folder / "home", folder / "data"):
            made.mkdir()
        arguments = [command, "--datadir", str(folder / "data"), "--loglevel", "0"]
        arguments += ["--load", str(loaded), "--export-gcode"]
        arguments += ["-o", str(out / "out.gcode"), str(stl.absolute())]
        _run(arguments, folder, seconds, memory_mb)
        try:
            with _own_file(out / "out.gcode") as written:
                found = read_gcode(written)
        except (OSError, SlicedFileUnreadable) as problem:
            raise SlicingFailed("The slicer wrote no G-code.") from problem
    if not (found.grams or found.hours):
        raise SlicingFailed("The slicer's G-code says neither grams nor hours.")
    return found


def _settings(profile: Path) -> str:
    """The profile without what acts. Raises SlicingFailed."""
    try:
        with profile.open("rb") as file:
            text = file.read(_PROFILE_BYTES + 1)
        if len(text) > _PROFILE_BYTES:
            raise SlicingFailed(f"The profile {profile} is too large to be one.")
        return harmless(text.decode("utf-8-sig", "replace"))
    except OSError as problem:
        raise SlicingFailed(
            f"The profile {profile} cannot be read: {problem.strerror}."
        ) from problem
    except ProfileUnusable as problem:
        raise SlicingFailed(
            f"The profile {profile} has no settings.", next_step=problem.next_step
        ) from problem


def _own_file(path: Path) -> BinaryIO:
    """The file that the slicer was told to write, if it is one: no link, no pipe, not endless.
    Raises OSError."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    facts = os.fstat(descriptor)
    if stat.S_ISREG(facts.st_mode) and facts.st_nlink == 1 and facts.st_size <= _GCODE_BYTES:
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise OSError(f"{path.name} is not the file that was asked for")


def _environment(folder: Path) -> Mapping[str, str]:
    """Nothing of the server's but what a program needs to start."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    home = str(folder / "home")
    homes = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder / "out"))
    return {**kept, **dict.fromkeys(homes, home), **temporary, "LC_ALL": "C.UTF-8"}


def _run(arguments: list[str], folder: Path, seconds: int, memory_mb: int) -> None:
    said = folder / "said.txt"
    with said.open("wb") as stream:
        try:
            process = subprocess.Popen(
                arguments,
                cwd=folder / "out",
                env=_environment(folder),
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
