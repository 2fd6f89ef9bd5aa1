"""When this machine has run out of something for a moment: no fault of what was asked for."""

from __future__ import annotations

import errno

from ..errors import Unavailable
from ..said import say

_OUT_OF = frozenset(
    getattr(errno, name)
    for name in ("EMFILE", "ENFILE", "ENOMEM", "ENOBUFS", "EAGAIN")
    if hasattr(errno, name)
)


class ServerBusy(Unavailable):
    """Too many files are open, or memory is short; it passes."""

    code = "server_busy"


def is_exhausted(error: BaseException) -> bool:
    """Whether the system had no descriptor, memory or process left, whatever was asked of it."""
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in _OUT_OF)


def server_busy(error: BaseException) -> ServerBusy:
    """What people are told."""
    return ServerBusy(
        say("The server is busy right now. Nothing was done."),
        next_step=say("Try again in a minute. If it stays like this, tell the lab."),
        detail=say(
            "The server has run out of something for now: {error}. Raise the limit of open files (LimitNOFILE in systemd), or close what uses them up.",
            error=error,
        ),
    )
