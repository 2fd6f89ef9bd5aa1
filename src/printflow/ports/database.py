"""The database: transactions over all tables, and the only commit point."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from .address_rows import AddressRows
    from .history_rows import HistoryRows, LedgerRows, OutboxRows, QuoteRows
    from .identity_rows import IdentityRows
    from .incoming_rows import IncomingRows, LeaseRows
    from .job_rows import FileRows, JobRows
    from .lab_rows import LabRows, PeopleRows, ReportRows, RetentionRows
    from .limit_rows import LimitRows
    from .online_rows import OnlineRows
    from .papercut import ChargeRows
    from .payer_rows import PayerRows
    from .person_rows import PersonRows
    from .plate_rows import PlateRows
    from .queue_rows import QueueRows
    from .view_rows import ViewRows


class DuplicateKey(Exception):
    """A row with this unique key was written by someone else; the transaction is over."""


class Transaction(Protocol):
    """All tables, inside one database transaction."""

    @property
    def jobs(self) -> JobRows: ...
    @property
    def files(self) -> FileRows: ...
    @property
    def addresses(self) -> AddressRows: ...
    @property
    def history(self) -> HistoryRows: ...
    @property
    def plates(self) -> PlateRows: ...

    @property
    def queue(self) -> QueueRows: ...
    @property
    def ledger(self) -> LedgerRows: ...
    @property
    def online(self) -> OnlineRows: ...
    @property
    def papercut(self) -> ChargeRows: ...
    @property
    def payers(self) -> PayerRows: ...
    @property
    def limits(self) -> LimitRows: ...
    @property
    def persons(self) -> PersonRows: ...
    @property
    def quotes(self) -> QuoteRows: ...
    @property
    def outbox(self) -> OutboxRows: ...
    @property
    def lab(self) -> LabRows: ...
    @property
    def people(self) -> PeopleRows: ...
    @property
    def views(self) -> ViewRows: ...
    @property
    def identity(self) -> IdentityRows: ...
    @property
    def reports(self) -> ReportRows: ...
    @property
    def retention(self) -> RetentionRows: ...
    @property
    def incoming(self) -> IncomingRows: ...
    @property
    def leases(self) -> LeaseRows: ...


Stamp = tuple[int, ...]


class DamagedPart(StrEnum):
    """What is damaged. Both kinds of index hold nothing that the rows do not."""

    SEARCH = "search"
    INDEX = "index"
    TABLE = "table"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Damage:
    """One damaged ``place`` of the database (a table or index, "" if it is not known), and how."""

    part: DamagedPart
    place: str
    words: str

    @property
    def where(self) -> str:
        """The part and its name, for people."""
        named = {
            DamagedPart.SEARCH: "the search index",
            DamagedPart.INDEX: f"index {self.place}",
            DamagedPart.TABLE: f"table {self.place}",
            DamagedPart.FILE: "the file's structure",
        }
        return named[self.part]


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

    def moment(self) -> AbstractContextManager[None]:
        """What this thread asks in here counts as asked at one moment, for some seconds at most:
        where the database has no stamp, all of it gets the same one until this process writes.
        """

    def version(self) -> tuple[str, bool]:
        """Which database program this is, and whether it is free of known faults."""

    def room(self) -> int | None:
        """Bytes that are free on the disk of an embedded database; None for another kind."""

    def damage(self) -> Sequence[Damage]:
        """What is damaged, by a look at every page or row, on a connection of its own."""

    def mend(self, damage: Sequence[Damage]) -> bool:
        """Make indexes again from the rows; whether they are sound then."""

    def seen_damaged(self) -> str:
        """What a query of this process met, if it met damaged pages; "" if none did."""

    def close(self) -> None: ...
