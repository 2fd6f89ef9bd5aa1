"""Making this PC send Printflow's links to the opener."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path


def own_command(program: Sequence[str] | None = None) -> list[str]:
    """How this opener is started: the frozen program, or Python with the zipapp or the module."""
    if program is not None:
        return list(program)
    if getattr(sys, "frozen", False):
        return [sys.executable]
    archive = Path(__file__).parents[2]  # of a module in a zipapp, the zipapp itself
    if archive.is_file():
        return [sys.executable, str(archive.resolve())]
    return [sys.executable, "-m", "printflow_opener"]
