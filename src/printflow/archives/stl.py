"""Which of the two kinds of STL a file is: its size and its first words tell, never its name."""

from __future__ import annotations

from typing import Final

HEADER: Final = 84
RECORD: Final = 50
HEAD_BYTES: Final = 64 * 1024
"""How much of a file is looked at: the first line of some is longer than a kilobyte."""

UNCOUNTED: Final = (0, 0xFFFFFFFF)
"""Counts that some writers leave in the header of a binary STL when they stream it."""

_MARK = b"\xef\xbb\xbf"


def is_text(head: bytes, size: int) -> bool:
    """Whether an STL of ``size`` bytes is ASCII; ``head`` are its first ones."""
    start = head[:HEAD_BYTES].removeprefix(_MARK).lstrip().lower()
    if not start.startswith(b"solid"):
        return False
    count = int.from_bytes(head[80:HEADER], "little")
    if size >= HEADER and count not in UNCOUNTED and size == HEADER + RECORD * count:
        return False  # some programs begin a binary STL with "solid", too
    return b"facet" in start and b"\0" not in start.partition(b"facet")[2][:200]


def counted(head: bytes, size: int) -> tuple[int, int, int]:
    """What a binary STL's header says of its triangles, how many there is room for, and the bytes
    that are left."""
    records, rest = divmod(max(0, size - HEADER), RECORD)
    return int.from_bytes(head[80:HEADER], "little"), records, rest
