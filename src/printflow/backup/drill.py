"""The drill: restoring a backup somewhere of its own, to know that it works.

It has its own store and its own embedded database in a new folder, and opens nothing else: neither
the lab's settings, nor its store, database, mail server or secrets.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..db.engine import sqlite_path
from ..db.snapshot import row_counts
from ..errors import SettingsError
from ..runtime.named_paths import writing
from ..said import say
from ..settings import Settings
from ..settings.database_url import sqlite_url
from .manifest import Manifest
from .restore import restore
from .signing import Signature, signature_of

if TYPE_CHECKING:
    from ..doctor import Examination

SETTINGS, DATABASE = "printflow.toml", "printflow.db"
CHECKS = ("database", "files")
"""What the doctor looks at: mail, disk and settings of the drill are not the lab's."""


@dataclass(frozen=True, slots=True)
class Drill:
    """What a drill showed. Times are in seconds; ``folder`` is None once it is removed."""

    manifest: Manifest
    signature: Signature
    jobs: int
    examination: Examination
    restoring: float
    checking: float
    folder: Path | None

    @property
    def passed(self) -> bool:
        """Whether a lab came back in which database and files are sound."""
        return not self.examination.left and not self.examination.unchecked


def drill(
    backup: Path,
    *,
    folder: Path | None = None,
    keep: bool = False,
    key: bytes | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Drill:
    """Restore ``backup`` into ``folder`` (by default a new temporary one) and examine the result.

    The folder must be empty or missing, and is removed afterwards unless ``keep``. Without a
    ``key`` the signature is not checked; with one, a backup of another is refused.

    Raises BackupUnverified, BackupDamaged, SettingsError, StoreFull.
    """
    place, made = _place(folder)
    try:
        began = time.monotonic()
        # The lab's variables name its database: none of them counts here.
        settings = Settings(
            environ={},
            store=place / "store",
            mail={"directory": place / "mail"},
            base_url="http://127.0.0.1",
        )
        done = restore(settings, backup, key=key, unverified=key is None, progress=progress)
        restored = time.monotonic()
        jobs, examination = _examine(settings)
        if keep:
            _settings_file(place, settings)
        return Drill(
            manifest=done.manifest,
            signature=signature_of(backup, key),
            jobs=jobs,
            examination=examination,
            restoring=restored - began,
            checking=time.monotonic() - restored,
            folder=place if keep else None,
        )
    finally:
        if not keep:
            _remove(place, made=made)


def _place(folder: Path | None) -> tuple[Path, bool]:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="printflow-drill-")), True
    if not folder.exists():
        with writing(folder):
            folder.mkdir(parents=True, mode=0o700)
        return folder, True
    if not folder.is_dir() or any(folder.iterdir()):
        raise SettingsError(
            say("{folder} is not an empty folder", folder=folder),
            next_step=say("A drill needs a new or empty folder."),
        )
    return folder, False


def _examine(settings: Settings) -> tuple[int, Examination]:
    from ..lab.printflow import Printflow

    with Printflow.open(settings, create=False) as lab:
        # What was on its way when the backup was taken is put in its place, as the lab would.
        examination = lab.doctor.examine(fix=True, only=CHECKS)
    database = sqlite_path(settings.database)
    return (row_counts(database)["jobs"] if database else 0), examination


def _settings_file(place: Path, settings: Settings) -> None:
    """Settings for looking at what was restored, that name no lab's database."""
    lines = (
        f"store = {json.dumps(str(settings.store.absolute()))}",
        f"database_url = {json.dumps(sqlite_url(settings.state_dir.absolute() / DATABASE))}",
        "[mail]",
        f"directory = {json.dumps(str((place / 'mail').absolute()))}",
    )
    (place / SETTINGS).write_text("\n".join(lines) + "\n", "utf-8")


def _remove(place: Path, *, made: bool) -> None:
    for entry in place.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    if made:
        place.rmdir()
