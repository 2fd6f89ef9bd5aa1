"""Where the log files are, and the end of each."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .folder import Folder

LOGS = "logs"
_TAIL_BYTES = 64 * 1024
_MOST_FILES = 8


@dataclass(frozen=True, slots=True)
class LogTail:
    """The last lines of a log file, oldest first; ``changed_at`` is UTC."""

    name: str
    changed_at: datetime
    size: int
    lines: tuple[str, ...]


def log_folder(state_dir: Path) -> Path:
    """The folder of all log files of a store."""
    return state_dir / LOGS


def log_tails(state_dir: Path, *, lines: int) -> tuple[LogTail, ...]:
    """The ends of the newest log files, the one written last first; none where none are."""
    try:
        with Folder(state_dir.parent, state_dir.name, LOGS) as folder:
            found = [
                (entry.stat(follow_symlinks=False).st_mtime, entry.name)
                for entry in folder.scan()
                if entry.name.endswith(".log") and entry.is_file(follow_symlinks=False)
            ]
            newest = [name for _, name in sorted(found, reverse=True)[:_MOST_FILES]]
            return tuple(_tail(folder, name, lines) for name in newest)
    except FileNotFoundError:
        return ()


def _tail(folder: Folder, name: str, lines: int) -> LogTail:
    with folder.open(name) as file:
        status = os.fstat(file.fileno())
        begin = max(0, status.st_size - _TAIL_BYTES)
        file.seek(begin)
        text = file.read(_TAIL_BYTES).decode("utf-8", "replace")
    whole = text.splitlines()[1 if begin else 0 :]
    changed = datetime.fromtimestamp(status.st_mtime, UTC)
    return LogTail(name, changed, status.st_size, tuple(whole[-lines:]))
