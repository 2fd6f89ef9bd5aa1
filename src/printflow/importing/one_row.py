"""What a row of an older list comes to: a job of this lab, or why none, and what did not map."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ..domain.catalog import Catalog
from ..domain.numbers import Notation
from ..domain.pricing import in_units
from ..domain.status import Status
from ..domain.text import clean_line, clean_text
from .figures import Doubtful, cents, grams, hours
from .mapping import ImportMapping
from .moments import moment
from .rows import OldRow

_LONGEST_NOTE = 2000
_EARLIEST = 1970
"""Years before are slips of the pen."""
_LIMITS = {
    "student_name": 100,
    "student_email": 254,
    "discipline": 60,
    "class_number": 50,
    "method": 60,
    "color": 60,
    "printer": 60,
    "material": 60,
    "original_name": 400,
    "updated_by": 100,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OldJob:
    """A job as the older list tells it; times are UTC, ``cost_cents`` integer cents."""

    key: str
    place: str
    texts: dict[str, str]
    status: Status
    created_at: datetime
    status_since: datetime
    confirmed_at: datetime | None
    grams: Decimal | None
    hours: Decimal | None
    cost_cents: int | None
    reasons: tuple[str, ...]
    file: str
    file_name: str
    note: str


@dataclass(slots=True)
class Reading:
    """One row read: the job or None, why not, and what did not map (field, what)."""

    place: str
    key: str = ""
    job: OldJob | None = None
    refusals: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


def read_row(row: OldRow, mapping: ImportMapping, catalog: Catalog, now: datetime) -> Reading:
    """Read one row. Nothing is guessed: a number or a time that is doubtful refuses the row."""
    reading = Reading(row.place, clean_line(row.texts.get("key", "")))
    texts = {name: _line(reading, name, row.texts.get(name, "")) for name in _LIMITS}
    zone = ZoneInfo(mapping.time_zone or catalog.time_zone)
    times = {
        name: _moment(reading, name, row, mapping, zone)
        for name in ("created_at", "status_since", "confirmed_at")
    }
    status = _status(row.texts.get("status", ""))
    if not reading.key:
        reading.refusals.append("it has no key")
    if not texts["student_name"]:
        reading.refusals.append("it has no student name")
    if status is None:
        said = clean_line(row.texts.get("status", ""))[:40]
        reading.refusals.append(f"its status “{said}” isn't one of {', '.join(Status)}")
    created = times["created_at"]
    if created is None:
        if not row.texts.get("created_at", "").strip():
            reading.refusals.append("it has no submission time")
    elif created > now:
        reading.refusals.append("it was submitted in the future")
    elif created.year < _EARLIEST:
        reading.refusals.append(f"it was submitted before {_EARLIEST}")
    notation = mapping.notation
    weight = _amount(reading, "grams", row, grams, notation)
    time = _amount(reading, "hours", row, hours, notation)
    price = _price(reading, row, notation, catalog.currency)
    _match_catalog(reading, texts, catalog)
    if reading.refusals or status is None or created is None:
        return reading
    since = times["status_since"] or created
    if not created <= since <= now:
        reading.notes.append(
            ("status_since", "not between submission and now; the submission time is used")
        )
        since = created
    reading.job = OldJob(
        key=reading.key,
        place=row.place,
        texts=texts,
        status=status,
        created_at=created,
        status_since=since,
        confirmed_at=times["confirmed_at"],
        grams=weight,
        hours=time,
        cost_cents=price,
        reasons=_reasons(row.texts.get("reasons", "")),
        file=row.texts.get("file", "").strip(),
        file_name=row.texts.get("file_name", "").strip(),
        note=clean_text(row.texts.get("note", ""))[:_LONGEST_NOTE],
    )
    if "@" not in texts["student_email"]:
        reading.notes.append(("student_email", "no email address; the student can't get emails"))
    return reading


def _line(reading: Reading, name: str, typed: str) -> str:
    line = clean_line(typed)
    if len(line) > _LIMITS[name]:
        reading.notes.append((name, f"longer than {_LIMITS[name]} characters; cut"))
    return line[: _LIMITS[name]].strip()


def _status(typed: str) -> Status | None:
    wanted = _folded(typed)
    for status in Status:
        if wanted in (_folded(status.value), _folded(status.folder), _folded(status.label)):
            return status
    return None


def _folded(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _moment(
    reading: Reading, name: str, row: OldRow, mapping: ImportMapping, zone: ZoneInfo
) -> datetime | None:
    text = row.texts.get(name, "").strip()
    try:
        return moment(text, mapping.dates, zone) if text else None
    except Doubtful as why:
        reading.refusals.append(f"{name}: {why}")
        return None


def _match_catalog(reading: Reading, texts: dict[str, str], catalog: Catalog) -> None:
    """Names of the catalog in the catalog's own spelling; others stay as they are, and are told."""
    printers = [printer.name for printer in catalog.printers]
    texts["printer"] = _matched(reading, "printer", texts["printer"], printers)
    printer = catalog.printer(texts["printer"])
    if not texts["method"] and printer is not None and len(printer.methods) == 1:
        texts["method"] = printer.methods[0]
    methods = [method.name for method in catalog.methods]
    texts["method"] = _matched(reading, "method", texts["method"], methods)
    texts["discipline"] = _matched(
        reading, "discipline", texts["discipline"], list(catalog.disciplines)
    )
    method = catalog.method(texts["method"])
    if method is not None:
        colors = [color.name for color in method.colors]
        within = f"among the catalog's {{}} for {method.name}"
        texts["color"] = _matched(reading, "color", texts["color"], colors, within.format("colors"))
        texts["material"] = _matched(
            reading,
            "material",
            texts["material"],
            list(method.materials),
            within.format("materials"),
        )


def _matched(
    reading: Reading, name: str, typed: str, known: list[str], within: str = "in the catalog"
) -> str:
    for one in known:
        if _folded(one) == _folded(typed):
            return one
    if typed:
        reading.notes.append((name, f"“{typed}” isn't {within}; kept anyway"))
    elif name != "material":
        reading.notes.append((name, "empty"))
    return typed


def _amount(
    reading: Reading,
    name: str,
    row: OldRow,
    read: Callable[[str, Notation], Decimal | None],
    notation: Notation,
) -> Decimal | None:
    text = row.texts.get(name, "").strip()
    try:
        return read(text, notation) if text else None
    except Doubtful as why:
        reading.refusals.append(f"{name}: {why}")
        return None


def _price(reading: Reading, row: OldRow, notation: Notation, currency: str) -> int | None:
    text = row.texts.get("cost", "").strip()
    try:
        price, rounded = cents(text, notation, currency) if text else (None, False)
    except Doubtful as why:
        reading.refusals.append(f"cost: {why}")
        return None
    if rounded and price is not None:
        reading.notes.append(("cost", f"“{text[:40]}” is rounded to {in_units(price)}"))
    return price


def _reasons(typed: str) -> tuple[str, ...]:
    text = typed.strip()
    try:
        plain = json.loads(text) if text.startswith("[") else text.split(";")
    except ValueError:
        plain = [text]
    lines = (clean_text(str(one))[:1000] for one in plain)
    return tuple(line for line in lines if line)
