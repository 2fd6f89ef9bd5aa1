"""SQLite as this program begins its transactions.

The dialect begins them, not a listener: an engine that has any listener asks for all of them with
every statement.
"""

from __future__ import annotations

import time
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

PATIENCE: Final = "printflow_patience"
"""What a connection's record calls the seconds for which it waits for someone else's change."""

_SHORT, _LONG, _SOON = 0.0005, 0.002, 1.0
"""Seconds between two looks at whether another process still writes: at first, later, and from when on
it's later, since what takes that long is no step on a job, but an import."""


class EmbeddedDialect(SQLiteDialect_pysqlite):
    """SQLite, whose transactions begin here and say whether they will write."""

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        # A reader that later wants to write could fail at once with "database is locked"; a writer
        # that says so from the start waits its turn. The driver itself is told: through all layers
        # it would cost as much as the question that follows.
        raw: Any = dbapi_connection.dbapi_connection
        if dbapi_connection.info.get(WRITES):
            _begin_to_write(raw, dbapi_connection.info[PATIENCE], self.loaded_dbapi.Error)
        else:
            raw.execute("BEGIN")

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


def be_patient(raw: Any, seconds: float) -> None:
    """Let statements wait so long for another connection's lock."""
    raw.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")


def _begin_to_write(raw: Any, patience: float, fault: type[Exception]) -> None:
    """Begin as the one writer, once no other process is one any more.

    SQLite itself looks again after 1, 2, 5, 10 and at last every 100 milliseconds. A process whose
    writers follow one another lets go for moments only, and who sleeps so long misses most of them.
    """
    be_patient(raw, 0)
    try:
        began = time.monotonic()
        while True:
            try:
                raw.execute("BEGIN IMMEDIATE")
            except fault as error:
                waited = time.monotonic() - began
                if "locked" not in str(error) or waited >= patience:
                    raise
            else:
                return
            time.sleep(_SHORT if waited < _SOON else _LONG)
    finally:
        be_patient(raw, patience)


def forget_writing(_connection: Any, record: ConnectionPoolEntry) -> None:
    """The next to use this connection can only read."""
    record.info.pop(WRITES, None)


registry.register(DRIVER.replace("+", "."), __name__, EmbeddedDialect.__name__)
