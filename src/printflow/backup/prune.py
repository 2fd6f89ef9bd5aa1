"""Which backups to keep: the newest of each of the last days, weeks and months."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..errors import BackupDamaged
from .manifest import (
    CLOCK_SLIP,
    POOL,
    Manifest,
    StoredFile,
    backups,
    newest,
    pool_names,
    read_manifest,
)
from .parts import hash_of, open_part
from .take import alone


@dataclass(frozen=True, slots=True)
class Keep:
    """How many days, weeks and months keep their newest backup; the newest of all always stays."""

    daily: int = 7
    weekly: int = 4
    monthly: int = 12


@dataclass(frozen=True, slots=True)
class Pruned:
    """The folders that were ``removed``. Those that are ``doubtful``, for the reason beside them,
    count for nothing, and were left alone.
    """

    removed: tuple[Path, ...]
    doubtful: tuple[tuple[Path, str], ...]


def prune(root: Path, keep: Keep, now: datetime | None = None) -> Pruned:
    """Remove the backups of ``root`` that the rule does not keep, and bytes nobody needs any more.

    Only a backup that can be restored takes a place in the rule: its manifest and database are as
    they were written, and all files are there. One that is damaged, or dated later than now, is
    passed over; while the newest is damaged, nothing is removed. Raises AlreadyRunning, OSError.
    """
    with alone(root):
        return _Pruning(root, now or datetime.now(UTC)).run(keep)


class _Pruning:
    def __init__(self, root: Path, now: datetime) -> None:
        self._root = root
        self._doubtful: dict[Path, str] = {}
        self._manifests: dict[Path, Manifest] = {}
        self._sizes: dict[str, int] = {}
        self._readable = True
        for path in backups(root):
            try:
                manifest = self._manifests[path] = read_manifest(path)
            except BackupDamaged as error:
                self._doubtful[path] = error.message
                self._readable = False
                continue
            if manifest.taken > now + CLOCK_SLIP:
                self._doubtful[path] = f"its date is {manifest.taken:%Y-%m-%d}, later than today"
        self._newest = newest(root, now)

    def run(self, keep: Keep) -> Pruned:
        if self._newest is None or not self._sound(self._newest):
            return Pruned((), tuple(self._doubtful.items()))
        kept = self._kept(keep)
        removed = [path for path in self._manifests if path not in kept | self._doubtful.keys()]
        for path in removed:
            shutil.rmtree(path)
        if self._readable:  # else nobody knows which bytes are needed
            gone = set(removed)
            self._drop_bytes(one for path, one in self._manifests.items() if path not in gone)
        return Pruned(tuple(removed), tuple(self._doubtful.items()))

    def _kept(self, keep: Keep) -> set[Path]:
        candidates = [path for path in self._manifests if path not in self._doubtful]
        newest_first = sorted(
            candidates, key=lambda path: self._manifests[path].taken, reverse=True
        )
        kept = set(newest_first[:1])
        rules: tuple[tuple[int, Callable[[datetime], tuple[int, ...]]], ...] = (
            (keep.daily, lambda at: (at.year, at.month, at.day)),
            (keep.weekly, lambda at: tuple(at.isocalendar()[:2])),
            (keep.monthly, lambda at: (at.year, at.month)),
        )
        for count, period in rules:
            seen: dict[tuple[int, ...], Path] = {}
            for path in newest_first:
                if len(seen) == count:
                    break
                when = period(self._manifests[path].taken)
                if when not in seen and self._sound(path):
                    seen[when] = path
            kept.update(seen.values())
        return kept

    def _sound(self, path: Path) -> bool:
        """Whether a backup can be restored, as far as a look at it tells; remembers why not."""
        if path in self._doubtful:
            return False
        manifest = self._manifests[path]
        if why := self._wrong(path, manifest):
            self._doubtful[path] = why
        return not why

    def _wrong(self, path: Path, manifest: Manifest) -> str:
        for part in (manifest.database, *manifest.state):
            try:
                with open_part(path, part.name) as file:
                    if hash_of(file) != (part.sha256, part.size):
                        return f"the contents of {part.name} have changed"
            except OSError as error:
                return f"{part.name}: {error.strerror or error}"
        lost = [one.name for one in manifest.files if not self._is_held(one)]
        return f"{len(lost)} of its files are lost, such as {lost[0]}" if lost else ""

    def _is_held(self, one: StoredFile) -> bool:
        if one.sha256 not in self._sizes:
            try:
                with open_part(self._root, *pool_names(one.sha256)) as file:
                    self._sizes[one.sha256] = os.fstat(file.fileno()).st_size
            except OSError:
                self._sizes[one.sha256] = -1
        return self._sizes[one.sha256] == one.size

    def _drop_bytes(self, left: Iterable[Manifest]) -> None:
        needed = {one.sha256 for manifest in left for one in manifest.files}
        for held in (self._root / POOL).glob("[0-9a-f][0-9a-f]/*"):
            if held.name not in needed:
                held.unlink()
