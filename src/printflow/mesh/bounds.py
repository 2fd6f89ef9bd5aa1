"""The box around triangles."""

from __future__ import annotations

import numpy as np

from .blocks import F32, Triangles

Frame = tuple[F32, F32]
"""The lowest and the highest x, y, z."""

_WIDE = 3 * 1024


def bounds(triangles: Triangles) -> Frame:
    """The lowest and highest x, y, z; not finite where a corner is not."""
    flat = triangles.reshape(-1)
    whole = len(flat) - len(flat) % _WIDE
    wide, rest = flat[:whole].reshape(-1, _WIDE), flat[whole:].reshape(-1, 3)
    found = []
    for least in (np.min, np.max):  # along long rows: numpy is slow along rows of three
        few = np.concatenate([least(wide, axis=0).reshape(-1, 3), rest]) if whole else rest
        found.append(least(few, axis=0))
    return found[0], found[1]
