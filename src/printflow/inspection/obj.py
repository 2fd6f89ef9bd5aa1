"""Wavefront OBJ: corners (``v x y z``) and faces (``f a b c …``), indices from 1 or from the end.

Names of groups, objects and materials say nothing of the shape, and no other file is opened.
"""

from __future__ import annotations

from itertools import pairwise
from typing import BinaryIO

import numpy as np

from ..said import say
from .model import Model
from .problems import MAX_TRIANGLES, NO_TRIANGLES, Unreadable, too_many

_LONGEST_LINE = 1 << 20


def read_obj(file: BinaryIO) -> Model:
    """The model of an OBJ file; faces of more than three corners become fans of triangles."""
    places: list[bytes] = []
    fans: list[int] = []
    while line := file.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise Unreadable(say("A line of the OBJ file is longer than 1 MB."), code="damaged")
        mark = line[:2]
        if mark in (b"v ", b"v\t"):
            places.append(line)
        elif mark in (b"f ", b"f\t"):
            _take_face(line, len(places), fans)
            if len(fans) > 3 * MAX_TRIANGLES:
                raise too_many(len(fans) // 3)
    if not places or not fans:
        raise Unreadable(NO_TRIANGLES, code="no_triangles")
    indices = np.array(fans, dtype=np.int64)
    if indices.min() < 0 or indices.max() >= len(places):
        raise Unreadable(
            say("A face of the OBJ file names a corner that doesn't exist."), code="damaged"
        )
    return Model("obj", _corners(places)[indices].reshape(-1, 3, 3))


def _take_face(line: bytes, known: int, fans: list[int]) -> None:
    try:
        corners = [int(word.partition(b"/")[0]) for word in line.split()[1:]]
    except ValueError as error:
        raise Unreadable(say("A face of the OBJ file can't be read."), code="damaged") from error
    numbers = [one - 1 if one > 0 else known + one for one in corners]
    for second, third in pairwise(numbers[1:]):
        fans += (numbers[0], second, third)


def _corners(lines: list[bytes]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    try:
        rows = [line.split(None, 4)[1:4] for line in lines]
        return np.array(rows, dtype=np.float32).reshape(-1, 3)
    except ValueError as error:
        raise Unreadable(say("A corner of the OBJ file isn't a number."), code="damaged") from error
