"""``backup``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from printflow.said import say

from . import priority
from .documents import print_json
from .session import json_option, session
from .streams import on_terminal, tell, warn

if TYPE_CHECKING:
    from printflow.backup import Pruned, Taken

_FOUND = 1


def _keep_rule(_context: click.Context, _option: click.Parameter, value: str | None) -> object:
    from printflow.backup import Keep

    if value is None:
        return None
    parts = value.split(",")
    if len(parts) != 3 or not all(
        part.strip().isascii() and part.strip().isdigit() for part in parts
    ):
        raise click.BadParameter(
            say("enter three numbers for days, weeks and months, such as 7,4,12.")
        )
    return Keep(*(int(part) for part in parts))


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar at a terminal, nothing elsewhere."""
    if not on_terminal() or session().json:
        yield lambda _done, _total: None
        return
    with click.progressbar(length=0, label=label) as bar:

        def shown(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield shown


key_file_option = click.option(
    "--key-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The key for checking the signature: a copy of the lab's .printflow/backup.key.",
)


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--keep",
    metavar="D,W,M",
    callback=_keep_rule,
    help="Then keep the newest backup of each of D days, W weeks and M months; delete the others.",
)
@click.option("--quick", is_flag=True, help="Trust files that an earlier backup already contains.")
@click.option(
    "--verify", is_flag=True, help="Don't take a backup: check the newest one, byte by byte."
)
@key_file_option
@json_option
def backup(folder: Path, keep: object, quick: bool, verify: bool, key_file: Path | None) -> None:
    """Back up the database, files and keys into FOLDER. Safe while the server runs.

    Exit code 0: the backup is complete. 1: the backup was taken, but something needs your
    attention. 3: no backup was taken.
    """
    priority.give_way()
    if verify:
        _verify(folder, key_file)
        return
    from printflow.backup import Keep, Pruned, prune, take_backup
    from printflow.db import migrate

    settings = session().load()
    migrate.check(settings.database)
    with progress_bar("Files") as progress:
        taken = take_backup(settings, folder, datetime.now(UTC), quick=quick, progress=progress)
    pruned = prune(folder, keep) if isinstance(keep, Keep) else Pruned((), ())
    if session().json:
        print_json(_document(taken, pruned))
    else:
        _tell(taken, pruned)
    if taken.lacks or taken.left_out or taken.indexes or pruned.doubtful:
        raise click.exceptions.Exit(_FOUND)


def _document(taken: Taken, pruned: Pruned) -> dict[str, object]:
    return {
        "backup": taken.folder,
        "files": taken.files,
        "lacks": [{"name": one.name, "why": one.why, "held": one.held} for one in taken.lacks],
        "left_out": list(taken.left_out),
        "damaged_indexes": list(taken.indexes),
        "removed": list(pruned.removed),
        "doubtful": [{"backup": path, "why": why} for path, why in pruned.doubtful],
    }


def _tell(taken: Taken, pruned: Pruned) -> None:
    tell(f"Backup: {taken.folder} ({taken.files} files)")
    for one in taken.lacks:
        has = (
            "The backup contains a copy from an earlier backup."
            if one.held
            else "No backup contains it."
        )
        warn(f"{one.name} {one.why}. {has} For details, run: printflow doctor")
    for name in taken.left_out:
        warn(f"{name} is not in the backup. Rename it so that its name works on every system.")
    for name in taken.indexes:
        warn(f"The database's index {name} is damaged. The backup contains a rebuilt one.")
    if taken.indexes:
        warn("To rebuild it in the lab, run: printflow doctor --fix")
    if pruned.removed:
        tell(f"Deleted {len(pruned.removed)} older backups.")
    for path, why in pruned.doubtful:
        warn(f"Kept {path}, but it can't be relied on: {why}")


def _verify(folder: Path, key_file: Path | None) -> None:
    from printflow.backup import Signature, newest, read_manifest, signature_of, verify
    from printflow.errors import BackupDamaged

    found = folder if (folder / "manifest.json").exists() else newest(folder)
    if found is None:
        raise BackupDamaged(say("There's no backup in {folder}.", folder=str(folder)))
    total = len(read_manifest(found).files)
    with progress_bar("Files") as progress:
        damaged = list(verify(found, progress=lambda done: progress(done, total)))
    lacks = read_manifest(found).lacks
    signature = signature_of(found, key_of(key_file))
    if session().json:
        print_json(
            {
                "backup": found,
                "damaged": [{"name": part.name, "why": why} for part, why in damaged],
                "lacks": [{"name": one.name, "why": one.why, "held": one.held} for one in lacks],
                "signature": signature,
            }
        )
    else:
        for part, why in damaged:
            warn(f"{part.place}/{part.name}: {why}".lstrip("/"))
        for one in lacks:
            warn(f"When the backup was taken, {one.name} {one.why}.")
        said = (
            "damaged"
            if damaged
            else "incomplete, but can be restored"
            if lacks
            else "no problems found"
        )
        tell(f"{found}: {said}, {total} files. {signature.words.having(backup='It')}")
    if damaged or lacks or signature not in (Signature.GOOD, Signature.UNCHECKED):
        raise click.exceptions.Exit(_FOUND)


def key_of(key_file: Path | None) -> bytes | None:
    """The key that was named, else that of the lab of the settings, None where there is none."""
    from printflow.backup import key_if_there, read_key
    from printflow.errors import SettingsError

    if key_file is not None:
        return read_key(key_file)
    try:
        return key_if_there(session().load().state_dir)
    except SettingsError:
        return None  # a backup can be looked at where no lab is
