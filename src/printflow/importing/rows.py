"""Rows of an older list: from a CSV file, or from the database of the older Flask system."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path

from ..errors import InvalidInput
from ..said import say
from .mapping import NEEDED, ImportMapping

FLASK = ImportMapping(
    source="flask",
    columns={
        "key": "id",
        "student_name": "student_name",
        "student_email": "student_email",
        "discipline": "discipline",
        "class_number": "class_number",
        "color": "color",
        "printer": "printer",
        "material": "material",
        "original_name": "original_filename",
        "status": "status",
        "grams": "weight_g",
        "hours": "time_hours",
        "cost": "cost_usd",
        "created_at": "created_at",
        "status_since": "updated_at",
        "confirmed_at": "student_confirmed_at",
        "reasons": "reject_reasons",
        "updated_by": "last_updated_by",
        "file": "file_path",
        "file_name": "display_name",
    },
    time_zone="UTC",
)
"""The older system's table ``jobs``; its times are UTC."""

_OPTIONAL_FLASK = {"method": "method", "note": "notes"}
"""Columns that only some of its versions have."""


@dataclass(frozen=True, slots=True)
class OldRow:
    """One row: where it stands, for people, its texts by field, and as the list has them."""

    place: str
    texts: Mapping[str, str]
    listed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OldList:
    """All rows of a list, and the columns that nothing was taken from."""

    rows: tuple[OldRow, ...]
    mapping: ImportMapping
    unused: tuple[str, ...]


def csv_list(path: Path, mapping: ImportMapping) -> OldList:
    """The rows of a CSV file with a line of headings; raises InvalidInput."""
    try:
        with path.open(encoding=mapping.encoding, newline="") as file:
            reader = csv.DictReader(file, delimiter=mapping.delimiter, strict=True)
            headings = [name for name in reader.fieldnames or () if name]
            _check(path, mapping, headings)
            rows = tuple(_row(f"line {reader.line_num}", row, mapping) for row in reader)
    except (OSError, UnicodeError, LookupError, csv.Error) as error:
        raise _unreadable(path, error) from error
    return OldList(rows, mapping, _unused(mapping, headings))


def flask_list(path: Path, mapping: ImportMapping = FLASK) -> OldList:
    """The jobs of the older Flask system's SQLite file, which is only read; raises InvalidInput."""
    if not path.is_file():
        raise _unreadable(path, FileNotFoundError("the file doesn't exist"))
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            cursor = database.execute("SELECT * FROM jobs ORDER BY created_at, id")
            headings = [str(column[0]) for column in cursor.description]
            _check(path, mapping, headings)
            there = {k: v for k, v in _OPTIONAL_FLASK.items() if v in headings}
            found = {**there, **mapping.columns}
            mapping = replace(mapping, columns=found)
            rows = tuple(_row(f"job {row['id']}", dict(row), mapping) for row in cursor)
    except sqlite3.Error as error:
        raise _unreadable(path, error) from error
    return OldList(rows, mapping, _unused(mapping, headings))


def _row(place: str, row: Mapping[str, object], mapping: ImportMapping) -> OldRow:
    listed = {name: _text(row.get(column), mapping) for name, column in mapping.columns.items()}
    texts = {name: mapping.value(name, text) for name, text in listed.items()}
    for name in mapping.defaults.keys() - texts.keys():
        texts[name] = mapping.defaults[name]
    return OldRow(place, texts, listed)


def _text(value: object, mapping: ImportMapping) -> str:
    """A cell as text; a database's own numbers as the mapping's rule writes them."""
    if isinstance(value, float) and isfinite(value):
        return mapping.notation.written(value)
    return "" if value is None else str(value)


def _check(path: Path, mapping: ImportMapping, headings: list[str]) -> None:
    for name in NEEDED:
        if mapping.columns[name] not in headings:
            raise InvalidInput.of(
                "file",
                "column_missing",
                say(
                    "{file} has no column “{column}” (for {field}).",
                    file=str(path),
                    column=mapping.columns[name],
                    field=name,
                ),
                say("Its columns: {names}.", names=", ".join(headings))
                if headings
                else say("It has no columns."),
            )


def _unused(mapping: ImportMapping, headings: list[str]) -> tuple[str, ...]:
    taken = set(mapping.columns.values())
    return tuple(name for name in headings if name not in taken)


def _unreadable(path: Path, error: Exception) -> InvalidInput:
    return InvalidInput.of(
        "file",
        "file_unreadable",
        say("Can't read {file}: {why}.", file=str(path), why=str(error)),
    )
