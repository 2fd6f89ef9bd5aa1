"""Measuring triangles: size, volume, area, and whether they close to solids. Numpy only.

All functions take triangles as float32 of the shape (n, 3, 3): n triangles, three corners, x y z in
mm. Volume is the sum of signed tetrahedra to the center (divergence theorem); a mesh is closed when
every edge belongs to exactly two triangles, and wound consistently when these two run along it in
opposite directions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..mesh.blocks import Triangles, blocks
from ..mesh.bounds import Frame, bounds

_MULTIPLIERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64
)
"""Odd 64-bit numbers without pattern (golden ratio and primes of xxHash)."""


Hashes = NDArray[np.uint64]


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


def measure(triangles: Triangles, frame: Frame | None = None) -> Measures:
    """Bounds, volume and area; ``frame`` is what :func:`bounds` gives, where it is known."""
    low, high = frame or bounds(triangles)
    # Single precision is enough from the model's own middle on; only the sums need more.
    middle = np.tile((low + high) / np.float32(2), 3)[:, None]
    volume = area = 0.0
    for _, block in blocks(triangles):
        block -= middle
        ax, ay, az, bx, by, bz, cx, cy, cz = block
        bx, by, bz, cx, cy, cz = bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az
        x, y, z = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
        volume += float((ax * x + ay * y + az * z).sum(dtype=np.float64)) / 6.0
        area += float(np.sqrt(x * x + y * y + z * z).sum(dtype=np.float64)) / 2.0
    return Measures(_three(low), _three(high), abs(volume), area)


def _three(values: NDArray[np.float32]) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z


def surface(triangles: Triangles) -> Surface:
    """Closed? Consistently wound? How many bodies (parts that share no edge)?"""
    # One fast sort of plain numbers: an edge's hash above, which way and whose it is below.
    low = max(1, (len(triangles) - 1).bit_length())
    keys, faces = _edge_keys(triangles, np.uint64(low))
    if not faces:
        return Surface(open_edges=0, wound=True, bodies=0)
    keys.sort()
    whose, way = np.uint64((1 << low) - 1), np.uint64(1 << low)
    edge = np.uint64(2 << low)
    if len(keys) % 2 == 0:
        one, other = keys[::2], keys[1::2]
        apart = one ^ other
        if (apart < edge).all() and ((one[1:] ^ other[:-1]) >= edge).all():
            wound = bool((apart & way).all())
            left, right = (one & whose).astype(np.int32), (other & whose).astype(np.int32)
            return Surface(0, wound, _components(faces, left, right))
    same = (keys[1:] ^ keys[:-1]) < edge
    first = np.concatenate(([True], ~same))
    alone = first & np.concatenate((first[1:], [True]))
    in_pairs = first & ~alone
    in_pairs[:-2] &= first[2:]
    at = np.flatnonzero(in_pairs[:-1])
    wound = bool(((keys[at] ^ keys[at + 1]) & way).all())
    at = np.flatnonzero(same)  # each entry but a run's first shares its edge with the one before
    owners = (keys & whose).astype(np.int32)
    bodies = _components(faces, owners[at], owners[at + 1])
    return Surface(_open_edges(triangles), wound, bodies)


def _edge_keys(triangles: Triangles, low: np.uint64) -> tuple[Hashes, int]:
    """A number for each edge of each triangle: above the bit ``low`` the edge's hash, on it which
    way the triangle runs along it, below the triangle's number; and how many triangles there are
    that have an area."""
    keys = np.empty(3 * len(triangles), np.uint64)
    above = low + np.uint64(1)
    faces = filled = 0
    for corners in _corner_hashes(triangles):
        count = len(corners[0])
        numbers = np.arange(faces, faces + count, dtype=np.uint64)
        for one, other in _sides(corners):
            part = keys[filled : filled + count]
            np.right_shift(_edge_hashes(one, other), above, out=part)
            part <<= np.uint64(1)
            part |= one < other
            part <<= low
            part |= numbers
            filled += count
        faces += count
    return keys[:filled], faces


def _corner_hashes(triangles: Triangles) -> Iterator[tuple[Hashes, Hashes, Hashes]]:
    """A number for each corner, the same for the same place, block by block; without triangles
    of no area, which have no edges to share."""
    for _, block in blocks(triangles):
        block += np.float32(0.0)  # -0.0 is 0.0
        bits = block.view(np.uint32)
        a, b, c = (_mixed(*bits[at : at + 3]) for at in (0, 3, 6))
        sound = (a != b) & (b != c) & (c != a)
        yield (a, b, c) if sound.all() else (a[sound], b[sound], c[sound])


def _mixed(x: NDArray[np.uint32], y: NDArray[np.uint32], z: NDArray[np.uint32]) -> Hashes:
    mixed: Hashes = (x + np.uint64(1)) * _MULTIPLIERS[0]
    mixed ^= (y + np.uint64(2)) * _MULTIPLIERS[1]
    mixed += (z + np.uint64(3)) * _MULTIPLIERS[2]
    mixed ^= mixed >> np.uint64(29)
    mixed *= _MULTIPLIERS[0]
    return mixed ^ (mixed >> np.uint64(32))


def _sides(corners: tuple[Hashes, Hashes, Hashes]) -> tuple[tuple[Hashes, Hashes], ...]:
    a, b, c = corners
    return (a, b), (b, c), (c, a)


def _edge_hashes(one: Hashes, other: Hashes) -> Hashes:
    """A number for each edge, the same for both directions."""
    edges: Hashes = (one + other) * _MULTIPLIERS[1]
    edges ^= (one ^ other) * _MULTIPLIERS[2]
    edges ^= edges >> np.uint64(31)
    edges *= _MULTIPLIERS[0]
    return edges


def _open_edges(triangles: Triangles) -> int:
    """Exactly, by whole hashes: shortened ones could meet by chance."""
    edges = [
        _edge_hashes(one, other)
        for corners in _corner_hashes(triangles)
        for one, other in _sides(corners)
    ]
    ordered = np.concatenate(edges)
    ordered.sort()
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    return int((np.diff(np.append(starts, len(ordered))) != 2).sum())


def _components(count: int, left: NDArray[np.int32], right: NDArray[np.int32]) -> int:
    """How many groups ``count`` things fall into, when pairs of different ones belong together.

    Each round hooks the larger of two roots to the smaller, flattens all trees, and goes on with
    the pairs of roots that are left (Shiloach and Vishkin, 1982): a logarithmic number of rounds,
    each a few passes of numpy.
    """
    numbers = np.arange(count, dtype=np.int32)
    root = numbers.copy()
    while len(left):
        np.minimum.at(root, np.maximum(left, right), np.minimum(left, right))
        while True:
            higher = root[root]
            if np.array_equal(higher, root):
                break
            root = higher
        left, right = root[left], root[right]
        apart = left != right
        left, right = left[apart], right[apart]
    return int((root == numbers).sum())
