"""Hollows that nothing can leave, and models that fall apart."""

from __future__ import annotations

import numpy as np

from ...domain.printability import Finding, FindingCode, Process, Severity
from ...domain.printability_figures import FIGURES
from .part import Part
from .rays import F64


def hollows(part: Part) -> list[Finding]:
    """Bodies that are turned inside out: others hold them, else they had been turned back."""
    if part.bodies[1] < 2:
        return []
    volumes, middles = _volumes(part)
    inside = np.flatnonzero(volumes < -FIGURES.least_hollow_mm3)
    if not len(inside):
        return []
    worst = inside[np.argmin(volumes[inside])]
    x, y, z = middles[worst].tolist()
    volume = -float(volumes[inside].sum()) / 1000
    filament = part.limits.process is Process.FILAMENT
    return [
        Finding(
            code=FindingCode.CLOSED_HOLLOW,
            severity=Severity.NOTE if filament else Severity.WARNING,
            value=-float(volumes[worst]) / 1000,
            limit=0.0,
            at_mm=(x, y, z),
            count=len(inside),
            volume_cm3=volume,
            process=part.limits.process,
        )
    ]


def separate(part: Part) -> list[Finding]:
    """Pieces that don't touch, at the smallest."""
    number, count = part.bodies
    if count < 2:
        return []
    seen = np.zeros(count, bool)
    for runs in part.runs:
        seen[number[runs.under]] = True
    names, piece = np.unique(part.pieces[seen], return_inverse=True)
    if len(names) < 2:
        return []
    volumes, middles = _volumes(part)
    sizes = np.bincount(piece, weights=volumes[seen])
    smallest = np.flatnonzero(seen)[piece == np.argmin(sizes)]
    x, y, z = middles[smallest[np.argmax(volumes[smallest])]].tolist()
    return [
        Finding(
            code=FindingCode.SEPARATE_PARTS,
            severity=Severity.NOTE,
            value=float(len(names)),
            limit=1.0,
            at_mm=(x, y, z),
            count=len(names),
            process=part.limits.process,
        )
    ]


def _volumes(part: Part) -> tuple[F64, F64]:
    """Signed volumes in mm³ and middles of the boxes of all bodies."""
    number, count = part.bodies
    middle = (part.frame[0] + part.frame[1]) / 2
    volumes = np.zeros(count)
    for first in range(0, len(number), 1 << 16):
        block = part.triangles[first : first + (1 << 16)].astype(np.float64) - middle
        a, b, c = block[:, 0], block[:, 1], block[:, 2]
        six = (a * np.cross(b, c)).sum(axis=1)
        volumes += np.bincount(number[first : first + len(block)], six, count) / 6
    order = np.argsort(number, kind="stable")
    starts = np.searchsorted(number[order], np.arange(count))
    low, high = part.extents
    lows = np.minimum.reduceat(low[order], starts)
    highs = np.maximum.reduceat(high[order], starts)
    return volumes, (lows.astype(np.float64) + highs) / 2
