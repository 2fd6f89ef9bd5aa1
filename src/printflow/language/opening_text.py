"""Opening hours and closed days as people read them, in the language that is spoken."""

from __future__ import annotations

from datetime import date, datetime, time

from ..domain.catalog import Catalog, PickUp
from ..domain.open_days import OpenDays
from ..domain.opening import MIDNIGHT, ClosedDays, OpeningHours, Span, minutes_of
from ..said import Said, listed, say
from .times import clock_text, day_text, long_day, weekday_text


def week_text(hours: OpeningHours) -> Said:
    """The hours of the week, equal days together: "Mon–Fri 9 AM–12 PM and 1–5 PM, Sat 10 AM–2 PM"."""
    parts: list[str] = []
    week, at = hours.week, 0
    while at < 7:
        last = at
        while last + 1 < 7 and week[last + 1] == week[at]:
            last += 1
        if week[at]:
            days = weekday_text(at) if last == at else f"{weekday_text(at)}–{weekday_text(last)}"
            parts.append(say("{days} {hours}", days=days, hours=spans_text(week[at])))
        at = last + 1
    return listed(parts)


def spans_text(spans: tuple[Span, ...]) -> str:
    """Spans of a day: "9 AM–12 PM, 1–5 PM"; "all day"."""
    if spans == (Span(0, MIDNIGHT),):
        return say("all day")
    return listed(f"{_clock(span.opens)}–{_clock(span.closes)}" for span in spans)


def closed_text(closed: ClosedDays) -> Said:
    """Which days: "Thu, Nov 26, 2026 – Sun, Nov 29, 2026"."""
    first, last = (
        _with_time(day, clock)
        for day, clock in ((closed.starts, closed.from_time), (closed.ends, closed.to_time))
    )
    if closed.starts == closed.ends and not (closed.from_time or closed.to_time):
        return say("{day}", day=first)
    return say("{first} – {last}", first=first, last=last)


def next_day(days: OpenDays, now: datetime) -> date | None:
    """The lab's day of the next opening, today where it is open; None where it never opens."""
    opens = days.next_opening(now)
    return None if opens is None else days.day_of(opens)


def pick_up_at(catalog: Catalog, now: datetime) -> PickUp:
    """Where and when finished prints are handed out. With opening hours, those are said, and the
    next open day; with closed days alone, the lab's own words and that day.
    """
    days, own = catalog.open_days, catalog.pick_up
    if not days.counted:
        return own
    hours = week_text(catalog.opening_hours) if catalog.opening_hours else own.hours
    opens = next_day(days, now)
    if opens is None:
        return PickUp(own.place, say("{hours}; closed until further notice", hours=hours))
    return PickUp(own.place, say("{hours}; next: {day}", hours=hours, day=long_day(opens)))


def _with_time(day: date, clock: str) -> str:
    minutes = minutes_of(clock) if clock else None
    text = day_text(day)
    return text if minutes is None else f"{text}, {_clock(minutes)}"


def _clock(minute: int) -> str:
    whole = minute % MIDNIGHT
    return clock_text(time(whole // 60, whole % 60), whole_hours=True)
