"""``restore``, and the drill that tests a backup."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from printflow.said import say

from .backup import key_file_option, key_of, progress_bar
from .documents import print_json
from .session import json_option, session
from .streams import tell, warn

if TYPE_CHECKING:
    from printflow.backup import Drill

_FOUND = 1


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--force", is_flag=True, help="Replace the existing lab. It's moved aside and kept.")
@click.option(
    "--unverified", is_flag=True, help="Accept a backup whose signature can't be checked."
)
@key_file_option
@click.option("--drill", is_flag=True, help="Only test the backup, in a separate folder.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="The drill's folder, new or empty (default: a temporary one).",
)
@click.option("--keep", is_flag=True, help="Keep the drill's folder.")
@json_option
def restore(
    folder: Path,
    force: bool,
    unverified: bool,
    key_file: Path | None,
    drill: bool,
    into: Path | None,
    keep: bool,
) -> None:
    """Restore the backup in FOLDER to the store and database in the settings.

    Stop the lab's servers and workers first. With --drill, the lab isn't changed: the backup is
    restored to a separate folder, checked by the doctor, and deleted.
    """
    if drill:
        if force or unverified:
            raise click.UsageError(
                say("A drill doesn't replace anything. Leave out --force and --unverified.")
            )
        _drill(folder, into, keep, key_file)
        return
    if into is not None or keep:
        raise click.UsageError(say("--into and --keep are only for drills. Add --drill."))
    from printflow.backup import read_key
    from printflow.backup import restore as put_back

    settings = session().load()
    key = read_key(key_file) if key_file is not None else None
    with progress_bar("Files") as progress:
        done = put_back(
            settings, folder, force=force, key=key, unverified=unverified, progress=progress
        )
    if session().json:
        told = {"restored": folder, "store": settings.store, "files": len(done.manifest.files)}
        print_json({**told, "aside": list(done.aside)})
        return
    tell(
        f"Restored {len(done.manifest.files)} files from {done.manifest.taken_at} to {settings.store}."
    )
    for place in done.aside:
        tell(f"The previous lab is now in {place}.")
    tell("To check the restored lab, run: printflow doctor")


def _drill(folder: Path, into: Path | None, keep: bool, key_file: Path | None) -> None:
    from printflow.backup import drill

    key = key_of(key_file)
    with progress_bar("Files") as progress:
        done = drill(folder, folder=into, keep=keep, key=key, progress=progress)
    if session().json:
        print_json(_document(folder, done))
    else:
        _tell(folder, done)
    if not done.passed:
        raise click.exceptions.Exit(_FOUND)


def _document(folder: Path, done: Drill) -> dict[str, object]:
    return {
        "backup": folder,
        "taken_at": done.manifest.taken_at,
        "signature": done.signature,
        "jobs": done.jobs,
        "files": len(done.manifest.files),
        "bytes": done.manifest.bytes,
        "rows": dict(done.manifest.rows),
        "restoring_seconds": round(done.restoring, 3),
        "checking_seconds": round(done.checking, 3),
        "passed": done.passed,
        "findings": [
            {"code": one.code, "place": one.place, "message": one.message}
            for one in done.examination.left
        ],
        "unchecked": list(done.examination.unchecked),
        "folder": done.folder,
    }


def _tell(folder: Path, done: Drill) -> None:
    manifest = done.manifest
    tell(
        f"Drill with {folder}, taken {manifest.taken_at}. {done.signature.words.having(backup='It')}"
    )
    tell(
        f"Restored {done.jobs:,} jobs, {len(manifest.files):,} files and "
        f"{sum(manifest.rows.values()):,} rows ({manifest.bytes >> 20:,} MB) "
        f"in {done.restoring:.1f} s; checked in {done.checking:.1f} s."
    )
    for one in done.examination.left:
        warn(f"{one.code}: {one.place}: {one.message}")
    for words in done.examination.unchecked:
        warn(f"Could not check {words}")
    tell("The backup can be restored." if done.passed else "The restored lab has problems.")
    tell(f"The lab itself wasn't changed. {_left(done)}")


def _left(done: Drill) -> str:
    if done.folder is None:
        return "The drill's folder was deleted."
    command = f"printflow --config {done.folder / 'printflow.toml'} list"
    return f"To see the restored lab, unset all PRINTFLOW_ variables and run: {command}"
