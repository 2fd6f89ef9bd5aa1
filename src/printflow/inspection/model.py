"""A model as every reader gives it: triangles, and what was odd about them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..mesh.blocks import Triangles
from ..mesh.bounds import Frame, bounds
from .colors import Colors


@dataclass(frozen=True, slots=True)
class OnPlate:
    """A plate of a project, and how many of the model's triangles are on it."""

    number: int
    name: str
    triangles: int


@dataclass(frozen=True, slots=True)
class Model:
    """Triangles in mm (float32, (n, 3, 3)), the format's name, and codes of what was odd; their
    frame once it is known. Where there are ``plates``, the triangles are theirs, one after another;
    ``taken`` are triangles of closed bodies that are taken away from the others. ``colors`` are those
    that the file gives its triangles, ``also`` more that it has on parts of triangles."""

    format: str
    triangles: Triangles
    notes: tuple[str, ...] = ()
    frame: Frame | None = None
    plates: tuple[OnPlate, ...] = ()
    taken: Triangles | None = None
    colors: Colors | None = None
    also: tuple[int, ...] = ()


def only(model: Model, kept: NDArray[np.bool_]) -> Model:
    """The model with those triangles alone, on their plates as before."""
    ends = np.cumsum([plate.triangles for plate in model.plates], dtype=np.int64)
    starts = np.concatenate(([0], ends[:-1])) if len(ends) else ends
    plates = tuple(
        replace(plate, triangles=int(np.count_nonzero(kept[first:last])))
        for plate, first, last in zip(model.plates, starts, ends, strict=True)
    )
    plates = tuple(plate for plate in plates if plate.triangles)
    colors = None if model.colors is None else model.colors[kept]
    return replace(model, triangles=model.triangles[kept], plates=plates, colors=colors)


def stood_up(model: Model) -> Model:
    """A model whose y points up, turned as printers want it, with z up."""
    turned = _turned(model.triangles)
    taken = None if model.taken is None else _turned(model.taken)
    return replace(model, triangles=turned, frame=bounds(turned), taken=taken)


def as_in_file(place: tuple[float, float, float], up: str) -> tuple[float, float, float]:
    """A place in a model that was stood up, in the coordinates of its file."""
    x, y, z = place
    return (x, z, -y) if up == "y" else place


def _turned(triangles: Triangles) -> Triangles:
    x, y, z = (triangles[..., axis] for axis in range(3))
    return np.stack([x, -z, y], axis=-1)
