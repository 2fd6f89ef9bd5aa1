"""3MF: a ZIP whose model part lists objects, components and what is to be built of them.

Source: 3MF Core Specification 1.3, and the Production Extension (objects in other parts), as slicers
write it. Counts are checked before anything is expanded; nothing is extracted to disk, and document
types are refused.
"""

from __future__ import annotations

import zipfile
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..archives.member_names import MemberNames
from ..archives.three_mf import open_package, parse_xml, read_part
from ..archives.zip_limits import PackageRefused
from ..mesh.blocks import Triangles
from ..said import say
from .color_groups import BASES, Groups, Painted
from .colors import NONE, of_slot, resolved, shown
from .model import Model, OnPlate
from .pieces import NOTHING, Piece, Uses, all_filled, all_for, together, used
from .printed_parts import Plate, Settings, Use, read_settings
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
    aside: bool = False
    """Whether the file itself says that it is not printed."""
    painted: Painted = field(default_factory=Painted)


@dataclass
class _Part:
    """What one model part says; ``unit`` in mm."""

    unit: float = 1.0
    objects: dict[str, _Object] = field(default_factory=dict)
    items: list[tuple[Key, Matrix | None]] = field(default_factory=list)
    unprinted: set[int] = field(default_factory=set)
    """The items, by number, that the slicer was told to leave out."""
    groups: Groups = field(default_factory=Groups)
    beams: bool = False
    """Whether it has a lattice of beams, which are no triangles."""

    def place(self, item: tuple[Key, Matrix | None], printable: str) -> None:
        """One more item."""
        if printable.strip().lower() in ("0", "false"):
            self.unprinted.add(len(self.items))
        self.items.append(item)


def read_three_mf(file: BinaryIO) -> Model:
    """The model: everything on the build plate, in mm."""
    try:
        archive, start = open_package(file)
        return _assemble(archive, start)
    except PackageRefused as error:
        raise Unreadable(str(error), code=error.code) from error


def _read_part(data: bytes, name: str) -> _Part:
    part, current, core = _Part(), [_Object()], [""]

    def begin(tag: str, attributes: dict[str, str]) -> None:
        space, _, local = tag.rpartition(" ")
        if local == "model" and not core[0]:
            core[0] = tag[: len(tag) - len(local)]
            part.unit = _unit(attributes.get("unit", "millimeter"))
        elif core[0].rstrip(" ") != space or local in BASES:
            # An extension's own, such as the corners of a slice.
            part.groups.begin(space, local, attributes, core[0].rstrip(" "))
            part.beams = part.beams or local == "beam"
        elif local == "vertex":
            current[0].corners.extend(
                (float(attributes["x"]), float(attributes["y"]), float(attributes["z"]))
            )
        elif local == "triangle":
            faces = current[0].faces
            faces.extend((int(attributes["v1"]), int(attributes["v2"]), int(attributes["v3"])))
            if len(faces) > 3 * MAX_TRIANGLES:
                raise too_many(len(faces) // 3)
            if len(attributes) > 3:
                _paint(current[0], attributes, part.groups)
        elif local == "object":
            current[0] = part.objects[attributes["id"]] = _Object()
            current[0].aside = attributes.get("type") == "other"
            pid = attributes.get("pid")
            current[0].painted = Painted(part.groups.of(pid, attributes.get("pindex")), pid)
        elif local == "component":
            current[0].components.append(_reference(attributes, name))
        elif local == "item":
            part.place(_reference(attributes, name), attributes.get("printable", "1"))

    parse_xml(data, begin)
    return part


def _unit(name: str) -> float:
    if name not in _MM:
        raise Unreadable(say("The 3MF file's unit isn't known."), code="damaged")
    return _MM[name]


def _paint(thing: _Object, attributes: Mapping[str, str], groups: Groups) -> None:
    color = groups.of_triangle(attributes, thing.painted.pid)
    if color != NONE:
        thing.painted.set(len(thing.faces) // 3 - 1, color)


def _reference(attributes: dict[str, str], here: str) -> tuple[Key, Matrix | None]:
    elsewhere = next((v for k, v in attributes.items() if k.rpartition(" ")[2] == "path"), "")
    text = attributes.get("transform", "")
    matrix = None
    if text:
        matrix = np.array([float(word) for word in text.split()], dtype=np.float64)
        if matrix.shape != (12,):
            raise ValueError("a transform without twelve numbers")
        matrix = matrix.reshape(4, 3)
    return (elsewhere or here, attributes["objectid"]), matrix


class _Package:
    """All parts of a package, read when they are asked for, and the objects in them."""

    def __init__(self, archive: zipfile.ZipFile, start: str) -> None:
        self._archive = archive
        self.names = MemberNames(archive.namelist())
        self.start = start
        self._parts = {start: _read_part(read_part(archive, start), start)}
        self._counted: dict[Key, tuple[int, int]] = {}

    @property
    def beams(self) -> bool:
        """Whether there is a lattice of beams."""
        return any(part.beams for part in self._parts.values())

    @property
    def also(self) -> set[int]:
        """Slots that are on parts of triangles only."""
        return set().union(*(part.groups.also for part in self._parts.values()))

    @property
    def root(self) -> _Part:
        return self._parts[self.start]

    def object(self, key: Key) -> _Object | None:
        name = self.names.find(key[0]) or key[0].lstrip("/")
        if name not in self._parts:
            self._parts[name] = _read_part(read_part(self._archive, name), name)
        return self._parts[name].objects.get(key[1])

    def count(self, key: Key, above: tuple[Key, ...] = ()) -> tuple[int, int]:
        """Triangles and instances below an object, before anything is expanded."""
        if key in self._counted:
            return self._counted[key]
        if key in above or len(above) > _MAX_DEPTH:
            raise Unreadable(say("The 3MF file's parts contain each other."), code="archive_limits")
        thing = self.object(key)
        if thing is None:
            raise Unreadable(
                say("The 3MF file builds an object that doesn't exist."), code="damaged"
            )
        below = [self.count(inner, (*above, key)) for inner, _ in thing.components]
        triangles = len(thing.faces) // 3 + sum(one for one, _ in below)
        instances = 1 + sum(one for _, one in below)
        self._counted[key] = triangles, instances
        return triangles, instances


def _assemble(archive: zipfile.ZipFile, start: str) -> Model:
    package = _Package(archive, start)
    root = package.root
    totals = [package.count(key) for key, _ in root.items]
    if sum(one for _, one in totals) > _MAX_INSTANCES:
        raise Unreadable(
            say("We don't open this 3MF file: it places its parts more than 10,000 times."),
            code="archive_limits",
        )
    if sum(one for one, _ in totals) > MAX_TRIANGLES:
        raise too_many(sum(one for one, _ in totals))
    settings = read_settings(archive, package.names)
    built: dict[tuple[Key, str], Uses] = {}

    def build(key: Key, top: str = "") -> Uses:
        if (key, top) not in built:
            thing = package.object(key)
            assert thing is not None, "it was counted"
            pieces: list[Uses] = [_own(thing, settings, key[1] if top else "")]
            for inner, matrix in thing.components:
                uses = _all_placed(build(inner), matrix)
                if listed := settings.parts.get((top, inner[1])):
                    uses = all_for(uses, listed)
                pieces.append(all_filled(uses, settings.slots.get((top, inner[1]), 0)))
            whole = {use: together([piece[use] for piece in pieces]) for use in Use}
            if top and settings.palette:
                whole = all_filled(whole, settings.slots.get((top, ""), 0) or 1)
            built[key, top] = used(whole, Use.ASIDE if thing.aside else Use.PRINTED)
        return built[key, top]

    items: list[tuple[str, Uses]] = []
    for number, (key, matrix) in enumerate(root.items):
        placed = _all_placed(build(key, key[1]), matrix)
        left_out = number in root.unprinted
        items.append((key[1], used(placed, Use.ASIDE) if left_out else placed))
    if not items:
        raise Unreadable(NO_TRIANGLES, code="no_triangles")
    if package.beams and not any(len(some) for _, uses in items for some in uses.values()):
        raise Unreadable(
            say("The 3MF file is a lattice of beams, which we can't read. Export it as triangles."),
            code="no_triangles",
        )
    model = _on_plates(items, settings, np.float32(root.unit))
    if package.beams:
        model = replace(model, notes=(*model.notes, "beams"))
    also = [of_slot(slot) for slot in sorted(package.also)]
    rest = resolved(np.array(also, np.int32), settings.palette) if also else ()
    return replace(model, also=tuple(int(color) for color in rest if color != NONE))


def _on_plates(items: list[tuple[str, Uses]], settings: Settings, unit: np.float32) -> Model:
    """The items, plate by plate where the file has plates. What lies beside them all is left out."""
    copies: dict[str, int] = {}
    whose: list[Plate | None] = []
    for name, _ in items:
        copy = copies[name] = copies.get(name, -1) + 1
        plate = next((one for one in settings.plates if (name, copy) in one.instances), None)
        whose.append(plate)
    listed = any(whose)
    plates: list[OnPlate] = []
    pieces: list[Piece] = []
    for plate in sorted(settings.plates, key=lambda one: one.number) if listed else [None]:
        mine = [uses for (_, uses), one in zip(items, whose, strict=True) if one is plate]
        printed = together([uses[Use.PRINTED] for uses in mine])
        pieces.append(printed)
        if plate is not None and len(printed):
            plates.append(OnPlate(plate.number, plate.name, len(printed)))
    aside = any(len(uses[Use.ASIDE]) for _, uses in items) or (listed and None in whose)
    taken = together([uses[Use.NEGATIVE] for _, uses in items]).triangles
    whole = together(pieces)
    if not len(whole):
        raise Unreadable(say("Nothing in the 3MF file is set to be printed."), code="no_triangles")
    return Model(
        "3mf",
        whole.triangles * unit,
        ("not_printed",) if aside else (),
        plates=tuple(plates),
        taken=taken * unit if len(taken) else None,
        colors=shown(whole.colors, settings.palette),
    )


def _own(thing: _Object, settings: Settings, top: str) -> Uses:
    """An object's own triangles, by what they are for; ``top`` is its id if it is on the plate itself."""
    if not thing.faces:
        return dict.fromkeys(Use, NOTHING)
    triangles = _mesh(thing)
    piece = Piece(triangles, thing.painted.whole(len(triangles)))
    if not settings.palette:
        piece = piece.filled(thing.painted.own)  # with a slicer's colors, its slots say more
    for first, last, slot in settings.slot_ranges.get(top, []) if settings.palette else []:
        piece = piece.filled(of_slot(slot), slice(first, last + 1))
    ranges = settings.ranges.get(top, [])
    if not ranges:
        return {**dict.fromkeys(Use, NOTHING), Use.PRINTED: piece}
    uses = np.zeros(len(triangles), np.int8)
    order = list(Use)
    for first, last, use in ranges:
        uses[first : last + 1] = order.index(use)
    return {use: piece.only(uses == at) for at, use in enumerate(order)}


def _all_placed(uses: Uses, matrix: Matrix | None) -> Uses:
    if matrix is None:
        return uses
    return {
        use: Piece(_placed(piece.triangles, matrix), piece.colors) if len(piece) else piece
        for use, piece in uses.items()
    }


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
