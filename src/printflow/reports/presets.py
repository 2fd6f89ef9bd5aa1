"""Ready-made periods of reports: this and the last week, month and term, and what each is compared
with. Pure: the day it is comes in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from ..domain.job_track import Unit
from ..domain.terms import Term, term_of

_BACK = {"30": (30, Unit.DAY), "90": (90, Unit.WEEK), "365": (365, Unit.MONTH)}
ALL_TIME = "all"
PRESETS = (
    "this_week",
    "last_week",
    "this_month",
    "last_month",
    "this_term",
    "last_term",
    *_BACK,
    ALL_TIME,
)
"""The names of all ready-made periods, in the order of the page."""

_WEEK, _DAY = timedelta(days=7), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days of the lab's time zone, both of them counted; None is open.

    ``before`` are the first and the last day of what it is compared with: of the same length where
    the period is still running, so that three days never face seven. None where there is nothing
    to compare with. ``unit`` is how finely it is told; ``term`` is the term's name, or "".
    """

    since: date | None = None
    until: date | None = None
    before: tuple[date, date] | None = None
    unit: Unit = Unit.MONTH
    term: str = ""


def period_named(preset: str, today: date, terms: Iterable[Term]) -> Period | None:
    """The period of a name in :data:`PRESETS`; None for a term that the lab doesn't have."""
    if preset in _BACK:
        back, unit = _BACK[preset]
        return period_between(today - timedelta(days=back - 1), None, today, unit)
    if preset.endswith("_term"):
        return _term(preset, today, tuple(terms))
    if preset.endswith("_week"):
        monday = today - timedelta(days=today.weekday())
        if preset == "this_week":
            return Period(
                since=monday, until=today, before=(monday - _WEEK, today - _WEEK), unit=Unit.DAY
            )
        return week_of(monday - _WEEK)
    if preset.endswith("_month"):
        return _month(preset, today)
    return Period()


def week_of(monday: date) -> Period:
    """A whole week, compared with the one before it."""
    return Period(
        since=monday,
        until=monday + _WEEK - _DAY,
        before=(monday - _WEEK, monday - _DAY),
        unit=Unit.DAY,
    )


def period_between(
    since: date | None, until: date | None, today: date, unit: Unit = Unit.MONTH
) -> Period:
    """Days that someone chose; compared with as many days right before them, as far as they are
    over. Without a first day there is nothing before.
    """
    if since is None or since > today or (until is not None and until < since):
        return Period(since=since, until=until, unit=unit)
    last = today if until is None else min(until, today)
    days = last - since + _DAY
    return Period(since=since, until=until, before=(since - days, since - _DAY), unit=unit)


def _month(preset: str, today: date) -> Period:
    first = today.replace(day=1)
    last_first = (first - _DAY).replace(day=1)
    if preset == "this_month":
        same_day = min(last_first + (today - first), first - _DAY)
        return Period(since=first, until=today, before=(last_first, same_day), unit=Unit.DAY)
    return Period(
        since=last_first,
        until=first - _DAY,
        before=((last_first - _DAY).replace(day=1), last_first - _DAY),
        unit=Unit.DAY,
    )


def _term(preset: str, today: date, terms: tuple[Term, ...]) -> Period | None:
    running = preset == "this_term"
    term = term_of(terms, today) if running else _ended(terms, today)
    if term is None:
        return None
    until = today if running else term.ends
    earlier = _ended(terms, term.starts)
    before = None
    if earlier is not None:
        far = earlier.starts + (until - term.starts) if running else earlier.ends
        before = (earlier.starts, min(far, earlier.ends))
    return Period(since=term.starts, until=until, before=before, unit=Unit.WEEK, term=term.name)


def _ended(terms: tuple[Term, ...], day: date) -> Term | None:
    """The newest term that was over before a day."""
    return max(
        (term for term in terms if term.ends < day), key=lambda term: term.ends, default=None
    )
