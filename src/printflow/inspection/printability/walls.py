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
from .rays import F64, I64, Bool

_PARALLEL = -0.985
"""The product of normals of faces within 10°: a wedge that opens further has no thickness."""

_LEAST_RAYS = 4
_BENDS = (0.0, 0.15, -0.15, 0.3, -0.3, 0.5, -0.5)
_RELIEF_MM = 3.0
"""What stands out no higher is a raised detail or text, not a wall."""


@dataclass(frozen=True)
class _Thin:
    """Where it is thin: points in mm, thickness, area in mm², and whether it is lost when that thin."""

    points: F64
    thick: F64
    areas: F64
    lost: Bool


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
    lost = np.zeros(len(at), bool)
    thinnest = np.flatnonzero(thick[wall] < limit / 2 - FIGURES.play_mm)
    across = under[wall][thinnest] - over[wall][thinnest]
    lost[thinnest] = ~_necks(part, axis, points[thinnest], across)
    maybe = short[~parallel & (runs.length[short] < limit - FIGURES.play_mm)]
    return _Thin(points, np.maximum(thick[wall], FIGURES.play_mm), areas, lost), maybe


def _necks(part: Part, axis: int, points: F64, across: F64) -> Bool:
    """Which thin places of a wall have something thick beside them in their layer."""
    runs, limit = part.runs[axis], part.limits.wall_mm / 2 - FIGURES.play_mm
    across = across / np.maximum(np.linalg.norm(across, axis=1), 1e-9)[:, None]
    facing = np.abs(across[:, axis])
    along = np.stack([-across[:, 1], across[:, 0], np.zeros(len(across))], axis=1)
    along /= np.maximum(np.linalg.norm(along, axis=1), 1e-9)[:, None]
    found = np.zeros(len(points), bool)
    for way in (FIGURES.neck_mm / 2, -FIGURES.neck_mm / 2):
        thick, thin = np.zeros(len(points), bool), np.zeros(len(points), bool)
        for off in _BENDS:  # a bent wall isn't straight ahead
            held = runs.holding(points + way * along + off * across)
            wide = runs.length[np.maximum(held, 0)] * facing
            thin |= (held >= 0) & (wide < limit)
            thick |= (held >= 0) & (wide >= limit)
        found |= thick & ~thin
    return found


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
    pin = np.flatnonzero(thick < limit - FIGURES.play_mm)
    pin = pin[~_wedges(part, points[pin], runs.under[short[pin]], runs.over[short[pin]])]
    widest = np.maximum(thick, runs.length[short])[pin]
    return _Thin(points[pin], widest, np.full(len(pin), runs.cell**2), np.ones(len(pin), bool))


def _wedges(part: Part, points: F64, under: I64, over: I64) -> Bool:
    """Which places between two faces are near an edge of something thick: where the faces open, the
    solid goes on."""
    way = part.normals[under] + part.normals[over]
    way /= -np.maximum(np.linalg.norm(way, axis=1), 1e-9)[:, None]
    result = np.ones(len(points), bool)
    for far in (1.0, 1.5, 2.0):
        there = points + far * part.limits.wall_mm * way
        held = sum((runs.holding(there) >= 0).astype(np.int64) for runs in part.runs)
        result &= held >= 2
    return result


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
    return _Thin(points, runs.length[at], np.full(len(at), runs.cell**2), np.zeros(len(at), bool))


def _raised(part: Part, points: F64) -> Bool:
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
    lost = places.lost & (places.thick < limit / 2 - FIGURES.play_mm)
    lost &= code is FindingCode.THIN_WALL
    warned = float(places.areas[lost].sum()) >= FIGURES.least_thin_mm2
    # What is lost before all else.
    order = np.lexsort((places.thick, ~lost & warned))
    many = np.count_nonzero(lost) if warned else len(order)
    worst = int(order[many // 10])  # not a single ray that grazes an edge
    thick = float(places.thick[worst])
    x, y, z = places.points[worst].tolist()
    return Finding(
        code=code,
        severity=Severity.WARNING if warned else Severity.NOTE,
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
        np.concatenate([one.lost for one in found]),
    )


def _picked(found: _Thin, which: Bool) -> _Thin:
    return _Thin(found.points[which], found.thick[which], found.areas[which], found.lost[which])
