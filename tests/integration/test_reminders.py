"""The reminder before a quote lapses: once, in time, and only while it counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from printflow import Job, Printflow, Settings
from tests.plugins.lab import TestClock

Brought = Callable[[str], Job]


def reminders(lab: Printflow) -> list[int]:
    """The reminders in the outbox."""
    return [mail.id for mail in lab.mail.find() if mail.template == "reminder"]


def test_it_goes_out_once_two_days_before_the_end(
    lab: Printflow, job_in: Brought, clock: TestClock
) -> None:
    job = job_in("PENDING")
    clock.advance(days=4, hours=23)
    lab.dispatch()
    assert reminders(lab) == []
    clock.advance(hours=2)
    for _ in range(3):
        lab.dispatch()
    (mail_id,) = reminders(lab)
    mail = lab.mail.preview(mail_id)
    assert mail.to == "jane@example.edu"
    assert job.id in mail.subject and "Mar 9, 2026" in mail.subject
    token = lab.students.url(job).rpartition("/")[2]
    assert lab.students.page(token).confirm_url in mail.text
    assert lab.students.page(token).confirm_url in mail.html
    assert "$4.25" in mail.text and "$4.25" in mail.html
    assert lab.jobs.details(job.id).quotes[-1].reminded_at is not None


@pytest.mark.parametrize(
    "answer",
    [
        lambda lab, job: lab.jobs.confirm(job.id, by="Ana", note="by phone"),
        lambda lab, job: lab.jobs.decline(job.id, by="Ana", note="by phone"),
        lambda lab, job: lab.jobs.reject(job.id, by="Ana", text="no"),
        lambda lab, job: lab.students.withdraw(lab.students.url(job).rpartition("/")[2]),
        lambda lab, job: lab.jobs.override(job.id, by="Ana", to="UPLOADED", reason="again"),
    ],
)
def test_who_has_answered_is_left_in_peace(
    lab: Printflow, job_in: Brought, clock: TestClock, answer: Callable[[Printflow, Job], object]
) -> None:
    answer(lab, job_in("PENDING"))
    clock.advance(days=6)
    lab.dispatch()
    assert reminders(lab) == []


def test_a_new_quote_is_reminded_of_by_its_own_time(
    lab: Printflow, job_in: Brought, clock: TestClock
) -> None:
    job = job_in("PENDING")
    clock.advance(days=6)
    lab.dispatch()
    lab.jobs.requote(job.id, by="Ana", grams="50", hours="2", material="PLA")
    lab.dispatch()
    assert len(reminders(lab)) == 1
    clock.advance(days=6)
    lab.dispatch()
    assert len(reminders(lab)) == 2
    assert "$5.00" in lab.mail.preview(reminders(lab)[0]).text


def test_none_after_the_end(lab: Printflow, job_in: Brought, clock: TestClock) -> None:
    job_in("PENDING")
    clock.advance(days=8)
    lab.dispatch()
    assert reminders(lab) == []


@pytest.mark.parametrize(("hours", "days", "expected"), [(0, 7, 0), (48, 1, 1)])
def test_none_when_off_and_none_in_the_first_half_of_a_short_offer(
    settings: Settings, clock: TestClock, model: object, hours: int, days: int, expected: int
) -> None:
    changed = settings.model_copy(update={"reminder_hours": hours, "quote_days": days})
    with Printflow.open(changed, clock=clock) as lab:
        job = lab.intake.submit(
            model,  # type: ignore[arg-type]
            student="Jane Doe",
            email="jane@example.edu",
            method="Filament",
            color="Blue",
            printer="Prusa XL",
            discipline="Other",
            class_number="1",
            acknowledge_minimum=True,
        )
        lab.jobs.approve(job.id, by="Ana", grams="40", hours="2", material="PLA")
        lab.dispatch()
        assert reminders(lab) == []
        clock.advance(days=days * 0.9)
        lab.dispatch()
        assert len(reminders(lab)) == expected
