"""Whether the clock can be believed for what cannot be taken back: removing, reminding, disposing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

_JUMP = timedelta(hours=1)
"""By so much more than time has passed, a clock does not go ahead on its own."""
_SURE_AFTER = 3600.0
"""Seconds that a clock has to go on steadily after a jump, before it is believed."""


class Calendar:
    """Compares the clock with one that only counts seconds (``steady``, as time.monotonic)."""

    def __init__(self, clock: Callable[[], datetime], steady: Callable[[], float]) -> None:
        self._steady = steady
        self._lock = threading.Lock()
        self._seen = (clock(), steady())
        self._doubted_at: float | None = None

    def is_sure(self, now: datetime) -> bool:
        """Whether the clock has gone steadily for long enough; ask it with what the clock says."""
        with self._lock:
            passed = self._steady()
            ahead = now - self._seen[0] - timedelta(seconds=passed - self._seen[1])
            self._seen = (now, passed)
            if ahead > _JUMP:
                self._doubted_at = passed
            elif ahead < -_JUMP:
                self._doubted_at = None  # it has come back
            if self._doubted_at is None:
                return True
            if passed - self._doubted_at < _SURE_AFTER:
                return False
            self._doubted_at = None
            return True
