"""``backup`` and ``restore``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from .documents import print_json
from .session import json_option, session
from .streams import on_terminal, say, warn

_DAMAGED = 1


def _keep_rule(_context: click.Context, _option: click.Parameter, value: str | None) -> object:
    from printflow.backup import Keep

    if value is None:
        return None
    parts = value.split(",")
    if len(parts) != 3 or not all(
        part.strip().isascii() and part.strip().isdigit() for part in parts
    ):
        raise click.BadParameter("write three numbers, as 7,4,12: days, weeks and months")
    return Keep(*(int(part) for part in parts))


@contextmanager
def _bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar at a terminal, nothing elsewhere."""
    if not on_terminal() or session().json:
        yield lambda _done, _total: None
        return
    with click.progressbar(length=0, label=label) as bar:

        def shown(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield shown


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--keep",
    metavar="D,W,M",
    callback=_keep_rule,
    help="Afterwards keep the newest backup of D days, W weeks and M months; remove the others.",
)
@click.option("--verify", is_flag=True, help="Take none: check the newest one, byte by byte.")
@json_option
def backup(folder: Path, keep: object, verify: bool) -> None:
    """Back up database, files and keys into FOLDER. Safe while the server runs."""
    if verify:
        _verify(folder)
        return
    from printflow.backup import Keep, prune, read_manifest, take_backup
    from printflow.db import migrate

    settings = session().load()
    migrate.check(settings.database)
    with _bar("Files") as progress:
        taken = take_backup(settings, folder, datetime.now(UTC), progress=progress)
    removed = prune(folder, keep) if isinstance(keep, Keep) else []
    manifest = read_manifest(taken)
    if session().json:
        print_json(
            {
                "backup": taken,
                "files": len(manifest.files),
                "missing": list(manifest.missing),
                "removed": removed,
            }
        )
        return
    say(f"Backup: {taken} ({len(manifest.files)} files)")
    for name in manifest.missing:
        warn(f"{name} was not in the store; `printflow doctor` tells more.")
    if removed:
        say(f"Removed {len(removed)} older ones.")


def _verify(folder: Path) -> None:
    from printflow.backup import backups, read_manifest, verify
    from printflow.errors import BackupDamaged

    found = [folder] if (folder / "manifest.json").exists() else backups(folder)[-1:]
    if not found:
        raise BackupDamaged(f"{folder} holds no backup.")
    newest = found[0]
    total = len(read_manifest(newest).files)
    with _bar("Files") as progress:
        damaged = list(verify(newest, progress=lambda done: progress(done, total)))
    if session().json:
        print_json(
            {
                "backup": newest,
                "damaged": [{"name": part.name, "why": why} for part, why in damaged],
            }
        )
    else:
        for part, why in damaged:
            warn(f"{part.place}/{part.name}: {why}".lstrip("/"))
        say(f"{newest}: {'damaged' if damaged else 'all is well'}, {total} files")
    if damaged:
        raise click.exceptions.Exit(_DAMAGED)


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--force", is_flag=True, help="Move a store that is not empty aside first.")
@json_option
def restore(folder: Path, force: bool) -> None:
    """Restore the backup in FOLDER to the store and database of the settings."""
    from printflow.backup import restore as put_back

    settings = session().load()
    with _bar("Files") as progress:
        done = put_back(settings, folder, force=force, progress=progress)
    from printflow.db import migrate

    migrate.upgrade(settings.database)
    if session().json:
        told = {"restored": folder, "store": settings.store, "files": len(done.manifest.files)}
        print_json({**told, "aside": list(done.aside)})
        return
    say(
        f"Restored {len(done.manifest.files)} files of {done.manifest.taken_at} to {settings.store}."
    )
    for path in done.aside:
        say(f"What was there before is in {path}.")
    say("Check it with: printflow doctor")
