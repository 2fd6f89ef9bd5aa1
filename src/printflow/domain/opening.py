"""When the lab is open: hours of the week and closed days, as the catalog keeps them. Pure.

Times are minutes of the lab's day, from 0 to 1,440.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..said import say

if TYPE_CHECKING:
    from .catalog_reader import CatalogReader

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MIDNIGHT = 24 * 60
MOST_CLOSED = 500
"""How many entries the closed days may have."""
MOST_CLOSED_DAYS = 4000
"""How many days they may come to."""
_MOST_SPANS = 6
_REASON = 100
_SPAN = re.compile(r"(\d{1,2})(?::(\d\d))?\s*[-–]\s*(\d{1,2})(?::(\d\d))?")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Part of a day, from ``opens`` until ``closes``, in minutes."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return f"{clock_text(self.opens)}-{clock_text(self.closes)}"


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The hours of each weekday; a lab that has entered none has no hours at all."""

    monday: tuple[Span, ...] = ()
    tuesday: tuple[Span, ...] = ()
    wednesday: tuple[Span, ...] = ()
    thursday: tuple[Span, ...] = ()
    friday: tuple[Span, ...] = ()
    saturday: tuple[Span, ...] = ()
    sunday: tuple[Span, ...] = ()

    @property
    def week(self) -> tuple[tuple[Span, ...], ...]:
        """The hours of the seven days, Monday first."""
        return tuple(getattr(self, day) for day in WEEKDAYS)

    def __bool__(self) -> bool:
        return any(self.week)


NO_WEEK = OpeningHours()
"""No hours were entered."""


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Days on which the lab is closed; the first and the last one both belong to it.

    With ``from_time`` it closes only then on the first day, with ``to_time`` it opens again then on
    the last one: "12:00", "" for the whole day.
    """

    starts: date
    ends: date
    reason: str = ""
    from_time: str = ""
    to_time: str = ""

    def on(self, day: date) -> Span | None:
        """Which part of a day it takes, or None."""
        if not self.starts <= day <= self.ends:
            return None
        begins = minutes_of(self.from_time) if self.from_time and day == self.starts else 0
        ends = minutes_of(self.to_time) if self.to_time and day == self.ends else MIDNIGHT
        return Span(begins or 0, MIDNIGHT if ends is None else ends)

    @property
    def days(self) -> int:
        """How many days it touches."""
        return (self.ends - self.starts).days + 1


def minutes_of(text: str) -> int | None:
    """The minute of the day that a time like "9:30" or "24:00" names; None for anything else."""
    found = _CLOCK.fullmatch(text.strip())
    return _minutes(found[1], found[2]) if found else None


def clock_text(minutes: int) -> str:
    """A minute of the day as the catalog's files have it: "09:30"."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _minutes(hour: str, minute: str | None) -> int | None:
    total = int(hour) * 60 + int(minute or 0)
    return total if int(minute or 0) < 60 and total <= MIDNIGHT else None


def read_hours(read: CatalogReader, data: Mapping[str, Any]) -> OpeningHours:
    """The opening hours of a plain catalog; problems go to ``read``."""
    row = read.table(data, "opening_hours")
    read.known(row, "opening_hours", WEEKDAYS)
    return OpeningHours(*(_spans(read, row, day) for day in WEEKDAYS))


def _spans(read: CatalogReader, row: Mapping[str, Any], day: str) -> tuple[Span, ...]:
    given, place = row.get(day, ()), f"opening_hours.{day}"
    if not isinstance(given, list | tuple) or len(given) > _MOST_SPANS:
        read.problem(place, say("Enter up to {most} spans, like 09:00-17:00.", most=_MOST_SPANS))
        return ()
    spans = []
    for one in given:
        found = _SPAN.fullmatch(one.strip()) if isinstance(one, str) else None
        opens = _minutes(found[1], found[2]) if found else None
        closes = _minutes(found[3], found[4]) if found else None
        if opens is None or closes is None:
            shown = str(one)[:40]
            read.problem(
                place,
                say("“{text}” isn't a span of hours. Enter one like 09:00-17:00.", text=shown),
            )
        elif closes <= opens:
            words = say(
                "{text} goes past midnight or ends before it starts. Enter two spans: until 24:00 "
                "on this day, and from 00:00 on the next day.",
                text=one.strip(),
            )
            read.problem(place, words)
        else:
            spans.append(Span(opens, closes))
    spans.sort()
    for earlier, later in pairwise(spans):
        if later.opens < earlier.closes:
            words = say("{one} and {other} overlap.", one=str(earlier), other=str(later))
            read.problem(place, words)
    return tuple(spans)


def read_closed(read: CatalogReader, data: Mapping[str, Any]) -> tuple[ClosedDays, ...]:
    """The closed days of a plain catalog, the earliest first; problems go to ``read``."""
    found: list[ClosedDays] = []
    for spot, row in read.tables(data, "closed_days", "", empty=True):
        if len(found) > MOST_CLOSED:
            break
        if (one := _closed(read, spot, row)) is not None:
            found.append(one)
    days = sum(one.days for one in found)
    if len(found) > MOST_CLOSED or days > MOST_CLOSED_DAYS:
        read.problem(
            "closed_days",
            say(
                "Use at most {most} entries and {days} days in all. Remove those that are over.",
                most=MOST_CLOSED,
                days=MOST_CLOSED_DAYS,
            ),
        )
    return tuple(sorted(found, key=lambda one: (one.starts, one.from_time, one.ends, one.reason)))


def _closed(read: CatalogReader, spot: str, row: Mapping[str, Any]) -> ClosedDays | None:
    read.known(row, spot, ("starts", "ends", "reason", "from_time", "to_time"))
    starts, ends = read.day(row, "starts", spot), read.day(row, "ends", spot)
    reason = read.text(row, "reason", spot, limit=_REASON, empty=True)
    times = []
    for key in ("from_time", "to_time"):
        minutes = None
        if text := read.text(row, key, spot, limit=5, empty=True):
            minutes = minutes_of(text)
            if minutes is None:
                read.problem(f"{spot}.{key}", say("Enter a time, like 12:00."))
        times.append("" if minutes is None else clock_text(minutes))
    if starts is None or ends is None:
        return None
    one = ClosedDays(starts, ends, reason, *times)
    if ends < starts:
        read.problem(f"{spot}.ends", say("The last day is before the first day."))
        return None
    if starts == ends and (part := one.on(starts)) and part.closes <= part.opens:
        read.problem(f"{spot}.to_time", say("The end is before the beginning."))
        return None
    return one


def days_between(first: date, last: date) -> list[date]:
    """Each day from the first to the last, both of them in it."""
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]
