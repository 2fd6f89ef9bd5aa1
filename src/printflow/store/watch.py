"""Is the share there? Known without waiting for it."""

from __future__ import annotations

from collections.abc import Callable

from ..runtime.latest import Latest
from ..said import say

PROBE_EVERY = 2.0
"""Seconds between looks."""

PATIENCE = 2.0
"""Seconds after which a look that has not come back counts as "does not answer"."""


class StoreWatch:
    """Remembers what the last look at the store found, and looks again in the background."""

    def __init__(self, probe: Callable[[], object]) -> None:
        self._problem = Latest(lambda: _told(probe), every=PROBE_EVERY)

    def problem(self) -> str:
        """What is wrong with the store as far as is known ("" = nothing). Never waits."""
        seen = self._problem.latest()
        if seen.looking_for > PATIENCE:
            return say("The file share doesn't answer.")
        return seen.value or ""


def _told(probe: Callable[[], object]) -> str:
    try:
        probe()
    except Exception as error:  # noqa: BLE001 - whatever it is, people should read it
        return str(error)
    return ""
