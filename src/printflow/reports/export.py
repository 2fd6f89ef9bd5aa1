"""Tables as files that spreadsheets open: CSV and XLSX, row by row, in constant memory.

What people typed never becomes a formula: in CSV a text that begins as one gets an apostrophe in
front (OWASP, "CSV Injection"); in XLSX every text is written as a text.
Money comes in units of its currency.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..said import say
from .table import Cell, Column, Kind, cell_value

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from .summary import Summary

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The endings of files, with their media types."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_ROWS_AT_ONCE = 200
_CHUNK = 64 * 1024
_SHEET_ROWS = 1_048_575
"""Excel's limit, without the headings."""
_WIDTHS = {Kind.TEXT: 26}


def plain(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text


def csv_bytes(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The table as CSV (RFC 4180, UTF-8 with the mark that Excel asks for), some rows at a time."""
    text = io.StringIO()
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow([column.key for column in columns])
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise ValueError(f"row {number} has {len(row)} cells for {len(columns)} columns")
        writer.writerow([_csv_cell(cell) for cell in row])
        if number % _ROWS_AT_ONCE == 0:
            yield _taken(text)
    yield _taken(text)


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    return plain(cell) if isinstance(cell, str) else str(cell)


def _taken(text: io.StringIO) -> bytes:
    found = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return found


def xlsx_bytes(
    columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, title: str
) -> Iterator[bytes]:
    """The table as an Excel workbook; rows go to a temporary file as they come."""
    with tempfile.TemporaryDirectory(prefix="printflow-") as folder:
        path = Path(folder) / "report.xlsx"
        _write_workbook(path, columns, rows, title)
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


def workbook_bytes(summary: Summary, about: Sequence[tuple[str, str]]) -> Iterator[bytes]:
    """All tables of a period as one Excel workbook: first a sheet with ``about`` (what is told, and
    of when) and the totals, then a sheet for each table.
    """
    figures = summary.figures
    with tempfile.TemporaryDirectory(prefix="printflow-") as folder:
        path = Path(folder) / "reports.xlsx"
        with _book(path) as book:
            style = _Style(book)
            names = _SheetNames()
            _write_totals(book.add_worksheet(names.next(say("Summary"))), style, summary, about)
            for table in figures.tables:
                sheet = _add_sheet(book, names.next(table.title), table.columns, style)
                for number, row in enumerate(table.rows, start=1):
                    for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
                        value = cell_value(cell, column, figures.currency)
                        style.write(sheet, number, place, value, column.kind)
                if table.note:
                    sheet.write_string(len(table.rows) + 2, 0, table.note)
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


def _write_totals(
    sheet: Worksheet, style: _Style, summary: Summary, about: Sequence[tuple[str, str]]
) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 3, 18)
    for number, (label, words) in enumerate(about):
        sheet.write_string(number, 0, label, style.bold)
        sheet.write_string(number, 1, words)
    number = len(about) + 1
    for group in summary.groups:
        heads = (group.title, say("Period"), say("Before"), say("Change in %"))
        for place, head in enumerate(heads):
            sheet.write_string(number, place, head, style.bold)
        for trend in group.trends:
            number += 1
            sheet.write_string(number, 0, trend.label)
            for place, cell in ((1, trend.now), (2, trend.before)):
                value = cell_value(cell, trend.column, summary.figures.currency)
                style.write(sheet, number, place, value, trend.kind)
            style.write(sheet, number, 3, trend.change, Kind.PERCENT)
        number += 2


def _book(path: Path) -> Workbook:
    """A workbook that makes no formula, link or number of a text; its rows go to files."""
    from xlsxwriter import Workbook

    return Workbook(
        str(path),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": str(path.parent),
        },
    )


class _Style:
    """How a workbook writes headings and each kind of number."""

    def __init__(self, book: Workbook) -> None:
        self.bold = book.add_format({"bold": True, "bottom": 1})
        self._formats = {
            Kind.CENTS: book.add_format({"num_format": "#,##0.00#"}),
            Kind.HOURS: book.add_format({"num_format": "#,##0.00"}),
            Kind.GRAMS: book.add_format({"num_format": "#,##0.0"}),
        }

    def write(self, sheet: Worksheet, row: int, place: int, cell: Cell, kind: Kind) -> None:
        """A cell: texts as texts, whatever they begin with."""
        if isinstance(cell, str):
            sheet.write_string(row, place, cell)
        elif cell is not None:
            sheet.write_number(row, place, cell, self._formats.get(kind))


class _SheetNames:
    """Names that Excel accepts: 31 characters, and none twice whatever its case."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def next(self, title: str) -> str:
        """The title, or as much of it as fits and is not taken."""
        name, number = _sheet_name(title), 1
        while name.casefold() in self._taken:
            number += 1
            ending = f" {number}"
            name = _sheet_name(title)[: 31 - len(ending)] + ending
        self._taken.add(name.casefold())
        return name


def _write_workbook(
    path: Path, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], title: str
) -> None:
    with _book(path) as book:
        style = _Style(book)
        for number, row in enumerate(rows):
            if number % _SHEET_ROWS == 0:
                name = title if number == 0 else f"{number // _SHEET_ROWS + 1} {title}"
                sheet = _add_sheet(book, _sheet_name(name), columns, style)
            for place, (cell, column) in enumerate(zip(row, columns, strict=True)):
                style.write(sheet, number % _SHEET_ROWS + 1, place, cell, column.kind)
        if not book.worksheets():
            _add_sheet(book, _sheet_name(title), columns, style)


def _add_sheet(book: Workbook, name: str, columns: Sequence[Column], style: _Style) -> Worksheet:
    """A sheet with its headings; what does not fit on one goes on in the next."""
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _WIDTHS.get(column.kind, 14))
        sheet.write_string(0, place, column.label, style.bold)
    return sheet


def _sheet_name(title: str) -> str:
    """Excel's limit is 31 characters, and some are not allowed."""
    return "".join(" " if character in "[]:*?/\\'" else character for character in title)[:31]
