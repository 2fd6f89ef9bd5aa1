"""How a piece stands on the build plate: on how much, and whether its weight is above that."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...domain.printability import Finding, FindingCode, Severity
from ...domain.printability_figures import FIGURES
from .part import Part
from .rays import F64

_MOST_PIECES = 50
_TURNS = np.linspace(0, 2 * np.pi, 64, endpoint=False)
_WAYS = np.stack([np.cos(_TURNS), np.sin(_TURNS)])
_FLAT = -0.999


def standing(part: Part) -> list[Finding]:
    """Pieces that may tip: on too little for their height, or with their weight beyond their base."""
    runs = part.runs[2]
    if not len(runs) or part.height < FIGURES.least_tall_mm:
        return []
    number, _ = part.bodies
    piece = part.pieces[number[runs.under]]
    ground = part.on_ground
    tips, leans = [], []
    flat = np.flatnonzero(
        (part.normals[:, 2] < _FLAT)
        & (
            part.triangles[:, :, 2].max(axis=1)
            <= part.floor + FIGURES.ground_layers * part.limits.layer_mm
        )
    )
    bottoms = part.pieces[number[flat]]
    stand = np.intersect1d(piece, np.union1d(piece[ground], bottoms))
    for name in stand[:_MOST_PIECES]:
        mine = piece == name
        tall = float(runs.high[mine].max(initial=part.floor)) - part.floor
        if tall < FIGURES.least_tall_mm:
            continue
        on = np.flatnonzero(mine & ground)
        below = part.triangles[flat[bottoms == name]].astype(np.float64)
        area = max(len(on) * runs.cell**2, _area(below))
        touched, reach = _touching(
            runs.places(on, runs.low[on])[:, :2], runs.cell, below[:, :, :2].reshape(-1, 2)
        )
        base = _outlined(reach)
        for stands_on, least in (
            (base, (tall / FIGURES.slender) ** 2),
            (area, (tall / FIGURES.sticking) ** 2),
        ):
            if stands_on < least:
                tips.append((least / max(stands_on, 1e-6), stands_on, touched, least))
                break
        length = runs.length[mine]
        center = (runs.places(np.flatnonzero(mine), runs.low[mine])[:, :2] * length[:, None]).sum(
            axis=0
        ) / max(float(length.sum()), 1e-9)
        beyond = float((center @ _WAYS - reach).max())
        if beyond > max(1.0, runs.cell):
            leans.append((beyond, center))
    found = []
    if tips:
        _, area, middle, limit = max(tips, key=lambda one: one[0])
        found.append(_finding(part, FindingCode.TIPS, area, limit, middle, len(tips)))
    if leans:
        beyond, center = max(leans, key=lambda one: one[0])
        found.append(_finding(part, FindingCode.OFF_BALANCE, beyond, 0.0, center, len(leans)))
    return found


def _finding(
    part: Part, code: FindingCode, value: float, limit: float, at: F64, count: int
) -> Finding:
    return Finding(
        code=code,
        severity=Severity.WARNING,
        value=value,
        limit=limit,
        at_mm=(float(at[0]), float(at[1]), part.floor),
        count=count,
        process=part.limits.process,
    )


def _touching(points: F64, cell: float, corners: F64) -> tuple[F64, F64]:
    """The middle of what touches the plate, and how far it reaches in each of the ways: the corners
    of flat triangles where there are some, else a cell around each point."""
    middle = points.mean(axis=0) if len(points) else corners.mean(axis=0)
    reach = np.full(len(_TURNS), -np.inf)
    if len(points):
        _, row = np.unique(points[:, 1], return_inverse=True)
        outer = np.concatenate([_farthest(points, row, sign) for sign in (1, -1)])
        around = 0.0 if len(corners) else cell / 2
        reach = (outer @ _WAYS).max(axis=0) + np.abs(_WAYS).sum(axis=0) * around
    if len(corners):
        reach = np.maximum(reach, (corners @ _WAYS).max(axis=0))
    return middle, reach


def _farthest(points: F64, row: NDArray[np.int64], sign: int) -> F64:
    """Of each row the point farthest along x: the others reach no farther in any way."""
    order = np.lexsort((sign * points[:, 0], row))
    last = np.append(row[order][1:] != row[order][:-1], True)
    outer: F64 = points[order[last]]
    return outer


def _area(triangles: F64) -> float:
    """The area seen from below, in mm²."""
    one, other = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    return float(np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]).sum()) / 2


def _outlined(reach: F64) -> float:
    """The area of an outline that reaches so far in each of the ways."""
    step = float(_TURNS[1])
    # The corner between two neighboring tangents.
    after = np.roll(reach, -1)
    across = (after - reach * np.cos(step)) / np.sin(step)
    x = reach * _WAYS[0] - across * _WAYS[1]
    y = reach * _WAYS[1] + across * _WAYS[0]
    return abs(float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())) / 2
