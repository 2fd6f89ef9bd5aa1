"""STL, binary and ASCII.

Binary: 80 bytes of header, a 32-bit count, and 50 bytes a triangle: normal, three corners, two
bytes of attributes, all little-endian. ASCII: ``facet normal … vertex x y z`` three times each, in
capitals or not, in lines or not.
"""

from __future__ import annotations

import os
from typing import BinaryIO

import numpy as np

from ..archives.stl import HEAD_BYTES, HEADER, RECORD, UNCOUNTED, counted, is_text
from ..mesh.blocks import Triangles
from ..said import say
from .ascii_stl import read_ascii
from .model import Model
from .problems import MAX_TRIANGLES, NO_TRIANGLES, Unreadable, too_many

LAYOUT = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attributes", "<u2")])
_AT_ONCE = 16_384
_ABSURD = 1e12


def read_stl(file: BinaryIO) -> Model:
    """The model of a binary or ASCII STL."""
    size = os.fstat(file.fileno()).st_size
    head = file.read(HEAD_BYTES)
    if is_text(head, size):
        file.seek(0)
        return Model("stl", read_ascii(file), ("ascii",))
    if len(head) < HEADER:
        raise Unreadable(say("The STL file is incomplete."), code="cut_short")
    count, records, rest = counted(head, size)
    notes: tuple[str, ...] = ()
    if count in UNCOUNTED and records:
        count, notes = records, ("uncounted", "more_bytes") if rest else ("uncounted",)
    elif count > records:
        raise Unreadable(
            say(
                "The STL file is incomplete: it should have {expected} triangles, but has {found}.",
                expected=count,
                found=records,
            ),
            code="cut_short",
        )
    elif count < records and not rest and _goes_on(file, count):
        count, notes = records, ("uncounted",)
    elif size != HEADER + RECORD * count:
        notes = ("more_bytes",)
    if not count:
        raise Unreadable(NO_TRIANGLES, code="no_triangles")
    if count > MAX_TRIANGLES:
        raise too_many(count)
    file.seek(HEADER, os.SEEK_SET)
    return Model("stl", _binary(file, count), notes)


def _goes_on(file: BinaryIO, count: int) -> bool:
    """Whether there are triangles beyond those that were counted, not just more bytes."""
    file.seek(HEADER + RECORD * count)
    corners = np.fromfile(file, dtype=LAYOUT, count=_AT_ONCE)["corners"]
    with np.errstate(invalid="ignore"):
        sound = (np.abs(corners) < _ABSURD).all()
    return bool(sound) and bool((corners != 0).any())


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
