"""When Python's garbage collector runs.

Starting creates half a million objects and keeps them all. Collecting again and again meanwhile,
and once more at the very end, would take a fifth of the time of ``printflow list``.
"""

from __future__ import annotations

import gc

_NEW_OBJECTS = 50_000
"""So many come before Python looks among them (its own 700 are from a time of small memories)."""


def not_yet() -> None:
    """While the program is loaded."""
    gc.disable()


def from_now_on() -> None:
    """Once it is at work: among the objects that its work makes."""
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 10, 10)
    gc.enable()


def no_more() -> None:
    """The process ends, and its memory with it."""
    gc.freeze()
