"""Walls, pins and sheets that are too thin for a method.

A ray that goes in and comes out through faces that are nearly parallel has crossed a wall. What counts
is how wide it is in a layer (a leaning sheet is wider there), or, lying flat, in how many layers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...domain.printability import Finding, FindingCode, Severity
from ...domain.printability_figures import FIGURES
from .part import Part
from .rays import F64, I64

_PARALLEL = -0.985
"""The product of normals of faces within 10°: a wedge that opens further has no thickness."""

_LEAST_RAYS = 4
_RELIEF_MM = 3.0
"""What stands out no higher is a raised detail or text, not a wall."""


@dataclass(frozen=True)
class _Thin:
    """Where it is thin: points in mm, thickness, area in mm², and whether less than a layer high."""

    points: F64
    thick: F64
    areas: F64


def thin(part: Part) -> list[Finding]:
    """Thin walls, fine details, and sheets that are less than a layer high."""
    limits = part.limits
    walls, flats, sheets = [], [], []
    for axis in (0, 1, 2):
        found, chord = _crossed_walls(part, axis)
        walls.append(found)
        if axis != 2:
            walls.append(_pins(part, axis, chord))
        else:
            flats.append(_flat(part, limits.layer_mm, FIGURES.flat_layers * limits.layer_mm))
            sheets.append(_flat(part, 0, limits.layer_mm))
    findings = []
    there = _joined(walls)
    raised = _raised(part, there.points)
    for code, chosen in (
        (FindingCode.THIN_WALL, _picked(there, ~raised)),
        (FindingCode.FINE_DETAIL, _picked(there, raised)),
    ):
        if (one := _finding(part, chosen, code, limits.wall_mm)) is not None:
            findings.append(one)
    for code, lying, limit in (
        (FindingCode.THIN_WALL, flats[0], FIGURES.flat_layers * limits.layer_mm),
        (FindingCode.BELOW_LAYER, sheets[0], limits.layer_mm),
    ):
        if (one := _finding(part, lying, code, limit)) is not None:
            findings.append(one)
    return findings


def _crossed_walls(part: Part, axis: int) -> tuple[_Thin, I64]:
    """Walls that mostly face along the axis; and short runs that are no walls, but may be pins."""
    runs, normals, limit = part.runs[axis], part.normals, part.limits.wall_mm
    short = np.flatnonzero(runs.length < 2 * limit)
    under, over = normals[runs.under[short]], normals[runs.over[short]]
    parallel = (under * over).sum(axis=1) < _PARALLEL
    facing = np.abs(under[:, axis])
    # Each wall is counted along one axis: the one that it faces, the first of equals.
    mostly = np.argmax(np.round(np.abs(under), 4), axis=1) == axis
    thick = runs.length[short] * np.minimum(facing, np.abs(over[:, axis]))
    level = np.hypot(under[:, 0], under[:, 1])
    wall = parallel & mostly & (thick < limit * level - FIGURES.play_mm)
    at = short[wall]
    points = runs.places(at, (runs.low[at] + runs.high[at]) / 2)
    areas = runs.cell**2 / np.maximum(facing[wall], 0.1)
    maybe = short[~parallel & (runs.length[short] < limit - FIGURES.play_mm)]
    return _Thin(points, thick[wall], areas), maybe


def _pins(part: Part, axis: int, short: I64) -> _Thin:
    """Short runs that are short crosswise, too."""
    runs, limit = part.runs[axis], part.limits.wall_mm
    points = runs.places(short, (runs.low[short] + runs.high[short]) / 2)
    thick = np.full(len(points), np.inf)
    for other in (one for one in (0, 1, 2) if one != axis):
        across = part.runs[other]
        held = across.holding(points)
        length = (
            np.where(held >= 0, across.length[np.maximum(held, 0)], np.inf)
            if len(across)
            else np.inf
        )
        thick = np.minimum(thick, length)
    pin = thick < limit - FIGURES.play_mm
    widest = np.maximum(thick, runs.length[short])[pin]
    return _Thin(points[pin], widest, np.full(int(pin.sum()), runs.cell**2))


def _flat(part: Part, above: float, below: float) -> _Thin:
    """Sheets that lie flat."""
    runs, normals = part.runs[2], part.normals
    at = np.flatnonzero(
        (runs.length > max(above - FIGURES.play_mm, 0)) & (runs.length < below - FIGURES.play_mm)
    )
    under, over = normals[runs.under[at]], normals[runs.over[at]]
    lying = ((under * over).sum(axis=1) < _PARALLEL) & (under[:, 2] < -0.7)
    at = at[lying]
    points = runs.places(at, (runs.low[at] + runs.high[at]) / 2)
    return _Thin(points, runs.length[at], np.full(len(at), runs.cell**2))


def _raised(part: Part, points: F64) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which of the places are on something wide, and no higher above it than a raised detail."""
    result = np.zeros(len(points), bool)
    upright = part.runs[2]
    held = upright.holding(points)
    known = np.flatnonzero(held >= 0)
    if not len(known):
        return result
    run = held[known]
    top, bottom = upright.high[run], upright.low[run]
    below = points[known].copy()
    below[:, 2] = np.maximum(top - _RELIEF_MM - 0.1, (bottom + np.minimum(top, bottom + 1)) / 2)
    wide = np.ones(len(known), bool)
    for axis in (0, 1):
        runs = part.runs[axis]
        there = runs.holding(below)
        length = np.where(there >= 0, runs.length[np.maximum(there, 0)], 0) if len(runs) else 0
        wide &= length > 4 * part.limits.wall_mm
    near_top = top - points[known, 2] <= _RELIEF_MM
    result[known] = wide & near_top & (below[:, 2] < points[known, 2])
    return result


def _finding(part: Part, places: _Thin, code: FindingCode, limit: float) -> Finding | None:
    area = float(places.areas.sum())
    if len(places.thick) < _LEAST_RAYS or area < FIGURES.least_thin_mm2:
        return None
    order = np.argsort(places.thick, kind="stable")
    worst = int(order[len(order) // 10])  # not a single ray that grazes an edge
    thick = float(places.thick[worst])
    lost = code is FindingCode.THIN_WALL and thick < limit / 2 - FIGURES.play_mm
    x, y, z = places.points[worst].tolist()
    return Finding(
        code=code,
        severity=Severity.WARNING if lost else Severity.NOTE,
        value=thick,
        limit=limit,
        at_mm=(x, y, z),
        area_mm2=area,
        process=part.limits.process,
    )


def _joined(found: list[_Thin]) -> _Thin:
    return _Thin(
        np.concatenate([one.points for one in found]),
        np.concatenate([one.thick for one in found]),
        np.concatenate([one.areas for one in found]),
    )


def _picked(found: _Thin, which: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> _Thin:
    return _Thin(found.points[which], found.thick[which], found.areas[which])
