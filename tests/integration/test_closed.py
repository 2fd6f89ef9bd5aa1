"""Closing the lab: the room, and the command that scripts rely on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from printflow import ClosedDays, Forbidden, InvalidInput, Job, Printflow
from tests.integration.conftest import Program
from tests.plugins.lab import TestClock

ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//school//holidays//EN
BEGIN:VEVENT
UID:1
SUMMARY:Winter break
DTSTART;VALUE=DATE:{year}1224
DTEND;VALUE=DATE:{after}0102
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Daily
DTSTART;VALUE=DATE:{year}1201
RRULE:FREQ=DAILY
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")
NOON = datetime(2026, 11, 25, 17, tzinfo=UTC)


@pytest.fixture
def lab_now(lab: Printflow, clock: TestClock) -> Printflow:
    clock.now = NOON
    return lab


def refused(lab: Printflow, first: str, last: str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        lab.hours.close(date.fromisoformat(first), date.fromisoformat(last), reason="", by="Ana")
    return [one.code for one in caught.value.refusals]


def test_the_lab_is_closed_and_opened_again(lab_now: Printflow) -> None:
    lab = lab_now
    assert lab.hours.now().open
    first, last = date(2026, 11, 25), date(2026, 11, 29)
    lab.hours.close(first, last, reason=" Thanks\ngiving ", by="Ana", form=True)
    assert lab.hours.closed() == (ClosedDays(first, last, "Thanks giving"),)
    now = lab.hours.now()
    assert (now.open, now.reason, now.next_day) == (False, "Thanks giving", date(2026, 11, 30))
    assert lab.catalog.current.form_at(NOON).reopens == date(2026, 11, 30)
    assert lab.catalog.versions()[0].by == "Ana"
    with pytest.raises(InvalidInput):
        lab.hours.open_again(first, date(2026, 11, 28), by="Ana")
    lab.hours.open_again(first, last, by="Ana")
    assert lab.hours.now().open
    assert lab.catalog.current.form_at(NOON).state == "open"


def test_what_cannot_be_closed_is_refused(lab_now: Printflow) -> None:
    assert refused(lab_now, "2026-11-26", "2026-11-25") == ["ends_before_start"]
    assert refused(lab_now, "2026-11-01", "2026-11-24") == ["closed_in_the_past"]
    with lab_now.acting_as("viewer", by="Vi"), pytest.raises(Forbidden):
        lab_now.hours.close(date(2026, 12, 1), date(2026, 12, 2), reason="", by="Vi")
    assert lab_now.hours.closed() == ()


def test_reminders_that_would_move_are_shown(
    lab_now: Printflow, job_in: Callable[[str], Job]
) -> None:
    job = job_in("COMPLETED")
    row = {"starts": "2026-11-26", "ends": "2026-11-29", "reason": "", "from_time": ""}
    moved = lab_now.hours.moved_by({"closed_days": [row]})
    assert [one.job_id for one in moved] == [job.id] * len(moved)
    assert moved
    assert all(one.after > one.before for one in moved)
    assert lab_now.hours.closed() == (), "a preview changes nothing"


def test_the_command(program: Program, tmp_path: Path) -> None:
    year = datetime.now(UTC).year + 1
    first, last = f"{year}-03-01", f"{year}-03-05"
    assert program.call("closed", "--json").json == []
    days = {"from": first, "to": last, "reason": "Spring break", "from_time": "", "to_time": ""}
    add = ("closed", "--from", first, "--to", last, "--reason", "Spring break")
    assert program.run(*add, "--json").json == days
    assert program.call("closed", "--json").json == [days]
    assert "Spring break" in program.call("closed").out
    for code, options in (
        (1, ("--from", last, "--to", first)),
        (1, ("--from", "2020-01-01", "--to", "2020-01-02")),
        (2, ("--from", "soon", "--to", last)),
        (2, ("--from", first)),
        (2, ("--reason", "no days")),
    ):
        assert program.call("closed", *options).code == code, options
    file = tmp_path / "holidays.ics"
    file.write_bytes(ICS.format(year=year, after=year + 1).encode())
    tried = program.call("closed", "import", str(file), "--dry-run", "--json").json
    assert [one["reason"] for one in tried["added"]] == ["Winter break"]
    assert (tried["dry_run"], len(tried["skipped"])) == (True, 1)
    assert len(program.call("closed", "--json").json) == 1
    assert program.call("closed", "import", str(file), "--json").json["added"] == tried["added"]
    assert program.call("closed", "import", str(file), "--json").json["added"] == []
    assert len(program.call("closed", "--json").json) == 2
    assert program.call("closed", "remove", "--from", first, "--to", last).code == 0
    assert program.call("closed", "remove", "--from", first, "--to", last).code == 1
    assert [one["reason"] for one in program.call("closed", "--json").json] == ["Winter break"]
