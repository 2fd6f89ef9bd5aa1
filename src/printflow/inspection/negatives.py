"""Negative volumes: what a slicer takes away from the parts that are printed.

A closed one that lies wholly inside a part takes its whole volume. Of others it cannot be told without
cutting the meshes: the facts then say so, and nothing is subtracted.
"""

from __future__ import annotations

import numpy as np

from ..mesh.blocks import Triangles
from ..mesh.bounds import bounds
from .measuring import measure
from .surface import surface
from .turning import goes_around

_MOST = 30_000_000
"""Pairs of a corner and a triangle, beyond which it is not looked at."""


def taken_away(taken: Triangles, printed: Triangles) -> tuple[float, float]:
    """The volume in mm³ to subtract and the area in mm² to add; 0, 0 where it cannot be told."""
    outside = surface(printed)
    skin = surface(taken)
    if not (skin.closed and skin.wound and outside.closed and outside.wound):
        return 0.0, 0.0
    if skin.bodies > 1 and not _apart(taken, skin.roots):
        return 0.0, 0.0
    corners = np.unique(taken.reshape(-1, 3), axis=0)
    low, high = bounds(taken)
    points = np.unique(printed.reshape(-1, 3), axis=0)
    near = points[((points >= low) & (points <= high)).all(axis=1)]
    if len(corners) * len(printed) + len(near) * len(taken) > _MOST:
        return 0.0, 0.0
    if not all(goes_around(point.astype(np.float64), printed) for point in corners):
        return 0.0, 0.0
    if any(goes_around(point.astype(np.float64), taken) for point in near):
        return 0.0, 0.0
    measures = measure(taken)
    return measures.volume, measures.area


def _apart(taken: Triangles, roots: np.ndarray[tuple[int], np.dtype[np.int32]]) -> bool:
    """Whether no two of the bodies can overlap, by their boxes."""
    boxes = [bounds(np.ascontiguousarray(taken[roots == root])) for root in np.unique(roots)[:100]]
    return not any(
        (low < other_high).all() and (other_low < high).all()
        for at, (low, high) in enumerate(boxes)
        for other_low, other_high in boxes[at + 1 :]
    )
