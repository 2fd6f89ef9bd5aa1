"""What may be read in the store: files of its own. Everything else is never followed.

Who may write to the share can plant links there, to files that only the server may read.
"""

from __future__ import annotations

import errno
import os
import stat

from ..said import say

_REPARSE_POINT = 0x400
"""FILE_ATTRIBUTE_REPARSE_POINT, on Windows."""
_NAME_SURROGATE = 0x20000000
"""The bit of a reparse tag that says: another name is meant. Symbolic links and junctions have it;
files that the system deduplicates or keeps elsewhere have not, and are files of their own.
"""


class NotPlain(FileNotFoundError):
    """Something of that name is there, but no file of the store's own.

    It is a FileNotFoundError, so that a planted link is to everyone as if nothing were there.
    """

    def __init__(self, name: str, what: str) -> None:
        super().__init__(errno.ENOENT, f"it is {what}, which is never followed", name)
        self.what = what


def what_else(status: os.stat_result) -> str:
    """What an entry is that is no plain file ("a link", "a folder", …), from a look that does not
    follow links; "" for a plain file. Other names of the same file do not count here.
    """
    mode = status.st_mode
    if stat.S_ISLNK(mode) or is_reparse_point(status):
        return say("a link")
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISDIR(mode):
        return say("a folder")
    if stat.S_ISFIFO(mode):
        return say("a pipe")
    return say("a socket") if stat.S_ISSOCK(mode) else say("a device")


def is_reparse_point(status: os.stat_result) -> bool:
    """Whether Windows would go on somewhere else from here; never true on other systems."""
    if not getattr(status, "st_file_attributes", 0) & _REPARSE_POINT:
        return False
    tag = getattr(status, "st_reparse_tag", 0)
    return not tag or bool(tag & _NAME_SURROGATE)


def is_real_folder(status: os.stat_result) -> bool:
    """Whether this is a folder itself, and no link to one."""
    return stat.S_ISDIR(status.st_mode) and not is_reparse_point(status)


def must_be_plain(name: str, status: os.stat_result, names: int | None = 1) -> None:
    """Raise NotPlain unless this is a file with at most so many names (None: any number).

    A second name (a hard link) is as good as a link to a file outside of the store.
    """
    if what := what_else(status):
        raise NotPlain(name, what)
    if names is not None and status.st_nlink > names:
        raise NotPlain(name, SECOND_NAME)


SECOND_NAME = say("a second name (hard link) of a file elsewhere")
