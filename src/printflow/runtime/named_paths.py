"""Files and folders that a person named: what is wrong with one, in words, and what to do."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import DiskFull, PathUnusable, PrintflowError

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
            f"{path} cannot be written: its disk is full.",
            next_step="Make room there, or name a place on another disk.",
        )
    if error.errno in _NO_FOLDER and not os.path.isdir(path.parent):
        why, step = f"there is no folder {path.parent}", "Make it first, or name another one."
    elif os.path.isdir(path):
        why, step = "it is a folder", "Name a file in it."
    elif error.errno in (errno.EEXIST, errno.ENOTDIR):
        why, step = "it is a file, not a folder", "Name a folder."
    elif error.errno in _NO_RIGHT:
        why = f"the account {_account()} may not write there"
        step = "Change the rights, or name a folder that this account can write to."
    else:
        why, step = error.strerror or str(error), "Name another place."
    return PathUnusable(f"{path} cannot be written: {why}.", next_step=step)


def unreadable(path: Path, error: OSError) -> str:
    """Why ``path`` cannot be read, as the end of a sentence."""
    if os.path.isdir(path):
        return "it is a folder, not a file"
    if error.errno == errno.ENOENT:
        return "there is no such file"
    if error.errno in _NO_RIGHT:
        return f"the account {_account()} may not read it"
    return error.strerror or str(error)


def _account() -> str:
    """The account whose rights count, in words; not what the environment says of who is signed in."""
    if sys.platform == "win32":
        return f"“{os.environ.get('USERNAME', '')}”"
    import pwd

    try:
        return f"“{pwd.getpwuid(os.geteuid()).pw_name}”"
    except KeyError:  # an account without a name
        return str(os.geteuid())
