"""Steps between flat faces that are lower than a layer: raised or sunken details that won't show."""

from __future__ import annotations

import numpy as np

from ...domain.printability import Finding, FindingCode, Severity
from .neighbors import FOUR
from .part import Part

_FLAT = 0.9999
_LEAST_MM, _PLAY = 0.005, 0.005
_LEAST_STEPS, _LEAST_LENGTH = 8, 4.0


def low_steps(part: Part) -> list[Finding]:
    """One finding of all such steps, at the lowest one of the many."""
    runs, layer = part.runs[2], part.limits.layer_mm
    facing = part.normals[runs.over, 2] > _FLAT
    last = np.append(runs.ray[1:] != runs.ray[:-1], True) if len(runs) else np.zeros(0, bool)
    top = np.full(runs.rows * runs.columns, np.nan)
    whose = np.zeros(len(top), np.int64)
    mine = np.flatnonzero(facing & last)
    top[runs.ray[mine]] = runs.high[mine]
    whose[runs.ray[mine]] = runs.over[mine]
    rays = runs.ray[mine]
    steps, places = [], []
    for down, across in FOUR[::2]:
        beside = rays + down * runs.columns + across
        beside = np.minimum(beside, len(top) - 1)
        normal = part.normals[whose[rays]]
        slope = -(normal[:, 0] * across + normal[:, 1] * down) / normal[:, 2] * runs.cell
        with np.errstate(invalid="ignore"):
            rise = np.abs(top[beside] - top[rays] - slope)
            low = (rise > _LEAST_MM) & (rise < layer - _PLAY)
        steps.append(rise[low])
        places.append(mine[low])
    rise, at = np.concatenate(steps), np.concatenate(places)
    if len(rise) < _LEAST_STEPS or len(rise) * runs.cell < _LEAST_LENGTH:
        return []
    order = np.argsort(rise, kind="stable")
    worst = order[len(order) // 2]
    return [
        Finding(
            code=FindingCode.BELOW_LAYER,
            severity=Severity.NOTE,
            value=float(rise[worst]),
            limit=layer,
            at_mm=runs.place(int(at[worst]), float(runs.high[at[worst]])),
            process=part.limits.process,
        )
    ]
