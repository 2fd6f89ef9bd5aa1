"""Looking at something that may hang (the share) without making anyone wait for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sight(Generic[T]):
    """The last thing seen (None before the first look came back), and how old that is.

    ``looking_for`` is how many seconds the look under way has taken; 0 when none is.
    """

    value: T | None
    age: float
    looking_for: float


class Latest(Generic[T]):
    """Remembers what ``look`` gave last, and looks again when someone asks.

    At most one look is under way: what hangs holds one thread, not one per page.
    """

    def __init__(self, look: Callable[[], T], *, every: float = 2.0) -> None:
        self._look = look
        self._every = every
        self._lock = threading.Lock()
        self._value: T | None = None
        self._seen = -1e9
        self._started = -1e9
        self._thread: threading.Thread | None = None

    def latest(self, *, patience: float = 0.0, newer_than: float = 0.0) -> Sight[T]:
        """What was seen last; starts a look if that is old.

        With ``patience`` (seconds) it waits that long for a look, if nothing is known that is
        newer than ``newer_than`` seconds.
        """
        with self._lock:
            thread, now = self._thread, time.monotonic()
            if (thread is None or not thread.is_alive()) and now - self._seen >= self._every:
                self._started = now
                thread = threading.Thread(target=self._run, name="latest-look", daemon=True)
                self._thread = thread
                thread.start()
            stale = self._value is None or now - self._seen > newer_than
        if patience and stale and thread is not None:
            thread.join(patience)
        with self._lock:
            now = time.monotonic()
            busy = self._thread is not None and self._thread.is_alive()
            return Sight(self._value, now - self._seen, now - self._started if busy else 0.0)

    def _run(self) -> None:
        found = self._look()
        with self._lock:
            self._value, self._seen = found, time.monotonic()
