"""Which pixels a triangle covers, row by row, and the depth along each row: exact spans.

Many triangles are worked on together: what there is once for each of them is expanded to its rows,
and that to its pixels.
"""

import itertools

import numpy as np
import numpy.typing as npt

from printflow.mesh.blocks import F32, I64

F64 = npt.NDArray[np.float64]

_EXPANDED = 65_536
"""So many rows, or pixels, are worked on at once."""


def slopes(x: F32, y: F32, z: F32) -> tuple[tuple[F64, F64, F64], npt.NDArray[np.bool_]]:
    """A triangle's depth in the picture's corner, and how it changes by a pixel to the right and
    down; and whether the triangle has an area."""
    wide = [values.astype(np.float64) for values in (x, y, z)]
    (x1, x2), (y1, y2), (z1, z2) = ((v[1] - v[0], v[2] - v[0]) for v in wide)
    doubled = x1 * y2 - y1 * x2
    usable = np.abs(doubled) > 1e-9
    safe = np.where(usable, doubled, 1.0)
    across, down = (z1 * y2 - z2 * y1) / safe, (z2 * x1 - z1 * x2) / safe
    base = wide[2][0] - across * wide[0][0] - down * wide[1][0]
    return (base, across, down), usable


def sides(x: F32, y: F32) -> tuple[F64, ...]:
    """Each triangle's sides, taken apart for :func:`spans`: its corners from top to bottom
    (x, y of three), and how far each side goes to the right in a row: the long one's, the upper
    and the lower of the others."""
    (ax, ay), (bx, by), (cx, cy) = (
        (x[corner].astype(np.float64), y[corner].astype(np.float64)) for corner in range(3)
    )
    ax, ay, bx, by = _ordered(ax, ay, bx, by)
    bx, by, cx, cy = _ordered(bx, by, cx, cy)
    ax, ay, bx, by = _ordered(ax, ay, bx, by)
    tiny = 1e-12
    return (
        ax, ay, bx, by,
        (cx - ax) / np.maximum(cy - ay, tiny),
        (bx - ax) / np.maximum(by - ay, tiny),
        (cx - bx) / np.maximum(cy - by, tiny),
    )  # fmt: skip


def _ordered(ax: F64, ay: F64, bx: F64, by: F64) -> tuple[F64, F64, F64, F64]:
    """Two corners, the upper one first. Of two triangles both see their common side alike."""
    swap = (ay > by) | ((ay == by) & (ax > bx))
    return (
        np.where(swap, bx, ax),
        np.where(swap, by, ay),
        np.where(swap, ax, bx),
        np.where(swap, ay, by),
    )


def spans(sides: tuple[F64, ...], owner: I64, middle: F64, size: int) -> tuple[I64, I64]:
    """The first pixel and the number of pixels of each row of each triangle; `middle` is the
    height of the row's centers."""
    ax, ay, bx, by, long, upper, lower = (values.take(owner) for values in sides)
    below = middle - ay
    one = ax + below * long
    other = np.where(middle < by, ax + below * upper, bx + (middle - by) * lower)
    left = np.ceil(np.maximum(np.minimum(one, other) - (0.5 + 1e-9), 0))
    right = np.floor(np.minimum(np.maximum(one, other) - (0.5 - 1e-9), size - 1))
    return left.astype(np.int64), np.maximum(right - left + 1, 0).astype(np.int64)


def counted(counts: I64) -> I64:
    """0, 1, … counts[0]-1, 0, 1, … counts[1]-1, …"""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - counts, counts)


def parts(count: I64) -> list[slice]:
    """Cut what expands to `count` each into parts of at most about _EXPANDED."""
    if not len(count):
        return []
    ends = np.cumsum(count)
    cuts = np.searchsorted(ends, np.arange(_EXPANDED, int(ends[-1]), _EXPANDED))
    edges = [0, *(int(cut) + 1 for cut in cuts), len(count)]
    return [slice(one, two) for one, two in itertools.pairwise(edges) if two > one]
