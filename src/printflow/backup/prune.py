"""Which backups to keep: the newest of each of the last days, weeks and months."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .manifest import POOL, backups, read_manifest


@dataclass(frozen=True, slots=True)
class Keep:
    """How many days, weeks and months keep their newest backup; the newest of all always stays."""

    daily: int = 7
    weekly: int = 4
    monthly: int = 12


def prune(root: Path, keep: Keep) -> list[Path]:
    """Remove the backups of ``root`` that the rule does not keep, and bytes nobody needs any more.

    Gives the folders that were removed. A backup whose manifest cannot be read is left alone, and
    as nobody knows what it needs, all bytes then stay, too.
    """
    found = backups(root)
    times = {path: datetime.fromisoformat(read_manifest(path).taken_at) for path in found}
    kept = _kept(times, keep)
    removed = [path for path in found if path not in kept]
    for path in removed:
        shutil.rmtree(path)
    needed = {one.sha256 for path in kept for one in read_manifest(path).files}
    for held in (root / POOL).glob("[0-9a-f][0-9a-f]/*"):
        if held.name not in needed:
            held.unlink()
    return removed


def _kept(times: dict[Path, datetime], keep: Keep) -> set[Path]:
    newest_first = sorted(times, key=lambda path: times[path], reverse=True)
    kept = set(newest_first[:1])
    rules: tuple[tuple[int, Callable[[datetime], tuple[int, ...]]], ...] = (
        (keep.daily, lambda at: (at.year, at.month, at.day)),
        (keep.weekly, lambda at: tuple(at.isocalendar()[:2])),
        (keep.monthly, lambda at: (at.year, at.month)),
    )
    for count, period in rules:
        seen: dict[tuple[int, ...], Path] = {}
        for path in newest_first:
            seen.setdefault(period(times[path]), path)
        kept.update(list(seen.values())[:count])
    return kept
