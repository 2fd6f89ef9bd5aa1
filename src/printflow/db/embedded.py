"""SQLite as this program begins its transactions.

The dialect begins them, not a listener: an engine that has any listener asks for all of them with
every statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import PoolProxiedConnection
from sqlalchemy.pool import ConnectionPoolEntry

DRIVER: Final = "sqlite+printflow"
"""The name that SQLAlchemy knows it by."""

WRITES: Final = "printflow_write"
"""The execution option of a connection whose transactions write."""


class EmbeddedDialect(SQLiteDialect_pysqlite):
    """SQLite, whose transactions begin here and say whether they will write."""

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        # A reader that later wants to write could fail at once with "database is locked"; a writer
        # that says so from the start waits its turn. The driver itself is told: through all layers
        # it would cost as much as the question that follows.
        statement = "BEGIN IMMEDIATE" if dbapi_connection.info.get(WRITES) else "BEGIN"
        raw: Any = dbapi_connection.dbapi_connection
        raw.execute(statement)

    def set_connection_execution_options(
        self, connection: Connection, opts: Mapping[str, Any]
    ) -> None:
        super().set_connection_execution_options(connection, opts)
        if WRITES in opts:
            connection.info[WRITES] = opts[WRITES]

    def set_engine_execution_options(self, engine: Engine, opts: Mapping[str, Any]) -> None:
        if WRITES in opts:  # it wouldn't reach do_begin, and writers would begin as readers
            raise TypeError(f"{WRITES} is an option of a connection, not of an engine")
        super().set_engine_execution_options(engine, opts)


def forget_writing(_connection: Any, record: ConnectionPoolEntry) -> None:
    """The next to use this connection can only read."""
    record.info.pop(WRITES, None)


registry.register(DRIVER.replace("+", "."), __name__, EmbeddedDialect.__name__)
