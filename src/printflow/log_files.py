"""Where the log files are, and the end of each."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

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
    return state_dir / "logs"


def log_tails(state_dir: Path, *, lines: int) -> tuple[LogTail, ...]:
    """The ends of the newest log files, the one written last first; none where none are."""
    try:
        found = [path for path in log_folder(state_dir).iterdir() if path.suffix == ".log"]
        newest = sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)[:_MOST_FILES]
    except FileNotFoundError:
        return ()
    return tuple(_tail(path, lines) for path in newest)


def _tail(path: Path, lines: int) -> LogTail:
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        begin = max(0, status.st_size - _TAIL_BYTES)
        file.seek(begin)
        text = file.read(_TAIL_BYTES).decode("utf-8", "replace")
    whole = text.splitlines()[1 if begin else 0 :]
    changed = datetime.fromtimestamp(status.st_mtime, UTC)
    return LogTail(path.name, changed, status.st_size, tuple(whole[-lines:]))
