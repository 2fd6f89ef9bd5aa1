"""The day close: a day's totals on the screen, on paper and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from ..catalogs.cache import CatalogCache
from ..domain.currency import of_cents
from ..domain.ledger import DayClose, Entry, Payment, day_close
from ..domain.rights import Right
from ..errors import InvalidInput
from ..ports import Clock, Database
from ..reports.export import FORMATS, csv_bytes, xlsx_bytes
from ..reports.period import midnights, today
from ..reports.table import Cell, Column, Kind
from ..runtime.permits import needs
from ..said import say

_COLUMNS = (
    Column("entry", "Entry", Kind.TEXT),
    Column("payment", "Payment", Kind.TEXT),
    Column("at", "Time", Kind.TEXT),
    Column("by", "By", Kind.TEXT),
    Column("station", "Station", Kind.TEXT),
    Column("method", "Method", Kind.TEXT),
    Column("amount", "Amount", Kind.CENTS),
    Column("waived", "Waived", Kind.CENTS),
    Column("currency", "Currency", Kind.TEXT),
    Column("receipt", "Receipt number", Kind.TEXT),
    Column("payer", "Payer", Kind.TEXT),
    Column("account", "Account", Kind.TEXT),
    Column("jobs", "Jobs", Kind.TEXT),
    Column("reason", "Reason", Kind.TEXT),
    Column("note", "Note", Kind.TEXT),
    Column("hand_over", "Handed over together", Kind.TEXT),
)


class CashUp:
    """Days of the ledger."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogs: CatalogCache,
    ) -> None:
        self._database = database
        self._clock = clock
        self._catalogs = catalogs

    @property
    def today(self) -> date:
        """The day it is where the lab is."""
        return today(self._clock(), self._zone())

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._catalogs.newest().time_zone)

    @needs(Right.PAYMENTS)
    def close(self, day: date | None = None) -> DayClose:
        """What was taken and voided on a day of the lab's time zone (today), with its sums.

        A day that is over comes to the same whenever it is asked for: a payment that is voided
        later counts on its day, and its void on the later one.
        """
        day = day or self.today
        since, until = midnights(day, self._zone())
        with self._database.read() as tx:
            return day_close(day, tx.ledger.taken(since, until), tx.ledger.voided(since, until))

    @needs(Right.PAYMENTS)
    def file(self, day: date, ending: str) -> Iterator[bytes]:
        """The entries of a day as "csv" or "xlsx", a refund or a void with its amount below 0.

        The column of amounts adds up to the day's total. Raises InvalidInput for another format.
        """
        if ending not in FORMATS:
            raise InvalidInput.of(
                "format",
                "format_unknown",
                say("There's no format “{name}”.", name=ending[:10]),
                say("Use csv or xlsx."),
            )
        rows = list(_rows(self.close(day), self._zone()))
        if ending == "csv":
            return csv_bytes(_COLUMNS, rows)
        return xlsx_bytes(_COLUMNS, rows, title=f"Day close {day}")


def _rows(close: DayClose, zone: ZoneInfo) -> Iterator[tuple[Cell, ...]]:
    for one in close.payments:
        waived = one.kind is Entry.PAYMENT and not one.amount_cents
        yield _row("waived" if waived else one.kind.value, one, zone)
    for one in close.voids:
        yield _row("void", one, zone)


def _row(entry: str, one: Payment, zone: ZoneInfo) -> tuple[Cell, ...]:
    void = one.void if entry == "void" else None
    sign = -1 if void else 1
    return (
        entry,
        one.number,
        f"{(void or one).at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        (void or one).by,
        (void or one).station,
        one.method,
        of_cents(sign * one.amount_cents, one.currency),
        of_cents(0 if one.refunds else sign * one.waived_cents, one.currency),
        one.currency,
        one.receipt,
        one.payer,
        one.account,
        " ".join(one.job_ids),
        void.reason if void else one.waived,
        one.note,
        one.hand_over,
    )
