"""The formats that a lab can switch on: PLY, GLB by trimesh, and STEP through cascadio.

Loaders get bytes, and a loader that asks for another file is refused: a GLB can name any path of the
machine as part of it.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final, NoReturn

import numpy as np

from ..mesh.blocks import Triangles
from ..said import say
from .colors import Colors, of_corners
from .filling import filled
from .glb import COLOR, named_by_color, refuse_compressed, screen_level
from .model import Model, stood_up
from .pieces import Piece, together
from .ply import read_ply
from .problems import NO_TRIANGLES, Unreadable
from .step_support import STEP_MISSING, can_read_step
from .surface import surface

_MM_PER_METER: Final = np.float32(1000)
"""GLB is in meters by its specification, and cascadio gives GLB; PLY has no unit: mm."""

_TOLERANCES: Final = ((0.01, 0.5), (0.1, 0.5), (0.01, 0.2), (0.003, 0.3), (0.05, 0.5))
"""Lengths in mm and angles in radians between a solid and its triangles; tried until it closes. Where
the first leaves out faces, the coarse one seldom does."""

_SECONDS_FOR_MORE: Final = 6.0
_MOST_FOR_MORE: Final = 400_000
"""Triangles, beyond which no other way is tried."""


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
        if kind == "ply":
            return read_ply(file)
        data = file.read()
        if kind == "step":
            return _solid(data)
        refuse_compressed(data)
        corners, colors = _colored(data)
        if not len(corners):
            raise Unreadable(NO_TRIANGLES, code="no_triangles")
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
    return stood_up(Model(kind, corners * _MM_PER_METER, colors=colors))


def _solid(data: bytes) -> Model:
    """A STEP's triangles: of the first way to cut it that closes. Else with the holes filled that the
    cutting left in a solid, else with the fewest gaps."""
    sheets = b"OPEN_SHELL" in data  # surfaces, which need not close
    solid = not sheets or b"CLOSED_SHELL" in data
    best: tuple[int, Triangles] | None = None
    whole: Triangles | None = None
    until = time.monotonic() + _SECONDS_FOR_MORE
    for number, (linear, angular) in enumerate(_TOLERANCES):
        late = time.monotonic() > until or whole is not None
        if best is not None and (len(best[1]) > _MOST_FOR_MORE or (late and number > 1)):
            break
        corners = _cut(data, linear, angular)
        if corners is None:
            continue
        gaps = surface(corners).open_edges
        if best is None or gaps < best[0]:
            best = gaps, corners
        if not gaps:
            return Model("step", corners)
        if whole is None and not sheets:
            whole = filled(corners)
    if best is None:
        raise Unreadable(NO_TRIANGLES, code="no_triangles")
    if whole is not None:
        return Model("step", whole, ("patched",))
    return Model("step", best[1], ("tessellated",) if solid else ())


def _cut(data: bytes, linear: float, angular: float) -> Triangles | None:
    import cascadio

    found = cascadio.load(data, file_type="step", tol_linear=linear, tol_angular=angular)
    mesh = _mesh(found) if found else None
    faces = getattr(mesh, "faces", None)
    if mesh is None or faces is None or not len(faces):
        return None
    corners: Triangles = np.asarray(mesh.vertices, dtype=np.float32)[np.asarray(faces)]
    return corners * _MM_PER_METER


def _colored(data: bytes) -> tuple[Triangles, Colors | None]:
    """A GLB's triangles and their colors: of its materials, of its corners, or both together."""
    from trimesh.exchange.gltf.extensions import register_handler

    register_handler(COLOR, "primitive")(lambda said: {"metadata": {COLOR: said["data"]}})
    loaded = _loaded(named_by_color(data))
    pieces = [
        Piece(_points(mesh, place)[faces], _colors_of(mesh, faces))
        for mesh, faces, place in _placed(loaded)
    ]
    whole = together(pieces)
    return whole.triangles, whole.colors


def _placed(scene: Any) -> Iterator[tuple[Any, Any, Any]]:
    """The meshes of a scene, each with its faces and with where it stands. trimesh's own way to ask
    for them copies every mesh.
    """
    for node in scene.graph.nodes_geometry:
        place, name = scene.graph[node]
        mesh = scene.geometry[name]
        faces = np.asarray(getattr(mesh, "faces", ()))
        if len(faces):
            mirrored = np.linalg.det(place[:3, :3]) < 0  # outside would be inside
            yield mesh, faces[:, ::-1] if mirrored else faces, place


def _points(mesh: Any, place: Any) -> Any:
    points = np.asarray(mesh.vertices)
    if not np.array_equal(place, np.eye(4)):
        points = points @ place[:3, :3].T + place[:3, 3]
    return points.astype(np.float32)


def _colors_of(mesh: Any, faces: Any) -> Colors | None:
    light = mesh.metadata.get(COLOR)
    at_corners = mesh.visual.kind == "vertex"
    if light is None and not at_corners:
        return None
    levels = np.ones((len(mesh.vertices), 3))
    if at_corners:
        levels = np.asarray(mesh.visual.vertex_colors)[:, :3] / 255
    shown = screen_level(levels * np.asarray(light or [1, 1, 1], np.float64))
    return of_corners(shown[faces])


def _mesh(data: bytes) -> Any:
    loaded = _loaded(data)
    return loaded.to_geometry() if hasattr(loaded, "to_geometry") else loaded


def _loaded(data: bytes) -> Any:
    import trimesh

    loaded: Any = trimesh.load(
        io.BytesIO(data),
        file_type="glb",
        resolver=_NoOtherFiles(),
        process=False,
        skip_materials=True,  # no picture is opened for a shape
    )
    return loaded
