"""How a record of the log is written: as a line for people, or as one JSON object per line.

Both carry the id of the request that was being answered, whichever module speaks.
"""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

from .origin import origin

_REQUEST: ContextVar[str] = ContextVar("printflow_request", default="")


def log_request(request_id: str) -> None:
    """What this thread logs from now on belongs to the request ("" = to none)."""
    _REQUEST.set(request_id)


def formatter(kind: str) -> logging.Formatter:
    """The formatter of the settings' ``log.format``: text or json."""
    return _JsonLine() if kind == "json" else _TextLine()


class _TextLine(logging.Formatter):
    """``time LEVEL logger [process thread request] message``, tracebacks below."""

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s [%(process)d %(threadName)s%(request)s] %(message)s"
        )

    def format(self, record: logging.LogRecord) -> str:
        found = _REQUEST.get()
        record.request = f" {found}" if found else ""
        return super().format(record)


class _JsonLine(logging.Formatter):
    """One object a line, in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        plain: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
            "thread": record.threadName,
        }
        if request := _REQUEST.get():
            plain["request"] = request
        if client := origin():
            plain["client"] = client
        if record.exc_info:
            plain["error"] = self.formatException(record.exc_info)
        return json.dumps(plain, ensure_ascii=False)
