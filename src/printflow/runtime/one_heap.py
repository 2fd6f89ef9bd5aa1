"""One heap for all threads of a process."""

from __future__ import annotations

import ctypes
import sys

_ARENA_MAX = -8
"""M_ARENA_MAX of malloc.h."""


def share_one_heap() -> None:
    """Let glibc keep one heap instead of up to eight for each processor: after a day of requests, holes
    in the others are most of what a server holds. One is enough where one thread runs at a time.

    Call it before threads are started. Where malloc is another one, nothing happens.
    """
    if sys.platform != "linux":
        return
    try:
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
    except (OSError, AttributeError):
        return
