"""A model as every reader gives it: triangles, and what was odd about them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..mesh.blocks import Triangles
from ..mesh.bounds import Frame, bounds


@dataclass(frozen=True, slots=True)
class Model:
    """Triangles in mm (float32, (n, 3, 3)), the format's name, and codes of what was odd; their
    frame once it is known."""

    format: str
    triangles: Triangles
    notes: tuple[str, ...] = ()
    frame: Frame | None = None


def stood_up(model: Model) -> Model:
    """A model whose y points up, turned as printers want it, with z up."""
    x, y, z = (model.triangles[..., axis] for axis in range(3))
    turned = np.stack([x, -z, y], axis=-1)
    return replace(model, triangles=turned, frame=bounds(turned))
