"""Edges at which not just two triangles meet: open ones, flipped ones, and those of bodies that touch.

Around an edge of touching bodies the triangles are sorted by angle. Going round, each body begins
with a triangle and ends with another: these two belong together, as brackets do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..mesh.blocks import Triangles
from .corners import Hashes, corner_hashes, edge_hashes, sides

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

_SAME_ANGLE = 1e-3
"""Radians around an edge below which two triangles lie on each other."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """What was found at such edges: pairs of triangles that belong together (``left``, ``right``),
    and the triangles and sides at open edges."""

    open_edges: int
    wound: bool
    left: I32
    right: I32
    open_triangles: I64
    open_sides: I64


def sorted_out(triangles: Triangles, involved: I64, short: Hashes, shift: np.uint64) -> Crowd:
    """What happens at the edges with the shortened hashes ``short`` (sorted; whole ones shifted right
    by ``shift``), which are of the triangles ``involved``."""
    hashes, ways, owners, places = _entries(triangles, involved, short, shift)
    order = np.lexsort((owners, hashes))
    hashes, ways, owners, places = hashes[order], ways[order], owners[order], places[order]
    first = np.concatenate(([True], hashes[1:] != hashes[:-1]))
    group = np.cumsum(first) - 1
    size = np.bincount(group)
    balance = np.bincount(group, weights=np.where(ways, 1, -1)).astype(np.int64)
    odd, even = size % 2 == 1, size % 2 == 0
    crowded, torn = (size > 2) & (np.abs(balance) < 2), even & (balance != 0)
    crowded |= even & (balance == 0)
    cluster = _clusters(triangles, owners, places, ways, group, np.flatnonzero(first))
    # A surface that is there twice ends where all its triangles lie on each other.
    one_place = np.maximum.reduceat(cluster, np.flatnonzero(first)) == 0
    ends = odd | (torn & one_place & (np.abs(balance) == size))
    flipped = torn & ~ends
    left, right = _brackets(owners, ways, group, cluster, crowded)
    together = np.flatnonzero(~first & ~crowded[group])
    at_end = ends[group]
    return Crowd(
        open_edges=int(np.count_nonzero(ends)),
        wound=not flipped.any(),
        left=np.concatenate([left, owners[together].astype(np.int32)]),
        right=np.concatenate([right, owners[together - 1].astype(np.int32)]),
        open_triangles=owners[at_end],
        open_sides=places[at_end],
    )


def _entries(
    triangles: Triangles, involved: I64, short: Hashes, shift: np.uint64
) -> tuple[Hashes, NDArray[np.bool_], I64, I64]:
    """Whole hash, way, triangle and side (0, 1, 2) of each side at such an edge."""
    found: list[tuple[Hashes, NDArray[np.bool_], I64, I64]] = []
    for at, corners in corner_hashes(triangles[involved]):
        owners = involved[at : at + len(corners[0])]
        for place, (one, other) in enumerate(sides(corners)):
            whole = edge_hashes(one, other)
            cut = whole >> shift
            near = np.minimum(np.searchsorted(short, cut), len(short) - 1)
            there = np.flatnonzero(short[near] == cut)
            found.append(
                (
                    whole[there],
                    (one < other)[there],
                    owners[there],
                    np.full(len(there), place, np.int64),
                )
            )
    hashes, ways, owners_, places = (np.concatenate(part) for part in zip(*found, strict=True))
    return hashes, ways, owners_, places


def _clusters(
    triangles: Triangles,
    owners: I64,
    places: I64,
    ways: NDArray[np.bool_],
    group: I64,
    firsts: I64,
) -> I64:
    """The place of each triangle around its edge: 0 for the first, the same for those that lie on
    each other, and higher ones going round."""
    corners = triangles[owners].astype(np.float64)
    rows = np.arange(len(owners))
    one, two = corners[rows, places], corners[rows, (places + 1) % 3]
    start = np.where(ways[:, None], one, two)
    along = np.where(ways[:, None], two, one) - start
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-300)
    out = corners[rows, (places + 2) % 3] - start
    out -= (out * along).sum(axis=1, keepdims=True) * along
    zero = out[firsts][group]
    angle = np.arctan2((along * np.cross(zero, out)).sum(axis=1), (zero * out).sum(axis=1))
    angle = (angle + _SAME_ANGLE / 2) % (2 * np.pi)
    order = np.lexsort((angle, group))
    turned, of = angle[order], group[order]
    steps = np.concatenate(
        ([0], ((turned[1:] - turned[:-1]) > _SAME_ANGLE) & (of[1:] == of[:-1]))
    ).cumsum()
    begin = np.concatenate(([True], of[1:] != of[:-1]))
    cluster = np.empty(len(owners), np.int64)
    cluster[order] = steps - steps[np.flatnonzero(begin)][of]
    return cluster


def _brackets(
    owners: I64, ways: NDArray[np.bool_], group: I64, cluster: I64, crowded: NDArray[np.bool_]
) -> tuple[I32, I32]:
    """The pairs of triangles between which there is a body, at the edges of the crowded groups."""
    mine = np.flatnonzero(crowded[group])
    if not len(mine):
        return np.empty(0, np.int32), np.empty(0, np.int32)
    # A triangle that runs along the edge ends its body, one that runs against it begins one; of
    # those that lie on each other the ends come first.
    mine = mine[np.lexsort((owners[mine], ~ways[mine], cluster[mine], group[mine]))]
    begins, whose = ~ways[mine], _Runs.of(group[mine])
    # Begin with a beginning that follows an end: what opens there is closed without going round.
    place = np.arange(len(mine))
    fresh = begins & ~begins[whose.before]
    where = np.full(len(whose.starts), len(mine))
    np.minimum.at(where, whose.run[fresh], place[fresh])
    where = np.where(where < len(mine), where, whose.starts)
    turn = np.lexsort((place, place < where[whose.run], whose.run))
    mine, begins = mine[turn], begins[turn]
    steps = np.cumsum(np.where(begins, 1, -1))
    depth = steps - np.concatenate(([0], steps))[whose.starts][whose.run]
    level = np.where(begins, depth, depth + 1)
    order = np.lexsort((place, level, whose.run))
    alike = _Runs.of(whose.run[order] * (2 * len(mine) + 1) + level[order])
    begins, who = begins[order], owners[mine][order]
    at = np.flatnonzero(begins & ~begins[alike.after])
    return who[at].astype(np.int32), who[alike.after[at]].astype(np.int32)


@dataclass(frozen=True, slots=True)
class _Runs:
    """Runs of equal numbers: where each begins, the run of each place, and the place that follows and
    the one before within its run, round and round."""

    starts: I64
    run: I64
    after: I64
    before: I64

    @classmethod
    def of(cls, numbers: I64) -> _Runs:
        first = np.concatenate(([True], numbers[1:] != numbers[:-1]))
        starts = np.flatnonzero(first)
        run = np.cumsum(first) - 1
        ends = np.append(starts[1:], len(numbers))[run]
        place = np.arange(len(numbers))
        after = np.where(place + 1 == ends, starts[run], place + 1)
        before = np.where(first, ends - 1, place - 1)
        return cls(starts, run, after, before)
