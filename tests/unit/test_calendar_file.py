"""Closed days out of .ics files: what is read, and what hostile files get."""

from __future__ import annotations

from datetime import date

import pytest

from printflow import InvalidInput
from printflow.catalogs.calendar_file import CalendarDays, read_calendar

TODAY = date(2026, 11, 20)


def calendar(*events: str) -> bytes:
    made = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{made}END:VCALENDAR\r\n"
    return text.encode()


def read(*events: str) -> CalendarDays:
    return read_calendar(calendar(*(one.replace("\n", "\r\n") for one in events)), ZONE, TODAY)


ZONE = "America/New_York"
THANKSGIVING = "UID:1\nSUMMARY:Thanksgiving\nDTSTART;VALUE=DATE:20261126\nDTEND;VALUE=DATE:20261130"


def found(*events: str) -> list[tuple[str, str, str]]:
    return [
        (f"{one.starts} {one.from_time}".strip(), f"{one.ends} {one.to_time}".strip(), one.reason)
        for one in read(*events).found
    ]


@pytest.mark.parametrize(
    ("event", "days"),
    [
        (THANKSGIVING, [("2026-11-26", "2026-11-29", "Thanksgiving")]),
        ("SUMMARY:One day\nDTSTART;VALUE=DATE:20261224", [("2026-12-24", "2026-12-24", "One day")]),
        (
            "DTSTART;VALUE=DATE:20261224\nDURATION:P2D",
            [("2026-12-24", "2026-12-25", "")],
        ),
        (
            (
                "SUMMARY:Noon\nDTSTART;TZID=America/New_York:20261125T120000\n"
                "DTEND;TZID=America/New_York:20261126T000000"
            ),
            [("2026-11-25 12:00", "2026-11-25", "Noon")],
        ),
        (
            "SUMMARY:Utc\nDTSTART:20261125T170000Z\nDTEND:20261125T190000Z",
            [("2026-11-25 12:00", "2026-11-25 14:00", "Utc")],
        ),
        (
            (
                "SUMMARY:West\nDTSTART;TZID=America/Los_Angeles:20261125T090000\n"
                "DTEND;TZID=America/Los_Angeles:20261125T110000"
            ),
            [("2026-11-25 12:00", "2026-11-25 14:00", "West")],
        ),
        (
            "SUMMARY:Every year\nDTSTART;VALUE=DATE:20200704\nRRULE:FREQ=YEARLY",
            [
                ("2027-07-04", "2027-07-04", "Every year"),
                ("2028-07-04", "2028-07-04", "Every year"),
            ],
        ),
        (
            (
                "SUMMARY:Fourth Thursday\nDTSTART;VALUE=DATE:20251127\n"
                "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"
            ),
            [
                ("2026-11-26", "2026-11-26", "Fourth Thursday"),
                ("2027-11-25", "2027-11-25", "Fourth Thursday"),
            ],
        ),
        (
            "SUMMARY:Leap\nDTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY",
            [("2028-02-29", "2028-02-29", "Leap")],
        ),
        (
            (
                "SUMMARY:Weekly\nDTSTART;VALUE=DATE:20261201\nRRULE:FREQ=WEEKLY;UNTIL=20261216\n"
                "EXDATE;VALUE=DATE:20261208"
            ),
            [("2026-12-01", "2026-12-01", "Weekly"), ("2026-12-15", "2026-12-15", "Weekly")],
        ),
        ("SUMMARY:Over\nDTSTART;VALUE=DATE:20200101", []),
        ("SUMMARY:Far\nDTSTART;VALUE=DATE:20990101", []),
    ],
)
def test_what_is_read(event: str, days: list[tuple[str, str, str]]) -> None:
    assert found(event) == days


def test_a_moved_day_takes_the_place_of_its_own() -> None:
    rule = "UID:7\nSUMMARY:Inventory\nDTSTART;VALUE=DATE:20261201\nRRULE:FREQ=MONTHLY;COUNT=2"
    moved = (
        "UID:7\nSUMMARY:Inventory\nRECURRENCE-ID;VALUE=DATE:20270101\nDTSTART;VALUE=DATE:20270104"
    )
    assert [first for first, _last, _reason in found(rule, moved)] == ["2026-12-01", "2027-01-04"]


def test_the_same_event_twice_is_one() -> None:
    assert len(found(THANKSGIVING, THANKSGIVING)) == 1


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (f"{THANKSGIVING}\nSTATUS:CANCELLED", "canceled"),
        ("SUMMARY:Back\nDTSTART;VALUE=DATE:20261226\nDTEND;VALUE=DATE:20261220", "before it"),
        ("SUMMARY:Mix\nDTSTART;VALUE=DATE:20261226\nDTEND:20261227T100000Z", "begins with a day"),
        ("SUMMARY:Long\nDTSTART;VALUE=DATE:20261226\nDTEND;VALUE=DATE:20991227", "two years"),
        ("SUMMARY:No day", "can't be read"),
        ("SUMMARY:Moment\nDTSTART:20261226T100000Z", "before it begins"),
        ("SUMMARY:S\nDTSTART:20261226T100000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY", "isn't read"),
        ("SUMMARY:D\nDTSTART;VALUE=DATE:20261226\nRRULE:FREQ=DAILY", "repeats more than"),
        (
            "SUMMARY:N\nDTSTART;VALUE=DATE:20261226\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "isn't read",
        ),
        ("SUMMARY:R\nDTSTART;VALUE=DATE:20261226\nRDATE;VALUE=DATE:20261228", "list of dates"),
        ("SUMMARY:O\nDTSTART;VALUE=DATE:18000101\nRRULE:FREQ=DAILY", "too long ago"),
    ],
)
def test_what_is_skipped_says_why(event: str, words: str) -> None:
    answer = read(event, THANKSGIVING)
    assert len(answer.found) == 1, "the other event is read all the same"
    assert [words in one for one in answer.skipped] == [True], answer.skipped


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=2,4;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=2",
        "FREQ=MONTHLY;INTERVAL=2;BYMONTH=2",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=YEARLY;BYDAY=53MO",
        "FREQ=MONTHLY;BYMONTH=13;BYMONTHDAY=1",
    ],
)
def test_a_search_for_days_that_never_come_is_not_begun(rule: str) -> None:
    answer = read(f"SUMMARY:N\nDTSTART;VALUE=DATE:20261226\nRRULE:{rule}")
    assert not answer.found
    assert len(answer.skipped) == 1, answer


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"BEGIN:VCALENDAR\r\n" + b"X" * (50 * 1024 * 1024), "file_too_large"),
        (calendar("SUMMARY:Jos\xe9").decode().encode("latin-1"), "not_utf8"),
        ("\ufeff".encode("utf-16"), "not_utf8"),
        (b"<html>", "not_a_calendar"),
        (b"", "not_a_calendar"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "not_a_calendar"),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 5000, "not_a_calendar"),
        (calendar(*["SUMMARY:x\r\nDTSTART;VALUE=DATE:20261226"] * 2001), "too_many_events"),
        (
            calendar(
                *[f"SUMMARY:{n}\r\nDTSTART;VALUE=DATE:2027{n % 12 + 1:02}01" for n in range(600)]
            ),
            "too_many_events",
        ),
    ],
)
def test_hostile_files_are_refused(content: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_calendar(content, ZONE, TODAY)
    assert [one.code for one in caught.value.refusals] == [code]
