"""``demo``: a separate store with jobs to look at."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .documents import print_json
from .own_name import own_name
from .session import json_option, session
from .streams import tell

if TYPE_CHECKING:
    from printflow import Printflow

_CONFIG = "printflow.toml"


@click.command("demo")
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The demo's folder (default: the store's name plus -demo, next to it).",
)
@json_option
def demo(store: Path | None) -> None:
    """Fill a separate store with jobs in every status. Doesn't change the lab's own store."""
    from printflow import Settings
    from printflow.settings.database_url import sqlite_url

    folder = (store or _beside(session().load().store)).expanduser().absolute()
    settings = Settings(
        store=folder,
        database_url=sqlite_url(folder / ".printflow" / "printflow.db"),
        mail={"smtp_host": "", "directory": str(folder / ".printflow" / "mail")},
    )
    with session().lab(settings, create=True) as lab:
        there = lab.jobs.find(limit=1)
        if not there:
            _fill(lab)
        password = lab.stations.ensure_password()
        count = sum(lab.jobs.counts().values())
    config = _write_config(settings.store)
    if session().json:
        print_json(
            {
                "store": settings.store,
                "config": config,
                "jobs": count,
                "created": not there,
                "staff_password": password,
            }
        )
        return
    tell(f"{settings.store} {'already has' if there else 'now has'} {count} jobs")
    if password is not None:
        tell(f"Staff password: {password} (it won't be shown again)")
    tell(f'To see them, run: {own_name()} --config "{config}" serve')


def _beside(store: Path) -> Path:
    return store.with_name(f"{store.name}-demo")


def _fill(lab: Printflow) -> None:
    from printflow.demo import fill

    if session().json or not sys.stderr.isatty():
        fill(lab)
        return
    with click.progressbar(length=1, label="Creating the demo", file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        fill(lab, progress=progress)


def _write_config(store: Path) -> Path:
    """A settings file beside the demo's jobs, so that it is served alike on every system."""
    from .config_file import first_settings

    path = store / _CONFIG
    if not path.exists():
        path.write_text(first_settings(store, {}), "utf-8", newline="\n")
    return path
