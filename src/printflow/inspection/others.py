"""The formats that a lab can switch on, read by trimesh: PLY, GLB, and STEP through cascadio."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..mesh.blocks import Triangles
from ..step_support import STEP_MISSING, can_read_step
from .problems import NO_TRIANGLES, Unreadable
from .reading import Model, stood_up

_MM_PER_UNIT = {".glb": 1000.0, ".step": 1000.0, ".stp": 1000.0}
"""GLB is in meters by its specification, and cascadio gives GLB; PLY has no unit: mm."""


def read_other(path: Path, ending: str) -> Model:
    """The model, all parts of its scene together. Raises Unreadable, also where nothing reads it."""
    import trimesh

    kind = "step" if ending in (".step", ".stp") else ending[1:]
    if kind == "step" and not can_read_step():
        raise Unreadable(f"{STEP_MISSING}.", code="unknown_format")
    try:
        with path.open("rb") as file:
            loaded: Any = trimesh.load(file, file_type=kind, process=False)
    except MemoryError:
        raise
    except Exception as error:
        raise Unreadable(
            f"The {kind.upper()} file cannot be read: {error}", code="damaged"
        ) from error
    mesh = loaded.to_geometry() if hasattr(loaded, "to_geometry") else loaded
    faces = getattr(mesh, "faces", None)
    if faces is None or not len(faces):
        raise Unreadable(NO_TRIANGLES, code="no_triangles")
    corners: Triangles = np.asarray(mesh.vertices, dtype=np.float32)[np.asarray(faces)]
    model = Model(kind, corners * np.float32(_MM_PER_UNIT.get(ending, 1.0)))
    return stood_up(model) if ending == ".glb" and len(corners) else model
