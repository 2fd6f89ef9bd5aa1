"""How triangles hang together: closed or not, wound alike or not, and how many bodies they are.

An edge is open where an odd number of triangles meets: two are the usual skin of a body, four are two
bodies that touch. At an edge of four or more, who belongs to whom is told by the angles around it. A
mesh that isn't closed is looked at again with corners welded that lie a millionth of its size apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..mesh.blocks import Triangles
from .corners import Hashes, corner_hashes, edge_hashes, sides
from .crowded_edges import I32, Crowd, sorted_out
from .joining import components
from .welding import welded

_NO_ROOTS = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class Surface:
    """``open_edges`` counts edges where an odd number of triangles meets; ``wound`` says whether all
    triangles turn the same side out; ``roots`` has a number for each triangle, the same for those of
    a body."""

    open_edges: int
    wound: bool
    bodies: int
    roots: I32 = field(default_factory=lambda: _NO_ROOTS, repr=False, compare=False)

    @property
    def closed(self) -> bool:
        """Whether there is no open edge."""
        return self.open_edges == 0


def surface(triangles: Triangles) -> Surface:
    """Closed? Consistently wound? How many bodies?"""
    found, crowd = _hung_together(triangles)
    if found.closed or crowd is None:
        return found
    joined = welded(triangles, crowd.open_triangles, crowd.open_sides)
    if joined is None:
        return found
    again, _ = _hung_together(joined)
    return again if again.open_edges < found.open_edges else found


def unpaired(triangles: Triangles) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """The open edges: triangles, and which of their sides (0 to 2); None where there are none."""
    found, crowd = _hung_together(triangles)
    return None if found.closed or crowd is None else (crowd.open_triangles, crowd.open_sides)


def _hung_together(triangles: Triangles) -> tuple[Surface, Crowd | None]:
    # One fast sort of plain numbers: an edge's hash above, which way and whose it is below.
    low = max(1, (len(triangles) - 1).bit_length())
    keys, flat = _edge_keys(triangles, np.uint64(low))
    count = len(triangles)
    if not len(keys):
        return Surface(open_edges=0, wound=True, bodies=0), None
    keys.sort()
    whose, way = np.uint64((1 << low) - 1), np.uint64(1 << low)
    edge = np.uint64(2 << low)
    if len(keys) % 2 == 0:
        one, other = keys[::2], keys[1::2]
        apart = one ^ other
        if (apart < edge).all() and (apart & way).all() and ((one[1:] ^ other[:-1]) >= edge).all():
            left, right = (one & whose).astype(np.int32), (other & whose).astype(np.int32)
            roots, bodies = components(count, left, right)
            return Surface(0, True, bodies - flat, roots), None
    same = (keys[1:] ^ keys[:-1]) < edge
    first = np.concatenate(([True], ~same))
    starts = np.flatnonzero(first)
    lengths = np.diff(np.append(starts, len(keys)))
    pair = starts[lengths == 2]
    pair = pair[((keys[pair] ^ keys[pair + 1]) & way) != 0]
    plain = np.zeros(len(keys), bool)
    plain[pair] = plain[pair + 1] = True
    rest = keys[~plain]
    crowd = sorted_out(
        triangles,
        np.unique((rest & whose).astype(np.int64)),
        np.unique(rest >> np.uint64(low + 1)),
        np.uint64(low + 1),
    )
    left = np.concatenate([(keys[pair] & whose).astype(np.int32), crowd.left])
    right = np.concatenate([(keys[pair + 1] & whose).astype(np.int32), crowd.right])
    roots, bodies = components(count, left, right)
    return Surface(crowd.open_edges, crowd.wound, bodies - flat, roots), crowd


def _edge_keys(triangles: Triangles, low: np.uint64) -> tuple[Hashes, int]:
    """A number for each edge of each triangle: above the bit ``low`` the edge's hash, on it which
    way the triangle runs along it, below the triangle's number; and how many triangles have no area,
    and so no edges to share."""
    keys = np.empty(3 * len(triangles), np.uint64)
    above = low + np.uint64(1)
    flat = filled = 0
    for at, corners in corner_hashes(triangles):
        a, b, c = corners
        numbers = np.arange(at, at + len(a), dtype=np.uint64)
        sound = (a != b) & (b != c) & (c != a)
        if not sound.all():
            flat += len(a) - int(np.count_nonzero(sound))
            corners, numbers = (a[sound], b[sound], c[sound]), numbers[sound]
        count = len(numbers)
        for one, other in sides(corners):
            part = keys[filled : filled + count]
            np.right_shift(edge_hashes(one, other), above, out=part)
            part <<= np.uint64(1)
            part |= one < other
            part <<= low
            part |= numbers
            filled += count
    return keys[:filled], flat
