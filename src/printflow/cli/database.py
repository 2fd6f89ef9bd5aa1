"""``db upgrade``, ``db current``, ``db check`` and ``db copy``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from printflow.errors import SettingsError
from printflow.said import say

from .documents import print_json
from .session import json_option, session
from .streams import tell

if TYPE_CHECKING:
    from printflow import Settings


@click.group("db")
def database() -> None:
    """Upgrade, check or move the database."""


@database.command("upgrade")
@json_option
def upgrade() -> None:
    """Upgrade the database. An SQLite database is copied first."""
    from printflow.db import migrate

    settings = _settings()
    before, copy = _current(settings), None
    if before == migrate.HEAD:
        said = f"The database is already up to date ({before})."
    elif not before and _is_embedded(settings):
        with session().lab(settings):  # a new lab: store, identity and database belong together
            said = f"Created a new database ({migrate.HEAD})."
    else:
        copy = migrate.upgrade(settings.database)
        said = f"Upgraded the database from {before or 'empty'} to {migrate.HEAD}."
    if session().json:
        print_json({"before": before or None, "current": migrate.HEAD, "copy": copy})
        return
    tell(said)
    if copy is not None:
        tell(f"A copy from before the upgrade: {copy}")


@database.command("current")
@json_option
def current() -> None:
    """Show the database's revision and the one that this program needs."""
    from printflow.db import migrate

    found = _current(_settings())
    if session().json:
        print_json({"current": found or None, "head": migrate.HEAD})
    else:
        tell(f"{found or 'none'} (this program needs {migrate.HEAD})")


@database.command("check")
@json_option
def check() -> None:
    """Check the database's revision. Exit code 0 if it fits this program, 3 if not."""
    from printflow.db import migrate

    migrate.check(_settings().database)
    if session().json:
        print_json({"current": migrate.HEAD, "head": migrate.HEAD})
    else:
        tell(f"The database is up to date ({migrate.HEAD}).")


@database.command("copy")
@click.option(
    "--from", "source", metavar="URL", help="The lab's database (default: the one in the settings)."
)
@click.option("--to", "target", metavar="URL", required=True, help="An empty database.")
@json_option
def copy(source: str | None, target: str) -> None:
    """Move the lab to another database: sqlite:///FILE or postgresql://USER@HOST/NAME.

    Stop the server and workers first. Everything is read back and compared by counts and hashes.
    Then set database_url to the new address.
    """
    from printflow.db.copying import copy_database

    settings = _settings()
    here = _checked(source, settings) if source else settings.database
    there = _checked(target, settings)
    if here == there:
        raise SettingsError(say("--from and --to are the same database."), key="database_url")
    with _stopped(here):
        copied = copy_database(here, there)
    if session().json:
        print_json({"tables": [asdict(table) for table in copied]})
        return
    for table in copied:
        tell(f"{table.name:<18} {table.rows:>9} rows  sha256 {table.sha256[:16]}")
    tell("Every row was read back and compared. Now set database_url to the new address.")
    tell("The store's files stay where they are, and the old database stays unchanged.")


def _checked(url: str, settings: Settings) -> str:
    from printflow.settings.database_url import checked_database_url

    try:
        return checked_database_url(url, store=settings.store)
    except ValueError as error:
        raise SettingsError(str(error), key="database_url") from error


@contextmanager
def _stopped(url: str) -> Iterator[None]:
    """No server or worker uses the database meanwhile; raises AlreadyRunning if one does."""
    from printflow.db.at_work import hold
    from printflow.db.engine import sqlite_path

    path = sqlite_path(url)
    if path is not None and not path.exists():
        raise SettingsError(say("There's no database {path}.", path=str(path)), key="database_url")
    with hold(url):
        yield


def _settings() -> Settings:
    """The settings; an embedded database needs its store's folder."""
    settings = session().load()
    if _is_embedded(settings) and not settings.store.is_dir():
        raise SettingsError(
            say("There's no folder {folder}.", folder=str(settings.store)),
            key="store",
            next_step=say(
                "To create a new store there, run: printflow init --store {folder}",
                folder=str(settings.store),
            ),
        )
    return settings


def _is_embedded(settings: Settings) -> bool:
    from printflow.db.engine import sqlite_path

    return sqlite_path(settings.database) is not None


def _current(settings: Settings) -> str:
    from printflow.db import migrate

    return migrate.current(settings.database)
