"""A folder for libraries that write to one while they read: STEP's.

It is the only place to which a guarded process can write; it goes when the process ends.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 256 << 20
"""More than any STEP becomes within the memory limit; a process that writes more is ended."""


class Scratch:
    """Made at once; :meth:`close` removes it with all that is in it."""

    def __init__(self) -> None:
        """Raises OSError."""
        self.path = Path(tempfile.mkdtemp(prefix="printflow-scratch-"))

    def full(self) -> bool:
        """Whether more was written than a sound file needs."""
        try:
            sizes = (file.lstat().st_size for file in self.path.rglob("*"))
            return sum(sizes) > MOST_BYTES
        except OSError:  # it is being written to
            return False

    def close(self) -> None:
        """Remove it."""
        shutil.rmtree(self.path, ignore_errors=True)
