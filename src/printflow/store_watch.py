"""Is the share there? Known without waiting for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PROBE_EVERY = 2.0
"""Seconds between looks."""

PATIENCE = 2.0
"""Seconds after which a look that has not come back counts as "does not answer"."""


class StoreWatch:
    """Remembers what the last look at the store found, and looks again in the background.

    At most one look is under way: a share that hangs holds one thread, not one per page.
    """

    def __init__(self, probe: Callable[[], object]) -> None:
        self._probe = probe
        self._lock = threading.Lock()
        self._problem = ""
        self._started = -PROBE_EVERY
        self._looking: threading.Thread | None = None

    def problem(self) -> str:
        """What is wrong with the store as far as is known ("" = nothing). Never waits."""
        now = time.monotonic()
        with self._lock:
            if self._looking is not None and self._looking.is_alive():
                if now - self._started > PATIENCE:
                    self._problem = "The file share does not answer."
            elif now - self._started >= PROBE_EVERY:
                self._started = now
                self._looking = threading.Thread(target=self._look, name="store-watch", daemon=True)
                self._looking.start()
            return self._problem

    def _look(self) -> None:
        try:
            self._probe()
            found = ""
        except Exception as error:  # noqa: BLE001 - whatever it is, people shall read it
            found = str(error)
        with self._lock:
            self._problem = found
