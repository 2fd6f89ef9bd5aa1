"""Whether anyone uses a database: before it is replaced, nobody may."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, select, text
from sqlalchemy.exc import DBAPIError

from ..domain.heartbeat import SILENT_AFTER, Heartbeat
from ..errors import AlreadyRunning
from ..said import say, say_n
from ..store.instance_lock import InstanceLock
from .alone import alone
from .engine import APPLICATION, is_damage, open_engine, people_error, sqlite_module, sqlite_path
from .schema import workers

_STOP = say("Stop this lab's server and workers first. Nothing is replaced while they run.")

_OWN_NAME = f"{APPLICATION} restore"
"""What the connections are listed as that look for others."""


class Hold:
    """That nobody uses the database, and nobody begins to; see :func:`hold`."""

    def __init__(self, locks: list[InstanceLock]) -> None:
        self._locks = locks

    def before_renaming(self) -> None:
        """Windows does not rename a folder in which a file is open."""
        if sys.platform == "win32":
            self.let_go()

    def let_go(self) -> None:
        """Let servers start again."""
        while self._locks:
            self._locks.pop().release()


@contextmanager
def hold(url: str) -> Iterator[Hold]:
    """Nobody uses the database at ``url``, and no server or worker starts on it, meanwhile.

    Raises AlreadyRunning while a server, a worker or a command uses it, DatabaseUnavailable.
    """
    path = sqlite_path(url)
    with ExitStack() as stack:
        if path is not None:
            locks: list[InstanceLock] = []
            held = Hold(locks)
            stack.callback(held.let_go)
            if path.parent.is_dir():
                for role in ("server", "worker"):
                    locks.append(_lock(path.parent, role))
            if path.exists() and _is_open(path):
                raise AlreadyRunning(
                    say("A program has the database {path} open.", path=path), next_step=_STOP
                )
            yield held
            return
        engine = open_engine(url, pooled=False, application=_OWN_NAME)
        stack.callback(engine.dispose)
        stack.enter_context(_nobody_opens(engine, url))
        yield Hold([])


def _lock(folder: Path, role: str) -> InstanceLock:
    try:
        return InstanceLock(folder, role)
    except AlreadyRunning as error:
        raise AlreadyRunning(error.message, next_step=_STOP) from None


def _is_open(path: Path) -> bool:
    """Whether another connection has the file open: one in exclusive mode then gets no lock."""
    module = sqlite_module()
    uri = f"{path.resolve().as_uri()}?mode=rw"
    try:
        with closing(module.connect(uri, uri=True, timeout=2, isolation_level=None)) as connection:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except module.DatabaseError as error:
        return "locked" in str(error).lower()  # what is damaged is nobody's reason to stop
    return False


@contextmanager
def _nobody_opens(engine: Engine, url: str) -> Iterator[None]:
    try:
        with alone(engine, "open", wait=True):
            with engine.connect() as connection:
                _refuse_users(connection)
            yield
    except DBAPIError as error:
        raise people_error(error, url) from error


def _refuse_users(connection: Connection) -> None:
    query = text(
        "SELECT coalesce(host(client_addr), 'this machine') FROM pg_stat_activity "
        "WHERE datname = current_database() AND application_name = :name"
    )
    users = connection.execute(query, {"name": APPLICATION}).scalars().all()
    if users:
        raise AlreadyRunning(
            say_n(
                "Printflow uses this database: {count} connection from {hosts}.",
                "Printflow uses this database: {count} connections from {hosts}.",
                len(users),
                hosts=", ".join(sorted(set(users))),
            ),
            next_step=_STOP,
        )
    now = datetime.now(UTC)
    for beat in _beats(connection):
        if not beat.silent(now):
            raise AlreadyRunning(
                say(
                    "A worker was last seen at {time} UTC: {place}.",
                    time=f"{beat.seen_at:%H:%M:%S}",
                    place=beat.place,
                ),
                next_step=say(
                    "{stop} After a crash, wait {seconds} seconds.",
                    stop=_STOP,
                    seconds=SILENT_AFTER.seconds,
                ),
            )


def _beats(connection: Connection) -> list[Heartbeat]:
    if not inspect(connection).has_table(workers.name):
        return []
    try:
        return [Heartbeat(**row._mapping) for row in connection.execute(select(workers))]
    except DBAPIError as error:
        if is_damage(error.orig):
            return []
        raise
