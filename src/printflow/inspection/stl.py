"""STL, binary and ASCII.

Binary: 80 bytes of header, a 32-bit count, and 50 bytes a triangle: normal, three corners, two
bytes of attributes, all little-endian. ASCII: ``facet normal … vertex x y z`` three times each.
"""

from __future__ import annotations

import os
from typing import BinaryIO

import numpy as np

from ..mesh.blocks import Triangles
from ..said import say
from .model import Model
from .problems import MAX_TRIANGLES, NO_TRIANGLES, Unreadable, too_many

_HEADER, _RECORD = 84, 50
LAYOUT = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attributes", "<u2")])
_AT_ONCE = 16_384
_UNCOUNTED = (0, 0xFFFFFFFF)


def read_stl(file: BinaryIO) -> Model:
    """The model of a binary or ASCII STL."""
    size = os.fstat(file.fileno()).st_size
    head = file.read(1024)
    start = head.lstrip().lower()
    if start.startswith(b"solid") and b"facet" in start and not _is_binary(head, size):
        file.seek(0)
        return Model("stl", _ascii(file.read()), ("ascii",))
    if len(head) < _HEADER:
        raise Unreadable(say("The STL file is incomplete."), code="cut_short")
    count = int.from_bytes(head[80:84], "little")
    records, rest = divmod(size - _HEADER, _RECORD)
    notes: tuple[str, ...] = ()
    if count in _UNCOUNTED and records and not rest:
        count, notes = records, ("uncounted",)
    elif count > records:
        raise Unreadable(
            say(
                "The STL file is incomplete: it should have {expected} triangles, but has {found}.",
                expected=count,
                found=records,
            ),
            code="cut_short",
        )
    elif size != _HEADER + _RECORD * count:
        notes = ("more_bytes",)
    if not count:
        raise Unreadable(NO_TRIANGLES, code="no_triangles")
    if count > MAX_TRIANGLES:
        raise too_many(count)
    file.seek(_HEADER, os.SEEK_SET)
    return Model("stl", _binary(file, count), notes)


def _binary(file: BinaryIO, count: int) -> Triangles:
    """The corners of the next ``count`` records; block by block, because each record is a third
    longer than what is kept of it."""
    triangles = np.empty((count, 3, 3), np.float32)
    first = 0
    while first < count:
        rows = np.fromfile(file, dtype=LAYOUT, count=min(_AT_ONCE, count - first))
        if not len(rows):
            raise Unreadable(say("The STL file is incomplete."), code="cut_short")
        triangles[first : first + len(rows)] = rows["corners"]
        first += len(rows)
    return triangles


def _is_binary(head: bytes, size: int) -> bool:
    """Some programs begin a binary STL with "solid", too: its size gives it away."""
    count = int.from_bytes(head[80:84], "little") if len(head) >= _HEADER else 0
    return count > 0 and size == _HEADER + _RECORD * count


def _ascii(data: bytes) -> Triangles:
    numbers = [line.split(None, 1)[1] for line in data.splitlines() if _is_vertex(line)]
    if len(numbers) < 3 or len(numbers) // 3 > MAX_TRIANGLES:
        raise (
            too_many(len(numbers) // 3)
            if numbers[3:]
            else Unreadable(NO_TRIANGLES, code="no_triangles")
        )
    try:
        values = np.array(b" ".join(numbers).split(), dtype=np.float32)
    except ValueError as error:
        raise Unreadable(say("A corner of the STL file isn't a number."), code="damaged") from error
    if len(values) != 3 * len(numbers):
        raise Unreadable(
            say("A corner of the STL file doesn't have three coordinates."), code="damaged"
        )
    whole = len(numbers) // 3
    return values[: whole * 9].reshape(whole, 3, 3)


def _is_vertex(line: bytes) -> bool:
    words = line.lstrip()[:7].lower()
    return words.startswith(b"vertex") and len(line.split(None, 1)) == 2
