"""A model written once more with its coordinates multiplied; all else in the file stays as it is.

For the formats that know no unit: STL (binary and ASCII) and OBJ, block by block.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from ..archives.stl import HEAD_BYTES, HEADER, RECORD, is_text
from ..errors import FileUnusable
from ..said import say

_AT_ONCE: Final = 1 << 20
_LONGEST: Final = 1 << 24
"""Bytes without an end of a line or facet, beyond which a text isn't one."""

_MARK: Final = b"\xef\xbb\xbf"
_NUMBER: Final = rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_VERTEX: Final = re.compile(
    rb"(\bvertex\s+)(%b)(\s+)(%b)(\s+)(%b)" % ((_NUMBER,) * 3), re.IGNORECASE
)
_CORNER: Final = re.compile(
    rb"(^[ \t]*v[ \t]+)(%b)([ \t]+)(%b)([ \t]+)(%b)" % ((_NUMBER,) * 3), re.MULTILINE
)
_FACET_END: Final = re.compile(rb"endfacet", re.IGNORECASE)


def write_scaled(
    source: BinaryIO, ending: str, factor: float, write: Callable[[bytes], object]
) -> None:
    """Give ``write`` the bytes of the model in ``source`` with every coordinate times ``factor``.

    Raises FileUnusable for a text without lines, ValueError for a format that isn't one of
    ``domain.scaling.SCALABLE_ENDINGS``.
    """
    if ending == ".obj":
        for block in _blocks_of_lines(source):
            write(_CORNER.sub(_times(factor), block))
    elif ending == ".stl":
        size = source.seek(0, 2)
        source.seek(0)
        head = source.read(HEAD_BYTES)
        source.seek(0)
        if is_text(head, size):
            for block in _blocks_of_facets(source):
                write(_VERTEX.sub(_times(factor), block))
        else:
            _binary_stl(source, factor, write)
    else:
        raise ValueError(f"{ending} files are not scaled")


def _times(factor: float) -> Callable[[re.Match[bytes]], bytes]:
    def scaled(found: re.Match[bytes]) -> bytes:
        before, x, first, y, second, z = found.groups()
        return b"".join((before, _by(x, factor), first, _by(y, factor), second, _by(z, factor)))

    return scaled


def _by(number: bytes, factor: float) -> bytes:
    return b"%.9g" % (float(number) * factor)


def _binary_stl(source: BinaryIO, factor: float, write: Callable[[bytes], object]) -> None:
    import numpy as np  # no list of jobs loads it

    kinds = np.dtype([("normal", "<f4", 3), ("corners", "<f4", 9), ("attributes", "<u2")])
    write(source.read(HEADER))
    while block := source.read(RECORD * 16_384):
        whole = len(block) // RECORD * RECORD
        records = np.frombuffer(block[:whole], kinds).copy()
        with np.errstate(over="ignore", invalid="ignore"):
            records["corners"] = records["corners"].astype(np.float64) * factor
        write(records.tobytes() + block[whole:])


def _blocks_of_facets(source: BinaryIO) -> Iterator[bytes]:
    """Blocks that end where a facet ends."""
    left = b""
    while block := source.read(_AT_ONCE):
        text = left + block
        ends = [found.end() for found in _FACET_END.finditer(text)]
        if not ends and len(text) > _LONGEST:
            raise _no_text()
        cut = ends[-1] if ends else 0
        if cut:
            yield text[:cut]
        left = text[cut:]
    yield left


def _blocks_of_lines(source: BinaryIO) -> Iterator[bytes]:
    """Blocks of whole lines, all with ``\\n``; those that go on behind a ``\\`` as one."""
    left = source.read(len(_MARK)).removeprefix(_MARK)
    while block := source.read(_AT_ONCE):
        text = left + block
        cut = text.rfind(b"\n") if b"\n" in text else text.rfind(b"\r")
        while cut > 0 and text[max(0, cut - 2) : cut].endswith((b"\\", b"\\\r")):
            cut = max(text.rfind(b"\n", 0, cut), text.rfind(b"\r", 0, cut - 1))
        if cut < 0 and len(text) > _LONGEST:
            raise _no_text()
        if cut >= 0:
            yield _plain_lines(text[: cut + 1])
        left = text[cut + 1 :]
    yield _plain_lines(left)


def _plain_lines(text: bytes) -> bytes:
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return text.replace(b"\\\n", b" ") if b"\\" in text else text


def _no_text() -> FileUnusable:
    return FileUnusable(
        say("The model can't be scaled: its lines are too long."),
        code="file_damaged",
        next_step=say("Export it again, in millimeters."),
    )
