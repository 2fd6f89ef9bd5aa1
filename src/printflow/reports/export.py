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

from .table import Cell, Column, Kind

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

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


def _write_workbook(
    path: Path, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], title: str
) -> None:
    from xlsxwriter import Workbook

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": str(path.parent),
    }
    with Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        formats = {
            Kind.CENTS: book.add_format({"num_format": "#,##0.00#"}),
            Kind.HOURS: book.add_format({"num_format": "#,##0.00"}),
            Kind.GRAMS: book.add_format({"num_format": "#,##0.0"}),
        }
        for number, row in enumerate(rows):
            if number % _SHEET_ROWS == 0:
                name = title if number == 0 else f"{number // _SHEET_ROWS + 1} {title}"
                sheet = _add_sheet(book, name, columns, bold)
            for place, (cell, column) in enumerate(zip(row, columns, strict=True)):
                at = number % _SHEET_ROWS + 1
                if isinstance(cell, str):
                    sheet.write_string(at, place, cell)
                elif cell is not None:
                    sheet.write_number(at, place, cell, formats.get(column.kind))
        if not book.worksheets():
            _add_sheet(book, title, columns, bold)


def _add_sheet(book: Workbook, title: str, columns: Sequence[Column], bold: Format) -> Worksheet:
    """A sheet with its headings; what does not fit on one goes on in the next."""
    sheet = book.add_worksheet(_sheet_name(title))
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _WIDTHS.get(column.kind, 14))
        sheet.write_string(0, place, column.label, bold)
    return sheet


def _sheet_name(title: str) -> str:
    """Excel's limit is 31 characters, and some are not allowed."""
    return "".join(" " if character in "[]:*?/\\'" else character for character in title)[:31]
