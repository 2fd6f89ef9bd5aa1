"""A report's table: what its columns mean, and its rows as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

from ..domain.currency import of_cents
from ..domain.job_track import ReportQuery
from ..language.formats import money, number_text, percent_text, with_unit
from ..language.times import clock_hour, date_text

Cell = str | int | float | Decimal | None


class Kind(StrEnum):
    """What a column holds, and how it is written."""

    TEXT = "text"
    COUNT = "count"
    CENTS = "cents"
    """Money: integer cents in a report, units of the currency in a file."""
    HOURS = "hours"
    GRAMS = "grams"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``key`` is its name in JSON and CSV, ``label`` its English heading."""

    key: str
    label: str
    kind: Kind = Kind.COUNT
    charted: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One figure with all its rows; ``note`` says in English what was counted."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    chart: str = "bar"
    """How it is drawn: bar, column, line, or "" for not at all."""


@dataclass(frozen=True, slots=True)
class Figures:
    """All reports of a query, as they were ``at`` (UTC); ``currency`` is what cents are of, and
    ``time_zone`` the one that days and hours are told in.
    """

    query: ReportQuery
    at: datetime
    currency: str
    time_zone: str
    tables: tuple[Table, ...]

    def table(self, name: str) -> Table:
        """The report of that name; raises KeyError."""
        return next((table for table in self.tables if table.name == name), None) or _none(name)


def _none(name: str) -> Table:
    raise KeyError(name)


def _hour_text(cell: str) -> str:
    """An hour of the day: "9 AM" for "09:00"."""
    return clock_hour(time.fromisoformat(cell))


_SHOWN: Mapping[str, Callable[[str], str]] = {
    "begins": lambda cell: date_text(date.fromisoformat(cell)),
    "hour": _hour_text,
}
"""Columns whose texts are ISO in files, and otherwise as people write them."""


def cell_value(cell: Cell, column: Column, currency: str) -> Cell:
    """A cell as files and charts have it: cents become units of the currency, exactly."""
    if column.kind is Kind.CENTS and isinstance(cell, int):
        return of_cents(cell, currency)
    return cell


def cell_text(cell: Cell, column: Column, currency: str) -> str:
    """A cell as people read it."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return _SHOWN[column.key](cell) if cell and column.key in _SHOWN else cell
    match column.kind:
        case Kind.CENTS:
            return money(int(cell), currency)
        case Kind.HOURS:
            return with_unit(_tenths(cell), "h")
        case Kind.GRAMS:
            return with_unit(_tenths(cell), "g")
        case Kind.PERCENT:
            return percent_text(_tenths(cell))
        case _:
            return number_text(Decimal(str(cell)) if isinstance(cell, float) else cell)


def _tenths(cell: float | Decimal) -> Decimal:
    return Decimal(f"{cell:.1f}")
