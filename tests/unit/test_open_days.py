"""Counting in open days: hours of the week, closed days, DST, and labs that never open."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printflow import CatalogInvalid
from printflow.catalogs.file import checked_catalog, default_catalog
from printflow.domain.catalog import Catalog, catalog_from, plain_form
from printflow.domain.open_days import OpenDays, open_days
from printflow.domain.opening import NO_WEEK, ClosedDays, OpeningHours, Span

NEW_YORK = "America/New_York"
ZONE = ZoneInfo(NEW_YORK)
WORK = (Span(9 * 60, 12 * 60), Span(13 * 60, 17 * 60))
WEEK = OpeningHours(WORK, WORK, WORK, WORK, WORK)
THANKSGIVING = ClosedDays(date(2026, 11, 26), date(2026, 11, 29), "Thanksgiving")


def at(text: str) -> datetime:
    """A time on the lab's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def days(*closed: ClosedDays, hours: OpeningHours = WEEK) -> OpenDays:
    return open_days(hours, closed, NEW_YORK)


@pytest.mark.parametrize(
    ("moment", "count", "then"),
    [
        ("2026-11-20T15:00", 1, "2026-11-23T15:00"),  # Friday to Monday
        ("2026-11-25T15:00", 1, "2026-11-30T15:00"),  # over Thanksgiving
        ("2026-11-25T15:00", 2, "2026-12-01T15:00"),
        ("2026-11-21T10:00", 1, "2026-11-23T23:59:59.999999"),  # from a Saturday: all of Monday
        ("2026-03-06T15:00", 1, "2026-03-09T15:00"),  # over the start of summer time
        ("2026-10-30T15:00", 1, "2026-11-02T15:00"),  # and its end
        ("2028-02-28T15:00", 1, "2028-02-29T15:00"),  # leap day
        ("2026-11-20T15:00", 0, "2026-11-20T15:00"),
    ],
)
def test_days_are_the_labs_open_days(moment: str, count: int, then: str) -> None:
    lab = days(THANKSGIVING)
    assert lab.after(at(moment), count) == at(then)


def test_a_lab_without_hours_counts_by_the_clock() -> None:
    lab, now = days(hours=NO_WEEK), at("2026-10-30T15:00")
    assert not lab.counted
    assert lab.after(now, 7) == now + timedelta(days=7)
    assert lab.before(now, 7) == now - timedelta(days=7)
    assert lab.hours_before(now, 50) == now - timedelta(hours=50)


def test_closed_days_count_without_hours_too() -> None:
    assert days(THANKSGIVING, hours=NO_WEEK).after(at("2026-11-25T15:00"), 1) == at(
        "2026-11-30T15:00"
    )


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-20T08:00", "2026-11-20T09:00"),
        ("2026-11-20T11:59", "2026-11-20T11:59"),
        ("2026-11-20T12:00", "2026-11-20T13:00"),
        ("2026-11-20T17:00", "2026-11-23T09:00"),
        ("2026-11-25T17:00", "2026-11-30T09:00"),
    ],
)
def test_the_next_opening(moment: str, opens: str) -> None:
    assert days(THANKSGIVING).next_opening(at(moment)) == at(opens)


def test_part_of_a_day_can_be_closed() -> None:
    noon = ClosedDays(date(2026, 11, 25), date(2026, 11, 25), "Early close", "12:00")
    lab = days(noon, THANKSGIVING)
    assert lab.is_open_day(date(2026, 11, 25))
    assert lab.is_open(at("2026-11-25T11:00"))
    assert not lab.is_open(at("2026-11-25T14:00"))
    assert lab.next_opening(at("2026-11-25T12:00")) == at("2026-11-30T09:00")


def test_open_hours_pass_only_while_the_lab_is_open() -> None:
    lab = days(THANKSGIVING)
    assert lab.hours_after(at("2026-11-25T16:00"), 3) == at("2026-11-30T11:00")
    assert lab.hours_after(at("2026-11-25T10:00"), 3) == at("2026-11-25T14:00")


def test_a_lab_that_never_opens_ends_the_search() -> None:
    ever = ClosedDays(date(2026, 1, 1), date(2036, 1, 1), "Renovation")
    lab, now = days(ever), at("2026-06-01T12:00")
    assert lab.next_opening(now) is None
    assert lab.hours_after(now, 1) is None
    assert lab.after(now, 3650) > now
    assert lab.before(now, 3650) < now


def test_the_ends_of_time_are_no_error() -> None:
    lab = days()
    late, early = datetime(9999, 12, 20, tzinfo=UTC), datetime(1, 1, 10, tzinfo=UTC)
    assert lab.after(late, 365) >= late
    assert lab.before(early, 365) <= early


moments = st.datetimes(datetime(2025, 1, 1), datetime(2029, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)
closures = st.lists(
    st.builds(
        lambda first, more: ClosedDays(first, first + timedelta(days=more)),
        st.dates(date(2025, 1, 1), date(2029, 1, 1)),
        st.integers(0, 20),
    ),
    max_size=5,
).map(tuple)
weeks = st.lists(st.booleans(), min_size=7, max_size=7).map(
    lambda open_: OpeningHours(*(WORK if one else () for one in open_))
)
_HOUR = timedelta(hours=1)
"""On the night when the clock is set back, times of its day come twice."""


@given(moments, st.integers(1, 30), closures, weeks)
def test_after_lands_on_an_open_day_with_as_many_between(
    moment: datetime, count: int, closed: tuple[ClosedDays, ...], hours: OpeningHours
) -> None:
    lab = open_days(hours, closed, NEW_YORK)
    then = lab.after(moment, count)
    assert then >= moment + timedelta(days=count) - _HOUR or not lab.is_open_day(lab.day_of(moment))
    if lab.counted:
        first, last = lab.day_of(moment), lab.day_of(then)
        between = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
        assert sum(map(lab.is_open_day, between)) == count
        assert lab.is_open_day(last)


@given(moments, moments, st.integers(1, 30), closures, weeks)
def test_before_is_after_turned_round(
    since: datetime,
    now: datetime,
    count: int,
    closed: tuple[ClosedDays, ...],
    hours: OpeningHours,
) -> None:
    """What a list asks by ``before`` is what a rule says by ``after``."""
    lab = open_days(hours, closed, NEW_YORK)
    border = lab.before(now, count)
    for moment in (since, border - 2 * _HOUR, border + 2 * _HOUR):
        if abs(moment - border) > _HOUR:
            assert (moment <= border) == (lab.after(moment, count) <= now)


@given(moments, closures, weeks)
def test_the_next_opening_is_open_and_nothing_before_it_is(
    moment: datetime, closed: tuple[ClosedDays, ...], hours: OpeningHours
) -> None:
    lab = open_days(hours, closed, NEW_YORK)
    opens = lab.next_opening(moment)
    assert opens is not None
    assert lab.is_open(opens)
    probe = moment
    while probe < min(opens, moment + timedelta(days=3)):
        assert not lab.is_open(probe)
        probe += timedelta(minutes=30)


# -- the catalog ----------------------------------------------------------------------------------


def catalog(**sections: Any) -> Catalog:
    return checked_catalog({**default_catalog(), **sections})


def test_every_section_goes_through_its_plain_form() -> None:
    made = catalog(
        opening_hours={"monday": ["9-12", "13:00 – 17:00"], "friday": ["00:00-24:00"]},
        closed_days=[
            {"starts": "2026-11-26", "ends": date(2026, 11, 29), "reason": "Thanksgiving"}
        ],
        form_times=[{"state": "closed", "starts": "2026-12-20", "ends": "2027-01-03"}],
        paused=[{"method": "Resin", "reason": "No resin until Friday."}],
        banners=[{"text": "We moved to room 12.", "ends": "2026-12-31"}],
    )
    plain = plain_form(made)
    assert plain["opening_hours"]["monday"] == ["09:00-12:00", "13:00-17:00"]
    assert plain["closed_days"][0]["ends"] == "2026-11-29"
    assert plain["paused"][0]["ends"] == ""
    assert catalog_from(plain) == made


def row(**changed: Any) -> dict[str, Any]:
    return {"starts": "2026-11-26", "ends": "2026-11-26", **changed}


@pytest.mark.parametrize(
    ("section", "place", "words"),
    [
        ({"opening_hours": {"monday": ["9-12", "11-13"]}}, "opening_hours.monday", "overlap"),
        ({"opening_hours": {"monday": ["22:00-02:00"]}}, "opening_hours.monday", "midnight"),
        ({"opening_hours": {"monday": ["9-9"]}}, "opening_hours.monday", "before it starts"),
        ({"opening_hours": {"monday": ["9-25"]}}, "opening_hours.monday", "isn't a span"),
        ({"opening_hours": {"monday": [9]}}, "opening_hours.monday", "isn't a span"),
        ({"opening_hours": {"monday": "9-17"}}, "opening_hours.monday", "Enter up to"),
        ({"opening_hours": {"someday": []}}, "opening_hours.someday", "isn't known"),
        ({"closed_days": [row(ends="2026-11-25")]}, "closed_days[0].ends", "before the first"),
        ({"closed_days": [row(from_time="17:00", to_time="9:00")]}, "closed_days[0].to_time", ""),
        ({"closed_days": [row(from_time="5 pm")]}, "closed_days[0].from_time", "Enter a time"),
        ({"closed_days": [row(ends="2150-01-01")]}, "closed_days", "at most"),
        ({"closed_days": [row()] * 10_000}, "closed_days", "at most"),
        ({"form_times": [{"state": "shut"}]}, "form_times[0].state", "Enter open"),
        ({"form_times": [{"state": "warning"}]}, "form_times[0].text", "Enter a text"),
        ({"paused": [{"method": "Laser"}]}, "paused[0].method", "no “Laser”"),
        ({"paused": [{"reason": "Nothing named"}]}, "paused[0]", "Name a print method"),
        ({"banners": [{"text": ""}]}, "banners[0].text", "Enter a text"),
        ({"banners": [{"text": "x", "starts": "soon"}]}, "banners[0].starts", "Enter a day"),
    ],
)
def test_what_no_lab_can_have_is_named(section: dict[str, Any], place: str, words: str) -> None:
    with pytest.raises(CatalogInvalid) as caught:
        catalog(**section)
    assert [one.field for one in caught.value.refusals] == [place]
    assert words in caught.value.refusals[0].message


# -- the form -------------------------------------------------------------------------------------


def test_the_first_entry_in_force_counts_and_the_end_is_found_over_several() -> None:
    made = catalog(
        form_times=[
            {"state": "open", "starts": "2026-12-25", "ends": "2026-12-25"},
            {"state": "closed", "starts": "2026-12-20", "ends": "2026-12-31", "text": "Holidays."},
            {"state": "closed", "starts": "2027-01-01", "ends": "2027-01-03"},
            {"state": "warning", "starts": "2026-12-01", "text": "It's slow now."},
        ]
    )
    for day, state, reopens in (
        ("2026-11-30", "open", None),
        ("2026-12-19", "warning", None),
        ("2026-12-20", "closed", date(2026, 12, 25)),
        ("2026-12-25", "open", None),
        ("2026-12-26", "closed", date(2027, 1, 4)),
        ("2027-01-04", "warning", None),
    ):
        now = made.form_at(at(f"{day}T12:00"))
        assert (now.state, now.reopens) == (state, reopens), day
