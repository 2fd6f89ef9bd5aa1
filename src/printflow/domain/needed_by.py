"""The day by which someone needs a print, and when that makes it a rush job. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_LOOKED_AHEAD = 90
_SATURDAY = 5


class Asks(StrEnum):
    """Whether the form asks for something."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class NeededBy:
    """Whether the form asks for the day, and within how many open days it's a rush job (0 = never)."""

    ask: Asks = Asks.OFF
    rush_days: int = 0


def day_typed(text: str) -> date | None:
    """A day as ``2026-03-02``; None if it is none, or none of this century."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None


def ends_after(ends_at: datetime | None, needed_by: date | None, time_zone: str) -> bool:
    """Whether a UTC time is after the day in the lab; no where one of them isn't known."""
    if ends_at is None or needed_by is None:
        return False
    return ends_at.astimezone(ZoneInfo(time_zone)).date() > needed_by


def weekday(day: date) -> bool:
    """Whether it's Monday to Friday: the open days of a lab that says nothing else."""
    return day.weekday() < _SATURDAY


def is_rush(
    rules: NeededBy,
    needed_by: date | None,
    submitted: date,
    is_open: Callable[[date], bool] = weekday,
) -> bool:
    """Whether at most ``rush_days`` open days lie after the day it was ``submitted``, up to and with
    the day it's needed. It depends on no clock: a job stays what it was when it came in.
    """
    if needed_by is None or not rules.rush_days:
        return False
    between = (needed_by - submitted).days
    if between > _LOOKED_AHEAD:
        return False
    days = (submitted + timedelta(days=number) for number in range(1, between + 1))
    return sum(map(is_open, days)) <= rules.rush_days
