"""Transactions: the one commit point, with every group of tables at hand inside it."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from ..errors import DatabaseDamaged
from ..ports import Damage, Stamp
from . import search
from .alone import alone
from .engine import (
    BUSY_SECONDS,
    busy,
    describe_sqlite,
    interpreter_is_safe,
    open_engine,
    people_error,
    sqlite_path,
    writing,
)
from .soundness import look, mend

if TYPE_CHECKING:
    from .address_rows import SqlAddressRows
    from .charge_rows import SqlChargeRows
    from .file_rows import SqlFileRows
    from .history_rows import SqlHistoryRows
    from .identity_rows import SqlIdentityRows
    from .incoming_rows import SqlIncomingRows, SqlLeaseRows
    from .job_rows import SqlJobRows
    from .lab_rows import SqlLabRows
    from .ledger_rows import SqlLedgerRows
    from .limit_rows import SqlLimitRows
    from .online_rows import SqlOnlineRows
    from .outbox_rows import SqlOutboxRows
    from .payer_rows import SqlPayerRows
    from .people_rows import SqlPeopleRows
    from .person_rows import SqlPersonRows
    from .plate_rows import SqlPlateRows
    from .queue_rows import SqlQueueRows
    from .quote_rows import SqlQuoteRows
    from .report_rows import SqlReportRows
    from .retention_rows import SqlRetentionRows
    from .view_rows import SqlViewRows
    from .wakeup import Listener


_MOMENTS: Final = count(1)
_MOMENT: ContextVar[tuple[int, float] | None] = ContextVar("moment", default=None)
"""The number of the moment that this thread asks at, and when it began."""

_MOMENT_SECONDS = 5.0
"""A request that takes longer than this, such as an upload, asks the database again."""


class SqlTransaction:
    """The groups of tables on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def jobs(self) -> SqlJobRows:
        from .job_rows import SqlJobRows

        return SqlJobRows(self._connection)

    @cached_property
    def files(self) -> SqlFileRows:
        from .file_rows import SqlFileRows

        return SqlFileRows(self._connection)

    @cached_property
    def addresses(self) -> SqlAddressRows:
        from .address_rows import SqlAddressRows

        return SqlAddressRows(self._connection)

    @cached_property
    def history(self) -> SqlHistoryRows:
        from .history_rows import SqlHistoryRows

        return SqlHistoryRows(self._connection)

    @cached_property
    def plates(self) -> SqlPlateRows:
        from .plate_rows import SqlPlateRows

        return SqlPlateRows(self._connection)

    @property
    def queue(self) -> SqlQueueRows:
        from .queue_rows import SqlQueueRows

        return SqlQueueRows(self._connection)

    @cached_property
    def ledger(self) -> SqlLedgerRows:
        from .ledger_rows import SqlLedgerRows

        return SqlLedgerRows(self._connection)

    @cached_property
    def online(self) -> SqlOnlineRows:
        from .online_rows import SqlOnlineRows

        return SqlOnlineRows(self._connection)

    @cached_property
    def papercut(self) -> SqlChargeRows:
        from .charge_rows import SqlChargeRows

        return SqlChargeRows(self._connection)

    @cached_property
    def payers(self) -> SqlPayerRows:
        from .payer_rows import SqlPayerRows

        return SqlPayerRows(self._connection)

    @cached_property
    def persons(self) -> SqlPersonRows:
        from .person_rows import SqlPersonRows

        return SqlPersonRows(self._connection)

    @cached_property
    def limits(self) -> SqlLimitRows:
        from .limit_rows import SqlLimitRows

        return SqlLimitRows(self._connection)

    @cached_property
    def quotes(self) -> SqlQuoteRows:
        from .quote_rows import SqlQuoteRows

        return SqlQuoteRows(self._connection)

    @cached_property
    def outbox(self) -> SqlOutboxRows:
        from .outbox_rows import SqlOutboxRows

        return SqlOutboxRows(self._connection)

    @cached_property
    def lab(self) -> SqlLabRows:
        from .lab_rows import SqlLabRows

        return SqlLabRows(self._connection)

    @cached_property
    def people(self) -> SqlPeopleRows:
        from .people_rows import SqlPeopleRows

        return SqlPeopleRows(self._connection)

    @cached_property
    def views(self) -> SqlViewRows:
        from .view_rows import SqlViewRows

        return SqlViewRows(self._connection)

    @cached_property
    def identity(self) -> SqlIdentityRows:
        from .identity_rows import SqlIdentityRows

        return SqlIdentityRows(self._connection)

    @cached_property
    def reports(self) -> SqlReportRows:
        from .report_rows import SqlReportRows

        return SqlReportRows(self._connection)

    @cached_property
    def retention(self) -> SqlRetentionRows:
        from .retention_rows import SqlRetentionRows

        return SqlRetentionRows(self._connection)

    @cached_property
    def incoming(self) -> SqlIncomingRows:
        from .incoming_rows import SqlIncomingRows

        return SqlIncomingRows(self._connection)

    @cached_property
    def leases(self) -> SqlLeaseRows:
        from .incoming_rows import SqlLeaseRows

        return SqlLeaseRows(self._connection)


class SqlDatabase:
    """The database port on SQLAlchemy; database errors come out in people's words."""

    def __init__(self, url: str, *, journal: bool = True) -> None:
        self._url = url
        self._engine = open_engine(url, journal=journal)
        embedded = self._engine.dialect.name == "sqlite"
        self._queue = threading.Lock() if embedded else None
        path = sqlite_path(url)
        # A commit goes to the log beside the database, a checkpoint from there to the database.
        self._written = (path.with_name(f"{path.name}-wal"), path) if path is not None else ()
        self._own_changes = 0
        self._seen_damaged = ""

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        with self._told(), self._engine.begin() as connection:
            yield SqlTransaction(connection)

    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        with self._turn():
            try:
                with self._told(), writing(self._engine) as connection:
                    yield SqlTransaction(connection)
            finally:
                self._own_changes += 1

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One writer of this process after the other.

        SQLite has one writer at a time, and a process that waits for it there sleeps, for longer and longer,
        however soon the other is done.
        """
        if self._queue is None:
            yield
            return
        if not self._queue.acquire(timeout=BUSY_SECONDS):
            raise busy()
        try:
            yield
        finally:
            self._queue.release()

    @contextmanager
    def alone(self, name: str, *, wait: bool = False) -> Iterator[bool]:
        with self._told(), alone(self._engine, name, wait=wait) as mine:
            yield mine

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            told = people_error(error, self._url)
            if isinstance(told, DatabaseDamaged) and not search.is_named_in(str(error)):
                self._seen_damaged = told.detail
            raise told from error
        except NoConnectionLeft as error:  # all connections are taken
            raise busy() from error

    def listen(self, heard: Callable[[], None]) -> Listener | None:
        """Call ``heard`` whenever something changes, in another process too; None where the
        database cannot tell.
        """
        if self._engine.dialect.name != "postgresql":
            return None
        from .wakeup import Listener

        return Listener(self._url, heard)

    @contextmanager
    def moment(self) -> Iterator[None]:
        began = _MOMENT.set((next(_MOMENTS), time.monotonic()))
        try:
            yield
        finally:
            _MOMENT.reset(began)

    def stamp(self) -> Stamp | None:
        if not self._written:
            moment = _MOMENT.get()
            if moment is None or time.monotonic() - moment[1] > _MOMENT_SECONDS:
                return None
            return (moment[0], self._own_changes)
        stamp = [self._own_changes]
        for path in self._written:
            try:
                status = path.stat()
            except OSError:
                continue  # no log: nothing was written since the last checkpoint
            stamp += (status.st_ino, status.st_size, status.st_mtime_ns)
        return tuple(stamp)

    def version(self) -> tuple[str, bool]:
        if self._engine.dialect.name == "sqlite":
            return describe_sqlite(), interpreter_is_safe()
        return self._engine.dialect.name, True

    def room(self) -> int | None:
        return shutil.disk_usage(self._written[-1].parent).free if self._written else None

    def damage(self) -> Sequence[Damage]:
        return look(self._url)

    def mend(self, damage: Sequence[Damage]) -> bool:
        with self._turn():
            sound = mend(self._url, damage)
        self._seen_damaged = "" if sound else self._seen_damaged
        return sound

    def seen_damaged(self) -> str:
        return self._seen_damaged

    def close(self) -> None:
        self._engine.dispose()
