"""Which program listens on a port, as far as the system shows it."""

from __future__ import annotations

import json
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

_LISTENS = "0A"
_SECONDS = 1.0


def holder_of(port: int) -> str:
    """Who listens on the port, as the end of a sentence; how to find out where that is unknown."""
    process = _linux_process(port) if sys.platform == "linux" else ""
    if _is_printflow(port):
        return f" by another Printflow{f' ({process})' if process else ''}"
    if process:
        return f" by {process}"
    find = f"netstat -ano | findstr :{port}" if sys.platform == "win32" else f"lsof -i :{port}"
    return f" by another program (to find it, run: {find})"


def _is_printflow(port: int) -> bool:
    with suppress(OSError, ValueError):
        address = f"http://127.0.0.1:{port}/health/live"
        with urllib.request.urlopen(address, timeout=_SECONDS) as answer:
            return isinstance(json.loads(answer.read(1000)), dict)
    return False


def _linux_process(port: int) -> str:
    """Name and number of the process that owns the listening socket, if we may see it."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    if not sockets:
        return ""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if any(str(link.readlink()) in sockets for link in (entry / "fd").iterdir()):
                name = (entry / "comm").read_text("utf-8").strip()
                return f"{name}, process {entry.name}"
    return ""


def _inodes(port: int) -> list[str]:
    found = []
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        with suppress(OSError):
            for line in table.read_text("ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                    found.append(fields[9])
    return found
