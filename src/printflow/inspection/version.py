"""Which facts these readers find."""

from __future__ import annotations

from typing import Final

FACTS_VERSION: Final = 4
"""One more whenever the readers find something else in a file than before: the models of jobs that are
still to be printed are then looked into again. 0 are facts from before they were counted."""
