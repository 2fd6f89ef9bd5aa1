"""Measuring triangles: size, volume, area. Numpy only.

Triangles are float32 of the shape (n, 3, 3): n triangles, three corners, x y z in mm. Volume is the
sum of signed tetrahedra to the center (divergence theorem).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..mesh.blocks import Triangles, blocks
from ..mesh.bounds import Frame, bounds


@dataclass(frozen=True, slots=True)
class Measures:
    """Lengths in mm, area in mm². ``signed`` is the volume in mm³, below 0 where the triangles turn
    their inside out."""

    low: tuple[float, float, float]
    high: tuple[float, float, float]
    signed: float
    area: float

    @property
    def volume(self) -> float:
        """The volume in mm³, whichever way the triangles are turned."""
        return abs(self.signed)

    @property
    def size(self) -> tuple[float, float, float]:
        """The sides of the bounding box."""
        x, y, z = (high - low for low, high in zip(self.low, self.high, strict=True))
        return x, y, z


def measure(triangles: Triangles, frame: Frame | None = None) -> Measures:
    """Bounds, volume and area; ``frame`` is what :func:`bounds` gives, where it is known."""
    low, high = frame or bounds(triangles)
    # Single precision is enough from the model's own middle on; only the sums need more.
    middle = np.tile((low + high) / np.float32(2), 3)[:, None]
    volume = area = 0.0
    for _, block in blocks(triangles):
        block -= middle
        ax, ay, az, bx, by, bz, cx, cy, cz = block
        bx, by, bz, cx, cy, cz = bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az
        x, y, z = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
        volume += float((ax * x + ay * y + az * z).sum(dtype=np.float64)) / 6.0
        area += float(np.sqrt(x * x + y * y + z * z).sum(dtype=np.float64)) / 2.0
    return Measures(_three(low), _three(high), volume, area)


def _three(values: NDArray[np.float32]) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z
