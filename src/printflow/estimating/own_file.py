"""Opening the one file that a foreign program was told to write."""

import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_own(path: Path, *, most_bytes: int) -> BinaryIO:
    """The file at `path`, if it is one: no link to another, no pipe, not larger than `most_bytes`.

    Raises OSError.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    facts = os.fstat(descriptor)
    if stat.S_ISREG(facts.st_mode) and facts.st_nlink == 1 and facts.st_size <= most_bytes:
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise OSError(f"{path.name} is not the file that was asked for")
