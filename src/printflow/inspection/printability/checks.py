"""All checks of a model, plate by plate; what is alike is said once, at its worst place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...domain.printability import Finding, FindingCode, PrintLimits, Severity, Unchecked
from ...mesh.blocks import Triangles
from ..model import OnPlate
from .bodies import hollows, separate
from .details import low_steps
from .islands import islands
from .overhangs import overhangs
from .part import Part
from .rays import TooManyHits
from .standing import standing
from .walls import thin

MOST_TRIANGLES: Final = 1_000_000
_MOST_BAD = 0.1
"""Of the rays: more that find a hole or a flipped face, and nothing is certain."""

_ORDER: Final = tuple(FindingCode)


def findings(
    triangles: Triangles,
    roots: NDArray[np.int32],
    limits: PrintLimits,
    plates: Sequence[OnPlate] = (),
) -> tuple[Finding, ...]:
    """What is found; places are in the triangles' coordinates (mm, z up)."""
    count = len(triangles)
    if count > MOST_TRIANGLES:
        return (not_checked(limits, Unchecked.TOO_LARGE, count),)
    found: list[Finding] = []
    try:
        first = 0
        for size in [plate.triangles for plate in plates] or [count]:
            mine = slice(first, first + size)
            first += size
            part = Part(triangles[mine], roots[mine], limits)
            found += _of_part(part, on_plate=bool(plates))
    except TooManyHits:
        return (not_checked(limits, Unchecked.TOO_LARGE, count),)
    except MemoryError:
        return (not_checked(limits, Unchecked.NO_MEMORY, count),)
    return _grouped(found)


def _of_part(part: Part, *, on_plate: bool) -> list[Finding]:
    if max(runs.bad for runs in part.runs) > _MOST_BAD or not len(part.runs[2]):
        return [not_checked(part.limits, Unchecked.NOT_CLOSED, len(part.triangles))]
    found = [*thin(part), *low_steps(part), *hollows(part)]
    if not on_plate:
        found += separate(part)
    if part.limits.needs_supports:
        found += islands(part)
        found += overhangs(part)
    if part.limits.stands:
        found += standing(part)
    return found


def not_checked(limits: PrintLimits, why: Unchecked, triangles: int) -> Finding:
    """Says so: nothing found and nothing looked for are not the same."""
    return Finding(
        code=FindingCode.NOT_CHECKED,
        severity=Severity.NOTE,
        value=float(triangles),
        limit=float(MOST_TRIANGLES),
        count=triangles,
        process=limits.process,
        why=why,
    )


_ADDED: Final = (FindingCode.ISLAND, FindingCode.CLOSED_HOLLOW, FindingCode.TIPS)


def _grouped(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """One finding of each code, warnings first: the worst, with what is counted of all."""
    result = []
    for code in _ORDER:
        alike = [one for one in found if one.code is code]
        if not alike:
            continue
        worst = max(alike, key=_badness)
        result.append(
            replace(
                worst,
                value=round(worst.value, 4),
                count=sum(one.count for one in alike) if code in _ADDED else worst.count,
                area_mm2=round(sum(one.area_mm2 for one in alike), 2),
                volume_cm3=round(sum(one.volume_cm3 for one in alike), 4),
                at_mm=None if worst.at_mm is None else _rounded(worst.at_mm),
            )
        )
    return tuple(sorted(result, key=lambda one: one.severity is Severity.NOTE))


def _badness(finding: Finding) -> tuple[bool, float]:
    """How bad one is among its like."""
    warning = finding.severity is Severity.WARNING
    if finding.code in (FindingCode.THIN_WALL, FindingCode.FINE_DETAIL, FindingCode.BELOW_LAYER):
        return warning, -finding.value / max(finding.limit, 1e-9)
    return warning, max(finding.area_mm2, finding.value)


def _rounded(place: tuple[float, float, float]) -> tuple[float, float, float]:
    x, y, z = (round(one, 3) for one in place)
    return x, y, z
