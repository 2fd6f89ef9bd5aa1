"""Surfaces that lean out further than a method can print without supports."""

from __future__ import annotations

import numpy as np

from ...domain.printability import Finding, FindingCode, Severity
from ...domain.printability_figures import FIGURES
from ..joining import components
from .neighbors import FOUR, Levels
from .part import Part
from .rays import F64, I64, Runs

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
    which = which[runs.gaps(which) > part.resting_mm]
    if not len(which):
        return []
    levels, number = _levels(runs), np.full(len(runs), -1)
    number[which] = np.arange(len(which))
    beside = [_beside(runs, levels, number, which, step)[0] for step in FOUR]
    reach = max(1, round(FIGURES.reach_mm / runs.cell))
    far = _far_out(beside, reach)
    free = np.ones(len(which), bool)
    if limits.bridges:
        flat = leaning[which] > FIGURES.flat_degrees
        most = np.where(flat, FIGURES.bridge_mm, FIGURES.bridge_mm / 2)
        for lines in (_LINES, _MORE_LINES):
            if not (far >= 0).any():
                break
            free &= _spans(runs, levels, number, which, lines) > most
            beside = [np.where((one >= 0) & ~free[one], _HELD, one) for one in beside]
            far = np.where(free, _far_out(beside, reach), -1)
    pairs = [(np.flatnonzero(one >= 0), one[one >= 0]) for one in beside]
    roots, _ = components(
        len(which),
        np.concatenate([left for left, _ in pairs]).astype(np.int32),
        np.concatenate([right for _, right in pairs]).astype(np.int32),
    )
    hangs = np.zeros(len(which), bool)
    hangs[roots[far >= 0]] = True
    mine = hangs[roots] & free
    at = which[mine]
    area = float((runs.cell**2 / np.maximum(down[at], 0.1)).sum())
    if area < FIGURES.least_overhang_mm2:
        return []
    gap = np.minimum(runs.gaps(at), runs.low[at] - part.floor)
    worst = int(at[np.lexsort((-gap, -np.round(leaning[at]), -far[mine]))[0]])
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


_FINE = 0.05


def _levels(runs: Runs) -> Levels:
    return Levels(runs, np.rint((runs.low - runs.low.min(initial=0)) / _FINE).astype(np.int64))


def _beside(
    runs: Runs, levels: Levels, number: I64, which: I64, step: tuple[int, int]
) -> tuple[I64, I64]:
    """What is beside each: another overhang (its number), _HELD where the solid goes on or something is
    below that it rests on, _FREE where it ends; and the run there."""
    slack = runs.cell * 2 + _FINE
    there = levels.last_before(which, step, levels.begin[which] + 1 + round(slack / _FINE))
    run = np.maximum(there, 0)
    # The nearest solid that begins no higher, and reaches up to here, is the same solid's.
    same = (there >= 0) & (runs.high[run] >= runs.low[which])
    return np.where(~same, _FREE, np.where(number[run] >= 0, number[run], _HELD)), run


_LINES = ((0, 1), (1, 0), (1, 1), (1, -1))
_MORE_LINES = ((1, 2), (2, 1), (1, -2), (2, -1))


def _spans(
    runs: Runs, levels: Levels, number: I64, which: I64, lines: tuple[tuple[int, int], ...]
) -> F64:
    """How long the shortest bridge over each along one of the lines is, in mm: from one side that goes
    further down to another."""
    count = len(which)
    doublings = max(1, int(np.ceil(np.log2(FIGURES.bridge_mm / runs.cell + 2))))
    result = np.full(count, np.inf)
    for line in lines:
        total, held = np.full(count, -1.0), np.ones(count, bool)
        for way in (1, -1):
            there, run = _beside(runs, levels, number, which, (way * line[0], way * line[1]))
            down = runs.low[run] <= runs.low[which] + _FINE
            ends = np.where((there == _HELD) & down, count, count + 1)
            after = np.append(np.where(there >= 0, there, ends), [count, count + 1])
            steps = np.append(np.ones(count), [0.0, 0.0])
            for _ in range(doublings):
                steps, after = steps + steps[after], after[after]
            total += steps[:count]
            held &= after[:count] == count
        span = total * runs.cell * float(np.hypot(*line))
        result = np.where(held, np.minimum(result, span), result)
    return result


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
