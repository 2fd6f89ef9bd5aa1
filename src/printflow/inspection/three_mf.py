"""3MF: a ZIP whose model part lists objects, components and what is to be built of them.

Source: 3MF Core Specification 1.3, and the Production Extension (objects in other parts), as slicers
write it. Counts are checked before anything is expanded; nothing is extracted to disk, and document
types are refused.
"""

from __future__ import annotations

import posixpath
import zipfile
from array import array
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..archives.three_mf import PackageRefused, open_package, parse_xml, read_part
from ..mesh.blocks import Triangles
from ..said import say
from .model import Model
from .problems import MAX_TRIANGLES, NO_TRIANGLES, Unreadable, too_many

_MAX_INSTANCES, _MAX_DEPTH = 10_000, 100
_MM = {
    "micron": 0.001,
    "millimeter": 1.0,
    "centimeter": 10.0,
    "inch": 25.4,
    "foot": 304.8,
    "meter": 1000.0,
}
Matrix = NDArray[np.float64]
Key = tuple[str, str]
"""The part's name and the object's id."""


@dataclass
class _Object:
    corners: array[float] = field(default_factory=lambda: array("d"))
    faces: array[int] = field(default_factory=lambda: array("l"))
    components: list[tuple[Key, Matrix | None]] = field(default_factory=list)


@dataclass
class _Part:
    """What one model part says; ``unit`` in mm."""

    unit: float = 1.0
    objects: dict[str, _Object] = field(default_factory=dict)
    items: list[tuple[Key, Matrix | None]] = field(default_factory=list)


def read_three_mf(file: BinaryIO) -> Model:
    """The model: everything on the build plate, in mm."""
    try:
        archive, start = open_package(file)
        return _assemble(archive, start)
    except PackageRefused as error:
        raise Unreadable(str(error), code=error.code) from error


def _read_part(data: bytes, name: str) -> _Part:
    part, current = _Part(), [_Object()]

    def begin(tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(" ")[2]
        if local == "vertex":
            current[0].corners.extend(
                (float(attributes["x"]), float(attributes["y"]), float(attributes["z"]))
            )
        elif local == "triangle":
            faces = current[0].faces
            faces.extend((int(attributes["v1"]), int(attributes["v2"]), int(attributes["v3"])))
            if len(faces) > 3 * MAX_TRIANGLES:
                raise too_many(len(faces) // 3)
        elif local == "object":
            current[0] = part.objects[attributes["id"]] = _Object()
        elif local == "component":
            current[0].components.append(_reference(attributes, name))
        elif local == "item":
            part.items.append(_reference(attributes, name))
        elif local == "model":
            unit = attributes.get("unit", "millimeter")
            if unit not in _MM:
                raise Unreadable(say("The 3MF file's unit isn't known."), code="damaged")
            part.unit = _MM[unit]

    parse_xml(data, begin)
    return part


def _reference(attributes: dict[str, str], here: str) -> tuple[Key, Matrix | None]:
    elsewhere = next((v for k, v in attributes.items() if k.rpartition(" ")[2] == "path"), "")
    part = posixpath.normpath(elsewhere.lstrip("/")) if elsewhere else here
    text = attributes.get("transform", "")
    matrix = None
    if text:
        matrix = np.array([float(word) for word in text.split()], dtype=np.float64)
        if matrix.shape != (12,):
            raise ValueError("a transform without twelve numbers")
        matrix = matrix.reshape(4, 3)
    return (part, attributes["objectid"]), matrix


def _assemble(archive: zipfile.ZipFile, start: str) -> Model:
    parts = {start: _read_part(read_part(archive, start), start)}

    def part_of(key: Key) -> _Part:
        if key[0] not in parts:
            parts[key[0]] = _read_part(read_part(archive, key[0]), key[0])
        return parts[key[0]]

    counted: dict[Key, tuple[int, int]] = {}

    def count(key: Key, above: tuple[Key, ...]) -> tuple[int, int]:
        """Triangles and instances below an object, before anything is expanded."""
        if key in counted:
            return counted[key]
        if key in above or len(above) > _MAX_DEPTH:
            raise Unreadable(say("The 3MF file's parts contain each other."), code="archive_limits")
        thing = part_of(key).objects.get(key[1])
        if thing is None:
            raise Unreadable(
                say("The 3MF file builds an object that doesn't exist."), code="damaged"
            )
        below = [count(inner, (*above, key)) for inner, _ in thing.components]
        triangles = len(thing.faces) // 3 + sum(one for one, _ in below)
        instances = 1 + sum(one for _, one in below)
        counted[key] = triangles, instances
        return triangles, instances

    root = parts[start]
    totals = [count(key, ()) for key, _ in root.items]
    if sum(one for _, one in totals) > _MAX_INSTANCES:
        raise Unreadable(
            say("We don't open this 3MF file: it places its parts more than 10,000 times."),
            code="archive_limits",
        )
    if sum(one for one, _ in totals) > MAX_TRIANGLES:
        raise too_many(sum(one for one, _ in totals))

    built: dict[Key, Triangles] = {}

    def build(key: Key) -> Triangles:
        if key not in built:
            thing = part_of(key).objects[key[1]]
            pieces = [_mesh(thing)] if thing.faces else []
            pieces += [_placed(build(inner), matrix) for inner, matrix in thing.components]
            built[key] = np.concatenate(pieces) if pieces else np.empty((0, 3, 3), np.float32)
        return built[key]

    pieces = [_placed(build(key), matrix) for key, matrix in root.items]
    if not pieces:
        raise Unreadable(NO_TRIANGLES, code="no_triangles")
    return Model("3mf", np.concatenate(pieces) * np.float32(root.unit))


def _mesh(thing: _Object) -> Triangles:
    corners = np.frombuffer(thing.corners, dtype=np.float64).reshape(-1, 3)
    faces = np.frombuffer(thing.faces, dtype=np.dtype("l"))
    if len(faces) and (faces.min() < 0 or faces.max() >= len(corners)):
        raise Unreadable(
            say("A triangle of the 3MF file names a corner that doesn't exist."), code="damaged"
        )
    return corners.astype(np.float32)[faces].reshape(-1, 3, 3)


def _placed(triangles: Triangles, matrix: Matrix | None) -> Triangles:
    if matrix is None:
        return triangles
    with np.errstate(over="ignore", invalid="ignore"):
        moved: Triangles = (triangles @ matrix[:3] + matrix[3]).astype(np.float32)
    if np.linalg.det(matrix[:3]) < 0:
        moved = moved[:, ::-1]  # a mirror turns the triangles inside out
    return moved
