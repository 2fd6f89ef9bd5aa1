"""The tables of a report's page: the first rows of each, or all rows of one, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from printflow import Figures, ReportTable, cell_text, cell_value

from .spoken import in_words

MOST_ROWS = 30
"""So many rows of a table stand on the page of all; a link leads to the others."""
ROWS_ALONE = 200
"""So many on a page of one table alone."""


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table, and the part of it that a page shows."""

    table: ReportTable
    first: int
    """How many rows stand before those that are shown."""
    most: int
    currency: str
    whole_chart: bool = False
    """Whether the chart draws rows that aren't shown."""

    @property
    def rows(self) -> ReportTable:
        """The table with the rows that are shown."""
        rows = self.table.rows[self.first : self.first + self.most]
        return replace(self.table, rows=rows)

    @property
    def points(self) -> str:
        """What its chart draws, as JSON, where that's more than the rows that are shown."""
        return _points(self.table, self.currency) if self.whole_chart else ""

    @property
    def cut(self) -> bool:
        """Whether it has more rows than are shown."""
        return len(self.table.rows) > self.most

    @property
    def next(self) -> int:
        """Before the rows of the next page; 0 on the last."""
        last = self.first + self.most
        return last if last < len(self.table.rows) else 0


def shown_tables(figures: Figures, alone: str, first: int) -> Iterator[ShownTable]:
    """The tables of a page: the first rows of each. Of one that tells of days, weeks, or months, the
    last ones, which are the newest; its chart draws all.
    """
    if alone:
        yield ShownTable(figures.table(alone), first, ROWS_ALONE, figures.currency)
        return
    for table in figures.tables:
        over = len(table.rows) - MOST_ROWS if table.chart == "line" else 0
        yield ShownTable(table, max(over, 0), MOST_ROWS, figures.currency, over > 0)


def _points(table: ReportTable, currency: str) -> str:
    charted = [(at, column) for at, column in enumerate(table.columns) if column.charted]
    return json.dumps(
        {
            "labels": [cell_text(row[0], table.columns[0], currency) for row in table.rows],
            "series": [
                {
                    "label": in_words(column.label),
                    "data": [
                        float(cell_value(row[at], column, currency) or 0) for row in table.rows
                    ],
                    "shown": [cell_text(row[at], column, currency) for row in table.rows],
                }
                for at, column in charted
            ],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
