"""``db upgrade``, ``db current``, ``db check`` and ``db copy``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from printflow.errors import SettingsError

from .documents import print_json
from .session import json_option, session
from .streams import say

if TYPE_CHECKING:
    from printflow import Settings


@click.group("db")
def database() -> None:
    """Bring the database to this program's schema, or say where it stands."""


@database.command("upgrade")
@json_option
def upgrade() -> None:
    """Bring the database up to date; of an embedded one a copy is written beside it first."""
    from printflow.db import migrate

    settings = _settings()
    before, copy = _current(settings), None
    if before == migrate.HEAD:
        said = f"The database is up to date already ({before})."
    elif not before and _is_embedded(settings):
        with session().lab(settings):  # a new lab: store, identity and database belong together
            said = f"A new database was made ({migrate.HEAD})."
    else:
        copy = migrate.upgrade(settings.database)
        said = f"The database was upgraded from {before or 'nothing'} to {migrate.HEAD}."
    if session().json:
        print_json({"before": before or None, "current": migrate.HEAD, "copy": copy})
        return
    say(said)
    if copy is not None:
        say(f"A copy of it from before is {copy}")


@database.command("current")
@json_option
def current() -> None:
    """Print the database's revision and this program's."""
    from printflow.db import migrate

    found = _current(_settings())
    if session().json:
        print_json({"current": found or None, "head": migrate.HEAD})
    else:
        say(f"{found or 'none'} (this program: {migrate.HEAD})")


@database.command("check")
@json_option
def check() -> None:
    """Exit with 0 if the database has this program's schema, else with 3."""
    from printflow.db import migrate

    migrate.check(_settings().database)
    if session().json:
        print_json({"current": migrate.HEAD, "head": migrate.HEAD})
    else:
        say(f"The database is up to date ({migrate.HEAD}).")


@database.command("copy")
@click.option("--from", "source", metavar="URL", help="The lab's database (that of the settings).")
@click.option("--to", "target", metavar="URL", required=True, help="An empty database.")
@json_option
def copy(source: str | None, target: str) -> None:
    """Move the lab to another database: sqlite:///FILE or postgresql://USER@HOST/NAME.

    Server and worker must be stopped. Everything is read back and compared by counts and hashes;
    then set database_url to the new address.
    """
    from printflow.db.copying import copy_database

    settings = _settings()
    here = _checked(source, settings) if source else settings.database
    there = _checked(target, settings)
    if here == there:
        raise SettingsError("--from and --to name the same database", key="database_url")
    with _stopped(here):
        copied = copy_database(here, there)
    if session().json:
        print_json({"tables": [asdict(table) for table in copied]})
        return
    for table in copied:
        say(f"{table.name:<18} {table.rows:>9} rows  sha256 {table.sha256[:16]}")
    say("Every row was read back and is the same. Now set database_url to the new address;")
    say("the store's files stay where they are, and the old database as it is.")


def _checked(url: str, settings: Settings) -> str:
    from printflow.settings.database_url import checked_database_url

    try:
        return checked_database_url(url, store=settings.store)
    except ValueError as error:
        raise SettingsError(str(error), key="database_url") from error


@contextmanager
def _stopped(url: str) -> Iterator[None]:
    """Nobody serves or works on the database meanwhile; AlreadyRunning if someone does."""
    from printflow.db.at_work import hold
    from printflow.db.engine import sqlite_path

    path = sqlite_path(url)
    if path is not None and not path.exists():
        raise SettingsError(f"there is no database {path}", key="database_url")
    with hold(url):
        yield


def _settings() -> Settings:
    """The settings; an embedded database needs its store's folder."""
    settings = session().load()
    if _is_embedded(settings) and not settings.store.is_dir():
        raise SettingsError(
            f"there is no folder {settings.store}",
            key="store",
            next_step=f"`printflow init --store {settings.store}` makes a new store there.",
        )
    return settings


def _is_embedded(settings: Settings) -> bool:
    from printflow.db.engine import sqlite_path

    return sqlite_path(settings.database) is not None


def _current(settings: Settings) -> str:
    from printflow.db import migrate

    return migrate.current(settings.database)
