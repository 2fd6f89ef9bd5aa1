"""How the lab is doing, on one page: totals with their trends, and the top of a few tables.
Everything is added up from :class:`~printflow.reports.table.Figures`, so that it never
says anything else than the reports.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ..language.formats import percent_text
from ..said import say
from .table import Cell, Column, Figures, Kind, Table, cell_text
from .tally import SPANS

MOST_ROWS = 6
"""So many rows of a table the summary has, so that it fits on two sheets of paper."""

_JOBS = (
    ("submitted", say("Submitted")),
    ("approved", say("Approved")),
    ("rejected", say("Rejected")),
    ("confirmed", say("Confirmed")),
    ("completed", say("Completed")),
    ("picked_up", say("Picked up")),
)
_SHORT = (
    ("discipline", ("submitted", "completed", "picked_up")),
    ("class_number", ("submitted", "completed", "picked_up")),
    ("printers", ("hours", "use", "failed")),
    ("materials", ("jobs", "grams")),
    ("payment_methods", ("payments", "cents")),
    ("revenue_by_payer", ("payments", "cents")),
    ("reasons", ("count",)),
    ("failed_copies", ("machine", "material", "copies_failed")),
)
"""Which tables the summary shows the top of, and which of their columns besides the first."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One total: in the period, and in the one before (None without one, or where nothing was
    measured). ``key`` is its name in files.
    """

    key: str
    label: str
    kind: Kind
    now: Cell
    before: Cell

    @property
    def column(self) -> Column:
        """What its cells are."""
        return Column(self.key, self.label, self.kind)

    @property
    def change(self) -> float | None:
        """By how many percent it went up; None where nothing can be compared."""
        if self.now is None or not self.before:
            return None
        return round((float(self.now) - float(self.before)) / abs(float(self.before)) * 100, 1)


@dataclass(frozen=True, slots=True)
class TrendGroup:
    """Totals that belong together."""

    name: str
    title: str
    trends: tuple[Trend, ...]


@dataclass(frozen=True, slots=True)
class Top:
    """The top of a report's table; ``left`` rows more are in the report."""

    table: Table
    left: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of a period: ``figures`` are what it is made of, ``before`` those of the period
    that it is compared with.
    """

    figures: Figures
    before: Figures | None
    groups: tuple[TrendGroup, ...]
    tops: tuple[Top, ...]


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A total as people read it; ``before`` and ``change`` are "" where nothing is compared."""

    label: str
    now: str
    before: str
    change: str


@dataclass(frozen=True, slots=True)
class Told:
    """A summary as a mail tells it: the days, those before, and groups of lines by their titles."""

    since: date | None
    until: date | None
    before: tuple[date, date] | None
    groups: tuple[tuple[str, tuple[ToldLine, ...]], ...]


def told(summary: Summary) -> Told:
    """The totals of a summary with their trends, as texts."""
    query, earlier = summary.figures.query, summary.before
    days = None
    if earlier is not None and earlier.query.since and earlier.query.until:
        days = (earlier.query.since, earlier.query.until)
    currency = summary.figures.currency

    def line(trend: Trend) -> ToldLine:
        if days is None:
            return ToldLine(trend.label, cell_text(trend.now, trend.column, currency), "", "")
        return ToldLine(
            trend.label,
            cell_text(trend.now, trend.column, currency),
            cell_text(trend.before, trend.column, currency),
            change_text(trend.change),
        )

    groups = tuple((one.title, tuple(map(line, one.trends))) for one in summary.groups)
    return Told(query.since, query.until, days, groups)


def change_text(percent: float | None) -> str:
    """By how much something went up or down: "up 12%"; "–" where nothing can be compared."""
    if percent is None:
        return "–"
    whole = Decimal(f"{abs(percent):.0f}")
    if not whole:
        return say("no change")
    size = percent_text(whole)
    return say("up {size}", size=size) if percent > 0 else say("down {size}", size=size)


def summary_of(figures: Figures, before: Figures | None) -> Summary:
    """The summary of a period's figures; ``before`` are those of what it is compared with."""
    return Summary(figures, before, _groups(figures, before), _tops(figures))


def _groups(figures: Figures, before: Figures | None) -> tuple[TrendGroup, ...]:
    def trend(key: str, label: str, table: str, column: str, kind: Kind = Kind.COUNT) -> Trend:
        earlier = None if before is None else _sum(before.table(table), column)
        return Trend(key, label, kind, _sum(figures.table(table), column), earlier)

    def middle(key: str, label: str, step: str) -> Trend:
        earlier = None if before is None else _median(before, step)
        return Trend(key, label, Kind.HOURS, _median(figures, step), earlier)

    jobs = tuple(trend(name, label, "course", name) for name, label in _JOBS)
    money = (
        trend("revenue", say("Revenue"), "revenue", "cents", Kind.CENTS),
        trend("payments", say("Payments"), "revenue", "payments"),
        trend("waived", say("Waived"), "revenue", "waived"),
        trend("free", say("Worth of free allowances"), "allowances", "cents", Kind.CENTS),
    )
    room = (
        trend("hours_printed", say("Hours printed"), "machines", "hours", Kind.HOURS),
        trend("copies_good", say("Good copies"), "copies", "copies_good"),
        trend("copies_failed", say("Failed copies"), "copies", "copies_failed"),
        trend("grams", say("Material of completed jobs"), "materials", "grams", Kind.GRAMS),
        trend("grams_wasted", say("Wasted material"), "copies", "grams_wasted", Kind.GRAMS),
    )
    times = (
        middle("median_approve", say("Submission to approval"), "approve"),
        middle("median_completed", say("Submission to completed print"), "to_completed"),
        middle("median_whole", say("Submission to pickup"), "whole"),
    )
    return (
        TrendGroup("jobs", say("Jobs"), jobs),
        TrendGroup("money", say("Money"), money),
        TrendGroup("room", say("Print room"), room),
        TrendGroup("times", say("Median waiting time"), times),
    )


def _sum(table: Table, column: str) -> Cell:
    at = _place(table, column)
    whole: int | float | Decimal = 0
    for row in table.rows:
        cell = row[at]
        if isinstance(cell, (int, Decimal)) and isinstance(whole, (int, Decimal)):
            whole = whole + cell
        elif cell is not None and not isinstance(cell, str):
            whole = round(float(whole) + float(cell), 2)
    return whole


def _median(figures: Figures, step: str) -> Cell:
    table = figures.table("times")
    row = table.rows[[name for name, _, _ in SPANS].index(step)]
    return row[_place(table, "median_hours")]


def _place(table: Table, column: str) -> int:
    return next(at for at, one in enumerate(table.columns) if one.key == column)


def _tops(figures: Figures) -> tuple[Top, ...]:
    return tuple(_top(figures.table(name), columns) for name, columns in _SHORT)


def _top(table: Table, columns: tuple[str, ...]) -> Top:
    """The largest rows by what the report's chart shows; of as many as there are, its own order."""
    rows = table.rows
    if len(rows) > MOST_ROWS:
        charted = next(at for at, one in enumerate(table.columns) if one.charted)
        ordered = sorted(rows, key=lambda row: _size(row[charted]), reverse=True)
        rows = tuple(ordered[:MOST_ROWS])
    places = [0, *(_place(table, name) for name in columns)]
    shown = replace(
        table,
        columns=tuple(table.columns[at] for at in places),
        rows=tuple(tuple(row[at] for at in places) for row in rows),
    )
    return Top(shown, len(table.rows) - len(rows))


def _size(cell: Cell) -> float:
    return 0.0 if cell is None or isinstance(cell, str) else float(cell)
