"""Where the model files of an older system are: below one folder, and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath

from ..domain.naming import PRINTABLE_ENDINGS, ending_of
from ..domain.status import FOLDERS, Status
from ..said import say


class OldFiles:
    """Finds files below ``root``: by the path that a row names, else by name in the status folders.

    Older rows hold absolute paths of machines that are gone, with either kind of slash; only what
    follows the last folder's name still counts then.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._real = root.resolve()

    def find(self, named: str, other_name: str, status: Status | None) -> tuple[Path | None, str]:
        """The file, or None and why not."""
        if not named and not other_name:
            return None, say("The row doesn't name a file.")
        for path in self._candidates(named, other_name, status):
            if not path.is_file():
                continue
            if not path.resolve().is_relative_to(self._real):
                return None, say(
                    "{path} is outside {folder}.", path=str(path), folder=str(self._root)
                )
            if ending_of(path.name) not in PRINTABLE_ENDINGS:
                return None, say("“{name}” isn't a model or a slicer's file.", name=path.name)
            return path, ""
        return None, say(
            "“{name}” isn't in {folder}.", name=named or other_name, folder=str(self._root)
        )

    def _candidates(self, named: str, other: str, status: Status | None) -> list[Path]:
        folders = [status.folder] if status is not None else []
        folders += [folder for folder in FOLDERS if folder not in folders]
        parts = _parts(named)
        found = [self._root.joinpath(*parts[start:]) for start in range(len(parts))]
        for name in (parts[-1] if parts else "", (_parts(other) or [""])[-1]):
            if name:
                found += [self._root / folder / name for folder in folders]
                found.append(self._root / name)
        return found


def _parts(named: str) -> list[str]:
    """The plain segments of a path of any system; [] for one with ``..``."""
    if "\0" in named:
        return []
    posix = os.sep == "/" and "\\" not in named
    pure = PurePosixPath(named) if posix else PureWindowsPath(named)
    parts = [part for part in pure.parts if part not in (pure.anchor, "/", "\\", ".")]
    return [] if ".." in parts else parts
