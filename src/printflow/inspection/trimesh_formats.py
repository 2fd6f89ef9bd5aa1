"""The formats that a lab can switch on, read by trimesh: PLY, GLB, and STEP through cascadio.

Loaders get bytes, and a loader that asks for another file is refused: a GLB can name any path of the
machine as part of it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final, NoReturn

import numpy as np

from ..mesh.blocks import Triangles
from ..said import say
from .model import Model, stood_up
from .problems import NO_TRIANGLES, Unreadable
from .step_support import STEP_MISSING, can_read_step

_MM_PER_UNIT: Final = {".glb": 1000.0, ".step": 1000.0, ".stp": 1000.0}
"""GLB is in meters by its specification, and cascadio gives GLB; PLY has no unit: mm."""


class OtherFileAsked(Exception):
    """The model wants to be completed from another file."""


class _NoOtherFiles(Mapping[str, bytes]):
    """In the place of what finds trimesh other files: finds none."""

    def __getitem__(self, name: str) -> NoReturn:
        raise OtherFileAsked(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def read_other(file: BinaryIO, ending: str) -> Model:
    """The model, all parts of its scene together. Raises Unreadable, also where nothing reads it."""
    kind = "step" if ending in (".step", ".stp") else ending[1:]
    if kind == "step" and not can_read_step():
        raise Unreadable(say("{step_missing}.", step_missing=STEP_MISSING), code="unknown_format")
    try:
        mesh = _mesh(file.read(), kind)
        faces = getattr(mesh, "faces", None)
        if faces is None or not len(faces):
            raise Unreadable(NO_TRIANGLES, code="no_triangles")
        corners: Triangles = np.asarray(mesh.vertices, dtype=np.float32)[np.asarray(faces)]
    except (MemoryError, Unreadable):
        raise
    except OtherFileAsked as error:
        raise Unreadable(
            say(
                "The {format} file needs other files. Export the model as a single file.",
                format=kind.upper(),
            ),
            code="other_files",
        ) from error
    except Exception as error:
        raise Unreadable(
            say("The {format} file is damaged. Export it again.", format=kind.upper()),
            code="damaged",
        ) from error
    model = Model(kind, corners * np.float32(_MM_PER_UNIT.get(ending, 1.0)))
    return stood_up(model) if ending == ".glb" and len(corners) else model


def _mesh(data: bytes, kind: str) -> Any:
    import trimesh

    if kind == "step":
        import cascadio

        data, kind = cascadio.load(data, file_type="step"), "glb"
        if not data:
            raise Unreadable(NO_TRIANGLES, code="no_triangles")
    loaded: Any = trimesh.load(
        io.BytesIO(data),
        file_type=kind,
        resolver=_NoOtherFiles(),
        process=False,
        skip_materials=True,  # no picture is opened for a shape
    )
    return loaded.to_geometry() if hasattr(loaded, "to_geometry") else loaded
