"""Starting a slicer: an argument list, never a shell, and it outlives the opener."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .refusal import Refused
from .slicers import Slicer


def command(slicer: Slicer, file: Path, system: str = sys.platform) -> list[str]:
    """The arguments that open ``file`` in ``slicer``."""
    if system == "darwin" and slicer.path.endswith(".app"):
        return ["/usr/bin/open", "-a", slicer.path, str(file)]
    return [slicer.path, str(file)]


def start(slicer: Slicer, file: Path) -> int:
    """Start it and do not wait; gives the process's id. Raises Refused."""
    detached = (
        {"creationflags": 0x00000008 | 0x00000200}  # DETACHED_PROCESS, CREATE_NEW_PROCESS_GROUP
        if sys.platform == "win32"
        else {"start_new_session": True}
    )
    try:
        process = subprocess.Popen(
            command(slicer, file),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=True,
            **detached,
        )
    except OSError as error:
        raise Refused(
            f"{slicer.name} could not be started from {slicer.path}: {error.strerror or error}. "
            "Install it, or correct slicer.path in printflow-opener.toml."
        ) from error
    return int(process.pid)
