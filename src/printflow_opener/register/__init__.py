"""Making this PC send Printflow's links to the opener."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def own_command(program: Sequence[str] | None = None) -> list[str]:
    """How this opener is started: the frozen program, or Python with the module."""
    if program is not None:
        return list(program)
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "printflow_opener"]
