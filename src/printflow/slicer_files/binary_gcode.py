"""Binary G-code (.bgcode), as Prusa's libbgcode specifies it, version 1.

A header of 10 bytes ("GCDE", version, kind of checksum), then blocks: kind and compression (two
bytes each), size as it is and, if compressed, as it stands in the file (four each), parameters,
data, a checksum of four bytes if the header says so. Metadata and pictures come before the G-code,
so reading stops at the first block of it.
"""

import struct
import zlib
from typing import BinaryIO

from printflow.said import say
from printflow.slicer_files.damaged import Damaged
from printflow.slicer_files.gcode_comments import Figures, figures_of

MAGIC = b"GCDE"

LARGEST_BLOCK = 4_000_000
"""Bytes of a block of metadata or a picture, in the file and unpacked."""

_BLOCKS = 64
_GCODE, _THUMBNAIL = 1, 5
_METADATA = (0, 2, 3, 4)
_NONE, _DEFLATE = 0, 1


def read(stream: BinaryIO) -> tuple[Figures, list[bytes]]:
    """The figures and the pictures in a file. Raises Damaged when it is damaged."""
    said: dict[str, str] = {}
    images: list[bytes] = []
    _, version, checksum = struct.unpack("<4sIH", _exactly(stream, 10))
    if version != 1 or checksum > 1:
        raise Damaged(say("binary G-code of version {version} isn't known", version=str(version)))
    for _ in range(_BLOCKS):
        kind, data = _block(stream, checksum * 4)
        if kind in (_GCODE, None):
            break
        if kind == _THUMBNAIL:
            images.append(data)
        else:
            said.update(_lines(data))
    return figures_of(said, slicer=said.get("producer", "PrusaSlicer")), images


def _block(stream: BinaryIO, checksum: int) -> tuple[int | None, bytes]:
    """Kind and data of the next block; (None, b"") at the end of the file."""
    begin = stream.read(4)
    if not begin:
        return None, b""
    kind, compression = struct.unpack("<HH", begin + _exactly(stream, 4 - len(begin)))
    if kind == _GCODE:
        return kind, b""
    if kind not in (*_METADATA, _THUMBNAIL):
        raise Damaged(say("it has a block of the unknown kind {kind}", kind=str(kind)))
    (size,) = struct.unpack("<I", _exactly(stream, 4))
    stored = size
    if compression != _NONE:
        (stored,) = struct.unpack("<I", _exactly(stream, 4))
    if max(size, stored) > LARGEST_BLOCK:
        raise Damaged(say("it has a block of {size} bytes", size=max(size, stored)))
    _exactly(stream, 6 if kind == _THUMBNAIL else 2)
    data = _exactly(stream, stored)
    _exactly(stream, checksum)
    if compression == _DEFLATE:
        data = _inflated(data)
    elif compression != _NONE:
        data = b""
    return kind, data


def _inflated(data: bytes) -> bytes:
    """At most LARGEST_BLOCK bytes, whatever the file says of its size."""
    try:
        return zlib.decompressobj().decompress(data, LARGEST_BLOCK)
    except zlib.error as problem:
        raise Damaged(say("a block is damaged")) from problem


def _lines(data: bytes) -> dict[str, str]:
    lines = (line.partition("=") for line in data.decode("utf-8", "replace").splitlines())
    return {key.strip().lower(): value.strip()[:400] for key, sign, value in lines if sign}


def _exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise Damaged(say("it's cut short"))
    return data
