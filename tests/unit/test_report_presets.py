"""Ready-made periods of reports, and what each is compared with."""

from __future__ import annotations

from datetime import date

import pytest

from printflow import Term
from printflow.reports.presets import PRESETS, Period, period_between, period_named

TERMS = (
    Term("Fall 2025", date(2025, 8, 25), date(2025, 12, 12)),
    Term("Spring 2026", date(2026, 1, 20), date(2026, 5, 8)),
)


def days(found: Period | None) -> list[str | None]:
    """First and last day, and those of what it is compared with."""
    assert found is not None
    return [
        None if day is None else day.isoformat()
        for day in (found.since, found.until, *(found.before or (None, None)))
    ]


@pytest.mark.parametrize(
    ("preset", "today", "expected"),
    [
        # Wednesday, March 4, 2026: three days against three days.
        ("this_week", "2026-03-04", ["2026-03-02", "2026-03-04", "2026-02-23", "2026-02-25"]),
        ("this_week", "2026-03-02", ["2026-03-02", "2026-03-02", "2026-02-23", "2026-02-23"]),
        ("this_week", "2026-03-08", ["2026-03-02", "2026-03-08", "2026-02-23", "2026-03-01"]),
        ("last_week", "2026-03-08", ["2026-02-23", "2026-03-01", "2026-02-16", "2026-02-22"]),
        ("last_week", "2026-01-01", ["2025-12-22", "2025-12-28", "2025-12-15", "2025-12-21"]),
        # February has no 31st day.
        ("this_month", "2026-03-31", ["2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28"]),
        ("this_month", "2026-03-04", ["2026-03-01", "2026-03-04", "2026-02-01", "2026-02-04"]),
        ("last_month", "2026-01-15", ["2025-12-01", "2025-12-31", "2025-11-01", "2025-11-30"]),
        ("this_term", "2026-01-22", ["2026-01-20", "2026-01-22", "2025-08-25", "2025-08-27"]),
        ("this_term", "2025-09-01", ["2025-08-25", "2025-09-01", None, None]),
        ("last_term", "2026-03-04", ["2025-08-25", "2025-12-12", None, None]),
        ("last_term", "2026-05-09", ["2026-01-20", "2026-05-08", "2025-08-25", "2025-12-12"]),
        ("30", "2026-03-04", ["2026-02-03", None, "2026-01-04", "2026-02-02"]),
        ("all", "2026-03-04", [None, None, None, None]),
    ],
)
def test_ready_made_periods(preset: str, today: str, expected: list[str | None]) -> None:
    assert days(period_named(preset, date.fromisoformat(today), TERMS)) == expected


def test_there_is_no_term_between_terms_and_none_before_the_first() -> None:
    assert period_named("this_term", date(2026, 1, 2), TERMS) is None
    assert period_named("last_term", date(2025, 9, 1), TERMS) is None
    assert period_named("this_term", date(2026, 3, 4), ()) is None
    found = period_named("this_term", date(2026, 3, 4), TERMS)
    assert found is not None and found.term == "Spring 2026"


def test_the_day_after_a_term_has_it_as_the_last_one() -> None:
    for preset, today in (("this_term", TERMS[0].ends), ("last_term", date(2025, 12, 13))):
        found = period_named(preset, today, TERMS)
        assert found is not None and found.term == "Fall 2025"


def test_nothing_compared_overlaps_its_period() -> None:
    for ordinal in range(date(2025, 1, 1).toordinal(), date(2026, 12, 31).toordinal()):
        today = date.fromordinal(ordinal)
        for preset in PRESETS:
            found = period_named(preset, today, TERMS)
            if found is not None and found.before is not None and found.since is not None:
                first, last = found.before
                assert first <= last < found.since <= (found.until or today), (preset, today)


@pytest.mark.parametrize(
    ("since", "until", "before"),
    [
        ("2026-03-01", "2026-03-10", ("2026-02-19", "2026-02-28")),
        ("2026-03-01", "2027-12-31", ("2026-01-29", "2026-02-28")),  # so far: 31 days
        ("2026-03-01", "", ("2026-01-29", "2026-02-28")),
        ("", "2026-03-10", None),
        ("2027-01-01", "8999-12-31", None),  # nothing has happened in it
        ("1970-01-01", "8999-12-31", ("1913-10-03", "1969-12-31")),
    ],
)
def test_chosen_days_are_compared_with_as_many_before(
    since: str, until: str, before: tuple[str, str] | None
) -> None:
    first, last = (date.fromisoformat(day) if day else None for day in (since, until))
    found = period_between(first, last, date(2026, 3, 31))
    expected = before and tuple(date.fromisoformat(day) for day in before)
    assert found.before == expected
