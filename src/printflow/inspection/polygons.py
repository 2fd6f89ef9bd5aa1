"""Faces of any number of corners, cut into triangles: concave ones, too.

Quads are cut along the diagonal that lies inside, all at once. Larger ones are a fan where they are
convex, else ears are cut off one by one (Meisters, 1975), in the plane that they face most.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..said import say
from .problems import Unreadable

MOST_CORNERS = 5_000
"""Of a concave face: cutting off ears takes the square of it."""

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def triangulated(points: NDArray[np.float32], corners: I64, sizes: I64) -> I64:
    """Triangles (n, 3) of the faces whose corners stand one after the other, so many each, in their
    order. Raises Unreadable."""
    if (sizes == 3).all():
        return corners.reshape(-1, 3)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    three = starts[sizes == 3][:, None] + np.arange(3)
    pieces, ranks = [corners[three]], [np.flatnonzero(sizes == 3)]
    four = np.flatnonzero(sizes == 4)
    if len(four):
        quads = corners[starts[four][:, None] + np.arange(4)]
        pieces.append(_quads(points, quads))
        ranks.append(np.repeat(four, 2))
    for face in np.flatnonzero(sizes > 4):
        ring = corners[starts[face] : starts[face] + sizes[face]]
        cut = ring[_cut(points[ring].astype(np.float64))]
        pieces.append(cut)
        ranks.append(np.full(len(cut), face))
    order = np.argsort(np.concatenate(ranks), kind="stable")
    result: I64 = np.concatenate(pieces)[order]
    return result


def _quads(points: NDArray[np.float32], quads: I64) -> I64:
    a, b, c, d = (points[quads[:, at]].astype(np.float64) for at in range(4))
    # A diagonal that lies inside has both triangles turned to the same side.
    agree = (np.cross(b - a, c - a) * np.cross(c - a, d - a)).sum(axis=1) >= 0
    first = np.array([[0, 1, 2], [0, 2, 3]])
    other = np.array([[0, 1, 3], [1, 2, 3]])
    cut = np.where(agree[:, None, None], first, other)
    result: I64 = np.take_along_axis(quads, cut.reshape(-1, 6), axis=1).reshape(-1, 3)
    return result


def _cut(ring: F64) -> I64:
    """Triangles of the corners of one face, by their places in it."""
    count = len(ring)
    after = np.roll(ring, -1, axis=0)
    normal = np.cross(ring - ring[0], after - ring[0]).sum(axis=0)
    axis = int(np.argmax(np.abs(normal)))
    plane = ring[:, [(axis + 1) % 3, (axis + 2) % 3]]
    if normal[axis] < 0:
        plane = plane[:, ::-1]
    fan = np.stack(
        [np.zeros(count - 2, np.int64), np.arange(1, count - 1), np.arange(2, count)], axis=1
    )
    if (_areas(plane, fan) >= 0).all() and (_turns(plane) >= 0).all():
        return fan
    if count > MOST_CORNERS:
        raise Unreadable(
            say(
                "A face of the model has more than {most} corners. Export it as triangles.",
                most=MOST_CORNERS,
            ),
            code="too_many_triangles",
        )
    return _without_ears(plane)


def _areas(plane: F64, triangles: I64) -> F64:
    a, b, c = (plane[triangles[:, at]] for at in range(3))
    return _twice(a, b, c)


def _twice(a: F64, b: F64, c: F64) -> F64:
    found: F64 = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
        c[..., 0] - a[..., 0]
    )
    return found


def _turns(plane: F64) -> F64:
    return _twice(np.roll(plane, 1, axis=0), plane, np.roll(plane, -1, axis=0))


def _without_ears(plane: F64) -> I64:
    left = list(range(len(plane)))
    cut: list[tuple[int, int, int]] = []
    at = failed = 0
    while len(left) > 3:
        one, two, three = (left[(at + step) % len(left)] for step in (-1, 0, 1))
        if failed > len(left) or _is_ear(plane, left, one, two, three):
            # Where none is an ear, the outline crosses itself: any cut is as good.
            cut.append((one, two, three))
            del left[at % len(left)]
            at, failed = at % len(left), 0
        else:
            at, failed = (at + 1) % len(left), failed + 1
    cut.append((left[0], left[1], left[2]))
    return np.array(cut, np.int64)


def _is_ear(plane: F64, left: list[int], one: int, two: int, three: int) -> bool:
    a, b, c = plane[one], plane[two], plane[three]
    if _twice(a, b, c) <= 0:
        return False
    others = plane[[place for place in left if place not in (one, two, three)]]
    same = (others == a).all(axis=1) | (others == b).all(axis=1) | (others == c).all(axis=1)
    within = (_twice(a, b, others) >= 0) & (_twice(b, c, others) >= 0) & (_twice(c, a, others) >= 0)
    return not (within & ~same).any()
