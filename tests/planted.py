"""What someone with the share can put in a file's place, and the file that it is after."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

SECRET = b"the lab's secret: nobody reads this through the store\n"
MODE = 0o640

Plant = Callable[[Path, Path], None]


def secret(folder: Path) -> Path:
    """A file outside of the store that only the server may read."""
    path = folder / "secret.txt"
    path.write_bytes(SECRET)
    path.chmod(MODE)
    return path


def untouched(path: Path) -> bool:
    """Whether the secret is as it was: its bytes, its mode, its time."""
    status = path.stat()
    return path.read_bytes() == SECRET and stat.S_IMODE(status.st_mode) == MODE


def symlink(path: Path, target: Path) -> None:
    path.symlink_to(target)


def relative_symlink(path: Path, target: Path) -> None:
    path.symlink_to(os.path.relpath(target, path.parent))


def symlink_to_symlink(path: Path, target: Path) -> None:
    between = target.with_name("between")
    between.symlink_to(target)
    path.symlink_to(between)


def hard_link(path: Path, target: Path) -> None:
    path.hardlink_to(target)


def pipe(path: Path, _target: Path) -> None:
    os.mkfifo(path)


def folder(path: Path, target: Path) -> None:
    path.mkdir()
    (path / "inside").symlink_to(target)


def sock(path: Path, _target: Path) -> None:
    """Bound by a short name, as sockets' names are."""
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as made:
        os.chdir(path.parent)
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


def dangling(path: Path, target: Path) -> None:
    path.symlink_to(target.with_name("not-there-yet"))


PLANTS: tuple[Plant, ...] = (
    symlink,
    relative_symlink,
    symlink_to_symlink,
    hard_link,
    pipe,
    folder,
    sock,
    dangling,
)
