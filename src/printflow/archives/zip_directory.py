"""A ZIP's table of contents, judged before Python's zipfile reads all of it into memory.

An entry costs 47 bytes in the file and ten times as many in memory, so a million of them would take the
server's. Source: APPNOTE 4.3.14 to 4.3.16 (the end of the central directory, and its Zip64 form).
"""

from __future__ import annotations

import struct
from enum import Enum
from typing import BinaryIO, Final

MOST_BYTES: Final = 1_000_000
"""Bytes of a table of contents: a thousand entries with names of a thousand characters."""

_END_OF_FILE = 66_000  # the last record, and a comment of the most characters


class Wrong(Enum):
    """What is wrong with a table of contents."""

    CUT_SHORT = "cut_short"
    MISPLACED = "misplaced"
    TOO_MANY = "too_many"


def wrong_with(file: BinaryIO, most_members: int) -> Wrong | None:
    """What forbids to open the archive; None where it is short enough. Leaves ``file`` anywhere."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_OF_FILE))
    end = file.read()
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) < at + 22:
        return Wrong.CUT_SHORT
    members, length = struct.unpack("<HI", end[at + 10 : at + 16])
    if end[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        # Zip64: its own record counts, whatever the old one says.
        record = end[max(0, at - 76) : at - 20]
        if len(record) < 56 or not record.startswith(b"PK\x06\x06"):
            return Wrong.MISPLACED
        members, length = struct.unpack("<QQ", record[32:48])
    return Wrong.TOO_MANY if members > most_members or length > MOST_BYTES else None
