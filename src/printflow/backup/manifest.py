"""What a backup says of itself, and whether it is true."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import BackupDamaged

FORMAT = 1
MANIFEST, SEAL, POOL = "manifest.json", "manifest.sha256", "files"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the backup. ``place`` is its folder in the store, "" for the backup's own parts."""

    place: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole of a backup. ``missing`` names files that the store did not hold."""

    program: str
    revision: str
    taken_at: str
    identity: str
    database: StoredFile
    state: tuple[StoredFile, ...]
    files: tuple[StoredFile, ...]
    missing: tuple[str, ...]


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes, in lower-case hex."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def pool_path(root: Path, sha256: str) -> Path:
    """Where the bytes with that hash are kept in a folder of backups."""
    return root / POOL / sha256[:2] / sha256


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest and the seal that tells whether it was changed."""
    text = json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, "utf-8")
    (folder / SEAL).write_text(hashlib.sha256(text.encode()).hexdigest() + "\n", "utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the backup in ``folder``; raises BackupDamaged when it cannot be trusted."""
    try:
        text = (folder / MANIFEST).read_text("utf-8")
        seal = (folder / SEAL).read_text("utf-8").strip()
    except OSError as error:
        raise BackupDamaged(
            f"{folder} holds no backup: {error.strerror or error}.",
            next_step="Name the folder of one backup, as printed when it was taken.",
        ) from error
    if hashlib.sha256(text.encode()).hexdigest() != seal:
        raise BackupDamaged(f"The manifest of {folder} was changed or is damaged.")
    plain = json.loads(text)
    if plain.pop("format") != FORMAT:
        raise BackupDamaged(
            f"{folder} was written by a newer Printflow.", next_step="Install that version first."
        )
    return Manifest(
        **{
            **plain,
            "database": StoredFile(**plain["database"]),
            "state": tuple(StoredFile(**one) for one in plain["state"]),
            "files": tuple(StoredFile(**one) for one in plain["files"]),
            "missing": tuple(plain["missing"]),
        }
    )


def backups(root: Path) -> list[Path]:
    """The finished backups of a folder, oldest first."""
    if not root.is_dir():
        return []
    return sorted(path.parent for path in root.glob(f"[0-9]*/{MANIFEST}"))


def verify(
    folder: Path, *, progress: Callable[[int], None] | None = None
) -> Iterator[tuple[StoredFile, str]]:
    """Read the whole backup; yields each part that is not what the manifest says, and why."""
    manifest = read_manifest(folder)
    parts = [(folder / one.name, one) for one in (manifest.database, *manifest.state)]
    parts += [(pool_path(folder.parent, one.sha256), one) for one in manifest.files]
    checked: dict[Path, str] = {}
    for number, (path, part) in enumerate(parts):
        if path not in checked:
            try:
                checked[path] = sha256_of(path)
            except OSError as error:
                checked[path] = error.strerror or str(error)
        if checked[path] != part.sha256:
            readable = len(checked[path]) == len(part.sha256)
            yield part, "its bytes were changed" if readable else checked[path]
        if progress is not None:
            progress(number + 1)
