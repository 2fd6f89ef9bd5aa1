"""Rays side by side on the grid: what of a neighbor's solid lies where."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .rays import I64, Bool, Runs

FOUR = ((0, 1), (0, -1), (1, 0), (-1, 0))
EIGHT = (*FOUR, (1, 1), (1, -1), (-1, 1), (-1, -1))


class Levels:
    """Runs whose beginnings and ends are whole numbers, and the last one of a neighbor that begins
    before a number."""

    def __init__(self, runs: Runs, begin: I64) -> None:
        self._runs = runs
        self.begin = begin
        self._most = int(begin.max(initial=0)) + 2
        self._keys = runs.ray * self._most + begin

    def neighbors(self, which: I64, step: tuple[int, int]) -> tuple[I64, Bool]:
        """The ray beside each run's, and whether the grid has it (its edge is always empty)."""
        ray = self._runs.ray[which]
        row, column = ray // self._runs.columns + step[0], ray % self._runs.columns + step[1]
        inside = (column >= 0) & (column < self._runs.columns)
        inside &= (row >= 0) & (row < self._runs.rows)
        return row * self._runs.columns + column, inside

    def last_before(self, which: I64, step: tuple[int, int], level: I64) -> I64:
        """The last run of the neighbor that begins below ``level``; -1 where there is none."""
        ray, inside = self.neighbors(which, step)
        level = np.clip(level, 0, self._most - 1)
        at = np.searchsorted(self._keys, ray * self._most + level, "left") - 1
        run = np.maximum(at, 0)
        return np.where(inside & (at >= 0) & (self._runs.ray[run] == ray), run, -1)


def steps_of(which: I64, levels: Levels, level: I64) -> Iterator[I64]:
    """:meth:`Levels.last_before` in each of four directions."""
    for step in FOUR:
        yield levels.last_before(which, step, level)
