"""What a row of an older list comes to: a job of this lab, or why none, and what did not map."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from ..domain.catalog import Catalog
from ..domain.pricing import MAX_CENTS, parse_grams, parse_hours
from ..domain.status import Status
from ..domain.text import clean_line, clean_text
from .mapping import ImportMapping
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
    """Read one row. Nothing is guessed: what cannot be read is left empty and told."""
    reading = Reading(row.place, clean_line(row.texts.get("key", "")))
    texts = {name: _line(reading, name, row.texts.get(name, "")) for name in _LIMITS}
    zone = ZoneInfo(mapping.time_zone or catalog.time_zone)
    times = {
        name: _time(reading, name, row.texts.get(name, ""), mapping, zone)
        for name in ("created_at", "status_since", "confirmed_at")
    }
    status = _status(row.texts.get("status", ""))
    if not reading.key:
        reading.refusals.append("it has no key")
    if not texts["student_name"]:
        reading.refusals.append("it has no student's name")
    if status is None:
        said = clean_line(row.texts.get("status", ""))[:40]
        reading.refusals.append(f"its status “{said}” is none of {', '.join(Status)}")
    created = times["created_at"]
    if created is None:
        reading.refusals.append("it does not say when it was submitted")
    elif created > now:
        reading.refusals.append("it was submitted in the future")
    elif created.year < _EARLIEST:
        reading.refusals.append(f"it was submitted before {_EARLIEST}")
    _match_catalog(reading, texts, catalog)
    if reading.refusals or status is None or created is None:
        return reading
    since = times["status_since"] or created
    if not created <= since <= now:
        reading.notes.append(
            ("status_since", "not between submission and now; taken as submission")
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
        grams=_amount(reading, "grams", row, parse_grams),
        hours=_amount(reading, "hours", row, parse_hours),
        cost_cents=_cents(reading, row.texts.get("cost", "")),
        reasons=_reasons(row.texts.get("reasons", "")),
        file=row.texts.get("file", "").strip(),
        file_name=row.texts.get("file_name", "").strip(),
        note=clean_text(row.texts.get("note", ""))[:_LONGEST_NOTE],
    )
    if "@" not in texts["student_email"]:
        reading.notes.append(("student_email", "no e-mail address; mails cannot reach the student"))
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


def _time(
    reading: Reading, name: str, typed: str, mapping: ImportMapping, zone: ZoneInfo
) -> datetime | None:
    text = typed.strip()
    if not text:
        return None
    readers: list[Callable[[str], datetime]] = [datetime.fromisoformat]
    readers += [_reader(pattern, zone) for pattern in mapping.dates]
    for reader in readers:
        try:
            found = reader(text)
            aware = found.replace(tzinfo=zone) if found.tzinfo is None else found
            return aware.astimezone(UTC)
        except (ValueError, OverflowError):  # no time, or one beyond the calendar
            continue
    reading.notes.append((name, f"“{text[:40]}” is no time; add its format to dates"))
    return None


def _reader(pattern: str, zone: ZoneInfo) -> Callable[[str], datetime]:
    def read(text: str) -> datetime:
        return datetime.strptime(text, pattern).replace(tzinfo=zone)

    return read


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
        reading.notes.append((name, f"“{typed}” is not {within}; kept as it is"))
    elif name != "material":
        reading.notes.append((name, "empty"))
    return typed


def _amount(
    reading: Reading, name: str, row: OldRow, parse: Callable[[object], Decimal | None]
) -> Decimal | None:
    typed = row.texts.get(name, "").strip()
    found = parse(_rounded(typed))
    if found is None and typed:
        reading.notes.append((name, f"“{typed[:40]}” cannot be taken; left empty"))
    return found


def _rounded(typed: str) -> str:
    """A number from a floating-point column (0.30000000000000004) to the thousandth."""
    try:
        number = Decimal(typed)
    except InvalidOperation:
        return typed
    if not number.is_finite() or number < 0 or number > 10**9:
        return typed
    return format(number.quantize(Decimal("0.001"), ROUND_HALF_UP), "f")


def _cents(reading: Reading, typed: str) -> int | None:
    text = typed.strip().lstrip("$€£").replace(",", "").strip()
    if not text:
        return None
    try:
        amount = Decimal(text)
        cents = int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))
    except (InvalidOperation, OverflowError, ValueError):
        cents = -1
    if not 0 <= cents <= MAX_CENTS:
        reading.notes.append(("cost", f"“{typed.strip()[:40]}” cannot be taken; left empty"))
        return None
    return cents


def _reasons(typed: str) -> tuple[str, ...]:
    text = typed.strip()
    try:
        plain = json.loads(text) if text.startswith("[") else text.split(";")
    except ValueError:
        plain = [text]
    lines = (clean_text(str(one))[:1000] for one in plain)
    return tuple(line for line in lines if line)
