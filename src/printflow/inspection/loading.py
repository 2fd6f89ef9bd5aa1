"""From a file to triangles, whatever its format; what is unusable is refused in words.

Source of the limits: shared measurements of what loaders do with hostile files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

import numpy as np

from ..mesh.bounds import bounds
from ..said import say
from .model import Model, only
from .problems import MAX_EXTENT_MM, MAX_TRIANGLES, NO_TRIANGLES, Unreadable, too_many

_ABSURD_MM = 1e9
"""From here on, nobody is helped by the exact number."""


def read_model(file: BinaryIO, ending: str) -> Model:
    """The model in a file; ``ending`` (".stl", ".obj", ".3mf", …) says what it should be.

    Raises Unreadable, and OSError as the disk gives it.
    """
    model = _reader(ending)(file)
    triangles = model.triangles
    if len(triangles) > MAX_TRIANGLES:
        raise too_many(len(triangles))
    notes = model.notes
    if not len(triangles):
        raise Unreadable(NO_TRIANGLES, code="no_triangles")
    low, high = bounds(triangles)
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        model = only(model, np.asarray(np.isfinite(triangles).all(axis=(1, 2))))
        triangles = model.triangles
        notes = (*notes, "not_finite")
        if not len(triangles):
            raise Unreadable(NO_TRIANGLES, code="no_triangles")
        low, high = bounds(triangles)
    extent = float((high.astype(np.float64) - low).max())
    if extent <= 0:
        raise Unreadable(NO_TRIANGLES, code="no_triangles")
    if extent >= MAX_EXTENT_MM:
        if extent < _ABSURD_MM:
            words = say(
                "The model would be {meters} m long. Check the unit it was exported in.",
                meters=round(extent / 1000),
            )
        else:
            words = say(
                "The model would be thousands of kilometers long. Check the unit it was exported in."
            )
        raise Unreadable(words, code="too_large")
    triangles = np.ascontiguousarray(triangles, dtype=np.float32)
    return replace(model, triangles=triangles, notes=notes, frame=(low, high))


def _reader(ending: str) -> Callable[[BinaryIO], Model]:
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
        from .trimesh_formats import read_other

        return lambda file: read_other(file, ending)
    raise Unreadable(say("We can't measure {ending} models.", ending=ending), code="unknown_format")
