"""Parts that start in the air, layer by layer: nothing is in the layer below, there or beside."""

from __future__ import annotations

import numpy as np

from ...domain.printability import Finding, FindingCode, Severity
from ..corners import corner_hashes
from ..joining import components
from .neighbors import EIGHT, Levels
from .part import Part
from .rays import F64, I64, Bool, Runs

_COARSEST = 0.2
"""Layers are looked at no finer: the rough skin of a scan is no island."""

_MOST = 200
"""The largest are looked at more closely; more are counted as they are."""


def islands(part: Part) -> list[Finding]:
    """One finding of all islands, at the largest."""
    runs = part.runs[2]
    layer = max(part.limits.layer_mm, _COARSEST)
    begin = np.ceil((runs.low - part.floor) / layer - 0.5).astype(np.int64)
    end = np.floor((runs.high - part.floor) / layer - 0.5).astype(np.int64)
    begin = np.maximum(begin, 0)
    levels = Levels(runs, begin)
    up = np.flatnonzero((begin > 0) & (end >= begin))
    if not len(up):
        return []
    at = np.full(len(runs), -1)
    at[up] = np.arange(len(up))
    held = runs.gaps(up) <= part.resting_mm
    left, right = [], []
    for step in EIGHT:
        beside = levels.last_before(up, step, begin[up])
        there = np.maximum(beside, 0)
        held |= (beside >= 0) & (begin[there] < begin[up]) & (end[there] >= begin[up] - 1)
        same = levels.last_before(up, step, begin[up] + 1)
        alike = (same >= 0) & (begin[np.maximum(same, 0)] == begin[up]) & (at[same] >= 0)
        left.append(np.flatnonzero(alike).astype(np.int32))
        right.append(at[same[alike]].astype(np.int32))
    roots, _ = components(len(up), np.concatenate(left), np.concatenate(right))
    groups, number = np.unique(roots, return_inverse=True)
    grounded = np.bincount(number, weights=held, minlength=len(groups)) > 0
    sizes = np.bincount(number, minlength=len(groups))
    lonely = np.flatnonzero(~grounded)
    lonely = lonely[np.argsort(-sizes[lonely], kind="stable")]
    found: list[tuple[int, F64]] = []
    joined: dict[int, Bool] = {}
    for group in lonely[:_MOST]:
        mine = up[number == group]
        level = int(begin[mine[0]])
        if level not in joined:
            joined[level] = _bridged(runs, levels, end, up, level)
        if joined[level][mine[0]]:
            continue
        places = runs.places(mine, runs.low[mine])
        if _begins(part, places, layer, runs.cell):
            found.append((len(mine), places))
    if not found:
        return []
    _, places = max(found, key=lambda one: one[0])
    middle = places[np.argmin(((places - places.mean(axis=0)) ** 2).sum(axis=1))]
    x, y, z = middle.tolist()
    return [
        Finding(
            code=FindingCode.ISLAND,
            severity=Severity.WARNING,
            value=z - part.floor,
            limit=part.limits.layer_mm,
            at_mm=(x, y, z),
            count=len(found) + max(0, len(lonely) - _MOST),
            area_mm2=sum(size for size, _ in found) * runs.cell**2,
            process=part.limits.process,
        )
    ]


def _bridged(runs: Runs, levels: Levels, end: I64, up: I64, level: int) -> Bool:
    """Which runs that begin at a level are joined to what is held within one more layer: to a bridge
    whose lower side isn't quite flat."""
    begin = levels.begin
    near = up[(begin[up] == level) | (begin[up] == level + 1)]
    at = np.full(len(runs), -1)
    at[near] = np.arange(len(near))
    held = np.zeros(len(near), bool)
    left, right = [], []
    for step in EIGHT:
        beside = levels.last_before(near, step, np.full(len(near), level + 2))
        there = np.maximum(beside, 0)
        solid = (beside >= 0) & (end[there] >= level)
        held |= solid & (begin[there] < level)
        alike = solid & (at[there] >= 0)
        left.append(np.flatnonzero(alike).astype(np.int32))
        right.append(at[beside[alike]].astype(np.int32))
    roots, _ = components(len(near), np.concatenate(left), np.concatenate(right))
    result = np.zeros(len(runs), bool)
    result[near] = np.isin(roots, roots[held])
    return result


def _begins(part: Part, places: F64, layer: float, cell: float) -> bool:
    """Whether the surface really begins there: thin legs may pass between the rays."""
    low, high = places.min(axis=0), places.max(axis=0)
    room = np.array([1.5 * cell, 1.5 * cell, 2 * cell + 1.5 * layer])
    low, high = low - room, high + np.array([1.5 * cell, 1.5 * cell, layer])
    t_low, t_high = part.extents
    near = ((t_low <= high) & (t_high >= low)).all(axis=1)
    some = part.triangles[np.flatnonzero(near)]
    if not len(some):
        return True
    names = np.stack(
        [np.concatenate([one[at] for _, one in corner_hashes(some)]) for at in range(3)], axis=1
    )
    _, first, corner = np.unique(names, return_index=True, return_inverse=True)
    corner = corner.reshape(-1, 3)
    points = some.reshape(-1, 3)[first].astype(np.float64)
    return bool(_lowest(points, corner, low, high).any())


def _lowest(
    points: F64, corner: np.ndarray[tuple[int, int], np.dtype[np.int64]], low: F64, high: F64
) -> Bool:
    """Which corners in the box are lowest among their neighbors, with their whole plateau."""
    one = np.concatenate([corner[:, 0], corner[:, 1], corner[:, 2]])
    other = np.concatenate([corner[:, 1], corner[:, 2], corner[:, 0]])
    rise = points[other, 2] - points[one, 2]
    level = np.abs(rise) < 1e-4
    roots, _ = components(len(points), one[level].astype(np.int32), other[level].astype(np.int32))
    higher = np.zeros(len(points), bool)
    higher[roots[one[rise < -1e-4]]] = True
    higher[roots[other[rise > 1e-4]]] = True
    inside = np.asarray(((points >= low) & (points <= high)).all(axis=1))
    return inside & ~higher[roots]
