"""Corners that were meant to be one place: at open edges, a millionth of the model's size apart.

CAD programs leave 1e-17 where they mean 0, and writers round the same corner in two ways. Only
corners at open edges are looked at, so that a sound mesh costs nothing.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from ..mesh.blocks import Triangles
from ..mesh.bounds import bounds
from .corners import corner_hashes

WELD = 1e-6
"""Of the longest side."""

_MOST = 200_000
"""Open sides, beyond which it is no mesh with gaps, but triangles that have nothing in common."""

_MIXERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
"""Odd 64-bit numbers without pattern."""

_ROUNDING = 2.0**-22
"""Two steps of single precision, of the largest coordinate: less apart cannot be told."""


def welded(
    triangles: Triangles, owners: NDArray[np.int64], places: NDArray[np.int64]
) -> Triangles | None:
    """A copy of ``triangles`` with the corners welded at the given sides (triangle, 0 to 2); None
    where no two of them are that near."""
    if len(owners) > _MOST:
        return None
    low, high = bounds(triangles)
    near = max(float((high - low).max()) * WELD, float(np.abs([low, high]).max()) * _ROUNDING)
    ends = np.concatenate([triangles[owners, places], triangles[owners, (places + 1) % 3]])
    names, first = np.unique(_names(ends), return_index=True)
    points = ends[first]
    kept = _nearest_kept(points.astype(np.float64), near)
    moved = np.flatnonzero(kept != np.arange(len(points)))
    if not len(moved):
        return None
    names = names[moved]
    order = np.argsort(names)
    names, to = names[order], points[kept[moved]][order]
    result = triangles.copy()
    for at, corners in corner_hashes(triangles):
        for place, hashes in enumerate(corners):
            there = np.minimum(np.searchsorted(names, hashes), len(names) - 1)
            hit = np.flatnonzero(names[there] == hashes)
            result[at + hit, place] = to[there[hit]]
    return result


def _names(points: NDArray[np.float32]) -> NDArray[np.uint64]:
    one = np.repeat(points.astype(np.float32)[:, None], 3, axis=1)
    return np.concatenate([corners[0] for _, corners in corner_hashes(one)])


def _nearest_kept(points: NDArray[np.float64], near: float) -> NDArray[np.int64]:
    """For each point the number of the one that stands for it.

    Two points that are nearer than ``near`` on each axis share a cell in at least one of eight grids,
    each shifted by half a cell on some axes. Cells are twice as wide.
    """
    stands = np.arange(len(points))
    scaled = points / (2 * near)
    for shift in product((0.0, 0.5), repeat=3):
        cells = np.floor(scaled + np.array(shift)).astype(np.int64).view(np.uint64)
        cell = (cells * _MIXERS).sum(axis=1, dtype=np.uint64)
        order = np.argsort(cell, kind="stable")
        same = cell[order][1:] == cell[order][:-1]
        begin = np.concatenate(([True], ~same))
        first = order[np.flatnonzero(begin)][np.cumsum(begin) - 1]
        meant = stands.copy()
        np.minimum.at(meant, stands[order], stands[first])
        meant = np.minimum(meant, meant[meant])
        stands = meant[stands]
    while not np.array_equal(stands, stands[stands]):
        stands = stands[stands]
    return stands
