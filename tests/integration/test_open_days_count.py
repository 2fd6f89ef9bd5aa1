"""Every place that counts days for people counts the lab's open days: one table, one lab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from printflow import Flag, Job, JobQuery, Printflow, Settings
from tests.plugins.lab import TestClock

JobIn = Callable[[str], Job]
ZONE = ZoneInfo("America/New_York")
FRIDAY = datetime(2026, 11, 20, 15, 0, tzinfo=ZONE)
WEEK = {
    "opening_hours": {
        day: ["9-12", "13-17"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
    },
    "closed_days": [{"starts": "2026-11-26", "ends": "2026-11-29", "reason": "Thanksgiving"}],
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "quote_days": 7,
            "reminder_hours": 48,
            "pickup_reminder_days": (2, 5),
            "dispose_after_days": 8,
            "attention_days": 3,
        }
    )


@pytest.fixture(params=[True, False], ids=["with hours", "without hours"])
def counted(request: pytest.FixtureRequest, lab: Printflow, clock: TestClock) -> bool:
    clock.now = FRIDAY.astimezone(UTC)
    if request.param:
        lab.catalog.change(WEEK, by="Ana")
    return bool(request.param)


def day(moment: datetime | None) -> str:
    assert moment is not None
    return f"{moment.astimezone(ZONE):%m-%d %H:%M}"


def test_quotes_end_and_are_reminded(
    counted: bool, lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("PENDING")
    quote = lab.jobs.details(job.id).quotes[-1]
    # Mon 23, Tue 24, Wed 25, Mon 30, Tue 1, Wed 2, Thu 3; a week by the clock without hours
    assert day(quote.expires_at) == ("12-03 15:00" if counted else "11-27 15:00")

    def templates() -> list[str]:
        return [mail.template for mail in lab.jobs.details(job.id).mails]

    clock.now = datetime(2026, 12, 1, 13 if counted else 0, 59, tzinfo=ZONE).astimezone(UTC)
    if counted:
        lab.dispatch()
        assert "reminder" not in templates()
        clock.advance(hours=2)
        lab.dispatch()
        assert "reminder" in templates()


def test_finished_prints(counted: bool, lab: Printflow, job_in: JobIn, clock: TestClock) -> None:
    job, waiting = job_in("COMPLETED"), job_in("UPLOADED")
    lab.dispatch()
    policy = lab.shelf.policy
    assert day(policy.disposal_at(job)) == ("12-04 15:00" if counted else "11-28 15:00")
    mail = next(m for m in lab.jobs.details(job.id).mails if m.template == "completed")
    text = lab.mail.preview(mail.id).text
    next_day = "Mon–Fri 9 AM–12 PM, 1 PM–5 PM; next: Friday, Nov 20"
    assert (next_day in " ".join(text.split())) == counted

    def seen_now() -> Iterator[str]:
        mails = lab.jobs.details(job.id).mails
        count = sum(mail.template == "pick_up_reminder" for mail in mails)
        yield from ("first reminder", "second reminder")[:count]
        if Flag.AGE in lab.worklist.page(JobQuery()).flags.get(waiting.id, ()):
            yield "old"
        if lab.shelf.waiting(overdue=True).jobs:
            yield "to discard"

    seen: dict[str, str] = {}
    clock.now = FRIDAY.replace(minute=1).astimezone(UTC)
    for _day in range(16):  # a minute before and after three o'clock of each day
        for minutes in (24 * 60 - 2, 2):
            clock.advance(minutes=minutes)
            lab.dispatch()
            for name in seen_now():
                seen.setdefault(name, day(clock.now))
    assert seen == (
        {
            "first reminder": "11-24 15:01",
            "second reminder": "12-01 15:01",
            "old": "11-25 15:01",
            "to discard": "12-04 15:01",
        }
        if counted
        else {
            "first reminder": "11-22 15:01",
            "second reminder": "11-25 15:01",
            "old": "11-23 15:01",
            "to discard": "11-28 15:01",
        }
    )


def test_estimates(counted: bool, lab: Printflow, job_in: JobIn) -> None:
    job_in("READYTOPRINT")
    one = lab.queue.usually_ready("Prusa MK4S")
    assert one is not None
    assert one.open_days == counted
    by_method = lab.queue.usually_ready_by_method()
    assert set(by_method) == {"Filament", "Resin"}
    resin = by_method["Resin"]
    assert resin is not None
    assert (resin.earliest, resin.latest, resin.open_days) == (1, 3, counted)
