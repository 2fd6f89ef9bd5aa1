"""ASCII STL, a megabyte at a time: facets of 21 words as nearly all are, else word by word.

A facet has three corners. One with more or fewer is refused, never taken for parts of its neighbors.
"""

from __future__ import annotations

from itertools import pairwise
from typing import BinaryIO

import numpy as np

from ..mesh.blocks import Triangles
from ..said import say
from .problems import MAX_TRIANGLES, NO_TRIANGLES, Unreadable, too_many

_AT_ONCE = 1 << 20
_LONGEST = 1 << 24
"""Bytes between two ends of facets, beyond which it isn't one."""

_END = b"endfacet"
_WORDS = 21
_FIXED = {
    0: b"facet", 1: b"normal", 5: b"outer", 6: b"loop", 7: b"vertex", 11: b"vertex", 15: b"vertex",
    19: b"endloop", 20: _END,
}  # fmt: skip
_FOLLOWS = (b"normal", b"outer", b"vertex")
"""What follows the word "facet" where it isn't part of a solid's name."""
_NUMBERS = (8, 9, 10, 12, 13, 14, 16, 17, 18)


def read_ascii(file: BinaryIO) -> Triangles:
    """The triangles of an ASCII STL. Raises Unreadable."""
    found: list[Triangles] = []
    total, left = 0, b""
    while block := file.read(_AT_ONCE):
        text = left + block.lower()
        cut = text.rfind(_END)
        if cut < 0:
            left = text
            if len(left) > _LONGEST:
                raise _not_three()
            continue
        text, left = text[: cut + len(_END)], text[cut + len(_END) :]
        found.append(_facets(text))
        total += len(found[-1])
        if total > MAX_TRIANGLES:
            raise too_many(total)
    if _first_facet(left.split()) is not None:
        raise Unreadable(
            say("The STL file is incomplete: its last triangle isn't whole."), code="damaged"
        )
    if not total:
        raise Unreadable(NO_TRIANGLES, code="no_triangles")
    return np.concatenate(found)


def _facets(text: bytes) -> Triangles:
    words = text.split()
    start = 0
    if words[0] != b"facet":  # the first line, with a name
        begin = _first_facet(words)
        start = len(words) if begin is None else begin
    count, rest = divmod(len(words) - start, _WORDS)
    regular = not rest and all(
        words[start + place :: _WORDS].count(word) == count for place, word in _FIXED.items()
    )
    if not regular:
        return _numbers(_one_by_one(words), None)
    return _numbers([words[start + place :: _WORDS] for place in _NUMBERS], count)


def _first_facet(words: list[bytes]) -> int | None:
    return next(
        (
            at
            for at, (one, after) in enumerate(pairwise(words))
            if one == b"facet" and after in _FOLLOWS
        ),
        None,
    )


def _one_by_one(words: list[bytes]) -> list[bytes]:
    """The numbers of facets that are written in another way, nine each."""
    numbers: list[bytes] = []
    corners = 0
    inside = False
    at = 0
    while at < len(words):
        word = words[at]
        if not inside:
            if word == b"facet" and words[at + 1 : at + 2] and words[at + 1] in _FOLLOWS:
                inside, corners = True, 0
        elif word == b"vertex":
            numbers += words[at + 1 : at + 4]
            corners += 1
            at += 3
        elif word == b"facet":
            raise _not_three()
        elif word == _END:
            if corners != 3:
                raise _not_three()
            inside = False
        at += 1
    return numbers


def _numbers(words: list[bytes] | list[list[bytes]], count: int | None) -> Triangles:
    try:
        values = np.array(words, dtype=np.float32)
    except ValueError as error:
        raise Unreadable(say("A corner of the STL file isn't a number."), code="damaged") from error
    if count is not None:
        return np.ascontiguousarray(values.T).reshape(-1, 3, 3)
    if len(values) % 9:
        raise Unreadable(
            say("A corner of the STL file doesn't have three coordinates."), code="damaged"
        )
    return values.reshape(-1, 3, 3)


def _not_three() -> Unreadable:
    return Unreadable(say("A triangle of the STL file doesn't have three corners."), code="damaged")
