"""An archive's table of contents is judged before it is read: by the server itself, at the door."""

from __future__ import annotations

import io
import struct
import tracemalloc
from collections.abc import Callable

import pytest

from printflow.archives.three_mf import open_package
from printflow.archives.zip_limits import PackageRefused
from printflow.slicer_files import SlicedFileUnreadable, read_sliced
from tests import sample_models

_ENTRY = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, *[0] * 14) + b"a"


def archive(entries: int, *, said: int | None = None, zip64: bool = False) -> bytes:
    """A ZIP that is nothing but its table of contents, and what it says of it."""
    said = entries if said is None else said
    table = _ENTRY * entries
    first = b"PK\x03\x04" + bytes(26)
    if not zip64:
        end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, said, said, len(table), len(first), 0)
        return first + table + end
    sizes = (said, said, len(table), len(first))
    record = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, *sizes)
    place = struct.pack("<IIQI", 0x07064B50, 0, len(first) + len(table), 1)
    full = (0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    return first + table + record + place + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, *full, 0)


def with_a_second_end(data: bytes) -> bytes:
    """The last record once more, within itself: who looks from behind finds that one."""
    return data[:-6] + b"PK\x05\x06" + data[-2:]


HOSTILE: dict[str, Callable[[], bytes]] = {
    "200,000 entries": lambda: archive(200_000, zip64=True),
    "that say they are five": lambda: archive(200_000, said=5, zip64=True),
    "without Zip64": lambda: archive(60_000),
    "without Zip64, as five": lambda: archive(60_000, said=5),
    "a record inside the record": lambda: with_a_second_end(archive(60_000)),
    "few bytes, many entries": lambda: archive(20_000, said=5),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_long_one_is_refused_before_it_is_read(name: str) -> None:
    data = HOSTILE[name]()
    tracemalloc.start()
    try:
        with pytest.raises(PackageRefused):
            open_package(io.BytesIO(data))
        if name != "few bytes, many entries":
            with pytest.raises(SlicedFileUnreadable):
                read_sliced(io.BytesIO(data))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Two copies of what is looked at; the entries themselves would take ten times as much.
    assert most < (20_000_000 if name == "few bytes, many entries" else 1_000_000) + len(data)


def test_sound_ones_are_opened() -> None:
    package, part = open_package(io.BytesIO(sample_models.three_mf()))
    assert part in package.namelist()
