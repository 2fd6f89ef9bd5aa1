"""Members of an archive, each up to a limit of measured bytes."""

import zipfile
from typing import IO

from printflow.said import say
from printflow.slicer_files.damaged import Damaged

LARGEST_TEXT = 4_000_000
LARGEST_PICTURE = 4_000_000
"""Bytes of a member, measured while it is unpacked."""

_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def opened(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """A member, to be read in pieces. Raises Damaged for a packing that 3MF does not allow: of
    those, Python unpacks a piece whole, however large it becomes."""
    if archive.getinfo(name).compress_type not in _PACKED:
        raise Damaged(say("the archive is locked or packed in an unknown way"))
    return archive.open(name)


def text_of(archive: zipfile.ZipFile, name: str, limit: int = LARGEST_TEXT) -> str:
    """A member as text. Raises Damaged when it is larger."""
    return data_of(archive, name, limit).decode("utf-8", "replace")


def data_of(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """A member's bytes. Raises Damaged when it is larger."""
    with opened(archive, name) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise Damaged(say("{name} is larger than {most} MB", name=name, most=limit // 1_000_000))
    return data
