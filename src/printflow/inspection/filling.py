"""Holes of single faces, closed again: what a solid's cutting into triangles left out.

STEP's library gives up on a face now and then, at whatever tolerance: a chamfer, a small disc. What is
left is a ring of open edges, or two around an axis where the face was a cone, a cylinder or a ring.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..mesh.blocks import Triangles
from .polygons import MOST_CORNERS, triangulated
from .surface import surface, unpaired

_MOST_AREA: Final = 0.1
"""Of the whole surface: beyond it, more is missing than a face here and there."""
_ROUND: Final = 0.02
"""Of its radius, that a circle may be off."""

F64 = NDArray[np.float64]


def filled(triangles: Triangles) -> Triangles | None:
    """The triangles and those that close their holes; None where that closes no body."""
    found = unpaired(triangles)
    if found is None:
        return None
    rings = _rings(triangles, *found)
    if rings is None:
        return None
    added = [piece for pair in _pairs(rings) for piece in _between(pair)]
    if not added:
        return None
    patches = np.concatenate(added).astype(np.float32)
    if _area(patches) > _MOST_AREA * _area(triangles):
        return None
    whole = np.concatenate([triangles, patches])
    skin = surface(whole)
    return whole if skin.closed and skin.wound else None


@dataclass(frozen=True, slots=True)
class _Ring:
    """A closed line of open edges, in the direction of the triangles that are there; ``inward`` is where
    those triangles lie, from the line."""

    points: NDArray[np.float32]
    inward: F64

    @property
    def middle(self) -> F64:
        middle: F64 = self.points.astype(np.float64).mean(axis=0)
        return middle

    @property
    def normal(self) -> F64:
        out = self.points.astype(np.float64) - self.middle
        normal: F64 = np.cross(out, np.roll(out, -1, axis=0)).sum(axis=0)
        return normal / max(float(np.linalg.norm(normal)), 1e-300)

    @property
    def radius(self) -> float:
        """0 where it is no circle."""
        far = np.linalg.norm(self.points - self.middle, axis=1)
        mean = float(far.mean())
        flat = np.abs((self.points - self.middle) @ self.normal).max()
        return mean if max(np.ptp(far), flat) <= _ROUND * mean else 0.0


def _rings(
    triangles: Triangles, owners: NDArray[np.int64], places: NDArray[np.int64]
) -> list[_Ring] | None:
    """None where the open edges are not all of rings that touch no other."""
    start, end = triangles[owners, places], triangles[owners, (places + 1) % 3]
    third = triangles[owners, (places + 2) % 3]
    to: dict[tuple[float, ...], int] = {}
    for number, point in enumerate(start.tolist()):
        if to.setdefault(tuple(point), number) != number:
            return None
    after = [to.get(tuple(point), -1) for point in end.tolist()]
    if min(after, default=-1) < 0:
        return None
    rings, seen = [], np.zeros(len(after), bool)
    for first in range(len(after)):
        ring, at = [], first
        while not seen[at]:
            seen[at] = True
            ring.append(at)
            at = after[at]
        if ring and (at != ring[0] or not 3 <= len(ring) <= MOST_CORNERS):
            return None
        if ring:
            inward = (third[ring].astype(np.float64) - start[ring]).mean(axis=0)
            rings.append(_Ring(start[ring], inward))
    return rings


def _pairs(rings: list[_Ring]) -> Iterator[tuple[_Ring, ...]]:
    """Each ring alone, or with the nearest that is round the same axis where nothing lies between."""
    left = list(rings)
    while left:
        ring = left.pop()
        fitting = [other for other in left if _belong(ring, other)]
        if not fitting:
            yield (ring,)
            continue
        other = min(fitting, key=lambda one: float(np.linalg.norm(one.middle - ring.middle)))
        left = [one for one in left if one is not other]
        yield ring, other


def _belong(one: _Ring, other: _Ring) -> bool:
    radius = max(one.radius, other.radius)
    if not one.radius or not other.radius or one.normal @ other.normal > -0.999:
        return False
    apart = other.middle - one.middle
    along = float(apart @ one.normal)
    if np.linalg.norm(apart - along * one.normal) > _ROUND * radius:
        return False
    # Where a wall leads from one to the other already, what is missing are the two ends.
    way = np.sign(along) * one.normal
    play = _ROUND * radius
    return float(one.inward @ way) <= play and float(other.inward @ -way) <= play


def _between(rings: tuple[_Ring, ...]) -> Iterator[Triangles]:
    if len(rings) == 1:
        points = rings[0].points[::-1]
        count = np.array([len(points)])
        yield points[triangulated(points, np.arange(len(points)), count)]
        return
    one, other = rings[0].points[::-1], rings[1].points
    near = int(np.linalg.norm(other - one[0], axis=1).argmin())
    other = np.roll(other, -near, axis=0)
    found, i, j = [], 0, 0
    while i < len(one) or j < len(other):
        a, b = one[i % len(one)], other[j % len(other)]
        next_a, next_b = one[(i + 1) % len(one)], other[(j + 1) % len(other)]
        ahead = i < len(one) and (
            j >= len(other) or np.linalg.norm(next_a - b) <= np.linalg.norm(next_b - a)
        )
        found.append((a, next_a, b) if ahead else (a, next_b, b))
        i, j = (i + 1, j) if ahead else (i, j + 1)
    yield np.array(found, np.float32)


def _area(triangles: Triangles) -> float:
    a, b, c = (triangles[:, at].astype(np.float64) for at in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum()) / 2
