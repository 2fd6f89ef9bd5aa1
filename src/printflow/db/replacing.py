"""Putting a snapshot in the place of a database: prepared beside it, and swapped when it is whole.

What was there is kept: an SQLite file under another name, PostgreSQL's tables in a schema of their
own. Until the swap, which is one step, the database is as it was.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from ..errors import DatabaseUnavailable
from ..said import say
from ..settings.database_url import sqlite_url
from . import migrate
from .copying import copy_database
from .engine import open_engine, people_error, sqlite_module, sqlite_path
from .single_file import BESIDE, copy_sqlite, single_file
from .snapshot import let_go


def holds_lab(url: str) -> bool:
    """Whether there is a lab in the database at ``url``, or something that cannot be read.

    Raises DatabaseUnavailable.
    """
    path = sqlite_path(url)
    if path is not None:
        return path.exists() and path.stat().st_size > 0 and _file_holds_lab(path)
    engine = open_engine(url, pooled=False)
    try:
        with engine.connect() as connection:
            return any(
                inspect(connection).has_table(name)
                and connection.execute(text(f"SELECT 1 FROM {name} LIMIT 1")).first()  # noqa: S608
                for name in ("lab", "jobs")
            )
    except DBAPIError as error:
        raise people_error(error, url) from error
    finally:
        engine.dispose()


def _file_holds_lab(path: Path) -> bool:
    module = sqlite_module()
    uri = f"{path.resolve().as_uri()}?mode=rw"
    try:
        with closing(module.connect(uri, uri=True)) as connection:
            query = "SELECT count(*) FROM sqlite_master WHERE name IN ('lab', 'jobs')"
            if not connection.execute(query).fetchone()[0]:
                query = "SELECT count(*) FROM sqlite_master"
                return bool(connection.execute(query).fetchone()[0])
            query = "SELECT (SELECT count(*) FROM lab) + (SELECT count(*) FROM jobs)"
            return bool(connection.execute(query).fetchone()[0])
    except module.Error:
        return True  # damaged or another program's: what it holds is not ours to lose


class Replacement(Protocol):
    """A database that is whole, and waits for the place of another."""

    def swap(self) -> str:
        """Take the place; gives in words where is what was there, "" if nothing was."""

    def undo(self) -> None:
        """Give the place back, as long as nothing else was done; drop what was prepared."""


def brought_up(snapshot: Path, dest: Path) -> None:
    """Copy a snapshot to ``dest``, with the schema of this program and nobody at work in it."""
    copy_sqlite(snapshot, dest)
    url = sqlite_url(dest.absolute())
    copy = migrate.upgrade(url)
    if copy is not None:
        copy.unlink()
    let_go(url)
    single_file(dest)


def prepared(url: str, whole: Path, suffix: str) -> Replacement:
    """A replacement for the database at ``url`` with what is in ``whole``, as
    :func:`brought_up` made it. Raises DatabaseUnavailable.
    """
    path = sqlite_path(url)
    return _FileReplacement(path, whole, suffix) if path else _Schemas(url, whole, suffix)


class _FileReplacement:
    def __init__(self, path: Path, whole: Path, suffix: str) -> None:
        self._path = path
        self._new = path.with_name(f".{path.name}-{suffix}")
        self._aside = path.with_name(f"{path.name}-{suffix}")
        self._kept = self._swapped = False
        path.parent.mkdir(parents=True, exist_ok=True)
        copy_sqlite(whole, self._new)

    def swap(self) -> str:
        self._kept = self._path.exists()
        if self._kept:
            self._move(self._path, self._aside)
        self._new.rename(self._path)
        self._swapped = True
        return str(self._aside) if self._kept else ""

    def undo(self) -> None:
        if self._swapped:
            self._path.rename(self._new)
        if self._kept and self._aside.exists():
            self._move(self._aside, self._path)
        self._new.unlink(missing_ok=True)

    def _move(self, source: Path, target: Path) -> None:
        # The log first: it must never lie beside another database.
        for end in (*BESIDE, ""):
            beside = source.with_name(source.name + end)
            if beside.exists():
                beside.rename(target.with_name(target.name + end))


class _Schemas:
    """Tables of PostgreSQL: written into a schema of their own, which then trades places."""

    def __init__(self, url: str, whole: Path, suffix: str) -> None:
        self._url = url
        self._new = _schema_name(f"new-{suffix}")
        self._aside = _schema_name(suffix)
        self._engine = open_engine(url, pooled=False)
        self._home = ""
        self._kept = self._swapped = False
        try:
            with self._engine.begin() as connection:
                self._home = str(connection.scalar(text("SELECT current_schema()")))
                connection.exec_driver_sql(f'CREATE SCHEMA "{self._new}"')
            address = make_url(url).update_query_dict({"options": f"-csearch_path={self._new}"})
            copy_database(
                sqlite_url(whole.absolute()), address.render_as_string(hide_password=False)
            )
        except DBAPIError as error:
            self.undo()
            raise _told(error, url) from error
        except BaseException:
            self.undo()
            raise

    def swap(self) -> str:
        try:
            with self._engine.begin() as connection:
                there = _tables(connection, self._home)
                self._kept = bool(there)
                if self._kept:
                    connection.exec_driver_sql(f'CREATE SCHEMA "{self._aside}"')
                    _move(connection, there, self._home, self._aside)
                _move(connection, _tables(connection, self._new), self._new, self._home)
                connection.exec_driver_sql(f'DROP SCHEMA "{self._new}"')
        except DBAPIError as error:
            raise _told(error, self._url) from error
        self._swapped = True
        self._engine.dispose()
        return f'the schema "{self._aside}" of the same database' if self._kept else ""

    def undo(self) -> None:
        with self._engine.begin() as connection:
            if self._swapped:
                connection.exec_driver_sql(f'CREATE SCHEMA "{self._new}"')
                _move(connection, _tables(connection, self._home), self._home, self._new)
            if self._swapped and self._kept:
                _move(connection, _tables(connection, self._aside), self._aside, self._home)
                connection.exec_driver_sql(f'DROP SCHEMA "{self._aside}"')
            connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{self._new}" CASCADE')
        self._engine.dispose()


def _schema_name(suffix: str) -> str:
    return suffix.replace("-", "_").lower()


def _tables(connection: Connection, schema: str) -> list[str]:
    return inspect(connection).get_table_names(schema=schema)


def _move(connection: Connection, tables: list[str], source: str, target: str) -> None:
    """Indexes, keys and the sequences of numbers go with their tables."""
    for table in tables:
        connection.exec_driver_sql(f'ALTER TABLE "{source}"."{table}" SET SCHEMA "{target}"')


def _told(error: DBAPIError, url: str) -> Exception:
    """A missing right is named with the statement that gives it."""
    if getattr(error.orig, "sqlstate", "") != "42501":  # insufficient_privilege
        return people_error(error, url)
    parsed = make_url(url)
    return DatabaseUnavailable(
        say(
            "The account {account} isn't allowed to set the current tables aside: {why}",
            account=parsed.username,
            why=str(error.orig),
        ),
        next_step=say(
            'As the owner of the database, run: GRANT CREATE ON DATABASE "{database}" TO "{account}". '
            "Nothing was changed.",
            database=parsed.database,
            account=parsed.username,
        ),
    )
