"""What counts as a file of the store's own, on every system; and how Windows holds a folder."""

from __future__ import annotations

import stat
from types import SimpleNamespace
from typing import Any

import pytest

from printflow.store.plain_file import NotPlain, is_real_folder, must_be_plain, what_else
from printflow.store.windows_pin import ACCESS, pin

REPARSE, DIRECTORY, ARCHIVE = 0x400, 0x10, 0x20


def entry(mode: int, *, links: int = 1, attributes: int = 0) -> Any:
    return SimpleNamespace(st_mode=mode, st_nlink=links, st_file_attributes=attributes)


@pytest.mark.parametrize(
    ("mode", "attributes", "what"),
    [
        (stat.S_IFREG, 0, ""),
        (stat.S_IFREG, ARCHIVE, ""),
        (stat.S_IFREG, ARCHIVE | REPARSE, "a link"),
        (stat.S_IFDIR, DIRECTORY | REPARSE, "a link"),
        (stat.S_IFLNK, 0, "a link"),
        (stat.S_IFDIR, 0, "a folder"),
        (stat.S_IFIFO, 0, "a pipe"),
        (stat.S_IFSOCK, 0, "a socket"),
        (stat.S_IFCHR, 0, "a device"),
        (stat.S_IFBLK, 0, "a device"),
    ],
)
def test_what_an_entry_is(mode: int, attributes: int, what: str) -> None:
    found = entry(mode | 0o644, attributes=attributes)
    assert what_else(found) == what
    if what:
        with pytest.raises(NotPlain, match=what):
            must_be_plain("a.stl", found)
    else:
        must_be_plain("a.stl", found)


def test_a_second_name_is_as_good_as_a_link() -> None:
    twice = entry(stat.S_IFREG, links=2)
    with pytest.raises(NotPlain, match="hard link"):
        must_be_plain("a.stl", twice)
    must_be_plain("a.stl", twice, names=2)
    must_be_plain("secret.key", twice, names=None)


def test_a_junction_is_no_folder() -> None:
    assert is_real_folder(entry(stat.S_IFDIR, attributes=DIRECTORY))
    assert not is_real_folder(entry(stat.S_IFDIR, attributes=DIRECTORY | REPARSE))
    assert not is_real_folder(entry(stat.S_IFREG))


@pytest.mark.parametrize(
    ("tag", "what"),
    [(0xA000000C, "a link"), (0xA0000003, "a link"), (0, "a link"), (0x80000013, "")],
    ids=["symbolic link", "junction", "unknown", "deduplicated file"],
)
def test_a_deduplicated_file_is_a_file(tag: int, what: str) -> None:
    found = entry(stat.S_IFREG, attributes=ARCHIVE | REPARSE)
    found.st_reparse_tag = tag
    assert what_else(found) == what


def test_what_is_refused_is_missing_to_everyone() -> None:
    assert issubclass(NotPlain, FileNotFoundError)
    assert "never followed" in str(NotPlain("a.stl", "a link"))


class Windows:
    """A Windows with one folder: notes how it is opened, and what is left open."""

    def __init__(self, attributes: int) -> None:
        self._attributes = attributes
        self.asked: tuple[int, int, int] | None = None
        self.open: set[int] = set()

    def create_file(self, path: str, access: int, share: int, disposition: int, flags: int) -> int:
        assert (path, disposition) == ("S:\\Uploaded", 3), "nothing is ever made"
        self.asked = (access, share, flags)
        self.open.add(7)
        return 7

    def attributes(self, handle: int) -> int:
        assert handle in self.open
        return self._attributes

    def close(self, handle: int) -> None:
        self.open.remove(handle)


def test_windows_holds_the_folder_itself_so_that_nobody_renames_it() -> None:
    kernel = Windows(DIRECTORY)
    assert pin("S:\\Uploaded", kernel) == 7
    assert kernel.open == {7}
    assert kernel.asked is not None
    access, share, flags = kernel.asked
    assert access == ACCESS and access & 0x1, "sharing counts only for who reads or writes"
    assert not share & 0x4, "FILE_SHARE_DELETE would let it be renamed"
    assert flags & 0x00200000, "FILE_FLAG_OPEN_REPARSE_POINT"


@pytest.mark.parametrize("attributes", [DIRECTORY | REPARSE, ARCHIVE, ARCHIVE | REPARSE])
def test_windows_refuses_a_folder_that_is_none(attributes: int) -> None:
    kernel = Windows(attributes)
    with pytest.raises(NotPlain):
        pin("S:\\Uploaded", kernel)
    assert kernel.open == set(), "nothing stays open"
