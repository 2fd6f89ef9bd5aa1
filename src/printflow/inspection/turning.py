"""Bodies that are inside out, turned: their volume is below 0, and no other body holds them.

A body inside another one may well be inside out: it is a hollow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..mesh.blocks import Triangles, blocks
from .measuring import Measures
from .surface import Surface

_MOST_BODIES = 500
"""More bodies that are inside out are judged by their boxes alone."""

_ROUNDING = 2.0**-22
"""Of the largest coordinate: less cannot be told apart in single precision."""

F64 = NDArray[np.float64]


def turned(triangles: Triangles, skin: Surface, measures: Measures) -> Triangles | None:
    """A copy with such bodies turned; None where there is none, or where the mesh is not closed."""
    if not skin.closed or not skin.wound or skin.bodies < 1:
        return None
    if skin.bodies == 1:
        return np.ascontiguousarray(triangles[:, ::-1]) if measures.signed < 0 else None
    volumes, lows, highs, number = _bodies(triangles, skin, measures)
    outer = [
        body
        for body in np.flatnonzero(volumes < 0)
        if not _holders(int(body), triangles, number, lows, highs)
    ]
    if not outer:
        return None
    flip = np.zeros(len(volumes), bool)
    flip[outer] = True
    for body in outer:  # and the hollows in them
        held = (lows >= lows[body]).all(axis=1) & (highs <= highs[body]).all(axis=1)
        for inner in np.flatnonzero(held & (volumes > 0))[:_MOST_BODIES]:
            if goes_around(_a_point(triangles, number, int(inner)), triangles[number == body]):
                flip[inner] = True
    result = triangles.copy()
    at = np.flatnonzero(flip[number])
    result[at] = triangles[at, ::-1]
    return result


def _bodies(
    triangles: Triangles, skin: Surface, measures: Measures
) -> tuple[F64, F64, F64, NDArray[np.int64]]:
    """Volume (signed), lowest and highest corner of each body; the body of each triangle."""
    roots, number = np.unique(skin.roots, return_inverse=True)
    order = np.argsort(number, kind="stable")
    starts = np.searchsorted(number[order], np.arange(len(roots)))
    a, b, c = (triangles[order, corner] for corner in range(3))
    lows = np.minimum.reduceat(np.minimum(np.minimum(a, b), c), starts)
    highs = np.maximum.reduceat(np.maximum(np.maximum(a, b), c), starts)
    volumes = np.zeros(len(roots))
    for first, block in blocks(triangles):
        # From the body's own corner on: far away, rounding is more than a speck's volume.
        here = number[first : first + block.shape[1]]
        ax, ay, az, bx, by, bz, cx, cy, cz = block - np.tile(lows[here].T, (3, 1))
        six = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
        volumes += np.bincount(here, weights=six, minlength=len(roots)) / 6
    # What rounding makes of a body without volume is not inside out.
    sides = np.maximum((highs - lows).max(axis=1), 1e-30).astype(np.float64)
    least = sides**2 * np.maximum(
        1e-6 * sides, _ROUNDING * max(map(abs, (*measures.low, *measures.high)))
    )
    volumes[np.abs(volumes) < least] = 0
    return volumes, lows.astype(np.float64), highs.astype(np.float64), number


def _holders(
    body: int, triangles: Triangles, number: NDArray[np.int64], lows: F64, highs: F64
) -> bool:
    """Whether another body holds this one."""
    around = (lows <= lows[body]).all(axis=1) & (highs >= highs[body]).all(axis=1)
    around[body] = False
    others = np.flatnonzero(around)
    if len(others) > _MOST_BODIES:
        return True
    point = _a_point(triangles, number, body) if len(others) else np.zeros(3)
    return any(goes_around(point, triangles[number == other]) for other in others)


def _a_point(triangles: Triangles, number: NDArray[np.int64], body: int) -> F64:
    middle: F64 = triangles[int(np.argmax(number == body))].astype(np.float64).mean(axis=0)
    return middle


def goes_around(point: F64, body: Triangles) -> bool:
    """Whether a closed surface goes around a point: its solid angle (van Oosterom, Strackee, 1983)."""
    a, b, c = (body[:, corner].astype(np.float64) - point for corner in range(3))
    la, lb, lc = (np.linalg.norm(one, axis=1) for one in (a, b, c))
    above = (a * np.cross(b, c)).sum(axis=1)
    below = (
        la * lb * lc
        + (a * b).sum(axis=1) * lc
        + (b * c).sum(axis=1) * la
        + (c * a).sum(axis=1) * lb
    )
    around = float(np.arctan2(above, below).sum()) / (2 * np.pi)
    return abs(around) > 0.75
