"""A real file system of a few megabytes, which a test can fill, and make read-only."""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

_SIZE = "8m"
_BLOCK = bytes(64 * 1024)


class SmallDisk:
    """A file system in memory, mounted on ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fill(self) -> None:
        """Leave no room at all."""
        with (self.path / "filling").open("ab", buffering=0) as file:
            block = _BLOCK
            while block:
                try:
                    file.write(block)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    block = block[: len(block) // 2]

    def make_room(self) -> None:
        """Take the filling out again."""
        (self.path / "filling").unlink(missing_ok=True)

    def protect(self, *, write: bool = False) -> None:
        """Make it read-only, as a share that was mounted so; with ``write``, as before."""
        mode = "rw" if write else "ro"
        _run("mount", "-o", f"remount,{mode}", str(self.path))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=20)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """Mounted for the test, and gone after it. Mark the test with ``mounts``."""
    path = tmp_path / "small-disk"
    path.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(path))
    try:
        yield SmallDisk(path)
    finally:
        _run("umount", "--lazy", str(path))
