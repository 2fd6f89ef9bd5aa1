"""The mapping file: which column of an older list is which field, and what its values mean."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ..domain.marking import mark
from ..domain.numbers import DECIMAL_SIGNS, Notation
from ..errors import InvalidInput
from ..runtime.named_paths import unreadable
from ..said import say

FIELDS: Mapping[str, str] = {
    "key": mark("the row's ID in the older list; identifies it in a second run"),
    "student_name": mark("first and last name"),
    "student_email": mark("email address"),
    "discipline": mark("department or college"),
    "class_number": mark("class or course"),
    "method": mark("print method; if missing, found by the printer"),
    "color": mark("color"),
    "printer": mark("printer"),
    "material": mark("material"),
    "original_name": mark("the student's file name"),
    "status": mark("status"),
    "grams": mark("weight in g"),
    "hours": mark("print time in h"),
    "cost": mark("price, in the lab's currency"),
    "created_at": mark("when it was submitted"),
    "status_since": mark("when it reached its status"),
    "confirmed_at": mark("when the student confirmed"),
    "reasons": mark("why it was rejected: a JSON list, or texts separated by semicolons"),
    "updated_by": mark("who last changed it"),
    "note": mark("a note for staff"),
    "file": mark("path of the model file, relative to the folder of files"),
    "file_name": mark("another name of that file, used if the path doesn't exist"),
}
"""What a row can say."""

LABELS: Mapping[str, str] = {
    "key": mark("Key"),
    "student_name": mark("Student's name"),
    "student_email": mark("Email"),
    "discipline": mark("Discipline"),
    "class_number": mark("Class"),
    "method": mark("Print method"),
    "color": mark("Color"),
    "printer": mark("Printer"),
    "material": mark("Material"),
    "original_name": mark("File name"),
    "status": mark("Status"),
    "grams": mark("Weight"),
    "hours": mark("Print time"),
    "cost": mark("Price"),
    "created_at": mark("Submitted"),
    "status_since": mark("Status since"),
    "confirmed_at": mark("Confirmed"),
    "reasons": mark("Reasons"),
    "updated_by": mark("Last changed by"),
    "note": mark("Note"),
    "file": mark("File"),
    "file_name": mark("Other file name"),
}
"""What a field is called before people."""

NEEDED = ("key", "student_name", "status", "created_at")
"""The columns without which no row can become a job."""

NUMBERS = ("grams", "hours", "cost")
"""The fields that need ``decimal``."""

_OPTIONS = (
    "source",
    "time_zone",
    "dates",
    "decimal",
    "delimiter",
    "encoding",
    "columns",
    "values",
    "defaults",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMapping:
    """How rows are to be read. ``columns`` leads from field to column, ``values`` from field and
    the older value (any case) to ours, ``dates`` are strptime formats beside ISO 8601, ``decimal`` is
    the sign in front of a number's fraction.
    """

    source: str
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    decimal: str = "."
    time_zone: str = ""
    """Of times without one; "" = the lab's."""
    delimiter: str = ","
    encoding: str = "utf-8-sig"

    @property
    def notation(self) -> Notation:
        """How numbers are written."""
        return Notation(self.decimal)

    def value(self, name: str, typed: str) -> str:
        """The row's text for a field, as this lab calls it."""
        known = self.values.get(name, {})
        text = known.get(typed.strip().casefold(), typed.strip())
        return text or self.defaults.get(name, "")


def read_mapping(path: Path) -> ImportMapping:
    """The mapping in a TOML file; raises InvalidInput naming file, key and what is allowed."""
    try:
        plain = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise _wrong(path, unreadable(path, error)) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, say("It can't be read: {why}.", why=str(error))) from error
    for key in plain:
        if key not in _OPTIONS:
            known = ", ".join(_OPTIONS)
            raise _wrong(path, say("There's no key {key}. Keys are {known}.", key=key, known=known))
    columns = _texts(path, "columns", plain.get("columns", {}))
    for name in NEEDED:
        if name not in columns:
            raise _wrong(
                path,
                say("columns.{name} is missing: {meaning}.", name=name, meaning=FIELDS[name]),
            )
    decimal = _text(path, plain, "decimal", "")
    numbers = [name for name in NUMBERS if name in columns]
    if numbers and not decimal:
        raise _wrong(
            path,
            say(
                'decimal is missing. These columns need it: {fields}. Set it to "." or ",".',
                fields=", ".join(numbers),
            ),
        )
    if decimal and decimal not in DECIMAL_SIGNS:
        raise _wrong(path, say('decimal must be "." or ",".'))
    delimiter = _text(path, plain, "delimiter", ",")
    if len(delimiter) != 1:
        raise _wrong(path, say("delimiter must be one character."))
    dates = plain.get("dates", [])
    if not isinstance(dates, list) or not all(isinstance(one, str) for one in dates):
        raise _wrong(path, say('dates must be a list, such as ["%m/%d/%Y"].'))
    return ImportMapping(
        source=_text(path, plain, "source", path.stem),
        columns=columns,
        values=_values(path, plain.get("values", {})),
        defaults=_texts(path, "defaults", plain.get("defaults", {})),
        dates=tuple(dates),
        decimal=decimal or ".",
        time_zone=_zone(path, _text(path, plain, "time_zone", "")),
        delimiter=delimiter,
        encoding=_text(path, plain, "encoding", "utf-8-sig"),
    )


def _zone(path: Path, name: str) -> str:
    try:
        return ZoneInfo(name).key if name else ""
    except (ValueError, OSError, LookupError):
        raise _wrong(
            path,
            say(
                "time_zone: there's no time zone {name}. Use a name such as America/New_York.",
                name=name,
            ),
        ) from None


def _values(path: Path, plain: Any) -> dict[str, dict[str, str]]:
    if not isinstance(plain, dict):
        raise _wrong(path, say("values must contain tables, such as [values.status]."))
    found = {}
    for name, table in plain.items():
        texts = _texts(path, f"values.{name}", table, known=False)
        _check_field(path, "values", name)
        found[name] = {old.strip().casefold(): new for old, new in texts.items()}
    return found


def _texts(path: Path, name: str, plain: Any, *, known: bool = True) -> dict[str, str]:
    if not isinstance(plain, dict) or not all(isinstance(v, str) for v in plain.values()):
        raise _wrong(path, say("{name} must be a table of texts.", name=name))
    if known:
        for key in plain:
            _check_field(path, name, key)
    return dict(plain)


def _check_field(path: Path, table: str, name: str) -> None:
    if name not in FIELDS:
        raise _wrong(
            path,
            say(
                "{place} isn't a field. Fields are {fields}.",
                place=f"{table}.{name}",
                fields=", ".join(FIELDS),
            ),
        )


def _text(path: Path, plain: Mapping[str, Any], key: str, default: str) -> str:
    value = plain.get(key, default)
    if not isinstance(value, str):
        raise _wrong(path, say("{key} must be a text.", key=key))
    return value


def _wrong(path: Path, said: str) -> InvalidInput:
    return InvalidInput.of(
        "mapping", "mapping_invalid", say("{file}: {why}", file=str(path), why=said)
    )
