"""What a row of an older list comes to: a job of this lab, or why none, and what did not map."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from ..domain.catalog import Catalog
from ..domain.numbers import Notation
from ..domain.status import Status
from ..domain.text import clean_line, clean_text
from ..said import Money, Said, say
from .figures import Doubtful, cents, grams, hours
from .mapping import ImportMapping
from .moments import moment
from .rows import OldRow

_LONGEST_NOTE = 2000
_EARLIEST = 1970
"""Years before are slips of the pen."""
_UNKNOWN = say("“{typed}” isn't in the catalog. It's kept anyway.")
_NO_COLOR = say("“{typed}” isn't among the catalog's colors for {method}. It's kept anyway.")
_NO_MATERIAL = say("“{typed}” isn't among the catalog's materials for {method}. It's kept anyway.")
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
    """One row read: the job or None, why not, and what did not map; each by field and what."""

    place: str
    key: str = ""
    job: OldJob | None = None
    refusals: list[tuple[str, str]] = field(default_factory=list)
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
        reading.refusals.append(("key", say("The key is missing.")))
    if not texts["student_name"]:
        reading.refusals.append(("student_name", say("The student's name is missing.")))
    if status is None:
        said = clean_line(row.texts.get("status", ""))[:40]
        known = ", ".join(Status)
        reading.refusals.append(
            ("status", say("“{status}” isn't one of these: {known}.", status=said, known=known))
        )
    created = times["created_at"]
    if why := _not_submitted(created, row.texts.get("created_at", "").strip(), now):
        reading.refusals.append(("created_at", why))
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
            (
                "status_since",
                say("It isn't between submission and now, so the submission time is used."),
            )
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
        reading.notes.append(
            (
                "student_email",
                say("There's no email address, so the student can't get emails."),
            )
        )
    return reading


def _not_submitted(created: datetime | None, typed: str, now: datetime) -> str:
    """What is wrong with the submission time, but for what could not be read at all."""
    if created is None:
        return "" if typed else say("The submission time is missing.")
    if created > now:
        return say("It was submitted in the future.")
    if created.year < _EARLIEST:
        return say("It was submitted before {year}.", year=str(_EARLIEST))
    return ""


def _line(reading: Reading, name: str, typed: str) -> str:
    line = clean_line(typed)
    if len(line) > _LIMITS[name]:
        most = _LIMITS[name]
        reading.notes.append(
            (name, say("It's longer than {most} characters. The rest is left out.", most=most))
        )
    return line[: _LIMITS[name]].strip()


def _status(typed: str) -> Status | None:
    wanted = _folded(typed)
    for status in Status:
        if wanted in (_folded(status.value), _folded(status.folder), _folded(status.label)):
            return status
    return None


@lru_cache(maxsize=1024)
def _folded(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _moment(
    reading: Reading, name: str, row: OldRow, mapping: ImportMapping, zone: ZoneInfo
) -> datetime | None:
    text = row.texts.get(name, "").strip()
    try:
        return moment(text, mapping.dates, zone) if text else None
    except Doubtful as why:
        reading.refusals.append((name, str(why)))
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
        texts["color"] = _matched(
            reading, "color", texts["color"], colors, _NO_COLOR.having(method=method.name)
        )
        texts["material"] = _matched(
            reading,
            "material",
            texts["material"],
            list(method.materials),
            _NO_MATERIAL.having(method=method.name),
        )


def _matched(
    reading: Reading, name: str, typed: str, known: list[str], unknown: Said = _UNKNOWN
) -> str:
    for one in known:
        if _folded(one) == _folded(typed):
            return one
    if typed:
        reading.notes.append((name, unknown.having(typed=typed)))
    elif name != "material":
        reading.notes.append((name, say("Nothing is entered.")))
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
        reading.refusals.append((name, str(why)))
        return None


def _price(reading: Reading, row: OldRow, notation: Notation, currency: str) -> int | None:
    text = row.texts.get("cost", "").strip()
    try:
        price, rounded = cents(text, notation, currency) if text else (None, False)
    except Doubtful as why:
        reading.refusals.append(("cost", str(why)))
        return None
    if rounded and price is not None:
        amount = Money(price, currency)
        reading.notes.append(
            ("cost", say("“{typed}” is rounded to {amount}.", typed=text[:40], amount=amount))
        )
    return price


def _reasons(typed: str) -> tuple[str, ...]:
    text = typed.strip()
    try:
        plain = json.loads(text) if text.startswith("[") else text.split(";")
    except ValueError:
        plain = [text]
    lines = (clean_text(str(one))[:1000] for one in plain)
    return tuple(line for line in lines if line)
