"""A consistent copy of a live database, as one SQLite file, whatever the database is.

So every snapshot is checked in the same way, and goes back to either kind of database. Of
PostgreSQL it holds the rows, which a restore writes into tables of its own making: nothing of a
snapshot is ever run.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import delete, update

from ..said import say
from ..settings.database_url import sqlite_url
from .copying import copy_database
from .engine import open_engine, sqlite_module, sqlite_path, writing
from .schema import job_files, metadata, workers
from .single_file import copy_sqlite, single_file
from .soundness import can_be_made_again, damaged, look, mend

SNAPSHOT = "database.sqlite"


def take_snapshot(url: str, dest: Path) -> tuple[str, ...]:
    """Write the database, as it is at one moment, into the file ``dest``; writers go on.

    The copy is sound on return: an index that is damaged is made again in it, and what is said of
    that is returned. Raises DatabaseDamaged where rows cannot be read, DatabaseUnavailable.
    """
    path = sqlite_path(url)
    if path is not None:
        copy_sqlite(path, dest)
    else:
        copy_database(url, sqlite_url(dest))
    single_file(dest)
    with dest.open("rb+") as file:
        os.fsync(file.fileno())
    found = look(sqlite_url(dest))
    if not found:
        return ()
    if not can_be_made_again(found) or not mend(sqlite_url(dest), found) or look(sqlite_url(dest)):
        raise damaged(
            url,
            found,
            next_step=say("No backup was taken; earlier ones are unchanged. Run: printflow doctor"),
        )
    single_file(dest)
    return tuple(sorted({one.where for one in found}))


def row_counts(snapshot: Path) -> Mapping[str, int]:
    """How many rows each of this program's tables has in a snapshot, as far as it has them."""
    module = sqlite_module()
    with closing(module.connect(snapshot)) as connection:
        there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
            for name in sorted(metadata.tables)
            if name in there
        }


def foreign_objects(snapshot: Path) -> tuple[str, ...]:
    """What a snapshot of Printflow never holds: triggers and views, which would run."""
    module = sqlite_module()
    with closing(module.connect(snapshot)) as connection:
        query = "SELECT type, name FROM sqlite_master WHERE type NOT IN ('table', 'index')"
        found = [f"{kind} {name}" for kind, name in connection.execute(query)]
        query = (
            "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%' "
            "AND name <> 'job_search'"
        )
        return (*found, *(f"virtual table {row[0]}" for row in connection.execute(query)))


def let_go(url: str) -> None:
    """Processes that were at work when the snapshot was taken no longer are."""
    engine = open_engine(url, pooled=False)
    try:
        with writing(engine) as connection:
            connection.execute(update(job_files).values(lease_until=None))
            connection.execute(delete(workers))
    finally:
        engine.dispose()
