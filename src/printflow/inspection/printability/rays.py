"""Rays along one axis through a model, on a grid: where they go in and come out. Numpy only.

What lies between is solid. Rays on which going in and coming out don't match (a hole, a flipped face)
are left out. Where bodies overlap or touch, they are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...mesh.blocks import Triangles

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

TOUCHING_MM = 0.01
"""Solids that are no farther apart touch."""

_AT_ONCE = 1 << 17
_OFF = (0.5091, 0.5173)
"""Where the first ray of the grid stands, of a cell before the model's edge: on no corner."""


class TooManyHits(Exception):
    """More hits than memory and time allow."""


@dataclass(frozen=True)
class Runs:
    """Solid pieces of rays along ``axis``: sorted by ray, then by height.

    ``ray`` is ``row * columns + column`` of the grid with cells of ``cell`` mm; ``low`` and ``high``
    are in mm on the axis, ``under`` and ``over`` the triangles there. ``bad`` is the share of rays
    that were left out; ``pairs`` are triangles whose bodies touch.
    """

    axis: int
    cell: float
    origin: tuple[float, float]
    columns: int
    rows: int
    ray: I64
    low: F64
    high: F64
    under: I64
    over: I64
    bad: float
    pairs: tuple[I64, I64]

    def __len__(self) -> int:
        return len(self.ray)

    @cached_property
    def length(self) -> F64:
        """How long each is."""
        return self.high - self.low

    @cached_property
    def _keys(self) -> tuple[F64, float, float]:
        """Ray and beginning of each as one number: the ray, and (beginning - base) / span."""
        base, span = float(self.low.min()) - 1, float(np.ptp(self.low)) + 2
        keys = self.ray.astype(np.float64) + np.clip((self.low - base) / span, 0, 0.999999)
        return keys, base, span

    def gaps(self, which: I64) -> F64:
        """How far each is above the solid below it on its ray; infinite where there is none."""
        before = np.maximum(which - 1, 0)
        over = (which > 0) & (self.ray[before] == self.ray[which])
        return np.where(over, self.low[which] - self.high[before], np.inf)

    def place(self, run: int, height: float) -> tuple[float, float, float]:
        """A point on a run, in mm."""
        row, column = divmod(int(self.ray[run]), self.columns)
        found = [0.0, 0.0, 0.0]
        found[self.axis] = height
        found[(self.axis + 1) % 3] = self.origin[0] + column * self.cell
        found[(self.axis + 2) % 3] = self.origin[1] + row * self.cell
        return found[0], found[1], found[2]

    def places(self, runs: I64, heights: F64) -> F64:
        """Points on runs, in mm (n, 3)."""
        found = np.empty((len(runs), 3))
        found[:, self.axis] = heights
        found[:, (self.axis + 1) % 3] = self.origin[0] + self.ray[runs] % self.columns * self.cell
        found[:, (self.axis + 2) % 3] = self.origin[1] + self.ray[runs] // self.columns * self.cell
        return found

    def holding(self, points: F64) -> I64:
        """The run on the nearest ray that holds each point (n, 3); -1 where there is none."""
        u = (points[:, (self.axis + 1) % 3] - self.origin[0]) / self.cell
        v = (points[:, (self.axis + 2) % 3] - self.origin[1]) / self.cell
        column, row = np.rint(u).astype(np.int64), np.rint(v).astype(np.int64)
        inside = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        height = points[:, self.axis]
        if not len(self):
            return np.full(len(points), -1)
        keys, base, span = self._keys
        asked = row * self.columns + column + np.clip((height - base) / span, 0, 0.999999)
        at = np.searchsorted(keys, asked, "right") - 1
        run = np.maximum(at, 0)
        fits = inside & (at >= 0) & (self.ray[run] == row * self.columns + column)
        return np.where(fits & (self.high[run] >= height), run, -1)


def cast(triangles: Triangles, axis: int, cell: float, low: F64, high: F64, most: int) -> Runs:
    """The runs along ``axis`` within the frame. Raises TooManyHits above ``most`` hits."""
    u, v = (axis + 1) % 3, (axis + 2) % 3
    origin = (float(low[u]) - _OFF[0] * cell, float(low[v]) - _OFF[1] * cell)
    columns = int((high[u] - origin[0]) / cell) + 2
    rows = int((high[v] - origin[1]) / cell) + 2
    rays, heights, whose, ins = [], [], [], []
    hits = 0
    for first in range(0, len(triangles), _AT_ONCE):
        block = triangles[first : first + _AT_ONCE]
        found = _crossed(block, axis, cell, origin, (columns, rows), most - hits)
        hits += len(found[0])
        rays.append(found[0] + found[1] * columns)
        heights.append(found[2])
        whose.append(found[3] + first)
        ins.append(found[4])
    ray, height = np.concatenate(rays), np.concatenate(heights)
    who, way = np.concatenate(whose), np.concatenate(ins)
    order = _sorted(ray, height)
    return _paired(
        axis, cell, origin, columns, rows, ray[order], height[order], who[order], way[order]
    )


def _sorted(ray: I64, height: F64) -> I64:
    """By ray and height, by one sort of plain numbers: the ray above, then the height, below which
    hit it is."""
    if not len(ray):
        return np.empty(0, np.int64)
    count_bits = max(1, len(ray).bit_length())
    ray_bits = max(1, int(ray.max(initial=0)).bit_length())
    bits = min(30, 63 - count_bits - ray_bits)
    low, high = float(height.min()), float(height.max())
    steps = ((height - low) * ((1 << bits) - 1) / max(high - low, 1e-9)).astype(np.int64)
    keys = (ray << bits | np.clip(steps, 0, (1 << bits) - 1)) << count_bits
    keys |= np.arange(len(ray))
    keys.sort()
    return keys & ((1 << count_bits) - 1)


def _crossed(
    triangles: Triangles,
    axis: int,
    cell: float,
    origin: tuple[float, float],
    grid: tuple[int, int],
    most: int,
) -> tuple[I64, I64, F64, I64, NDArray[np.int8]]:
    """Column, row, height, triangle and direction (1 in, -1 out) of each hit.

    Edges are always computed from their lower end, so that two triangles that share one agree: no
    ray slips through between them, and none hits both.
    """
    u, v = (axis + 1) % 3, (axis + 2) % 3
    us = [(triangles[:, at, u].astype(np.float64) - origin[0]) / cell for at in range(3)]
    vs = [(triangles[:, at, v].astype(np.float64) - origin[1]) / cell for at in range(3)]
    top, bottom = _between(vs, grid[1])
    right, left = _between(us, grid[0])
    hit = np.flatnonzero((top > bottom) & (right > left))
    us, vs = [one[hit] for one in us], [one[hit] for one in vs]
    ws = [triangles[hit, at, axis].astype(np.float64) for at in range(3)]
    ub, uc = us[1] - us[0], us[2] - us[0]
    vb, vc = vs[1] - vs[0], vs[2] - vs[0]
    wb, wc = ws[1] - ws[0], ws[2] - ws[0]
    twice = ub * vc - uc * vb
    sound = np.where(twice == 0, 1.0, twice)
    along_u, along_v = (wb * vc - wc * vb) / sound, (ub * wc - uc * wb) / sound
    least = np.minimum(np.minimum(ws[0], ws[1]), ws[2])
    most_w = np.maximum(np.maximum(ws[0], ws[1]), ws[2])
    level = ws[0] - along_u * us[0] - along_v * vs[0]

    for one, other in ((0, 1), (1, 2), (0, 1)):
        swap = vs[one] > vs[other]
        vs[one], vs[other] = np.where(swap, vs[other], vs[one]), np.where(swap, vs[one], vs[other])
        us[one], us[other] = np.where(swap, us[other], us[one]), np.where(swap, us[one], us[other])
    first = bottom[hit].astype(np.int64)
    count = top[hit].astype(np.int64) - first
    if int(count.sum()) > most:
        raise TooManyHits
    of = np.repeat(np.arange(len(hit)), count)
    row = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + first[of]
    with np.errstate(divide="ignore", invalid="ignore"):
        below, above = (us[1] - us[0]) / (vs[1] - vs[0]), (us[2] - us[1]) / (vs[2] - vs[1])
        long = (us[2] - us[0]) / (vs[2] - vs[0])
    one = us[0][of] + (row - vs[0][of]) * long[of]
    lower = row < vs[1][of]
    start = np.where(lower, 0, 1)
    middle = np.where(start == 0, us[0][of], us[1][of])
    since = row - np.where(start == 0, vs[0][of], vs[1][of])
    other = middle + since * np.where(start == 0, below[of], above[of])
    left = np.clip(np.ceil(np.minimum(one, other)), 0, grid[0]).astype(np.int64)
    wide_by = np.clip(np.ceil(np.maximum(one, other)), 0, grid[0]).astype(np.int64) - left
    if int(wide_by.sum()) > most:
        raise TooManyHits
    again = np.repeat(np.arange(len(of)), wide_by)
    column = np.arange(len(again)) - np.repeat(np.cumsum(wide_by) - wide_by, wide_by) + left[again]
    of, row = of[again], row[again]
    height = np.clip(level[of] + along_u[of] * column + along_v[of] * row, least[of], most_w[of])
    # A triangle turned towards the ray's beginning (its normal against the axis) is where it goes in.
    return column, row, height, hit[of], np.where(twice[of] < 0, 1, -1).astype(np.int8)


def _between(coordinates: list[F64], most: int) -> tuple[F64, F64]:
    """One past the last line of the grid that triangles reach, and the first one."""
    a, b, c = coordinates
    last = np.ceil(np.maximum(np.maximum(a, b), c))
    first = np.ceil(np.minimum(np.minimum(a, b), c))
    return np.clip(last, 0, most), np.clip(first, 0, most)


def _paired(
    axis: int,
    cell: float,
    origin: tuple[float, float],
    columns: int,
    rows: int,
    ray: I64,
    height: F64,
    who: I64,
    way: NDArray[np.int8],
) -> Runs:
    begins = np.concatenate(([True], ray[1:] != ray[:-1])) if len(ray) else np.zeros(0, bool)
    starts = np.flatnonzero(begins)
    total = np.cumsum(way, dtype=np.int64)
    before = np.concatenate(([0], total))[starts]
    number = np.cumsum(begins) - 1
    depth = total - before[number]
    bad = 0.0
    if len(starts):
        ends = np.append(starts[1:], len(ray)) - 1
        sound = (depth[ends] == 0) & (np.minimum.reduceat(depth, starts) >= 0)
        bad = 1 - float(np.count_nonzero(sound)) / len(sound)
        if bad:
            keep = sound[number]
            ray, height, who, way = ray[keep], height[keep], who[keep], way[keep]
            depth = depth[keep]
    into, out = (way > 0) & (depth == 1), (way < 0) & (depth == 0)
    enter, leave = np.flatnonzero(into), np.flatnonzero(out)
    apart = np.ones(len(enter), bool)
    if len(enter):
        apart[1:] = (ray[enter[1:]] != ray[leave[:-1]]) | (
            height[enter[1:]] - height[leave[:-1]] > TOUCHING_MM
        )
    enter = enter[apart]
    leave = leave[np.append(np.flatnonzero(apart)[1:], len(apart)) - 1] if len(leave) else leave
    same = np.ones(max(len(ray) - 1, 0), bool)
    same[enter[1:] - 1] = False  # not from one run to the next
    return Runs(
        axis=axis,
        cell=cell,
        origin=origin,
        columns=columns,
        rows=rows,
        ray=ray[enter],
        low=height[enter],
        high=height[leave],
        under=who[enter],
        over=who[leave],
        bad=bad,
        pairs=(who[:-1][same], who[1:][same]),
    )
