"""``restore``, and the drill that tries a backup."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .backup import key_file_option, key_of, progress_bar
from .documents import print_json
from .session import json_option, session
from .streams import say, warn

if TYPE_CHECKING:
    from printflow.backup import Drill

_FOUND = 1


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--force", is_flag=True, help="Replace the lab that is there; it is kept beside.")
@click.option("--unverified", is_flag=True, help="Take a backup whose signature is not known.")
@key_file_option
@click.option("--drill", is_flag=True, help="Only try it, in a folder of its own.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="The drill's folder, new or empty (else a temporary one).",
)
@click.option("--keep", is_flag=True, help="Leave the drill's folder there.")
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
    """Restore the backup in FOLDER to the store and database of the settings.

    Stop the lab's servers and workers first. With --drill nothing of the lab is touched: the backup
    is restored to a folder of its own, checked by the doctor, and removed.
    """
    if drill:
        if force or unverified:
            raise click.UsageError("A drill replaces nothing: leave out --force and --unverified.")
        _drill(folder, into, keep, key_file)
        return
    if into is not None or keep:
        raise click.UsageError("--into and --keep are for a drill: add --drill.")
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
    say(
        f"Restored {len(done.manifest.files)} files of {done.manifest.taken_at} to {settings.store}."
    )
    for place in done.aside:
        say(f"What was there before is in {place}.")
    say("Check it with: printflow doctor")


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
    say(f"Drill with {folder}, taken {manifest.taken_at}. It {done.signature.words}.")
    say(
        f"Restored {done.jobs:,} jobs, {len(manifest.files):,} files and "
        f"{sum(manifest.rows.values()):,} rows ({manifest.bytes >> 20:,} MB) "
        f"in {done.restoring:.1f} s; checked in {done.checking:.1f} s."
    )
    for one in done.examination.left:
        warn(f"{one.code}: {one.place}: {one.message}")
    for words in done.examination.unchecked:
        warn(f"could not check {words}")
    say("The backup can be restored." if done.passed else "The restored lab is not sound.")
    say(f"The lab itself was not touched. {_left(done)}")


def _left(done: Drill) -> str:
    if done.folder is None:
        return "The drill's folder was removed."
    command = f"printflow --config {done.folder / 'printflow.toml'} list"
    return f"Look at the restored one, with no PRINTFLOW_ variable set: {command}"
