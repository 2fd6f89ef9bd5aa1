"""Where faults and warnings are written: a file in the store, read when something went wrong."""

from __future__ import annotations

import io
import logging
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING

from printflow.runtime.log_records import formatter

from ..store.folder import Folder
from ..store.log_files import log_folder

if TYPE_CHECKING:
    from printflow import Settings

COMMANDS = "commands"
"""The role of every program but server and worker."""

_MEGABYTE = 1 << 20
_log = logging.getLogger("printflow.cli")


def log_file(settings: Settings, role: str) -> Path:
    """The file of this program's role on this machine; server and worker each have their own."""
    return log_folder(settings.state_dir) / f"{role}-{socket.gethostname()}.log"


@contextmanager
def logged(settings: Settings, role: str, *, debug: bool) -> Iterator[Path | None]:
    """Write warnings (a server's news, too) to the log file; gives None if it cannot be written.

    Server and worker say their warnings on standard error as well.
    """
    root = logging.getLogger()
    before, path = root.level, log_file(settings, role)
    handlers: list[logging.Handler] = []
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError:
        writable = False
    else:
        writable = True
        handlers.append(_file_handler(path, role, settings))
    if role != COMMANDS:
        handlers.append(_console_handler())
    for handler in handlers:
        root.addHandler(handler)
    news = logging.WARNING if role == COMMANDS else logging.INFO
    root.setLevel(logging.DEBUG if debug else news)
    try:
        yield path if writable else None
    finally:
        root.setLevel(before)
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()


def _file_handler(path: Path, role: str, settings: Settings) -> logging.Handler:
    # Commands come and go side by side: none of them may rename the file while it writes, so one
    # that finds it full puts it aside before it begins.
    alone = role != COMMANDS
    if not alone:
        _put_aside(path, settings.log.max_mb * _MEGABYTE)
    handler = _LogFile(
        path,
        maxBytes=settings.log.max_mb * _MEGABYTE if alone else 0,
        backupCount=settings.log.keep if alone else 0,
        encoding="utf-8",
        delay=True,
    )
    handler.setFormatter(formatter(settings.log.format))
    return handler


def _put_aside(path: Path, most: int) -> None:
    try:
        if path.lstat().st_size > most:
            path.replace(path.with_name(f"{path.name}.1"))
    except OSError:  # there is none yet, or (on Windows) another command has it open
        return


class _LogFile(RotatingFileHandler):
    """Never writes through a link that has the log's name."""

    def _open(self) -> io.TextIOWrapper:
        whole = Path(self.baseFilename)
        with Folder(whole.parents[2], whole.parents[1].name, whole.parent.name) as folder:
            return io.TextIOWrapper(folder.append(whole.name), "utf-8")


class _OneLine(logging.Formatter):
    """A record without its traceback, which is in the file."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{record.levelname.lower()}: {record.getMessage()}"


def _console_handler() -> logging.Handler:
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_OneLine())
    return handler


def log_fault(
    error: BaseException, settings: Settings | None, role: str, *, debug: bool
) -> tuple[str, Path | None]:
    """Write an unexpected error to the log; gives its id and the file that holds it."""
    import secrets

    fault_id, written = secrets.token_hex(4), None
    if settings is not None and settings.state_dir.is_dir():
        with logged(settings, role, debug=False) as path:
            _log.error(
                "fault %s in: printflow %s", fault_id, " ".join(sys.argv[1:2]), exc_info=error
            )
        written = path if path is not None and path.exists() else None
    if debug:
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    return fault_id, written
