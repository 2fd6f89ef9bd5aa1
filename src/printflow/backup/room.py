"""Making room for a restored store: it is prepared inside or beside the old one, then trades
places with it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from ..store.making import is_new


class Room:
    """The place of a store; ``new`` is the folder to prepare the new one in."""

    def __init__(self, store: Path, suffix: str) -> None:
        self._store = store
        self._suffix = suffix
        self._occupied = store.exists() and not is_new(store)
        self._made = not store.exists()
        # On the same file system as the store, which may be a mount: then everything is a rename.
        self.new = store / f".new-{suffix}"
        self._inside = store / f".{suffix}"
        self._beside = store.with_name(f"{store.name}-{suffix}")
        self._kept: Path | None = None
        self._moved: list[tuple[Path, Path]] = []
        self.new.mkdir(parents=True, mode=0o700)

    def swap(self) -> Path | None:
        """Put the new store in its place; gives where the old one is, None if there was none."""
        try:
            if self._occupied:
                self._keep()
            for entry in sorted(self.new.iterdir()):
                self._move(entry, self._store / entry.name)
            self.new.rmdir()
        except BaseException:
            self.undo()
            raise
        return self._kept

    def _keep(self) -> None:
        """Move the old store aside: beside it, or into a folder of its own where the store is a
        mount, or its parent someone else's.
        """
        try:
            self._store.rename(self._beside)
        except OSError:
            self._kept = self._inside
            self._inside.mkdir(mode=0o700)
            for entry in sorted(self._store.iterdir()):
                if entry not in (self.new, self._inside):
                    self._move(entry, self._inside / entry.name)
            return
        self._kept = self._beside
        self._store.mkdir()
        shutil.copymode(self._beside, self._store)
        inner = self._beside / self.new.name
        self._move(inner, self.new)

    def _move(self, source: Path, target: Path) -> None:
        source.rename(target)
        self._moved.append((source, target))

    def undo(self) -> None:
        """Everything is where it was, and what was prepared is gone."""
        if not self.new.exists() and self._moved:
            self.new.mkdir(mode=0o700)
        while self._moved:
            source, target = self._moved.pop()
            target.rename(source)
        if self._kept == self._beside and self._beside.exists():
            _remove_empty(self.new)
            self._store.rmdir()
            self._beside.rename(self._store)
        elif self._kept == self._inside:
            _remove_empty(self._inside)
        shutil.rmtree(self.new, ignore_errors=True)
        if self._made:
            _remove_empty(self._store)
        self._kept = None


def _remove_empty(path: Path) -> None:
    if path.is_dir():
        path.rmdir()
