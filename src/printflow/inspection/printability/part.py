"""What all checks look at: the triangles of one plate, the rays through it, its bodies and pieces."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...domain.printability import PrintLimits
from ...domain.printability_figures import FIGURES
from ...mesh.blocks import Triangles
from ...mesh.bounds import bounds
from ..joining import components
from .rays import F64, I64, Bool, Runs, cast

_RAYS = 40_000
"""Rays along each axis, about."""

_FINEST_MM, _HITS = 0.1, 6_000_000
_CLOSER, _CLOSE_RAYS, _CLOSE_TRIANGLES = 20, 2_500, 30_000


@dataclass(frozen=True)
class Part:
    """Triangles (z up, mm) with a number for each that is the same for those of a body."""

    triangles: Triangles
    roots: NDArray[np.int32]
    limits: PrintLimits
    rays: int = _RAYS

    @cached_property
    def frame(self) -> tuple[F64, F64]:
        """The lowest and the highest corner."""
        low, high = bounds(self.triangles)
        return low.astype(np.float64), high.astype(np.float64)

    @property
    def floor(self) -> float:
        """Where the build plate is."""
        return float(self.frame[0][2])

    @property
    def height(self) -> float:
        """How tall it is."""
        return float(self.frame[1][2] - self.frame[0][2])

    @cached_property
    def normals(self) -> F64:
        """Unit normals (n, 3); 0 where a triangle has no area."""
        t = self.triangles
        found = np.empty((len(t), 3))
        for first in range(0, len(t), 1 << 16):
            block = t[first : first + (1 << 16)].astype(np.float64)
            ax, ay, az = (block[:, 1] - block[:, 0]).T
            bx, by, bz = (block[:, 2] - block[:, 0]).T
            x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
            size = np.sqrt(x * x + y * y + z * z)
            size[size == 0] = 1
            there = found[first : first + len(block)]
            there[:, 0], there[:, 1], there[:, 2] = x / size, y / size, z / size
        return found

    @cached_property
    def extents(self) -> tuple[F64, F64]:
        """The lowest and the highest corner of each triangle's box."""
        a, b, c = (self.triangles[:, at] for at in range(3))
        return np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)

    @cached_property
    def runs(self) -> tuple[Runs, Runs, Runs]:
        """Rays along x, y and z. Raises TooManyHits."""
        low, high = self.frame
        x, y, z = high - low
        found = []
        for axis, face in ((0, y * z), (1, z * x), (2, x * y)):
            longest = float(max(x, y, z))
            cell = max((float(face) / self.rays) ** 0.5, _FINEST_MM, longest / 2000)
            found.append(cast(self.triangles, axis, cell, low, high, _HITS))
        return found[0], found[1], found[2]

    @cached_property
    def bodies(self) -> tuple[I64, int]:
        """The body of each triangle, from 0 on, and how many there are."""
        names, number = np.unique(self.roots, return_inverse=True)
        return number.astype(np.int64), len(names)

    @cached_property
    def pieces(self) -> I64:
        """The piece of each body: bodies that overlap or touch are one piece. It has the number of
        one of them."""
        number, count = self.bodies
        pairs = [self._touching(runs, number) for runs in self.runs]
        pieces = self._joined(pairs, count)
        if count > 1:
            # Two that touch on less than a ray's width are looked at again, more closely.
            pairs += self._looked_closer(pieces, number)
            pieces = self._joined(pairs, count)
        return pieces

    @staticmethod
    def _joined(pairs: list[tuple[I64, I64]], count: int) -> I64:
        left = np.concatenate([one for one, _ in pairs]).astype(np.int32)
        right = np.concatenate([other for _, other in pairs]).astype(np.int32)
        return components(count, left, right)[0].astype(np.int64)

    def _touching(self, runs: Runs, number: I64) -> tuple[I64, I64]:
        one, other = number[runs.pairs[0]], number[runs.pairs[1]]
        apart = one != other
        both = np.unique(one[apart] * (int(number.max()) + 1) + other[apart])
        return both // (int(number.max()) + 1), both % (int(number.max()) + 1)

    def _looked_closer(self, pieces: I64, number: I64) -> list[tuple[I64, I64]]:
        mine = pieces[number]
        seen = np.concatenate([mine[runs.under] for runs in self.runs])
        names, starts = np.unique(np.sort(mine), return_index=True)
        order = np.argsort(mine, kind="stable")
        t_low, t_high = self.extents
        lows = np.minimum.reduceat(t_low[order], starts).astype(np.float64) - 0.05
        highs = np.maximum.reduceat(t_high[order], starts).astype(np.float64) + 0.05
        solid = np.isin(names, seen)  # not triangles without an area
        lows, highs = lows[solid], highs[solid]
        sizes = []
        for at in np.argsort((highs - lows).prod(axis=1), kind="stable")[:_CLOSER]:
            # Pieces whose boxes are apart don't touch.
            near = ((lows <= highs[at]) & (highs >= lows[at])).all(axis=1)
            if np.count_nonzero(near) > 1:
                sizes.append((lows[at], highs[at]))
        found = []
        for low, high in sizes:
            for axis in range(3):
                sides = [one for one in range(3) if one != axis]
                beside = (t_low[:, sides] <= high[sides]) & (t_high[:, sides] >= low[sides])
                near = np.flatnonzero(beside.all(axis=1))
                if len(near) > _CLOSE_TRIANGLES or (mine[near] == mine[near[0]]).all():
                    continue
                face = float(np.prod((high - low)[sides]))
                cell = max((face / _CLOSE_RAYS) ** 0.5, 0.02)
                some = np.ascontiguousarray(self.triangles[near])
                runs = cast(some, axis, cell, low, high, _HITS)
                found.append(self._touching(runs, number[near]))
        return found

    @property
    def resting_mm(self) -> float:
        """What begins no farther above something is carried by it."""
        return FIGURES.resting_layers * self.limits.layer_mm + FIGURES.play_mm

    @property
    def on_ground(self) -> Bool:
        """Which vertical runs stand on the build plate."""
        return self.runs[2].low <= self.floor + max(
            FIGURES.ground_layers * self.limits.layer_mm, FIGURES.play_mm
        )
