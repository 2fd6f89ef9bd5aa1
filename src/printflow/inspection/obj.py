"""Wavefront OBJ: corners (``v x y z``) and faces (``f a b c …``), indices from 1 or from the end.

Names of groups, objects and materials say nothing of the shape, and no other file is opened.
"""

from __future__ import annotations

import io
from typing import BinaryIO

import numpy as np

from ..said import say
from .model import Model
from .polygons import triangulated
from .problems import MAX_TRIANGLES, NO_TRIANGLES, Unreadable, too_many

_LONGEST_LINE = 1 << 20
_MARK = b"\xef\xbb\xbf"


def read_obj(file: BinaryIO) -> Model:
    """The model of an OBJ file; faces of more than three corners become triangles."""
    places: list[bytes] = []
    corners: list[int] = []
    sizes: list[int] = []
    most = 3 * MAX_TRIANGLES
    for line in _lines(file):
        if len(line) >= _LONGEST_LINE:
            raise Unreadable(say("A line of the OBJ file is longer than 1 MB."), code="damaged")
        mark = line[:2]
        if mark[:1] in (b" ", b"\t"):
            line = line.lstrip()
            mark = line[:2]
        if mark in (b"v ", b"v\t"):
            places.append(line)
        elif mark in (b"f ", b"f\t"):
            _take_face(line, len(places), corners, sizes)
            if len(corners) > most:
                raise too_many(len(corners) // 3)
    if not places or not sizes:
        raise Unreadable(NO_TRIANGLES, code="no_triangles")
    indices = np.array(corners, dtype=np.int64)
    if indices.min() < 0 or indices.max() >= len(places):
        raise Unreadable(
            say("A face of the OBJ file names a corner that doesn't exist."), code="damaged"
        )
    points = _corners(places)
    return Model("obj", points[triangulated(points, indices, np.array(sizes))])


def _lines(file: BinaryIO) -> io.BytesIO:
    """The lines, however they end; those that go on behind a ``\\`` as one."""
    data = file.read().removeprefix(_MARK)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"\\" in data:
        data = data.replace(b"\\\n", b" ")
    return io.BytesIO(data)


def _take_face(line: bytes, known: int, corners: list[int], sizes: list[int]) -> None:
    words = line.partition(b"#")[0].split()[1:]
    try:
        named = [int(word.partition(b"/")[0]) for word in words]
    except ValueError as error:
        raise Unreadable(say("A face of the OBJ file can't be read."), code="damaged") from error
    if len(named) > 2:
        # There is no corner 0: -1 below is refused with those that do not exist.
        corners += [one - 1 if one >= 0 else known + one for one in named]
        sizes.append(len(named))


def _corners(lines: list[bytes]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    try:
        rows = [line.partition(b"#")[0].split(None, 4)[1:4] for line in lines]
        return np.array(rows, dtype=np.float32).reshape(-1, 3)
    except ValueError as error:
        raise Unreadable(say("A corner of the OBJ file isn't a number."), code="damaged") from error
