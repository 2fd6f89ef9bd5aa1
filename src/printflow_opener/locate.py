"""Finding the file below this PC's own root of the share, and nowhere else."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path, PurePath

from .link import Wanted
from .refusal import Refused

FOLDERS = (
    "Uploaded",
    "Pending",
    "ReadyToPrint",
    "Printing",
    "Completed",
    "PaidPickedUp",
    "Rejected",
    "Archived",
    "Originals",
)
"""The share's folders that files are opened from; a stale link finds its file in another."""
_REPARSE_POINT = 0x400  # FILE_ATTRIBUTE_REPARSE_POINT


class ShareUnavailable(Refused):
    """The share is not there, or may not be read."""


def find(share: Path, wanted: Wanted) -> Path:
    """The one file that is meant. Raises Refused, ShareUnavailable."""
    root = _root(share)
    folders: tuple[str, ...] = FOLDERS
    if wanted.path:
        folders = (named_folder(share, root, wanted.path), *FOLDERS)
    for folder in dict.fromkeys(folders):
        path = root / folder / wanted.name
        try:
            status = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise ShareUnavailable(
                f"{path} cannot be read: {error.strerror or error}. "
                "Ask whoever runs the share for the right to read it."
            ) from error
        return _checked(root, path, status)
    raise Refused(
        f"{wanted.name} is not in the share any more. Refresh the dashboard and try again."
    )


def _root(share: Path) -> Path:
    try:
        root = share.resolve(strict=True)
        os.scandir(root).close()
    except OSError as error:
        raise ShareUnavailable(
            f"The share {share} cannot be reached: {error.strerror or error}. "
            "Is the network drive connected? If so, ask whoever runs the share."
        ) from error
    return root


def named_folder(share: PurePath, root: PurePath, path: str) -> str:
    """The folder that a link's path names, if that is one of the share's own."""
    given: PurePath = type(share)(path)
    if given.is_absolute() or given.drive or given.root:
        for base in (share, root):
            if is_inside(base, given):
                given = given.relative_to(base)
                break
        else:
            raise Refused("The link leads out of the share. Open the file from the dashboard.")
    parts = [part for part in re.split(r"[/\\]", str(given)) if part]
    if ".." in parts or "." in parts or len(parts) > 2 or any(":" in part for part in parts):
        raise Refused("The link leads out of the share. Open the file from the dashboard.")
    folder = parts[0] if len(parts) == 2 else FOLDERS[0]
    if folder not in FOLDERS:
        raise Refused(f"{folder} is no folder of the share. Open the file from the dashboard.")
    return folder


def is_inside(root: PurePath, path: PurePath) -> bool:
    """Whether a path is below a root, compared part by part; ``..`` never is."""
    if ".." in path.parts:
        return False
    try:
        return bool(path.relative_to(root).parts)
    except ValueError:
        return False


def _checked(root: Path, path: Path, status: os.stat_result) -> Path:
    attributes = getattr(status, "st_file_attributes", 0)
    try:
        resolved = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise Refused(f"{path.name} cannot be opened: {error}.") from error
    if stat.S_ISLNK(status.st_mode) or attributes & _REPARSE_POINT or not is_inside(root, resolved):
        raise Refused(f"{path.name} is a link that may lead out of the share.")
    if not stat.S_ISREG(status.st_mode) or resolved.name.lower() != path.name.lower():
        raise Refused(f"{path.name} is no file.")
    return resolved
