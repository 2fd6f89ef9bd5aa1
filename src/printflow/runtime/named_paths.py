"""Files and folders that a person named: what is wrong with one, in words, and what to do."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import DiskFull, PathUnusable, PrintflowError
from ..said import Said, say

# What may not be looked at raises nothing in os.path, unlike in pathlib.
# ruff: noqa: PTH112, PTH113

_FULL = (errno.ENOSPC, errno.EDQUOT)
_NO_RIGHT = (errno.EACCES, errno.EPERM)
_NO_FOLDER = (errno.ENOENT, errno.ENOTDIR)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Around what writes the file, or into the folder, ``path``.

    Raises PathUnusable and DiskFull for OSError; half a file that was not there before is removed.
    """
    new = not os.path.lexists(path)
    try:
        yield
    except OSError as error:
        if new and os.path.isfile(path):
            with suppress(OSError):
                path.unlink()
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> PrintflowError:
    """Why nothing can be written to ``path``."""
    if error.errno in _FULL:
        return DiskFull(
            say("{path} can't be written: its disk is full.", path=str(path)),
            next_step=say("Free some space there, or name a place on another disk."),
        )
    if error.errno in _NO_FOLDER and not os.path.isdir(path.parent):
        why, step = (
            say("There's no folder {folder}.", folder=str(path.parent)),
            say("Create it first, or name another one."),
        )
    elif os.path.isdir(path):
        why, step = say("It's a folder."), say("Name a file in it.")
    elif error.errno in (errno.EEXIST, errno.ENOTDIR):
        why, step = say("It's a file, not a folder."), say("Name a folder.")
    elif error.errno in _NO_RIGHT:
        why = say("The account {account} isn't allowed to write there.", account=_account())
        step = say("Change the permissions, or name a folder that this account can write to.")
    else:
        why, step = said_by_system(error), say("Name another place.")
    return PathUnusable(
        say("{path} can't be written. {why}", path=str(path), why=why), next_step=step
    )


def said_by_system(error: OSError) -> Said:
    """What the operating system says of an error, as a sentence."""
    return say("The system says: {why}.", why=error.strerror or str(error))


def unreadable(path: Path, error: OSError) -> Said:
    """Why ``path`` cannot be read, as a sentence."""
    if os.path.isdir(path):
        return say("It's a folder, not a file.")
    if error.errno == errno.ENOENT:
        return say("There's no such file.")
    if error.errno in _NO_RIGHT:
        return say("The account {account} isn't allowed to read it.", account=_account())
    return said_by_system(error)


def beginning_of(file: Path, most: int) -> bytes:
    """What a file holds, up to one byte more than ``most``, so that too much of it shows.

    Raises PathUnusable for a file that can't be read.
    """
    try:
        with file.open("rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        why = unreadable(file, error)
        raise PathUnusable(say("{file} can't be read. {why}", file=str(file), why=why)) from error


def _account() -> str:
    """The account whose rights count, in words; not what the environment says of who is signed in."""
    if sys.platform == "win32":
        return f"“{os.environ.get('USERNAME', '')}”"
    import pwd

    try:
        return f"“{pwd.getpwuid(os.geteuid()).pw_name}”"
    except KeyError:  # an account without a name
        return str(os.geteuid())
