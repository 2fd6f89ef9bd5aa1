"""PLY (Turk, 1994): corners, and faces of any number of corners or strips of triangles; ASCII or binary.

Elements and properties come in any order and of any type; only ``x``, ``y``, ``z``, the corners' colors and the
lists ``vertex_indices`` (or ``vertex_index``) are looked at.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from ..said import say
from .colors import of_corners
from .model import Model
from .polygons import triangulated
from .problems import MAX_TRIANGLES, NO_TRIANGLES, Unreadable, too_many

_TYPES: Final = {
    "char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4",
    "float": "f4", "double": "f8", "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2",
    "int32": "i4", "uint32": "u4", "float32": "f4", "float64": "f8",
}  # fmt: skip
_CODES: Final = {
    "i1": "b",
    "u1": "B",
    "i2": "h",
    "u2": "H",
    "i4": "i",
    "u4": "I",
    "f4": "f",
    "f8": "d",
}
_ORDERS: Final = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
_LONGEST_HEADER: Final = 1 << 16
_COLORS: Final = ("red", "green", "blue")
_LISTS: Final = ("vertex_indices", "vertex_index")
I64 = NDArray[np.int64]


@dataclass
class _Element:
    name: str
    count: int
    properties: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, type, and the type of a list's length ("" where it is none)."""


def read_ply(file: BinaryIO) -> Model:
    """The model of a PLY file. Raises Unreadable; ValueError and struct.error where it is damaged."""
    order, elements = _header(file)
    data = file.read()
    if not order:
        found = _of_lines(data, elements) or _of_words(data.split(), elements)
    else:
        at = 0
        found = {}
        for element in elements:
            found[element.name], at = _binary(data, at, element, order)
    points, _ = found.get("vertex", (None, None))
    none = np.empty(0, np.int64), np.empty(0, np.int64)
    faces, strips = (found.get(name, (None, None))[1] or none for name in ("face", "tristrips"))
    sizes, corners = faces if len(faces[0]) else strips
    if points is None or not len(points) or not len(corners):
        raise Unreadable(NO_TRIANGLES, code="no_triangles")
    if len(corners) > 3 * MAX_TRIANGLES:
        raise too_many(len(corners) // 3)
    if not len(faces[0]):
        triangles = _of_strips(corners, sizes)
        used = triangles
    else:
        wide = np.repeat(sizes > 2, sizes)
        used = corners[wide]
        _check(used, len(points))
        triangles = triangulated(points[:, :3], used, sizes[sizes > 2])
    if not len(used):
        raise Unreadable(NO_TRIANGLES, code="no_triangles")
    _check(triangles, len(points))
    colors = of_corners(points[triangles, 3:]) if points.shape[1] == 6 else None
    return Model("ply", points[triangles, :3], colors=colors)


def _check(corners: I64, known: int) -> None:
    if len(corners) and (corners.min() < 0 or corners.max() >= known):
        raise Unreadable(
            say("A face of the PLY file names a corner that doesn't exist."), code="damaged"
        )


def _header(file: BinaryIO) -> tuple[str, list[_Element]]:
    head = file.read(_LONGEST_HEADER)
    at = head.find(b"end_header")
    ends = [place for mark in (b"\n", b"\r") if (place := head.find(mark, at)) >= 0]
    if at < 0 or not ends:
        raise ValueError("no end of the header")
    end = min(ends) + 1
    if head[end - 1 : end + 1] == b"\r\n":
        end += 1
    file.seek(end)
    order: str | None = None
    elements: list[_Element] = []
    for line in head[:at].decode("latin-1").splitlines():
        match line.split():
            case ["format", kind, *_]:
                order = _ORDERS[kind]
            case ["element", name, count]:
                elements.append(_Element(name, int(count)))
            case ["property", "list", length, kind, name]:
                elements[-1].properties.append((name, _TYPES[kind], _TYPES[length]))
            case ["property", kind, name]:
                elements[-1].properties.append((name, _TYPES[kind], ""))
    if order is None:
        raise ValueError("no format")
    return order, elements


Found = tuple[NDArray[np.float32] | None, tuple[I64, I64] | None]


def _points(element: _Element, columns: dict[str, NDArray[np.float64]]) -> Found:
    if element.name != "vertex":
        return None, None
    kinds = {name: kind for name, kind, _ in element.properties}
    shares = [name for name in _COLORS if name in kinds]
    scale = [255.0 if kinds[name].startswith("f") else 1.0 for name in shares]
    found = [columns[axis] for axis in "xyz"]
    if len(shares) == 3:
        found += [columns[name] * by for name, by in zip(shares, scale, strict=True)]
    return np.stack(found, axis=1).astype(np.float32), None


def _of_words(words: list[bytes], elements: list[_Element]) -> dict[str, Found]:
    return {element.name: _text(words, element) for element in elements}


def _of_lines(data: bytes, elements: list[_Element]) -> dict[str, Found] | None:
    """Each element from a line of its own, whatever more stands in it than the header says; None where
    the lines are not so."""
    lines = [line for line in data.splitlines() if line.strip()]
    if len(lines) != sum(element.count for element in elements):
        return None
    found: dict[str, Found] = {}
    at = 0
    for element in elements:
        mine, at = lines[at : at + element.count], at + element.count
        words = b" ".join(mine).split()
        try:
            found[element.name] = _text(words, element)
        except ValueError:
            words = [b""]
        if not words:
            continue
        one = replace(element, count=1)
        each = [_text(line.split(), one) for line in mine]
        points = [point for point, _ in each if point is not None]
        lists = [some for _, some in each if some is not None]
        found[element.name] = (
            np.concatenate(points) if points else None,
            (
                np.concatenate([sizes for sizes, _ in lists]),
                np.concatenate([corners for _, corners in lists]),
            )
            if lists
            else None,
        )
    return found


def _text(words: list[bytes], element: _Element) -> Found:
    """The element at the beginning of ``words``, which are then taken from them."""
    if not any(length for _, _, length in element.properties):
        width = len(element.properties)
        mine = words[: width * element.count]
        del words[: width * element.count]
        table = np.array(mine, dtype=np.float64).reshape(element.count, width)
        return _points(
            element, {name: table[:, at] for at, (name, *_) in enumerate(element.properties)}
        )
    sizes: list[int] = []
    corners: list[int] = []
    at = 0
    for _ in range(element.count):
        for name, _, length in element.properties:
            if not length:
                at += 1
                continue
            many = int(words[at])
            if many < 0 or at + 1 + many > len(words):
                raise ValueError("a list that is cut short")
            if name in _LISTS:
                sizes.append(many)
                corners += map(int, words[at + 1 : at + 1 + many])
            at += 1 + many
    del words[:at]
    return None, (np.array(sizes, np.int64), np.array(corners, np.int64))


def _binary(data: bytes, at: int, element: _Element, order: str) -> tuple[Found, int]:
    lists = [one for one in element.properties if one[2]]
    if not lists:
        layout = np.dtype([(name, order + kind) for name, kind, _ in element.properties])
        table = np.frombuffer(data, layout, element.count, at)
        columns = {name: table[name] for name, *_ in element.properties}
        return _points(element, columns), at + layout.itemsize * element.count
    alike = _all_alike(data, at, element, order) if element.name == "face" else None
    if alike is not None:
        return alike
    sizes: list[int] = []
    corners: list[int] = []
    for _ in range(element.count):
        for name, kind, length in element.properties:
            if not length:
                at += int(kind[1])
                continue
            (many,) = struct.unpack_from(order + _CODES[length], data, at)
            at += int(length[1])
            if many < 0 or at + many * int(kind[1]) > len(data):
                raise ValueError("a list that is cut short")
            if name in _LISTS:
                sizes.append(many)
                corners += struct.unpack_from(f"{order}{many}{_CODES[kind]}", data, at)
            at += many * int(kind[1])
    return (None, (np.array(sizes, np.int64), np.array(corners, np.int64))), at


def _all_alike(data: bytes, at: int, element: _Element, order: str) -> tuple[Found, int] | None:
    """Faces that all have as many corners as the first, read at once; None where they have not."""
    if not element.count:
        return None
    fields: list[tuple[str, str] | tuple[str, str, int]] = []
    place = at
    for number, (_, kind, length) in enumerate(element.properties):
        if not length:
            fields.append((f"p{number}", order + kind))
            place += int(kind[1])
            continue
        (many,) = struct.unpack_from(order + _CODES[length], data, place)
        if not 0 < many < 64:
            return None
        fields += [(f"n{number}", order + length), (f"p{number}", order + kind, many)]
        place += int(length[1]) + many * int(kind[1])
    layout = np.dtype(fields)
    if at + layout.itemsize * element.count > len(data):
        return None
    table = np.frombuffer(data, layout, element.count, at)
    sizes, corners = np.empty(0, np.int64), np.empty(0, np.int64)
    for number, (name, _, length) in enumerate(element.properties):
        if length and (table[f"n{number}"] != table[f"n{number}"][0]).any():
            return None
        if length and name in _LISTS:
            sizes = table[f"n{number}"].astype(np.int64)
            corners = table[f"p{number}"].astype(np.int64).reshape(-1)
    return (None, (sizes, corners)), at + layout.itemsize * element.count


def _of_strips(corners: I64, sizes: I64) -> I64:
    """Each corner from the third on makes a triangle with the two before it, turned alternately; -1
    begins a new strip."""
    ends = np.zeros(len(corners), bool)
    ends[np.cumsum(sizes)[:-1] % max(1, len(corners))] = True
    ends[0] = True
    begin = ends | np.concatenate(([False], corners[:-1] < 0))
    place = np.arange(len(corners))
    start = np.maximum.accumulate(np.where(begin, place, 0))
    at = np.flatnonzero((place - start >= 2) & (corners >= 0))
    odd = (at - start[at]) % 2 == 1
    one, two = np.where(odd, at - 1, at - 2), np.where(odd, at - 2, at - 1)
    triangles = np.stack([corners[one], corners[two], corners[at]], axis=1)
    flat = (triangles[:, 0] == triangles[:, 1]) | (triangles[:, 1] == triangles[:, 2])
    flat |= triangles[:, 2] == triangles[:, 0]
    result: I64 = triangles[~flat]
    return result
