"""From a file to triangles, whatever its format; what is unusable is refused in words.

Source of the limits: shared measurements of what loaders do with hostile files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .measuring import Triangles
from .problems import MAX_EXTENT_MM, MAX_TRIANGLES, NO_TRIANGLES, Unreadable, too_many


@dataclass(frozen=True, slots=True)
class Model:
    """Triangles in mm (float32, (n, 3, 3)), the format's name, and codes of what was odd."""

    format: str
    triangles: Triangles
    notes: tuple[str, ...] = ()


def read_model(path: Path, ending: str) -> Model:
    """The model in a file; ``ending`` (".stl", ".obj", ".3mf", …) says what it should be.

    Raises Unreadable, and OSError as the disk gives it.
    """
    model = _reader(ending)(path)
    triangles = model.triangles
    if len(triangles) > MAX_TRIANGLES:
        raise too_many(len(triangles))
    finite = np.isfinite(triangles).all(axis=(1, 2))
    notes = model.notes
    if not finite.all():
        triangles = triangles[finite]
        notes = (*notes, "not_finite")
    if not len(triangles):
        raise Unreadable(NO_TRIANGLES, code="no_triangles")
    corners = triangles.reshape(-1, 3)
    extent = float((corners.max(axis=0).astype(np.float64) - corners.min(axis=0)).max())
    if extent <= 0:
        raise Unreadable(NO_TRIANGLES, code="no_triangles")
    if extent >= MAX_EXTENT_MM:
        raise Unreadable(
            f"The model would be {extent / 1000:,.0f} m long. Check the unit it was exported in.",
            code="too_large",
        )
    return Model(model.format, np.ascontiguousarray(triangles, dtype=np.float32), notes)


def _reader(ending: str) -> Callable[[Path], Model]:
    if ending == ".stl":
        from .stl import read_stl

        return read_stl
    if ending == ".3mf":
        from .three_mf import read_three_mf

        return read_three_mf
    if ending == ".obj":
        from .obj import read_obj

        return read_obj
    if ending in (".ply", ".glb", ".step", ".stp"):
        from .others import read_other

        return lambda path: read_other(path, ending)
    raise Unreadable(f"Models of the kind {ending} cannot be looked into.", code="unknown_format")
