"""Moving a lab from one database to another: all rows, in one transaction, read back and compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, LargeBinary, Table, func, insert, make_url, select
from sqlalchemy.exc import DBAPIError

from ..errors import DatabaseUnavailable, SettingsError
from ..said import say
from . import migrate, search
from .engine import open_engine, people_error, writing
from .schema import metadata

_MANY = 1000
_FEW = 10
"""So many rows at once of a table that holds emails or pictures."""


@dataclass(frozen=True, slots=True)
class TableCopy:
    """A table that was copied: how many rows, and the SHA-256 of all of them in order."""

    name: str
    rows: int
    sha256: str


def copy_database(source: str, target: str) -> list[TableCopy]:
    """Copy every row of ``source`` into ``target``, whose tables must be missing or empty.

    What was written is read back and compared, by count and hash, before it is committed; after
    any error the target is as empty as it was. The files of the store are not touched: both
    databases speak of the same ones.

    Raises MigrationNeeded when the source has another schema than this program, SettingsError
    when the target holds something, DatabaseUnavailable.
    """
    migrate.check(source)
    if not migrate.current(target):
        migrate.upgrade(target)
    migrate.check(target)
    here, there = open_engine(source), open_engine(target)
    try:
        with _snapshot(here) as reading, writing(there) as connection:
            _refuse_rows(connection, target)
            copied = [_copy(reading, connection, table) for table in _tables()]
            search.rebuild(connection)
            _continue_numbers(connection)
            return copied
    except DBAPIError as error:
        failed = target if error.connection_invalidated else source
        raise people_error(error, failed) from error
    finally:
        here.dispose()
        there.dispose()


def _tables() -> list[Table]:
    """All tables, each after those that its rows point to."""
    return list(metadata.sorted_tables)


def _snapshot(engine: Engine) -> Connection:
    """A connection that sees the database as it is now, whatever is written meanwhile."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    return engine.connect()


def _refuse_rows(connection: Connection, target: str) -> None:
    for table in _tables():
        if connection.scalar(select(func.count()).select_from(table)):
            place = make_url(target).render_as_string(hide_password=True)
            raise SettingsError(
                say(
                    "{place} already has a lab (there are rows in {table})",
                    place=place,
                    table=table.name,
                ),
                key="database_url",
                next_step=say("Name an empty database; nothing is ever overwritten."),
            )


def _copy(reading: Connection, writing: Connection, table: Table) -> TableCopy:
    read = _Fingerprint()
    for rows in _in_order(reading, table):
        writing.execute(insert(table), [dict(row._mapping) for row in rows])
        read.add(rows)
    written = _Fingerprint()
    for rows in _in_order(writing, table):
        written.add(rows)
    if (read.rows, read.hexdigest()) != (written.rows, written.hexdigest()):
        raise DatabaseUnavailable(
            say(
                "The table {table} came out different: {written} of {read} rows, {found} instead of "
                "{expected}. Nothing was copied.",
                table=table.name,
                written=written.rows,
                read=read.rows,
                found=written.hexdigest()[:12],
                expected=read.hexdigest()[:12],
            ),
            next_step=say("Please report this; the lab's own database is unchanged."),
        )
    return TableCopy(table.name, read.rows, read.hexdigest())


def _in_order(connection: Connection, table: Table) -> Iterator[Any]:
    """The rows in batches. They are ordered by bytes where a key is text: languages differ."""
    keys = [
        key.collate("C") if _is_text(connection, key) else key for key in table.primary_key.columns
    ]
    query = select(table).order_by(*keys)
    many = _FEW if any(isinstance(one.type, LargeBinary) for one in table.columns) else _MANY
    return connection.execute(query, execution_options={"yield_per": many}).partitions()


def _is_text(connection: Connection, column: Any) -> bool:
    return connection.dialect.name == "postgresql" and column.type.python_type is str


def _continue_numbers(connection: Connection) -> None:
    """New rows get numbers after those that were copied."""
    if connection.dialect.name != "postgresql":
        return
    for table in _tables():
        if "id" in table.c and table.c.id.type.python_type is int:
            sequence = func.pg_get_serial_sequence(table.name, "id")
            following = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
            connection.execute(select(func.setval(sequence, following, False)))


class _Fingerprint:
    """Counts rows and hashes them in their order, alike for every database."""

    def __init__(self) -> None:
        self.rows = 0
        self._hash = hashlib.sha256()

    def add(self, rows: Any) -> None:
        for row in rows:
            self.rows += 1
            plain = [_plain(value) for value in row]
            self._hash.update(json.dumps(plain, sort_keys=True).encode() + b"\n")

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if value is None or isinstance(value, str | int | bool | list | dict):
        return value
    return str(value)
