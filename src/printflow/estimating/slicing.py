"""One run of PrusaSlicer's command line, within limits of time and memory.

It is given triangles that Printflow wrote itself and a profile in which nothing acts (see
:mod:`~printflow.estimating.harmless`): never a stranger's file, which can hold settings, and settings
can run programs. It finds an empty home, an environment without secrets, and one folder to write to, of
which one file is read.

What is known of its ends (2.5.0 of Debian): 0 fine; 1 with a last line that says why; killed by
SIGABRT when the part does not fit the bed or has no finite size.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from printflow.errors import PrintflowError
from printflow.estimating.harmless import ProfileUnusable, harmless
from printflow.estimating.own_file import open_own
from printflow.sandbox import CANNOT_START, Limits, start
from printflow.slicer_files import Sliced, SlicedFileUnreadable, read_gcode

from ..said import Said, say

_SAID = 4000
_FOLDERS: Final = ("data", "home", "out")
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
    folder of its own and thrown away. The run ends after `seconds`, and gets at most `memory_mb` of
    memory. Raises SlicingFailed.
    """
    if stl.suffix != ".stl":  # the slicer goes by it, and only an STL holds no settings
        raise ValueError(f"{stl.name} is no STL")
    settings = _settings(profile)
    with tempfile.TemporaryDirectory(prefix="printflow-slice-") as name:
        folder = Path(name)
        loaded, out = folder / "profile.ini", folder / "out"
        loaded.write_text(settings, "utf-8", newline="\n")
        for made in _FOLDERS:
            (folder / made).mkdir()
        arguments = [command, "--datadir", str(folder / "data"), "--loglevel", "0"]
        arguments += ["--load", str(loaded), "--export-gcode"]
        arguments += ["-o", str(out / "out.gcode"), str(stl.absolute())]
        _run(arguments, stl.absolute(), folder, seconds, memory_mb)
        try:
            with open_own(out / "out.gcode", most_bytes=_GCODE_BYTES) as written:
                found = read_gcode(written)
        except (OSError, SlicedFileUnreadable) as problem:
            raise SlicingFailed(say("The slicer wrote no G-code.")) from problem
    if not (found.grams or found.hours):
        raise SlicingFailed(say("The slicer's G-code says neither grams nor hours."))
    return found


def _settings(profile: Path) -> str:
    """The profile without what acts. Raises SlicingFailed."""
    try:
        with profile.open("rb") as file:
            text = file.read(_PROFILE_BYTES + 1)
        if len(text) > _PROFILE_BYTES:
            raise SlicingFailed(
                say("The profile {profile} is too large to be one.", profile=profile)
            )
        return harmless(text.decode("utf-8-sig", "replace"))
    except OSError as problem:
        raise SlicingFailed(
            say(
                "The profile {profile} cannot be read: {strerror}.",
                profile=profile,
                strerror=problem.strerror,
            )
        ) from problem
    except ProfileUnusable as problem:
        raise SlicingFailed(
            say("The profile {profile} has no settings.", profile=profile),
            next_step=problem.next_step,
        ) from problem


def _environment(folder: Path) -> Mapping[str, str]:
    """Nothing of the server's but what a program needs to start."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    home = str(folder / "home")
    homes = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder / "out"))
    return {**kept, **dict.fromkeys(homes, home), **temporary, "LC_ALL": "C.UTF-8"}


def _run(arguments: list[str], stl: Path, folder: Path, seconds: int, memory_mb: int) -> None:
    said = folder / "said.txt"
    limits = Limits(
        memory_bytes=memory_mb << 20,
        cpu_seconds=seconds * (os.cpu_count() or 1),
        file_bytes=_GCODE_BYTES,
    )
    with said.open("wb") as stream:
        try:
            process = start(
                arguments,
                limits=limits,
                readable=[stl, folder / "profile.ini", *_beside(arguments[0])],
                writable=[folder / name for name in _FOLDERS],
                environment=_environment(folder),
                folder=folder / "out",
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        except OSError as problem:
            raise _not_started(problem.strerror or str(problem)) from problem
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired as problem:
            raise SlicingFailed(
                say("The slicer took more than {seconds} seconds.", seconds=seconds)
            ) from problem
        finally:
            process.kill()
    if code == CANNOT_START:
        raise _not_started(_last_line(said).rpartition(": ")[2])
    if code:
        raise SlicingFailed(_why(code, said))


def _beside(command: str) -> Iterator[Path]:
    """Where a slicer that was unpacked somewhere keeps its libraries and data."""
    program = Path(shutil.which(command) or command).resolve()
    for folder in (program.parent, program.parent.parent):
        for name in ("lib", "resources"):
            if (folder / name).is_dir():
                yield folder / name


def _not_started(why: str) -> SlicingFailed:
    return SlicingFailed(
        say("The slicer can't be started: {why}.", why=why.rstrip(".")),
        next_step=say("Check the setting slicer.command. It must be a program, not a script."),
    )


def _why(code: int, said: Path) -> Said:
    if code in (-6, 134):
        return say("The slicer gave up. The model may be larger than the build plate.")
    if code < 0:
        return say("The slicer crashed (signal {signal}).", signal=-code)
    if line := _last_line(said):
        return say("The slicer refused: {why}", why=line)
    return say("The slicer failed with exit code {code}.", code=code)


def _last_line(said: Path) -> str:
    with said.open("rb") as stream:
        stream.seek(max(0, said.stat().st_size - _SAID))
        lines = stream.read().decode("utf-8", "replace").strip().splitlines()
    return "".join(filter(str.isprintable, lines[-1]))[:200] if lines else ""
