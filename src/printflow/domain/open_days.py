"""Counting in the lab's open days and hours: the one place where days are added to a time. Pure.

Days are days of the lab's time zone; moments are UTC. Where the lab has entered neither opening
hours nor closed days, every day counts, by the clock. Without opening hours, every day that isn't
closed is open all day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from .opening import MIDNIGHT, ClosedDays, OpeningHours, Span, days_between

HORIZON = 730
"""After so many closed days in a row, each further day counts: no lab is closed for ever."""
_DAY = timedelta(days=1)
_ALL_DAY = (Span(0, MIDNIGHT),)
_FIRST, _LAST = date.min + 2 * _DAY, date.max - 2 * _DAY


class OpenDays:
    """A lab's open days. ``counted`` is whether it has entered any hours or closed days."""

    def __init__(self, hours: OpeningHours, closed: tuple[ClosedDays, ...], zone: tzinfo) -> None:
        self.hours = hours
        self.closed = closed
        self.zone = zone
        self.counted = bool(hours) or bool(closed)
        self._taken: dict[date, list[ClosedDays]] = {}
        for one in closed:
            for day in days_between(one.starts, one.ends):
                self._taken.setdefault(day, []).append(one)

    def day_of(self, moment: datetime) -> date:
        """The lab's day at a moment."""
        return moment.astimezone(self.zone).date()

    def spans(self, day: date) -> tuple[Span, ...]:
        """When the lab is open on a day, without what is closed of it."""
        left = self.hours.week[day.weekday()] if self.hours else _ALL_DAY
        for one in self._taken.get(day, ()):
            if (taken := one.on(day)) is not None:
                left = tuple(part for span in left for part in _without(span, taken))
        return left

    def is_open_day(self, day: date) -> bool:
        """Whether the lab is open at any time of a day."""
        return bool(self.spans(day))

    def is_open(self, moment: datetime) -> bool:
        """Whether the lab is open at a moment."""
        local = moment.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(span.opens <= minute < span.closes for span in self.spans(local.date()))

    def reason(self, day: date) -> str:
        """Why a day is closed; "" where it isn't, or nobody said."""
        return next((one.reason for one in self._taken.get(day, ()) if one.reason), "")

    def next_opening(self, moment: datetime) -> datetime | None:
        """The moment itself while the lab is open, else when it opens next; None where it doesn't
        within two years.
        """
        if self.is_open(moment):
            return moment
        for day in _walk(self.day_of(moment), 1, HORIZON + 1):
            for span in self.spans(day):
                opens = self._at(day, span.opens)
                if opens > moment:
                    return opens
        return None

    def after(self, moment: datetime, days: int) -> datetime:
        """``days`` open days later: on that day at the same time of the lab's clock, or at the end
        of it where the first day is closed.
        """
        if not self.counted or days <= 0:
            return moment + timedelta(days=max(days, 0))
        local = moment.astimezone(self.zone)
        day = self._nth(local.date(), days, 1)
        clock = local.timetz() if self.is_open_day(local.date()) else time.max
        return _utc(datetime.combine(day, clock.replace(tzinfo=self.zone)))

    def before(self, moment: datetime, days: int) -> datetime:
        """From when on ``days`` open days have passed at a moment: :meth:`after`, turned round."""
        if not self.counted or days <= 0:
            return moment - timedelta(days=max(days, 0))
        local = moment.astimezone(self.zone)
        day = self._nth(local.date(), days, -1)
        clock = local.timetz()
        if not self.is_open_day(local.date()):
            day, clock = day - _DAY, time.max
        return _utc(datetime.combine(day, clock.replace(tzinfo=self.zone)))

    def hours_before(self, moment: datetime, hours: int) -> datetime:
        """So many hours before a moment, of which each full day is an open one."""
        days, rest = divmod(hours, 24)
        return self.before(moment, days) - timedelta(hours=rest)

    def hours_after(self, moment: datetime, hours: float) -> datetime | None:
        """When the lab has been open for so many hours since a moment; None where it doesn't open
        for that long within the search.
        """
        if not self.counted:
            return moment + timedelta(hours=hours)
        left, closed = timedelta(hours=max(hours, 0)), 0
        for day in _walk(self.day_of(moment), 1, HORIZON * 7):
            spans = self.spans(day)
            closed = 0 if spans else closed + 1
            if closed > HORIZON:
                return None
            for span in spans:
                begins = max(self._at(day, span.opens), moment)
                lasts = self._at(day, span.closes) - begins
                if lasts > timedelta(0) and left <= lasts:
                    return begins + left
                left -= max(lasts, timedelta(0))
        return None

    def _nth(self, day: date, days: int, step: int) -> date:
        """The ``days``-th open day after, or before, a day."""
        closed = 0
        for one in _walk(day + step * _DAY, step, days * (HORIZON + 1)):
            if closed < HORIZON and not self.is_open_day(one):
                closed += 1
                continue
            closed = closed if closed >= HORIZON else 0
            days -= 1
            if days == 0:
                return one
        return _LAST if step > 0 else _FIRST

    def _at(self, day: date, minute: int) -> datetime:
        whole, rest = divmod(minute, MIDNIGHT)
        clock = time(rest // 60, rest % 60, tzinfo=self.zone)
        return _utc(datetime.combine(day + whole * _DAY, clock))


@lru_cache(maxsize=8)
def open_days(hours: OpeningHours, closed: tuple[ClosedDays, ...], time_zone: str) -> OpenDays:
    """The open days of a lab with these hours, closed days, and time zone."""
    return OpenDays(hours, closed, ZoneInfo(time_zone))


def _walk(day: date, step: int, most: int) -> Iterator[date]:
    for _count in range(most):
        if not _FIRST <= day <= _LAST:
            return
        yield day
        day += step * _DAY


def _without(span: Span, taken: Span) -> Iterator[Span]:
    if span.opens < min(span.closes, taken.opens):
        yield Span(span.opens, min(span.closes, taken.opens))
    if max(span.opens, taken.closes) < span.closes:
        yield Span(max(span.opens, taken.closes), span.closes)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


NO_HOURS = OpenDays(OpeningHours(), (), UTC)
"""Where nothing is known of a lab's days: every day counts, by the clock."""
