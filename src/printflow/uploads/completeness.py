"""What is wrong with a whole model file, told at the door: reads as little as a sound file needs.

The first bytes were judged by :mod:`~printflow.uploads.file_type`; deeper looks are the inspection's, later.
"""

from __future__ import annotations

import io
import math
import struct
from typing import BinaryIO

from ..archives.stl import HEAD_BYTES, HEADER, RECORD, is_text
from ..archives.three_mf import open_package
from ..archives.zip_limits import PackageRefused
from ..errors import FileUnusable
from ..said import say
from .file_type import WHOLE, no_triangles

_RECORDS_PER_BLOCK = 4096
TAIL = 4096
_BLOCK = 1 << 20

STEP_END = b"END-ISO-10303-21;"
NO_STEP_END = say("The STEP file is incomplete: its last line is missing.")
STOPS = say("The STL file is incomplete: it stops in the middle of a triangle, in line {line}.")


def check_whole(file: BinaryIO, ending: str, size: int) -> None:
    """Raises FileUnusable where the file cannot be a model; ``size`` is in bytes."""
    if ending == ".3mf":
        try:
            open_package(file)
        except PackageRefused as error:
            raise FileUnusable(str(error), code=error.code, next_step=error.next_step) from error
    elif ending in (".step", ".stp"):
        file.seek(max(0, size - TAIL))
        if STEP_END not in file.read():
            raise FileUnusable(
                NO_STEP_END,
                code="file_cut_short",
                next_step=WHOLE,
            )
    elif ending == ".stl":
        if is_text(file.read(HEAD_BYTES), size):
            _check_ascii(file, size)
        else:
            _check_binary(file, size)


def _check_binary(file: BinaryIO, size: int) -> None:
    """At least one triangle has an area; the first one mostly has."""
    file.seek(HEADER)
    for _ in range((size - HEADER) // RECORD // _RECORDS_PER_BLOCK + 1):
        block = file.read(RECORD * _RECORDS_PER_BLOCK)
        for start in range(0, len(block) - RECORD + 1, RECORD):
            corners = struct.unpack_from("<9f", block, start + 12)
            if all(map(math.isfinite, corners)) and _has_area(corners):
                return
    raise no_triangles()


def _has_area(corners: tuple[float, ...]) -> bool:
    return len({corners[0:3], corners[3:6], corners[6:9]}) == 3


def _check_ascii(file: BinaryIO, size: int) -> None:
    """It ends where a triangle ends."""
    file.seek(max(0, size - TAIL))
    words = file.read().lower().split()
    last = max((place for place, word in enumerate(words) if word == b"facet"), default=-1)
    if b"endfacet" not in words[last + 1 :] and b"endsolid" not in words[last + 1 :]:
        raise FileUnusable(
            STOPS.having(line=_lines(file)),
            code="file_cut_short",
            next_step=WHOLE,
        )


def _lines(file: BinaryIO) -> int:
    file.seek(0, io.SEEK_SET)
    count = 1
    while block := file.read(_BLOCK):
        count += block.count(b"\n")
        last = block
    return count - last.endswith(b"\n")
