"""Days, weeks and months of the lab's own time zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ..domain.job_track import ReportQuery, Unit


def bounds(query: ReportQuery, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """The moments (UTC) that the query's days begin at and end before."""
    since = None if query.since is None else _midnight(query.since, zone)
    last = query.until
    until = None if last is None else _midnight(last + timedelta(days=1), zone)
    return since, until


def midnights(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The moments (UTC) that the day begins at and ends before."""
    return _midnight(day, zone), _midnight(day + timedelta(days=1), zone)


def today(now: datetime, zone: ZoneInfo) -> date:
    """The day it is there."""
    return now.astimezone(zone).date()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def bucket(day: date, unit: Unit) -> date:
    """The first day of the day's bucket; weeks begin on Monday (ISO 8601)."""
    if unit is Unit.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit is Unit.MONTH else day


def buckets(first: date, last: date, unit: Unit) -> Iterator[date]:
    """Every bucket from that of ``first`` to that of ``last``, the empty ones too."""
    at = bucket(first, unit)
    while at <= last:
        yield at
        at = bucket(at + timedelta(days={"day": 1, "week": 7, "month": 31}[unit.value]), unit)
