"""Days, times and ages as people read them, in the language that is spoken, on the lab's clock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ..said import Day, say
from .formats import in_english, spoken_locale
from .speaking import language

_MINUTE = timedelta(minutes=1)


def local_time(moment: datetime, time_zone: str) -> str:
    """A UTC time on the lab's clock: "Mon, Mar 2, 2026, 9:30 AM"."""
    return _moment_text(moment.astimezone(ZoneInfo(time_zone)))


def local_time_zone(moment: datetime, time_zone: str) -> str:
    """The same with the name of the time zone: "Mon, Mar 2, 2026, 9:30 AM EST"."""
    from babel.dates import format_datetime

    local = moment.astimezone(ZoneInfo(time_zone))
    name = format_datetime(local, "z", locale=spoken_locale())
    if name[0] in "+-":  # the language has no name for it, but the zone has
        name = local.tzname() or name
    return f"{_moment_text(local)} {name}"


def local_date(moment: datetime, time_zone: str) -> str:
    """The day of a UTC time in the lab: "Mon, Mar 2, 2026"."""
    return day_text(moment.astimezone(ZoneInfo(time_zone)).date())


def local_clock(moment: datetime, time_zone: str) -> str:
    """A UTC time on the lab's clock, without its day: "9:30 AM"."""
    return clock_text(moment.astimezone(ZoneInfo(time_zone)).time())


def clock_text(clock: time, *, whole_hours: bool = False) -> str:
    """A time of the day: "9:30 AM". Full hours are "9 AM" where ``whole_hours`` are wanted and the
    language says that; "9:00" elsewhere.
    """
    return _clock(language(), clock.replace(second=0, microsecond=0), whole_hours)


@lru_cache(maxsize=2048)
def _clock(_tag: str, clock: time, whole_hours: bool) -> str:
    from babel.dates import format_time

    pattern = "short"
    if in_english():
        pattern = "h a" if whole_hours and not clock.minute else "h:mm a"
    return plain_spaces(format_time(clock, pattern, locale=spoken_locale()))


def clock_hour(hour: time) -> str:
    """A full hour of the day: "9 AM"."""
    return clock_text(hour, whole_hours=True)


def day_text(day: date) -> str:
    """A day: "Mon, Mar 2, 2026"."""
    return _shown(language(), day, _patterns(language())[0])


def long_day(day: date) -> str:
    """A day in a sentence about the near future: "Monday, Nov 30"."""
    return _shown(language(), day, _patterns(language())[1])


def date_text(day: date) -> str:
    """A day inside a sentence: "Mar 2, 2026"."""
    return str(Day(day)) if in_english() else _shown(language(), day, _patterns(language())[3])


def weekday_text(at: int) -> str:
    """A day of the week in short, 0 for Monday: "Mon"."""
    return _shown(language(), date(2024, 1, 1 + at), "EEE" if in_english() else "ccc")


def age_text(moment: datetime, now: datetime) -> str:
    """How long ago ``moment`` was, in its largest unit: "5 minutes", "3 days"; "just now".

    Minutes that aren't over yet don't count.
    """
    minutes = (now - moment) // _MINUTE
    return _age(language(), minutes) if minutes > 0 else say("just now")


@lru_cache(maxsize=4096)
def _age(_tag: str, minutes: int) -> str:
    from babel.dates import format_timedelta

    age = minutes * _MINUTE
    text = format_timedelta(age, granularity="minute", threshold=1.5, locale=spoken_locale())
    return plain_spaces(text)


def plain_spaces(text: str) -> str:
    """In English, ordinary spaces for those that keep words together."""
    return text.replace("\u202f", " ").replace("\xa0", " ") if in_english() else text


def _moment_text(local: datetime) -> str:
    day, clock = day_text(local.date()), clock_text(local.time())
    joined = _patterns(language())[2]
    return joined.replace("{1}", day).replace("{0}", clock)


@lru_cache(maxsize=2048)
def _shown(_tag: str, day: date, pattern: str) -> str:
    from babel.dates import format_date

    return plain_spaces(format_date(day, pattern, locale=spoken_locale()))


@lru_cache(maxsize=32)
def _patterns(_tag: str) -> tuple[str, str, str, str]:
    """How the language writes a day with its weekday and year, one with its whole weekday, a
    day with a time, and a day with its year.
    """
    if in_english():
        return "EEE, MMM d, y", "EEEE, MMM d", "{1}, {0}", "MMM d, y"
    locale = spoken_locale()
    day, near, plain = (
        str(locale.datetime_skeletons[name].pattern) for name in ("yMMMEd", "MMMEd", "yMMMd")
    )
    weekday = "EEE" if "EEE" in near else "E"
    return day, near.replace(weekday, "EEEE"), str(locale.datetime_formats["medium"]), plain
