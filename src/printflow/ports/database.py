"""The database: transactions over all tables, and the only commit point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from .history_rows import HistoryRows, LedgerRows, OutboxRows, QuoteRows
    from .job_rows import FileRows, JobRows
    from .lab_rows import LabRows, PeopleRows, ReportRows, RetentionRows


class DuplicateKey(Exception):
    """A row with this unique key was written by somebody else; the transaction is over."""


class Transaction(Protocol):
    """All tables, inside one database transaction."""

    @property
    def jobs(self) -> JobRows: ...
    @property
    def files(self) -> FileRows: ...
    @property
    def history(self) -> HistoryRows: ...
    @property
    def ledger(self) -> LedgerRows: ...
    @property
    def quotes(self) -> QuoteRows: ...
    @property
    def outbox(self) -> OutboxRows: ...
    @property
    def lab(self) -> LabRows: ...
    @property
    def people(self) -> PeopleRows: ...
    @property
    def reports(self) -> ReportRows: ...
    @property
    def retention(self) -> RetentionRows: ...


Stamp = tuple[int, ...]


class Database(Protocol):
    """The only commit point. Leaving ``write()`` commits durably; an exception rolls back."""

    def read(self) -> AbstractContextManager[Transaction]: ...

    def write(self) -> AbstractContextManager[Transaction]: ...

    def alone(self, name: str, *, wait: bool = False) -> AbstractContextManager[bool]:
        """Whether this process is the only one that does ``name`` now; with ``wait``, soon."""

    def stamp(self) -> Stamp | None:
        """Changes with every commit of any process, and costs no look at the tables; None where the
        database has none. Two commits of other processes within a few milliseconds may share one:
        what is remembered by it must not be kept for long.
        """

    def version(self) -> tuple[str, bool]:
        """Which database program this is, and whether it is free of known faults."""

    def room(self) -> int | None:
        """Bytes that are free on the disk of an embedded database; None for another kind."""

    def problems(self) -> Sequence[str]:
        """What the database's own check of its integrity finds, in its words."""

    def close(self) -> None: ...
