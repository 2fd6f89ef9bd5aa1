"""The plates of a project: what is on each, and all of them side by side for the picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..domain.model_facts import PlateFacts, Size
from ..mesh.blocks import Triangles
from ..mesh.bounds import bounds
from .measuring import measure
from .model import OnPlate

_GAP = 0.1
"""Between plates in the picture, of the widest."""


def rounded(size: Size) -> Size:
    """Lengths in mm as facts hold them."""
    x, y, z = (round(side, 4) for side in size)
    return x, y, z


def plate_facts(plates: tuple[OnPlate, ...], triangles: Triangles) -> tuple[PlateFacts, ...]:
    """What is measured of each plate."""
    found = []
    for plate, mine in _each(plates, triangles):
        measures = measure(mine)
        found.append(
            PlateFacts(
                number=plate.number,
                name=plate.name,
                triangles=len(mine),
                dimensions_mm=rounded(measures.size),
                volume_cm3=round(measures.volume / 1000, 5),
                area_cm2=round(measures.area / 100, 4),
            )
        )
    return tuple(found)


def largest(plates: tuple[PlateFacts, ...]) -> Size | None:
    """The size of the plate with the longest side; None where there are no plates."""
    sizes = [plate.dimensions_mm for plate in plates]
    return max(sizes, key=lambda size: sorted(size, reverse=True), default=None)


def side_by_side(plates: tuple[OnPlate, ...], triangles: Triangles) -> Triangles:
    """All plates in a row, close to each other: in the project they lie far apart."""
    if len(plates) < 2:
        return triangles
    pieces = [mine for _, mine in _each(plates, triangles)]
    frames = [bounds(mine) for mine in pieces]
    gap = _GAP * max(float(high[0] - low[0]) for low, high in frames)
    moved, x = [], 0.0
    for mine, (low, high) in zip(pieces, frames, strict=True):
        middle = (low[1] + high[1]) / 2
        moved.append(mine + np.array([x - low[0], -middle, -low[2]], np.float32))
        x += float(high[0] - low[0]) + gap
    return np.concatenate(moved)


def _each(plates: tuple[OnPlate, ...], triangles: Triangles) -> Iterator[tuple[OnPlate, Triangles]]:
    first = 0
    for plate in plates:
        yield plate, triangles[first : first + plate.triangles]
        first += plate.triangles
