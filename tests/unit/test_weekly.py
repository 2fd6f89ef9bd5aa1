"""Which week the weekly summary tells of, to the minute, and that its mail has one number."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from printflow.domain.weekly import mail_number, week_told

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("now", "week"),
    [
        # Monday, March 2, 2026, 6 AM in New York is 11:00 UTC.
        (datetime(2026, 3, 2, 10, 59, tzinfo=UTC), date(2026, 2, 16)),
        (datetime(2026, 3, 2, 11, 0, tzinfo=UTC), date(2026, 2, 23)),
        (datetime(2026, 3, 8, 23, 0, tzinfo=UTC), date(2026, 2, 23)),
        # The clocks went forward on March 8: 6 AM is 10:00 UTC now.
        (datetime(2026, 3, 9, 9, 59, tzinfo=UTC), date(2026, 2, 23)),
        (datetime(2026, 3, 9, 10, 0, tzinfo=UTC), date(2026, 3, 2)),
    ],
)
def test_it_leaves_on_monday_morning_in_the_labs_time(now: datetime, week: date) -> None:
    assert week_told(now, NEW_YORK) == week


def test_the_number_is_of_the_week_and_the_receiver() -> None:
    week = date(2026, 2, 23)
    assert mail_number(week, "Boss@example.edu") == mail_number(week, " boss@EXAMPLE.edu ")
    others = {mail_number(week, "b@example.edu"), mail_number(date(2026, 3, 2), "boss@example.edu")}
    assert mail_number(week, "boss@example.edu") not in others
