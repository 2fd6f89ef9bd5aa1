"""Starting a slicer: an argument list, never a shell, and it outlives the opener."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from .refusal import Refused
from .slicers import Slicer

_DETACHED = 0x00000008 | 0x00000200
"""DETACHED_PROCESS, CREATE_NEW_PROCESS_GROUP."""


def command(slicer: Slicer, file: Path, system: str = sys.platform) -> list[str]:
    """The arguments that open ``file`` in ``slicer``."""
    if system == "darwin" and slicer.path.endswith(".app"):
        return ["/usr/bin/open", "-a", slicer.path, str(file)]
    return [slicer.path, str(file)]


def environment(given: Mapping[str, str], *, frozen: bool) -> dict[str, str]:
    """The environment of a program that is started: without what the frozen opener has set for its
    own libraries, which are gone as soon as it ends.

    https://pyinstaller.org/en/stable/runtime-information.html#ld-library-path-libpath-considerations
    """
    kept = dict(given)
    if not frozen:
        return kept
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH"):
        before = kept.pop(f"{name}_ORIG", None)
        kept.pop(name, None)
        if before is not None:
            kept[name] = before
    own = ("TCL_LIBRARY", "TK_LIBRARY", "TIX_LIBRARY")
    return {k: v for k, v in kept.items() if k not in own and not k.startswith("_PYI_")}


def for_others() -> dict[str, str]:
    """The environment for programs that this opener starts."""
    return environment(os.environ, frozen=bool(getattr(sys, "frozen", False)))


def start(slicer: Slicer, file: Path) -> subprocess.Popen[bytes]:
    """Start it and do not wait. Raises Refused."""
    try:
        return subprocess.Popen(
            command(slicer, file),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=True,
            env=for_others(),
            creationflags=_DETACHED if sys.platform == "win32" else 0,
            start_new_session=True,  # which Windows does not know, and ignores
        )
    except OSError as error:
        raise Refused(
            f"Can't start {slicer.name} from {slicer.path}: {error.strerror or error}. "
            "Install it, or correct slicer.path in printflow-opener.toml."
        ) from error
