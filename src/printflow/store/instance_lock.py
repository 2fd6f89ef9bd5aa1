"""One server on one embedded database: a lock that the system drops when its holder dies."""

from __future__ import annotations

import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import AlreadyRunning
from ..said import Said, say
from .folder import Folder


class InstanceLock:
    """Held for as long as the object is open; ``role`` is server or worker."""

    def __init__(self, folder: Path, role: str) -> None:
        self._lock = FileLock(str(folder / f"{role}.lock"))
        self._note = folder / f"{role}.json"
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise AlreadyRunning(
                self._taken(role),
                next_step=say("Stop it first, or give this one its own store."),
            ) from None
        note = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        with Folder(folder) as place:
            place.write(self._note.name, json.dumps(note).encode())

    def _taken(self, role: str) -> Said:
        try:
            note = json.loads(self._note.read_text("utf-8"))
            return say(
                "A {role} already runs on this database since {since} (process {process} on {host}).",
                role=role,
                since=note["since"],
                process=str(note["pid"]),
                host=note["host"],
            )
        except (OSError, ValueError, KeyError):
            return say("A {role} already runs on this database.", role=role)

    def release(self) -> None:
        """Let another one run."""
        self._note.unlink(missing_ok=True)
        self._lock.release()
