"""Opening the database: one engine per process, with each database's settings for durability."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from ..errors import DatabaseBusy, DatabaseDamaged, DatabaseUnavailable, PrintflowError
from ..said import say
from .embedded import DRIVER, WRITES, forget_writing

SAFE_SQLITE = (3, 51, 3)
"""First SQLite without the WAL-reset bug (two connections can corrupt a WAL database; see
https://sqlite.org/wal.html, "The WAL-reset bug")."""

BUSY_SECONDS = 10

_OUR_FAULTS = (IntegrityError, ProgrammingError, DataError, NotSupportedError)
"""What a statement of ours did wrong; anything else is about the database that is asked."""

_POSTGRESQL_PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}
"""So that a server that vanished without a word is noticed within seconds, not hours."""
APPLICATION = "printflow"
"""What PostgreSQL lists connections of this program as."""

LOOK_AT_IT = say("Run: printflow doctor. It says what is damaged, and what to do about it.")

_DAMAGE_WORDS = ("malformed", "not a database", "fts5: corrupt", "invalid page in block")
_DAMAGE_STATES = ("XX001", "XX002")  # data_corrupted, index_corrupted


def sqlite_module() -> ModuleType:
    """The newest SQLite at hand: the interpreter's own, or ``pysqlite3`` where that is newer."""
    if sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return sqlite3
    try:
        import pysqlite3
    except ImportError:
        return sqlite3
    module: ModuleType = pysqlite3
    newer = module.sqlite_version_info > sqlite3.sqlite_version_info
    return module if newer else sqlite3


def open_engine(
    url: str, *, journal: bool = True, pooled: bool = True, application: str = APPLICATION
) -> Engine:
    """An engine for ``url``; connects to nothing yet. Without ``journal`` an SQLite file keeps the
    journal it has: a copy that is only read needs none beside it. Unless it is ``pooled``, every
    connection is a new one. PostgreSQL lists them under the name ``application``.
    """
    parsed = make_url(url)
    pool: dict[str, Any] = {} if pooled else {"poolclass": NullPool}
    if parsed.get_backend_name() != "sqlite":
        patience = {
            name: value for name, value in _POSTGRESQL_PATIENCE.items() if name not in parsed.query
        }
        made = create_engine(
            parsed,
            pool_pre_ping=True,
            connect_args={**patience, "application_name": application},
            **(pool or {"pool_size": 10, "max_overflow": 10, "pool_timeout": BUSY_SECONDS}),
        )
        event.listen(made, "connect", _set_patience)
        return made
    engine = create_engine(
        parsed.set(drivername=DRIVER),
        module=sqlite_module(),
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        **(pool or {"pool_size": 16, "max_overflow": 16}),
    )
    event.listen(engine, "connect", _set_pragmas if journal else _no_pragmas)
    event.listen(engine, "checkin", forget_writing)
    return engine


def to_write(engine: Engine) -> Connection:
    """A connection whose transactions write: each waits its turn as it begins."""
    return engine.connect().execution_options(**{WRITES: True})


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes, committed at the end."""
    with to_write(engine) as connection, connection.begin():
        yield connection


def _set_patience(connection: Any, _record: ConnectionPoolEntry) -> None:
    """Someone else's change is waited for as long as in an embedded database, not forever."""
    connection.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
    connection.commit()


def _set_pragmas(connection: Any, _record: ConnectionPoolEntry) -> None:
    # The driver must not open transactions of its own: BEGIN is ours (see embedded.py).
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "secure_delete=ON",  # what retention takes out is not left in the file's free pages
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _no_pragmas(connection: Any, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None


def sqlite_path(url: str) -> Path | None:
    """The file of an SQLite database, None for another kind."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def people_error(error: DBAPIError, url: str) -> PrintflowError:
    """A database error in people's words."""
    words = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
    lowered = words.lower()
    if "locked" in lowered or "lock timeout" in lowered or "deadlock" in lowered:
        return busy()
    if isinstance(error, _OUR_FAULTS) and not error.connection_invalidated:
        raise error
    place = make_url(url).render_as_string(hide_password=True)
    if is_damage(error.orig):
        return DatabaseDamaged(
            say("The lab's database is damaged and can't be used. Nothing was done."),
            next_step=say("Tell the lab."),
            detail=say(
                "The database {place} is damaged: {why}. {next_step}",
                place=place,
                why=words.rstrip("."),
                next_step=LOOK_AT_IT,
            ),
        )
    return DatabaseUnavailable(
        say("The lab's database can't be used right now. Nothing was done."),
        next_step=say("Try again in a minute. If it stays like this, tell the lab."),
        detail=say(
            "The database {place} can't be used: {why}. Check that it's running, and that this "
            "account is allowed to use it.",
            place=place,
            why=words.rstrip("."),
        ),
    )


def is_damage(error: BaseException | None) -> bool:
    """Whether a driver's error says that the database itself is damaged."""
    if error is None:
        return False
    # PostgreSQL words errors in its own language; SQLite does not.
    words = str(error).lower()
    return getattr(error, "sqlstate", None) in _DAMAGE_STATES or any(
        one in words for one in _DAMAGE_WORDS
    )


def busy() -> DatabaseBusy:
    """Someone else's change takes too long."""
    return DatabaseBusy(
        say("The database is busy with someone else's change. Nothing was done."),
        next_step=say("Try again in a few seconds."),
    )


def interpreter_is_safe() -> bool:
    """Whether the SQLite in use is one without the WAL-reset bug."""
    return bool(sqlite_module().sqlite_version_info >= SAFE_SQLITE)


def describe_sqlite() -> str:
    """Which SQLite is in use, for the system page and doctor."""
    module = sqlite_module()
    return f"SQLite {module.sqlite_version} ({module.__name__}, Python {sys.version.split()[0]})"
