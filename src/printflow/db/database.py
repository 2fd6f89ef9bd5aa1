"""Transactions: the one commit point, with every group of tables at hand inside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from .engine import describe_sqlite, interpreter_is_safe, open_engine, people_error
from .file_rows import SqlFileRows
from .history_rows import SqlHistoryRows
from .job_rows import SqlJobRows
from .lab_rows import SqlLabRows
from .outbox_rows import SqlOutboxRows
from .people_rows import SqlPeopleRows
from .quote_rows import SqlQuoteRows
from .report_rows import SqlReportRows
from .retention_rows import SqlRetentionRows


class SqlTransaction:
    """The groups of tables on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def jobs(self) -> SqlJobRows:
        return SqlJobRows(self._connection)

    @cached_property
    def files(self) -> SqlFileRows:
        return SqlFileRows(self._connection)

    @cached_property
    def history(self) -> SqlHistoryRows:
        return SqlHistoryRows(self._connection)

    @cached_property
    def quotes(self) -> SqlQuoteRows:
        return SqlQuoteRows(self._connection)

    @cached_property
    def outbox(self) -> SqlOutboxRows:
        return SqlOutboxRows(self._connection)

    @cached_property
    def lab(self) -> SqlLabRows:
        return SqlLabRows(self._connection)

    @cached_property
    def people(self) -> SqlPeopleRows:
        return SqlPeopleRows(self._connection)

    @cached_property
    def reports(self) -> SqlReportRows:
        return SqlReportRows(self._connection)

    @cached_property
    def retention(self) -> SqlRetentionRows:
        return SqlRetentionRows(self._connection)


class SqlDatabase:
    """The database port on SQLAlchemy; database errors come out in people's words."""

    def __init__(self, url: str, *, journal: bool = True) -> None:
        self._url = url
        self._reading = open_engine(url, journal=journal)
        self._writing = self._reading.execution_options(printflow_write=True)

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[SqlTransaction]:
        try:
            with engine.begin() as connection:
                yield SqlTransaction(connection)
        except DBAPIError as error:
            raise people_error(error, self._url) from error

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        with self._transaction(self._reading) as transaction:
            yield transaction

    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        with self._transaction(self._writing) as transaction:
            yield transaction

    def version(self) -> tuple[str, bool]:
        if self._reading.dialect.name == "sqlite":
            return describe_sqlite(), interpreter_is_safe()
        return self._reading.dialect.name, True

    def problems(self) -> Sequence[str]:
        if self._reading.dialect.name != "sqlite":
            return []  # PostgreSQL checks its pages and keys itself
        try:
            with self._reading.connect() as connection:
                rows = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        except DBAPIError as error:
            raise people_error(error, self._url) from error
        found = [str(row) for row in rows if row != "ok"]
        return found + [f"{row[0]} row {row[1]} points to no {row[2]}" for row in broken]

    def close(self) -> None:
        self._reading.dispose()
