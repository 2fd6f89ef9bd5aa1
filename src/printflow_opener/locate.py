"""Finding the file below this PC's own root of the share, and nowhere else."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path, PurePath

from .hold import Held
from .link import Wanted, checked_name, told_apart_by
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
    """The one file that is meant, as this PC names it: below ``share``, whatever that resolves to
    (a mapped drive stays ``Z:``). Raises Refused, ShareUnavailable.
    """
    root = _root(share)
    folders: tuple[str, ...] = FOLDERS
    if wanted.path:
        folders = (named_folder(share, root, wanted.path), *FOLDERS)
    if found := _named(share, root, folders, wanted.name):
        return found
    if (now := _name_now(root, wanted.name)) and (found := _named(share, root, folders, now)):
        return found
    raise Refused(f"{wanted.name} is no longer on the share. Refresh the dashboard and try again.")


def _named(share: Path, root: Path, folders: tuple[str, ...], name: str) -> Path | None:
    """The file of that name; None where no folder has one."""
    for folder in dict.fromkeys(folders):
        path = root / folder / name
        try:
            status = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise _unreadable(path, error) from error
        _check(root, path, status)
        return share / folder / name
    return None


def _name_now(root: Path, name: str) -> str:
    """What a file of that name is called by now: its job was corrected since the page was loaded.

    "" where no file, or more than one, can be meant.
    """
    wanted = told_apart_by(name)
    found: set[str] = set()
    for folder in FOLDERS if wanted else ():
        try:
            with os.scandir(root / folder) as entries:
                found.update(one.name for one in entries if told_apart_by(one.name) == wanted)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise _unreadable(root / folder, error) from error
    return checked_name(found.pop()) if len(found) == 1 else ""


def _root(share: Path) -> Path:
    try:
        root = share.resolve(strict=True)
        with os.scandir(root) as entries:
            names = {entry.name for entry in entries}
    except (OSError, RuntimeError) as error:
        raise ShareUnavailable(
            f"Can't reach the share {share}: {_words(error)}. "
            "Connect the network drive. If it's connected, ask the share's administrator."
        ) from error
    if names.isdisjoint(FOLDERS):
        # What stands there while nothing is mounted is an empty folder.
        raise ShareUnavailable(
            f"{share} has none of Printflow's folders. Connect the network drive. If it's connected, "
            "correct share in printflow-opener.toml, or ask the share's administrator."
        )
    return root


def _words(error: Exception) -> str:
    """What the system says."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _unreadable(path: Path, error: OSError) -> ShareUnavailable:
    return ShareUnavailable(
        f"Can't read {path}: {_words(error)}. Ask the share's administrator for read permission."
    )


def named_folder(share: PurePath, root: PurePath, path: str) -> str:
    """The folder that a link's path names, if that is one of the share's own."""
    given: PurePath = type(share)(path)
    if given.is_absolute() or given.drive or given.root:
        for base in (share, root):
            if is_inside(base, given):
                given = given.relative_to(base)
                break
        else:
            raise Refused("The link points outside the share. Open the file from the dashboard.")
    parts = [part for part in re.split(r"[/\\]", str(given)) if part]
    if ".." in parts or "." in parts or len(parts) > 2 or any(":" in part for part in parts):
        raise Refused("The link points outside the share. Open the file from the dashboard.")
    written = parts[0] if len(parts) == 2 else FOLDERS[0]
    for folder in FOLDERS:
        if folder.lower() == written.lower():
            return folder
    raise Refused(f"The share has no folder {written}. Open the file from the dashboard.")


def is_inside(root: PurePath, path: PurePath) -> bool:
    """Whether a path is below a root, compared part by part; ``..`` never is."""
    if ".." in path.parts:
        return False
    try:
        return bool(path.relative_to(root).parts)
    except ValueError:
        return False


def _check(root: Path, path: Path, status: os.stat_result) -> None:
    """Raise Refused unless this is a plain file that really lies below ``root``."""
    attributes = getattr(status, "st_file_attributes", 0)
    try:
        resolved = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise Refused(f"Can't open {path.name}: {_words(error)}.") from error
    if stat.S_ISLNK(status.st_mode) or attributes & _REPARSE_POINT or not is_inside(root, resolved):
        raise Refused(f"{path.name} is a link that may point outside the share.")
    # An 8.3 name resolves to the long one.
    if not stat.S_ISREG(status.st_mode) or resolved.name.lower() != path.name.lower():
        raise Refused(f"{path.name} isn't a file.")
    hold(root, path).close()


def hold(share: Path, path: Path) -> Held:
    """The file of the share, held. Raises Refused, ShareUnavailable."""
    try:
        return Held(share, path)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise Refused(f"{path.name} is a link that may point outside the share.") from error
        raise _unreadable(path, error) from error
