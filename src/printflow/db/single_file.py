"""An SQLite database as one file, with nothing beside it, so that it can be copied and renamed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from ..errors import DatabaseUnavailable
from ..said import say
from ..settings.database_url import sqlite_url
from .engine import people_error, sqlite_module

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database: it belongs to it, and to no other file of that name."""


def copy_sqlite(source: Path, dest: Path) -> None:
    """Copy a live SQLite database by its backup API.

    Raises DatabaseDamaged, DatabaseUnavailable (also where there is no room for ``dest``).
    """
    module = sqlite_module()
    uri = f"{source.resolve().as_uri()}?mode=rw"
    try:
        with (
            closing(module.connect(uri, uri=True)) as here,
            closing(module.connect(dest)) as there,
        ):
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")
    except module.Error as error:
        if "disk is full" in str(error):
            raise DatabaseUnavailable(
                say(
                    "There isn't enough space for a copy of the database in {folder}.",
                    folder=str(dest.parent),
                ),
                next_step=say("Free some space there."),
            ) from error
        raise people_error(
            DBAPIError.instance("", None, error, module.Error), sqlite_url(source)
        ) from error


def single_file(path: Path) -> None:
    """Take what is in the log beside a database into it, and keep no log."""
    module = sqlite_module()
    try:
        with closing(module.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except module.Error as error:
        raise people_error(
            DBAPIError.instance("", None, error, module.Error), sqlite_url(path)
        ) from error
