"""What a student reads while copies are printed, and the emails that a lab can turn on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from printflow import Job, Printflow, local_clock
from tests.plugins.lab import TestClock
from tests.web.conftest import said

MACHINE, STAFF, WHY = "Secret-7", "Zaphod", "someone tripped over the cable"
AGAIN = "A print failed, we're printing it again."


@dataclass
class Print:
    """A job of five copies, an hour each, on machines that have names."""

    lab: Printflow
    job: Job
    student: FlaskClient

    @property
    def page(self) -> str:
        """What its student reads; nothing of it names a machine or staff."""
        path = self.lab.students.url(self.job).removeprefix(self.lab.settings.effective_base_url)
        answer = self.student.get(path)
        assert answer.status_code == 200
        for secret in (MACHINE, STAFF, WHY, "adhesion", "build plate"):
            assert secret not in answer.text, secret
        return said(answer)

    def start(self, copies: int) -> int:
        done = self.lab.plates.start(MACHINE, [(self.job.id, copies)], by=STAFF)
        assert done.plate is not None
        return done.plate.id

    def end(self, plate: int, failed: int = 0) -> None:
        self.lab.plates.end(
            plate,
            by=STAFF,
            failed=[(self.job.id, failed)] if failed else [],
            reason=WHY if failed else "",
            category="adhesion" if failed else "",
        )


@pytest.fixture
def five(
    lab: Printflow, submit: Callable[..., Job], student: FlaskClient, clock: TestClock
) -> Print:
    clock.now = datetime.now(UTC)
    job = submit(quantity=5)
    lab.jobs.approve(job.id, by=STAFF, grams="50", hours="5", material="PLA")
    lab.jobs.confirm(job.id, by=STAFF, note="by phone")
    lab.machines.add(MACHINE, model="Prusa MK4S", by=STAFF)
    return Print(lab, job, student)


def mails(lab: Printflow) -> list[str]:
    """The emails about the print so far, oldest first."""
    optional = ("print_started", "copies_ready", "print_failed")
    return [mail.template for mail in reversed(lab.mail.find()) if mail.template in optional]


def test_copies_are_counted_from_the_first_to_the_last(five: Print, clock: TestClock) -> None:
    assert "Printing, done" not in five.page
    first = five.start(2)
    assert "We're printing your model" in five.page
    assert "Printing some copies now, done t" in five.page and "(estimate)" in five.page
    five.end(first)
    page = five.page
    assert "2 of 5 printed" in page and "done t" not in page
    assert "You can pick up the finished copies now:" in page
    five.lab.jobs.hand_out(five.job.id, by=STAFF, copies=1)
    assert "1 of 5 picked up" in five.page
    second = five.start(3)
    assert "Printing, done t" in five.page
    clock.advance(hours=4)
    assert "Printing, done" not in five.page, "it is late, and nobody knows"
    five.end(second)
    page = five.page
    assert "Ready for pickup" in page and "1 of 5 picked up" in page and "printed" not in page
    five.lab.jobs.hand_out(five.job.id, by=STAFF, copies=2)
    assert "3 of 5 picked up" in five.page
    five.lab.jobs.pick_up(five.job.id, by=STAFF, waive="a gift")
    assert "of 5" not in five.page


def test_a_failure_is_told_until_the_reprint_is_good(five: Print, clock: TestClock) -> None:
    plate = five.start(5)
    clock.advance(hours=5)
    five.end(plate, failed=1)
    assert AGAIN in five.page and "4 of 5 printed" in five.page
    plate = five.start(1)
    assert AGAIN in five.page
    clock.advance(hours=1)
    five.end(plate, failed=1)
    assert AGAIN in five.page
    plate = five.start(1)
    clock.advance(hours=1)
    five.end(plate)
    assert "failed" not in five.page and "Ready for pickup" in five.page


def test_the_expected_end_is_on_the_lab_s_clock(five: Print, clock: TestClock) -> None:
    clock.now = clock.now.replace(minute=40, second=0, microsecond=0)
    five.start(5)
    end = clock.now.replace(minute=45, microsecond=0) + timedelta(hours=5)
    zone = ZoneInfo(five.lab.catalog.current.time_zone)
    days = (end.astimezone(zone).date() - datetime.now(zone).date()).days
    day = {0: "today ", 1: "tomorrow "}[days]
    clock_words = local_clock(end, str(zone))
    assert f"Printing, done {day}about {clock_words} (estimate)" in five.page


def printed(five: Print, clock: TestClock) -> None:
    """Two copies come out well, one fails with nothing else running, all are printed at last."""
    for copies, failed in ((2, 0), (3, 1), (1, 0)):
        plate = five.start(copies)
        five.lab.dispatch()
        clock.advance(hours=copies)
        five.end(plate, failed)
        five.lab.dispatch()


def test_no_email_is_sent_where_the_lab_wants_none(five: Print, clock: TestClock) -> None:
    printed(five, clock)
    assert mails(five.lab) == []


@pytest.mark.parametrize(
    ("wanted", "subjects"),
    [
        ("print_started", ["We started your print"]),
        ("copies_ready", ["2 of 5 copies are printed", "4 of 5 copies are printed"]),
        ("print_failed", ["A print failed, and we're printing it again"]),
    ],
)
def test_each_email_is_sent_once_a_step_where_the_lab_wants_it(
    five: Print,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
    wanted: str,
    subjects: list[str],
) -> None:
    monkeypatch.setitem(five.lab.settings.mail.__dict__, wanted, True)
    printed(five, clock)
    assert mails(five.lab) == [wanted] * len(subjects)
    sent = [mail for mail in five.lab.mail.find() if mail.template == wanted]
    assert {mail.state for mail in sent} == {"sent"}
    folder = five.lab.settings.mail.directory
    assert folder is not None
    saved = [message_from_bytes(path.read_bytes(), policy=default) for path in folder.glob("*.eml")]
    for subject in subjects:
        (one,) = [each for each in saved if str(each["Subject"]).startswith(subject)]
        bodies = [
            part.get_content() for part in one.walk() if part.get_content_maintype() == "text"
        ]
        assert len(bodies) == 2
        for secret in (MACHINE, STAFF, WHY):
            assert secret not in "".join(bodies)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (["copies_ready"], ["copies_ready"]),
        (["copies_ready", "print_failed"], ["print_failed"]),
        (["print_failed"], ["print_failed"]),
    ],
)
def test_a_plate_that_failed_in_part_is_one_email(
    five: Print, monkeypatch: pytest.MonkeyPatch, wanted: list[str], told: list[str]
) -> None:
    for one in wanted:
        monkeypatch.setitem(five.lab.settings.mail.__dict__, one, True)
    five.end(five.start(3), failed=1)
    assert mails(five.lab) == told
    (mail,) = [one for one in five.lab.mail.find() if one.template in told]
    assert "2 of 5 copies" in five.lab.mail.preview(mail.id).text


def test_a_reprint_is_no_second_start(
    five: Print, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in ("print_started", "print_failed"):
        monkeypatch.setitem(five.lab.settings.mail.__dict__, one, True)
    plate = five.start(5)
    five.end(plate, failed=5)
    assert five.lab.jobs.get(five.job.id).status == "READYTOPRINT"
    assert AGAIN in five.page
    five.start(5)
    assert mails(five.lab) == ["print_started", "print_failed"]
