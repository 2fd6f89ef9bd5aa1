"""Surfaces that lean out further than a method can print without supports."""

from __future__ import annotations

import numpy as np

from ...domain.printability import Finding, FindingCode, Severity
from ...domain.printability_figures import FIGURES
from ..joining import components
from .neighbors import FOUR, Levels
from .part import Part
from .rays import I64, Runs

_DENSITY = 0.15
"""Of the space below that supports fill."""

_MOST_STEPS = 30


def overhangs(part: Part) -> list[Finding]:
    """One finding of all overhangs, at the one that leans most, where it hangs farthest out."""
    runs, limits = part.runs[2], part.limits
    down = -part.normals[runs.under, 2]
    leaning = np.degrees(np.arcsin(np.clip(down, -1, 1)))
    above = runs.low > part.floor + limits.layer_mm
    which = np.flatnonzero(above & (leaning > limits.overhang_degrees + FIGURES.play_degrees))
    if not len(which):
        return []
    beside = _beside(runs, which)
    far = _far_out(beside, max(1, round(FIGURES.reach_mm / runs.cell)))
    pairs = [(np.flatnonzero(one >= 0), one[one >= 0]) for one in beside]
    roots, _ = components(
        len(which),
        np.concatenate([left for left, _ in pairs]).astype(np.int32),
        np.concatenate([right for _, right in pairs]).astype(np.int32),
    )
    hangs = np.zeros(len(which), bool)
    hangs[roots[far >= 0]] = True
    mine = hangs[roots]
    at = which[mine]
    area = float((runs.cell**2 / np.maximum(down[at], 0.1)).sum())
    if area < FIGURES.least_overhang_mm2:
        return []
    floor = np.full(len(at), part.floor)
    before = np.maximum(at - 1, 0)
    over_itself = (at > 0) & (runs.ray[before] == runs.ray[at])
    gap = runs.low[at] - np.where(over_itself, runs.high[before], floor)
    reach = far[mine]
    worst = int(at[np.lexsort((-gap, -np.round(leaning[at]), -reach))[0]])
    x, y, z = runs.place(worst, float(runs.low[worst]))
    return [
        Finding(
            code=FindingCode.OVERHANG,
            severity=Severity.WARNING if area > FIGURES.much_overhang_mm2 else Severity.NOTE,
            value=float(leaning[at].max()),
            limit=limits.overhang_degrees,
            at_mm=(x, y, z),
            area_mm2=area,
            volume_cm3=float(gap.sum()) * runs.cell**2 * _DENSITY / 1000,
            process=limits.process,
        )
    ]


_HELD, _FREE = -2, -1


def _beside(runs: Runs, which: I64) -> list[I64]:
    """What is beside each, in four directions: another overhang (its number), _HELD where the solid
    goes further down or something is below that it rests on, _FREE where it ends."""
    fine = 0.05
    begin = np.rint((runs.low - runs.low.min(initial=0)) / fine).astype(np.int64)
    levels = Levels(runs, begin)
    number = np.full(len(runs), -1)
    number[which] = np.arange(len(which))
    slack = runs.cell * 2 + fine
    found = []
    for step in FOUR:
        there = levels.last_before(which, step, begin[which] + 1 + round(slack / fine))
        run = np.maximum(there, 0)
        # The nearest solid that begins no higher, and reaches up to here, is the same solid's.
        same = (there >= 0) & (runs.high[run] >= runs.low[which])
        found.append(np.where(~same, _FREE, np.where(number[run] >= 0, number[run], _HELD)))
    return found


def _far_out(beside: list[I64], reach: int) -> I64:
    """How many steps each is from what holds it; -1 within ``reach``."""
    count = len(beside[0])
    steps = np.full(count, _MOST_STEPS + 1)
    held = np.zeros(count, bool)
    for one in beside:
        held |= one == _HELD
    steps[held] = 1
    front = held
    for step in range(2, min(max(reach, 4), _MOST_STEPS) + 2):
        near = np.zeros(count, bool)
        for one in beside:
            near |= (one >= 0) & front[np.maximum(one, 0)]
        front = near & (steps > _MOST_STEPS)
        if not front.any():
            break
        steps[front] = step
    return np.where(steps > reach, steps, -1)
