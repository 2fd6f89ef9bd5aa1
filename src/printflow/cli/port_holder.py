"""Which program listens on a port, as far as the system shows it."""

from __future__ import annotations

import json
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

from printflow.said import Said, say

_LISTENS = "0A"
_SECONDS = 1.0


def holder_of(host: str, port: int) -> Said:
    """Who listens on the port of a host; how to find out where that is unknown."""
    process = _linux_process(port) if sys.platform == "linux" else ""
    where = {"port": str(port), "host": host}
    if _is_printflow(port) and process:
        return say(
            "Port {port} on {host} is in use by another Printflow ({process}).",
            **where,
            process=process,
        )
    if _is_printflow(port):
        return say("Port {port} on {host} is in use by another Printflow.", **where)
    if process:
        return say("Port {port} on {host} is in use by {process}.", **where, process=process)
    find = f"netstat -ano | findstr :{port}" if sys.platform == "win32" else f"lsof -i :{port}"
    return say(
        "Port {port} on {host} is in use by another program. To find it, run: {find}",
        **where,
        find=find,
    )


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
