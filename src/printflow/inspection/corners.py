"""Numbers for the corners and edges of triangles: the same for the same place, however often it is
written down. Numpy only."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..mesh.blocks import Triangles, blocks

Hashes = NDArray[np.uint64]
Corners = tuple[Hashes, Hashes, Hashes]

_MULTIPLIERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64
)
"""Odd 64-bit numbers without pattern (golden ratio and primes of xxHash)."""


def corner_hashes(triangles: Triangles) -> Iterator[tuple[int, Corners]]:
    """The number of each block's first triangle, and a number for each of the block's corners."""
    for first, block in blocks(triangles):
        block += np.float32(0.0)  # -0.0 is 0.0
        bits = block.view(np.uint32)
        a, b, c = (_mixed(*bits[at : at + 3]) for at in (0, 3, 6))
        yield first, (a, b, c)


def _mixed(x: NDArray[np.uint32], y: NDArray[np.uint32], z: NDArray[np.uint32]) -> Hashes:
    mixed: Hashes = (x + np.uint64(1)) * _MULTIPLIERS[0]
    mixed ^= (y + np.uint64(2)) * _MULTIPLIERS[1]
    mixed += (z + np.uint64(3)) * _MULTIPLIERS[2]
    mixed ^= mixed >> np.uint64(29)
    mixed *= _MULTIPLIERS[0]
    return mixed ^ (mixed >> np.uint64(32))


def sides(corners: Corners) -> tuple[tuple[Hashes, Hashes], ...]:
    """The three sides of triangles, each from a corner to the next."""
    a, b, c = corners
    return (a, b), (b, c), (c, a)


def edge_hashes(one: Hashes, other: Hashes) -> Hashes:
    """A number for each edge, the same for both directions."""
    edges: Hashes = (one + other) * _MULTIPLIERS[1]
    edges ^= (one ^ other) * _MULTIPLIERS[2]
    edges ^= edges >> np.uint64(31)
    edges *= _MULTIPLIERS[0]
    return edges
