"""Whether this machine can read STEP, which needs a library of its own."""

from __future__ import annotations

from importlib.util import find_spec

from ..said import say

STEP_INSTALL = "pip install -c constraints.txt './src/printflow[step]'"
"""From the release's own folder: no name of ours is taken from a public index."""
STEP_MISSING = say("STEP files need the extra `printflow[step]` on the server")


def can_read_step() -> bool:
    """Whether the library that turns STEP into triangles is installed."""
    return find_spec("cascadio") is not None
