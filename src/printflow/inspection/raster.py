"""Which triangle is seen at each pixel: a z-buffer in numpy, without any graphics library.

Triangles are expanded to the rows they cover, rows to pixels; depth and triangle number are packed
into one integer, so that one ``maximum.at`` keeps the nearest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .problems import Unreadable

_PIXELS_PER_STEP = 2_000_000
_DEEPEST = float((1 << 31) - 1)
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hits:
    """The seen pixels: flat ``index`` into the picture, the ``triangle`` there, and its ``depth``
    (larger is nearer)."""

    index: NDArray[np.int64]
    triangle: NDArray[np.int64]
    depth: Floats


def covered(points: Floats) -> float:
    """About how many pixels and rows all triangles take together, hidden ones too."""
    ab, ac = points[:, 1] - points[:, 0], points[:, 2] - points[:, 0]
    area = np.abs(ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]) / 2
    rows = np.ptp(points[..., 1], axis=1)
    return float(area.sum(dtype=np.float64) + rows.sum(dtype=np.float64))


def rasterize(points: Floats, side: int, *, limit: float = 60.0) -> Hits:
    """What is seen of triangles in a picture of ``side`` x ``side`` pixels.

    ``points`` is (n, 3, 3): x to the right and y down in pixels, z towards the eye. Raises
    Unreadable where all together cover more than ``limit`` pictures: it would take too long.
    """
    if covered(points) > limit * side * side:
        raise Unreadable("The model is too dense to draw.", code="too_dense")
    low = float(points[..., 2].min())
    scale = _DEEPEST / max(float(points[..., 2].max()) - low, 1e-9)
    buffer = np.zeros(side * side, dtype=np.uint64)
    rows = _row_counts(points, side)
    at = np.flatnonzero(rows)
    work = np.cumsum(rows[at])
    begin = 0
    while begin < len(at):
        done = work[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(work, done + _PIXELS_PER_STEP // 8)))
        _draw(points, at[begin:end], rows, side, low, scale, buffer)
        begin = end
    index = np.flatnonzero(buffer)
    kept = buffer[index]
    triangle = (kept & np.uint64(0xFFFFFFFF)).astype(np.int64) - 1
    depth = (kept >> np.uint64(32)).astype(np.float64) / scale + low
    return Hits(index, triangle, depth.astype(np.float32))


def _row_counts(points: Floats, side: int) -> NDArray[np.int64]:
    y = points[..., 1]
    first = np.clip(np.ceil(y.min(axis=1) - 0.5), 0, side)
    last = np.clip(np.floor(y.max(axis=1) - 0.5), -1, side - 1)
    rows: NDArray[np.int64] = np.maximum(last - first + 1, 0).astype(np.int64)
    return rows


def _draw(
    points: Floats,
    which: NDArray[np.int64],
    rows: NDArray[np.int64],
    side: int,
    low: float,
    scale: float,
    buffer: NDArray[np.uint64],
) -> None:
    count = rows[which]
    owner = np.repeat(which, count)
    starts = np.repeat(np.cumsum(count) - count, count)
    top = np.clip(np.ceil(points[which][..., 1].min(axis=1) - 0.5), 0, side)
    row = np.repeat(top.astype(np.int64), count) + (np.arange(len(owner)) - starts)
    left, right = _spans(points[owner], row + 0.5)
    first = np.clip(np.ceil(left - 0.5), 0, side).astype(np.int64)
    last = np.clip(np.floor(right - 0.5), -1, side - 1).astype(np.int64)
    width = np.maximum(last - first + 1, 0)
    some = np.flatnonzero(width)
    total = np.cumsum(width[some])
    begin = 0
    while begin < len(some):
        done = total[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(total, done + _PIXELS_PER_STEP)))
        part = some[begin:end]
        _fill(points, owner[part], row[part], first[part], width[part], side, low, scale, buffer)
        begin = end


def _spans(corners: Floats, line: NDArray[Any]) -> tuple[NDArray[np.float64], ...]:
    """Where each triangle begins and ends on its line."""
    left = np.full(len(line), np.inf)
    right = np.full(len(line), -np.inf)
    for one, other in ((0, 1), (1, 2), (2, 0)):
        x0, y0 = corners[:, one, 0].astype(np.float64), corners[:, one, 1].astype(np.float64)
        x1, y1 = corners[:, other, 0].astype(np.float64), corners[:, other, 1].astype(np.float64)
        crosses = (np.minimum(y0, y1) <= line) & (line <= np.maximum(y0, y1)) & (y0 != y1)
        with np.errstate(divide="ignore", invalid="ignore"):
            x = x0 + (line - y0) / (y1 - y0) * (x1 - x0)
        left = np.where(crosses, np.minimum(left, x), left)
        right = np.where(crosses, np.maximum(right, x), right)
    return left, right


def _fill(
    points: Floats,
    owner: NDArray[np.int64],
    row: NDArray[np.int64],
    first: NDArray[np.int64],
    width: NDArray[np.int64],
    side: int,
    low: float,
    scale: float,
    buffer: NDArray[np.uint64],
) -> None:
    corners = points[owner].astype(np.float64)
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    ab, ac = b - a, c - a
    area = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    area = np.where(np.abs(area) < 1e-12, np.inf, area)
    along = (ab[:, 2] * ac[:, 1] - ac[:, 2] * ab[:, 1]) / area
    down = (ac[:, 2] * ab[:, 0] - ab[:, 2] * ac[:, 0]) / area
    begin = a[:, 2] + along * (first + 0.5 - a[:, 0]) + down * (row + 0.5 - a[:, 1])
    step = np.arange(int(width.sum())) - np.repeat(np.cumsum(width) - width, width)
    depth = np.repeat(begin, width) + np.repeat(along, width) * step
    nearest, farthest = corners[..., 2].max(axis=1), corners[..., 2].min(axis=1)
    depth = np.clip(depth, np.repeat(farthest, width), np.repeat(nearest, width))
    packed = ((depth - low) * scale).astype(np.uint64) << np.uint64(32)
    packed |= np.repeat(owner + 1, width).astype(np.uint64)
    np.maximum.at(buffer, np.repeat(row * side + first, width) + step, packed)
