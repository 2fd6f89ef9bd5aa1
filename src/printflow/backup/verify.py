"""Whether a backup is what it says: every byte, and the database opened by this program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ..db.snapshot import foreign_objects, row_counts
from ..db.soundness import look
from ..errors import PrintflowError
from ..settings.database_url import sqlite_url
from .manifest import Manifest, StoredFile, pool_names, read_manifest
from .parts import hash_of, open_part


def verify(
    folder: Path, *, progress: Callable[[int], None] | None = None
) -> Iterator[tuple[StoredFile, str]]:
    """Read the whole backup; yields each part that is not what the manifest says, and why.

    ``progress`` is told how many parts were read. Raises BackupDamaged where there is no manifest.
    """
    manifest = read_manifest(folder)
    parts: list[tuple[Path, tuple[str, ...], StoredFile]]
    parts = [(folder, (one.name,), one) for one in (manifest.database, *manifest.state)]
    parts += [(folder.parent, pool_names(one.sha256), one) for one in manifest.files]
    checked: dict[tuple[str, ...], str] = {}
    for number, (root, names, part) in enumerate(parts):
        if names not in checked:
            checked[names] = _wrong(root, names, part)
        if checked[names]:
            yield part, checked[names]
        elif part is manifest.database:
            for words in damage_of_database(folder, manifest):
                yield part, words
        if progress is not None:
            progress(number + 1)


def _wrong(root: Path, names: tuple[str, ...], part: StoredFile) -> str:
    try:
        with open_part(root, *names) as file:
            sha256, size = hash_of(file)
    except OSError as error:
        return error.strerror or str(error)
    return "" if (sha256, size) == (part.sha256, part.size) else "its contents have changed"


def damage_of_database(folder: Path, manifest: Manifest) -> Iterator[str]:
    """What is wrong with the database of a backup, whose bytes are those of the manifest."""
    path = folder / manifest.database.name
    try:
        for one in look(sqlite_url(path.absolute())):
            yield f"{one.where}: {one.words}"
            return
        for words in foreign_objects(path):
            yield f"it contains a {words}, which a lab's database never has"
        counted = row_counts(path)
    except PrintflowError as error:
        yield str(error)
        return
    for table, rows in manifest.rows.items():
        if counted.get(table) != rows:
            yield f"table {table} has {counted.get(table, 0):,} rows instead of {rows:,}"
