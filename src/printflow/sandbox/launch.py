"""Starting a process in a sandbox: it gets what is named here, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final

from .limits import Limits
from .places import PROGRAMS, SYSTEM, of_python, resolved
from .process import Sandboxed
from .starter import run

_LINE: Final = (
    "import json, sys; orders = json.loads(sys.argv[1]); sys.path[:] = orders['path']; "
    "from printflow.sandbox.inside import main; main(orders)"
)
_WINDOWS_NEEDS = ("SYSTEMROOT", "WINDIR")
Stream = int | IO[Any] | None


@dataclass(frozen=True, slots=True)
class Module:
    """One of Printflow's own modules, run by this Python as ``python -m`` does."""

    name: str


def start(
    what: Module | Sequence[str],
    *,
    limits: Limits,
    readable: Sequence[Path] = (),
    writable: Sequence[Path] = (),
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    stdin: Stream = subprocess.DEVNULL,
    stdout: Stream = subprocess.DEVNULL,
    stderr: Stream = subprocess.DEVNULL,
    descriptors: Sequence[int] = (),
) -> Sandboxed:
    """Start a module, or a program by its arguments, in a sandbox.

    It may read the system's libraries and data, what Python imports (modules only), and what is
    ``readable`` (files or folders); it may write below ``writable``, and nowhere else. Its
    environment is ``environment``, its folder ``folder`` or the root; open ``descriptors`` keep
    their numbers (not on Windows). It has no network, starts no process, and dies with its parent.

    A program must be one itself: a script that starts others will not run. Raises OSError when it
    cannot be started; a program that is there but fails to start ends with 126.
    """
    windows = sys.platform == "win32"
    given = dict(environment or {})
    orders: dict[str, Any] = {
        "limits": asdict(limits),
        "path": [one for one in sys.path if one],
        "parent": os.getpid(),
        "readable": resolved([*SYSTEM, *readable]),
        "executable": resolved(PROGRAMS),
        "writable": resolved(writable),
    }
    if isinstance(what, Module):
        orders["module"] = what.name
        orders["readable"] += of_python()
        orders["readable"] += orders.pop("executable")
        orders["executable"] = ()
    else:
        program = _program(what[0])
        orders["program"] = [program, *what[1:]]
        orders["executable"] += resolved([program])
        orders["environment"] = given
    if windows:
        given = {**{key: os.environ[key] for key in _WINDOWS_NEEDS if key in os.environ}, **given}
    # A program on Windows needs no orders: what holds it there is set from outside.
    direct = windows and not isinstance(what, Module)
    # A virtual environment's python.exe starts another, which would be another process.
    executable = getattr(sys, "_base_executable", sys.executable) if windows else sys.executable
    python = [executable, "-I", "-X", "utf8", "-c", _LINE, json.dumps(orders)]
    process = run(
        orders["program"] if direct else python,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        env=given,
        cwd=folder or Path(Path.cwd().anchor),
        pass_fds=() if windows else tuple(descriptors),
        start_new_session=not windows,
    )
    return Sandboxed(process, _job(process, limits) if windows else None)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        # The system's own words for what is missing.
        os.stat(name)  # noqa: PTH116
        raise PermissionError(13, os.strerror(13), name)
    return str(Path(found).absolute())


def _job(process: subprocess.Popen[bytes], limits: Limits) -> object | None:
    from .windows_job import hold

    return hold(int(process._handle), limits.memory_bytes)  # type: ignore[attr-defined]
