"""The plates of a project: what is on each, and all of them side by side for the picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..domain.model_facts import PlateFacts, Size
from ..mesh.blocks import Triangles
from ..mesh.bounds import bounds
from ..rendering.options import Label
from .colors import Colors
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


@dataclass(frozen=True, slots=True)
class Shown:
    """What is to be drawn: triangles, their colors in the file, and what stands at which place."""

    triangles: Triangles
    colors: Colors | None = None
    labels: tuple[Label, ...] = ()


def side_by_side(
    plates: tuple[OnPlate, ...], triangles: Triangles, colors: Colors | None = None
) -> Shown:
    """All plates in a row, close to each other, with their numbers and names: in the project they lie
    far apart."""
    if len(plates) < 2:
        return Shown(triangles, colors)
    pieces = [mine for _, mine in _each(plates, triangles)]
    frames = [bounds(mine) for mine in pieces]
    gap = _GAP * max(float(high[0] - low[0]) for low, high in frames)
    moved, labels, x = [], [], 0.0
    for plate, mine, (low, high) in zip(plates, pieces, frames, strict=True):
        middle = (low[1] + high[1]) / 2
        moved.append(mine + np.array([x - low[0], -middle, -low[2]], np.float32))
        wide, front = float(high[0] - low[0]), float(low[1] - middle)
        labels.append(Label(str(plate.number), plate.name, (x + wide / 2, front, 0.0), wide))
        x += wide + gap
    return Shown(np.concatenate(moved), colors, tuple(labels))


def _each(plates: tuple[OnPlate, ...], triangles: Triangles) -> Iterator[tuple[OnPlate, Triangles]]:
    first = 0
    for plate in plates:
        yield plate, triangles[first : first + plate.triangles]
        first += plate.triangles
