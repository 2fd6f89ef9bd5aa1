"""Closed days out of a calendar file (.ics), read within bounds: size, events, nesting, repeats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from ..domain.opening import MOST_CLOSED, ClosedDays
from ..domain.text import clean_line
from ..errors import InvalidInput
from ..said import Said, say

Event = Any
"""An entry of the file; its values are of whatever kind the file says."""

MOST_BYTES = 1024 * 1024
"""How large a calendar file may be."""
AHEAD = timedelta(days=730)
"""So far ahead events that repeat are written out."""
_MOST_EVENTS = 2000
_MOST_REPEATING = 50
_MOST_DEPTH = 4
_MOST_TIMES = 60
"""How often an event may repeat; what does more often is no holiday."""
_REASON = 100
_SIMPLE = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH"})
_BY_DATE = _SIMPLE | {"BYMONTHDAY", "BYSETPOS"}
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PARTS = {"DAILY": _SIMPLE, "WEEKLY": _SIMPLE, "MONTHLY": _BY_DATE, "YEARLY": _BY_DATE}


@dataclass(frozen=True, slots=True)
class CalendarDays:
    """What a calendar file holds: ``found`` closed days that aren't over, ``past`` events that are,
    and in words what was ``skipped``, and why.
    """

    found: tuple[ClosedDays, ...]
    past: int = 0
    skipped: tuple[Said, ...] = ()


def read_calendar(content: bytes, time_zone: str, today: date) -> CalendarDays:
    """The events of a calendar file as closed days of the lab's time zone, from ``today`` on.

    Raises InvalidInput (field file) for what isn't a calendar file, or is too much of one.
    """
    events = _events(content)
    reader = _Reader(ZoneInfo(time_zone), today)
    moved: dict[str, set[date]] = {}
    for event in events:
        if (day := _own_day(event)) is not None:
            moved.setdefault(str(event.get("UID")), set()).add(day)
    for event in events:
        alone = _own_day(event) is not None
        reader.take(event, set() if alone else moved.get(str(event.get("UID")), set()))
    found = sorted(set(reader.found), key=lambda one: (one.starts, one.from_time, one.ends))
    if len(found) > MOST_CLOSED:
        raise _refused(
            "too_many_events",
            say("The file has more than {most} closed days to come.", most=MOST_CLOSED),
        )
    return CalendarDays(tuple(found), reader.past, tuple(reader.skipped))


def _events(content: bytes) -> list[Event]:
    from icalendar import Calendar

    if len(content) > MOST_BYTES:
        raise _refused("file_too_large", say("The file is larger than 1 MB."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused("not_utf8", say("The file isn't text in UTF-8.")) from None
    starts = [line.strip().upper() for line in text.splitlines()]
    if "BEGIN:VCALENDAR" not in starts[:5]:
        raise _refused("not_a_calendar", say("The file isn't a calendar (.ics)."))
    depth = deepest = 0
    for line in starts:
        depth += line.startswith("BEGIN:") - line.startswith("END:")
        deepest = max(deepest, depth)
    if depth != 0:
        raise _refused("not_a_calendar", say("The calendar file is damaged."))
    if deepest > _MOST_DEPTH:
        raise _refused("not_a_calendar", say("The file nests its entries too deeply."))
    if starts.count("BEGIN:VEVENT") > _MOST_EVENTS:
        raise _refused(
            "too_many_events", say("The file has more than {most} events.", most=_MOST_EVENTS)
        )
    try:
        found: list[Event] = []
        for calendar in Calendar.from_ical(text, multiple=True):
            found += calendar.walk("VEVENT")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
        raise _refused("not_a_calendar", say("The calendar file is damaged.")) from None
    return found


class _Reader:
    """Gathers the closed days of events, one after the other."""

    def __init__(self, zone: ZoneInfo, today: date) -> None:
        self._zone = zone
        self._today = today
        self._last = today + AHEAD
        self._repeating = 0
        self.found: list[ClosedDays] = []
        self.past = 0
        self.skipped: list[Said] = []

    def take(self, event: Event, moved: set[date]) -> None:
        """Take one event in, without the days that another entry of it has ``moved``."""
        title = clean_line(str(event.get("SUMMARY", "")))[:_REASON]
        try:
            self._take(event, title, moved)
        except _Unfit as error:
            named = title or say("An event without a title")
            self.skipped.append(say("“{name}”: {why}", name=named, why=error.why))
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
            self.skipped.append(say("“{name}”: its dates can't be read.", name=title or "?"))

    def _take(self, event: Event, title: str, moved: set[date]) -> None:
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            raise _Unfit(say("It was canceled."))
        begins, lasts = self._times(event)
        firsts = [begins]
        if "RRULE" in event:
            gone = self._exceptions(event) | moved
            firsts = [one for one in self._repeats(event, begins) if _day(one) not in gone]
        elif "RDATE" in event:
            raise _Unfit(say("It repeats by a list of dates. Add those by hand."))
        kept = [self._closed(one, lasts, title) for one in firsts]
        coming = [one for one in kept if self._today <= one.ends and one.starts <= self._last]
        self.found += coming
        self.past += not coming

    def _times(self, event: Event) -> tuple[date, timedelta]:
        """When it begins on the lab's clock, and how long it lasts; days for all-day events."""
        begins = self._local(event["DTSTART"].dt)
        whole_days = not isinstance(begins, datetime)
        if "DTEND" in event:
            ends = self._local(event["DTEND"].dt)
            if isinstance(ends, datetime) == whole_days:
                raise _Unfit(say("It begins with a day and ends with a time, or the reverse."))
            lasts = ends - begins
        elif "DURATION" in event:
            lasts = event["DURATION"].dt
        else:
            lasts = timedelta(days=1) if whole_days else timedelta(0)
        if whole_days and lasts == timedelta(0):
            lasts = timedelta(days=1)
        if lasts <= timedelta(0):
            raise _Unfit(say("It ends before it begins."))
        if lasts > AHEAD:
            raise _Unfit(say("It lasts longer than two years."))
        return begins, lasts

    def _local(self, moment: Any) -> date:
        """A day, or a time on the lab's clock."""
        if isinstance(moment, datetime) and moment.tzinfo is not None:
            return moment.astimezone(self._zone).replace(tzinfo=None)
        if not isinstance(moment, date):
            raise _Unfit(say("Its dates can't be read."))
        return moment

    def _closed(self, begins: date, lasts: timedelta, title: str) -> ClosedDays:
        ends = begins + lasts
        if not isinstance(begins, datetime) or not isinstance(ends, datetime):
            return ClosedDays(begins, ends - timedelta(days=1), title)
        last, to_time = ends.date(), f"{ends:%H:%M}"
        if to_time == "00:00":  # until midnight: the day before is the last one
            last, to_time = last - timedelta(days=1), ""
        from_time = "" if begins.time() < time(0, 1) else f"{begins:%H:%M}"
        return ClosedDays(begins.date(), last, title, from_time, to_time)

    def _exceptions(self, event: Event) -> set[date]:
        given = event.get("EXDATE", [])
        lists = given if isinstance(given, list) else [given]
        return {_day(self._local(one.dt)) for dates in lists for one in dates.dts}

    def _repeats(self, event: Event, begins: date) -> Iterator[date]:
        """The days or times at which it begins, up to the horizon."""
        from dateutil.rrule import rrulestr

        rule = event["RRULE"]
        self._repeating += 1
        if not _is_read(rule) or self._repeating > _MOST_REPEATING:
            raise _Unfit(say("It repeats in a way that isn't read. Add its days by hand."))
        until = self._until(rule)
        text = ";".join(
            f"{key}={value}"
            for key, value in (part.split("=") for part in rule.to_ical().decode().split(";"))
            if key != "UNTIL"
        )
        whole_days = not isinstance(begins, datetime)
        start = datetime.combine(begins, time()) if whole_days else begins
        if start.year < self._today.year - 100:
            raise _Unfit(say("It began too long ago."))
        coming = 0
        for one in islice(rrulestr(text, dtstart=start), 40_000):
            if one.date() > min(self._last, until):
                return
            if one.date() < self._today - AHEAD:
                continue
            coming += one.date() >= self._today
            if coming > _MOST_TIMES:
                raise _Unfit(
                    say(
                        "It repeats more than {most} times in two years. Change the opening hours "
                        "instead.",
                        most=_MOST_TIMES,
                    )
                )
            yield one.date() if whole_days else one

    def _until(self, rule: Any) -> date:
        given = rule.get("UNTIL")
        return _day(self._local(given[0])) if given else date.max


def _is_read(rule: Any) -> bool:
    """Whether a rule is one of those that holidays need. None of these searches for days that never
    come, such as February 30, year after year.
    """
    if isinstance(rule, list):
        return False
    often = str((rule.get("FREQ") or [""])[0]).upper()
    days, numbers = [str(one) for one in rule.get("BYDAY", [])], rule.get("BYMONTHDAY", [])
    places, months = rule.get("BYSETPOS", []), rule.get("BYMONTH", [])
    every = int((rule.get("INTERVAL") or [1])[0])
    if not set(rule) <= _PARTS.get(often, frozenset()) or every < 1:
        return False
    if every > 1 and ((often == "DAILY" and (days or months)) or (often == "MONTHLY" and months)):
        return False
    if numbers and (days or places or not any(_comes(int(one), months) for one in numbers)):
        return False
    numbered = [int(one[:-2]) for one in days if one[:-2]]
    if any(not 0 < abs(int(one)) < 5 for one in (*numbered, *places)):
        return False
    return not places or (bool(days) and not numbered)


def _comes(number: int, months: list[Any]) -> bool:
    """Whether there is such a day in one of the months, from the front or, below 0, from the end."""
    longest = max((_LONGEST[int(str(month)) - 1] for month in months), default=31)
    return 0 < abs(number) <= longest


class _Unfit(Exception):
    """An event that isn't read, and why."""

    def __init__(self, why: Said) -> None:
        super().__init__(why)
        self.why = why


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _own_day(event: Event) -> date | None:
    """The day of a repeating event that this entry stands for, if it does."""
    given = event.get("RECURRENCE-ID")
    moment = getattr(given, "dt", None)
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return _day(moment) if isinstance(moment, date) else None


def _refused(code: str, message: Said) -> InvalidInput:
    return InvalidInput.of(
        "file", code, message, say("Export the calendar again as an .ics file of up to 1 MB.")
    )
