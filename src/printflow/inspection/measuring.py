"""Measuring triangles: size, volume, area, and whether they close to solids. Numpy only.

All functions take triangles as float32 of the shape (n, 3, 3): n triangles, three corners, x y z in
mm. Volume is the sum of signed tetrahedra to the center (divergence theorem); a mesh is closed when
every edge belongs to exactly two triangles, and wound consistently when these two run along it in
opposite directions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Triangles = NDArray[np.float32]

_BLOCK = 16_384  # stays in a processor's cache
_MULTIPLIERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64
)
"""Odd 64-bit numbers without pattern (golden ratio and primes of xxHash)."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Lengths in mm, volume in mm³ (of the absolute sum), area in mm²."""

    low: tuple[float, float, float]
    high: tuple[float, float, float]
    volume: float
    area: float

    @property
    def size(self) -> tuple[float, float, float]:
        """The sides of the bounding box."""
        x, y, z = (high - low for low, high in zip(self.low, self.high, strict=True))
        return x, y, z


@dataclass(frozen=True, slots=True)
class Surface:
    """How the triangles hang together. ``open_edges`` counts edges not shared by exactly two."""

    open_edges: int
    wound: bool
    bodies: int

    @property
    def closed(self) -> bool:
        """Whether every edge belongs to exactly two triangles."""
        return self.open_edges == 0


def measure(triangles: Triangles) -> Measures:
    """Bounds, volume and area."""
    corners = triangles.reshape(-1, 3)
    low, high = corners.min(axis=0), corners.max(axis=0)
    center = ((low.astype(np.float64) + high) / 2).astype(np.float64)
    volume = area = 0.0
    for start in range(0, len(triangles), _BLOCK):
        block = triangles[start : start + _BLOCK].astype(np.float64) - center
        a, b, c = block[:, 0], block[:, 1], block[:, 2]
        normals = np.cross(b - a, c - a)
        volume += float(np.einsum("ij,ij->", a, normals)) / 6.0
        area += float(np.sqrt(np.einsum("ij,ij->i", normals, normals)).sum()) / 2.0
    return Measures(_three(low), _three(high), abs(volume), area)


def _three(values: NDArray[np.float32]) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z


def corner_hashes(triangles: Triangles) -> NDArray[np.uint64]:
    """A number for each corner, (n, 3): the same for the same place."""
    exact = np.ascontiguousarray(triangles + np.float32(0.0))  # -0.0 is 0.0
    bits = exact.view(np.uint32).astype(np.uint64)
    mixed = (bits[..., 0] + np.uint64(1)) * _MULTIPLIERS[0]
    mixed ^= (bits[..., 1] + np.uint64(2)) * _MULTIPLIERS[1]
    mixed += (bits[..., 2] + np.uint64(3)) * _MULTIPLIERS[2]
    mixed ^= mixed >> np.uint64(29)
    mixed *= _MULTIPLIERS[0]
    mixed ^= mixed >> np.uint64(32)
    result: NDArray[np.uint64] = mixed
    return result


def surface(triangles: Triangles) -> Surface:
    """Closed? Consistently wound? How many bodies (parts that share no edge)?"""
    corners = corner_hashes(triangles)
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    sound = (a != b) & (b != c) & (c != a)  # a triangle without area has no edges to share
    corners = corners[sound]
    if not len(corners):
        return Surface(open_edges=0, wound=True, bodies=0)
    edges, forward = _edges(corners)
    # One fast sort of plain numbers: an edge's hash above, which way and whose it is below.
    low = np.uint64(max(1, (len(corners) - 1).bit_length()))
    face = np.repeat(np.arange(len(corners), dtype=np.uint64), 3)
    keys = (edges >> (low + np.uint64(1))) << (low + np.uint64(1))
    keys |= (forward.astype(np.uint64) << low) | face
    keys.sort()
    mine = (np.uint64(1) << low) - np.uint64(1)
    hashes = keys >> (low + np.uint64(1))
    if _all_paired(hashes):
        pairs = keys.reshape(-1, 2)
        wound = bool((((pairs[:, 0] ^ pairs[:, 1]) >> low) & np.uint64(1)).all())
        faces = (pairs & mine).astype(np.int32)
        return Surface(0, wound, _components(len(corners), faces[:, 0], faces[:, 1]))
    same = hashes[1:] == hashes[:-1]
    first = np.concatenate(([True], ~same))
    alone = first & np.concatenate((first[1:], [True]))
    in_pairs = first & ~alone
    in_pairs[:-2] &= first[2:]
    at = np.flatnonzero(in_pairs[:-1])
    wound = bool((((keys[at] ^ keys[at + 1]) >> low) & np.uint64(1)).all())
    at = np.flatnonzero(same)  # each entry but a run's first shares its edge with the one before
    faces = (keys & mine).astype(np.int32)
    bodies = _components(len(corners), faces[at], faces[at + 1])
    return Surface(_open_edges(edges), wound, bodies)


def _all_paired(ordered: NDArray[np.uint64]) -> bool:
    """Whether every number is there exactly twice."""
    if len(ordered) % 2:
        return False
    pairs = ordered.reshape(-1, 2)
    return bool((pairs[:, 0] == pairs[:, 1]).all() and (pairs[1:, 0] != pairs[:-1, 1]).all())


def _edges(
    corners: NDArray[np.uint64],
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """A number for each edge, the same for both directions, and which direction it is."""
    following = corners[:, [1, 2, 0]]
    edges = (corners + following) * _MULTIPLIERS[1]
    edges ^= (corners ^ following) * _MULTIPLIERS[2]
    edges ^= edges >> np.uint64(31)
    edges *= _MULTIPLIERS[0]
    return edges.ravel(), (corners < following).ravel()


def _open_edges(edges: NDArray[np.uint64]) -> int:
    """Exactly, by whole hashes: shortened ones could meet by chance."""
    ordered = np.sort(edges)
    if _all_paired(ordered):
        return 0
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    return int((np.diff(np.append(starts, len(ordered))) != 2).sum())


def _components(count: int, left: NDArray[np.int32], right: NDArray[np.int32]) -> int:
    """How many groups ``count`` things fall into, when pairs of them belong together.

    Each round hooks the larger of two roots to the smaller and flattens all trees (Shiloach and
    Vishkin, 1982): a logarithmic number of rounds, each a few passes of numpy.
    """
    root = np.arange(count, dtype=np.int32)
    while len(left):
        one, other = root[left], root[right]
        apart = one != other
        left, right, one, other = left[apart], right[apart], one[apart], other[apart]
        if not len(left):
            break
        np.minimum.at(root, np.maximum(one, other), np.minimum(one, other))
        while True:
            higher = root[root]
            if np.array_equal(higher, root):
                break
            root = higher
    return int((root == np.arange(count, dtype=np.int32)).sum())
