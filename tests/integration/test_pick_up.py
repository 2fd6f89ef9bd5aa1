"""Prints that wait: the shelf, the list, reminders once each, and disposal after the policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from printflow import Job, NotFound, Part, Printflow, Settings, StaleJob, Status, TransitionRefused
from printflow.service.reminders import PickUpReminders
from printflow.testing.outside import Mailbox, Mood
from tests.plugins.lab import Submit, TestClock
from tests.ports import free_port

JobIn = Callable[[str], Job]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A lab that keeps prints for 30 days, and reminds after 7 and 21."""
    return settings.model_copy(update={"dispose_after_days": 30})


def reminders(lab: Printflow, job: Job) -> list[str]:
    """The states of the reminders of a job, the newest first."""
    return [
        mail.state for mail in reversed(lab.jobs.details(job.id).mails)
        if mail.template == "pick_up_reminder"
    ]  # fmt: skip


def round_of(lab: Printflow) -> PickUpReminders:
    """What the dispatcher does at its rounds."""
    parts = lab._parts
    return PickUpReminders(parts.database, parts.clock, lab._mail_queue, lambda: lab.shelf.policy)


def later(lab: Printflow, clock: TestClock, days: float) -> None:
    clock.advance(days=days)
    lab.dispatch()
    lab.dispatch()


# -- the shelf --------------------------------------------------------------------------------


def test_a_shelf_is_kept_edited_and_undone(lab: Printflow, job_in: JobIn) -> None:
    job = job_in("PRINTING")
    done = lab.jobs.complete(job.id, by="Sam", shelf=" B/3 ")
    assert done.shelf == lab.jobs.get(job.id).shelf == "B/3"
    assert lab.jobs.details(job.id).events[-1].details["shelf"] == "B/3"
    assert "B/3" not in lab.mail.preview(lab.mail.find()[0].id).text, "the shelf is for staff"
    moved = lab.corrections.edit(job.id, by="Ana", shelf="Window 2")
    assert moved.shelf == "Window 2"
    assert lab.jobs.details(job.id).events[-1].details["changed"] == {"shelf": ["B/3", "Window 2"]}
    with pytest.raises(TransitionRefused) as raised:
        lab.corrections.edit(job.id, by="Ana", shelf="x" * 41)
    assert [r.field for r in raised.value.refusals] == ["shelf"]
    assert lab.corrections.edit(job.id, by="Ana", shelf="").shelf == ""
    other = job_in("PRINTING")
    lab.jobs.perform("complete", other.id, by="Sam", hold_mail=True, shelf="A1")
    assert lab.corrections.undo(other.id, by="Sam").shelf == ""


def test_one_shelf_for_many(lab: Printflow, job_in: JobIn) -> None:
    jobs = [job_in("PRINTING") for _ in range(3)]
    wanted = [(job.id, job.version) for job in jobs]
    answers = lab.bulk.perform("complete", wanted, by="Sam", shelf="Bin 4")  # type: ignore[arg-type]
    assert [answer.job.shelf for answer in answers if answer.job] == ["Bin 4"] * 3


# -- the list ---------------------------------------------------------------------------------


def test_the_list_is_the_oldest_first_with_what_is_due(
    lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    old = job_in("COMPLETED")
    clock.advance(days=24.5)
    young, _printing, _gone = job_in("COMPLETED"), job_in("PRINTING"), job_in("PAIDPICKEDUP")
    later(lab, clock, 6)
    page = lab.shelf.waiting()
    assert [one.job.id for one in page.jobs] == [old.id, young.id]
    first, second = page.jobs
    assert (first.days, second.days) == (30, 6)
    assert (first.due_cents, second.due_cents) == (425, 425)
    assert first.reminded_at is not None
    assert second.reminded_at is None
    assert second.disposal_at == young.status_since + timedelta(days=30)
    # One of the two reminders came late: the promise of some days holds all the same.
    assert first.disposal_at == first.reminded_at + timedelta(days=9)
    assert not first.overdue
    later(lab, clock, 9)
    assert [one.job.id for one in lab.shelf.waiting(overdue=True).jobs] == [old.id]
    begin = lab.shelf.waiting(limit=1)
    rest = lab.shelf.waiting(limit=1, after=begin.next)
    assert [one.job.id for one in (*begin.jobs, *rest.jobs)] == [old.id, young.id]
    assert rest.next == ""
    assert [one.job.id for one in lab.shelf.waiting(search=young.id).jobs] == [young.id]


def test_what_waits_too_long_needs_attention(
    settings: Settings, lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    from printflow import Flag, JobQuery

    patient = settings.model_copy(update={"attention_days": 365})
    job = job_in("COMPLETED")
    with Printflow.open(patient, clock=clock) as other:
        clock.advance(days=29)
        assert other.worklist.tally().attention == 0
        clock.advance(days=2)
        assert other.worklist.tally().attention == 1
        page = other.worklist.page(JobQuery(attention=True))
        assert page.flags[job.id] == {Flag.UNCLAIMED}
    keeps = patient.model_copy(update={"dispose_after_days": 0})
    with Printflow.open(keeps, clock=clock) as other:
        assert other.worklist.tally().attention == 0


# -- reminders --------------------------------------------------------------------------------


def test_reminders_say_where_when_what_and_until_when(
    lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("COMPLETED")
    later(lab, clock, 6.9)
    assert reminders(lab, job) == []
    later(lab, clock, 0.2)
    assert reminders(lab, job) == ["sent"]
    version = lab.jobs.get(job.id).version
    assert version == job.version, "a reminder takes no form away from anybody"
    mail = lab.mail.preview(next(m.id for m in lab.mail.find() if m.template == "pick_up_reminder"))
    assert mail.to == "jane@example.edu"
    assert job.id in mail.subject
    place, hours = lab.catalog.current.pick_up.place, lab.catalog.current.pick_up.hours
    for body in (mail.text, mail.html):
        assert place in body
        assert hours.splitlines()[0] in body
        assert "$4.25" in body
        assert "Apr 1, 2026" in body
        assert "Mar 2, 2026" in body
    later(lab, clock, 13)
    assert reminders(lab, job) == ["sent"]
    later(lab, clock, 1)
    later(lab, clock, 200)
    assert reminders(lab, job) == ["sent", "sent"]


def test_one_mail_where_nobody_looked_for_weeks(
    lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("COMPLETED")
    for _ in range(3):
        later(lab, clock, 50)
    assert reminders(lab, job) == ["sent"]


@pytest.mark.parametrize(
    "leave",
    [
        lambda lab, job: lab.jobs.pick_up(job.id, by="Ana", amount="4.25", method="cash"),
        lambda lab, job: lab.jobs.override(job.id, by="Ana", to="PRINTING", reason="wrong row"),
        lambda lab, job: lab.jobs.override(job.id, by="Ana", to="REJECTED", reason="broken"),
        lambda lab, job: lab.corrections.undo(job.id, by="Ana"),
    ],
)
def test_who_waits_no_longer_is_left_in_peace(
    lab: Printflow, job_in: JobIn, clock: TestClock, leave: Callable[[Printflow, Job], object]
) -> None:
    job = job_in("PRINTING")
    lab.jobs.perform("complete", job.id, by="Ana", hold_mail=True)
    leave(lab, job)
    later(lab, clock, 100)
    assert reminders(lab, job) == []


def test_a_second_wait_is_reminded_of_by_its_own_time(
    lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("COMPLETED")
    later(lab, clock, 8)
    lab.jobs.override(job.id, by="Ana", to="PRINTING", reason="broke when it was taken out")
    clock.advance(days=1)
    lab.jobs.complete(job.id, by="Ana")
    later(lab, clock, 6)
    assert len(reminders(lab, job)) == 1
    later(lab, clock, 2)
    assert len(reminders(lab, job)) == 2


def test_a_reminder_that_still_waits_does_not_follow_who_came(
    lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("COMPLETED")
    clock.advance(days=8)
    assert round_of(lab)() == 1
    assert reminders(lab, job) == ["queued"]
    lab.jobs.pick_up(job.id, by="Ana", amount="4.25", method="cash")
    clock.advance(minutes=1)
    lab.dispatch()
    assert reminders(lab, job) == ["overtaken"]


def test_a_reminder_in_doubt_is_not_repeated_to_who_came(
    settings: Settings, lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    """It arrived, but the server's answer was lost: nobody knows, and one is enough."""
    job = job_in("COMPLETED")
    lab.dispatch()
    mailbox = Mailbox()
    with Printflow.open(settings, clock=clock, mailer=mailbox) as worker:
        mailbox.mood = Mood.SENDS_THEN_RAISES
        later(worker, clock, 8)
        assert reminders(lab, job) == ["queued"]
        mailbox.mood = Mood.WELL
        lab.jobs.pick_up(job.id, by="Ana", amount="4.25", method="cash")
        later(worker, clock, 1)
    assert reminders(lab, job) == ["overtaken"]
    assert list(mailbox.ids().values()) == [1]


def test_several_workers_at_once_send_one_each(
    settings: Settings, lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    jobs = [job_in("COMPLETED") for _ in range(6)]
    clock.advance(days=8)
    labs = [Printflow.open(settings, clock=clock) for _ in range(4)]
    try:
        with ThreadPoolExecutor(4) as threads:
            counts = list(threads.map(lambda one: round_of(one)(), labs))
    finally:
        for one in labs:
            one.close()
    assert sum(counts) == len(jobs)
    assert [len(reminders(lab, job)) for job in jobs] == [1] * len(jobs)


def test_none_where_they_are_off(settings: Settings, job_in: JobIn, clock: TestClock) -> None:
    off = settings.model_copy(update={"pickup_reminder_days": (), "dispose_after_days": 0})
    job = job_in("COMPLETED")
    with Printflow.open(off, clock=clock) as lab:
        later(lab, clock, 30)
        assert reminders(lab, job) == []


# -- disposal ---------------------------------------------------------------------------------


def test_staff_dispose_of_what_waited_long_enough(
    lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("COMPLETED")
    later(lab, clock, 8)
    with pytest.raises(TransitionRefused, match="been ready since"):
        lab.jobs.dispose(job.id, by="Ana")
    later(lab, clock, 14)
    later(lab, clock, 10)
    assert lab.jobs.get(job.id).status is Status.COMPLETED, "nothing goes by itself"
    gone = lab.jobs.dispose(job.id, by="Ana", station="front desk")
    assert gone.status is Status.ARCHIVED
    lab.dispatch()
    assert gone.file.folder == lab.jobs.get(job.id).file.last_seen == "Archived"
    event = lab.jobs.details(job.id).events[-1]
    assert (event.trigger, event.actor.name, event.actor.station) == (
        "dispose", "Ana", "front desk",
    )  # fmt: skip
    assert event.details["why"] == "not picked up for 32 days"
    assert lab.jobs.details(job.id).payments == ()
    mail = lab.mail.preview(lab.mail.find()[0].id)
    assert (mail.to, lab.mail.find()[0].state) == ("jane@example.edu", "sent")
    assert "Mar 2, 2026" in mail.text
    assert "discarded it" in mail.text
    assert "discarded it" in mail.html
    with pytest.raises(StaleJob):
        lab.jobs.override(
            job.id, by="Sam", to="COMPLETED", reason="x", expected_version=job.version
        )


def test_the_file_of_a_disposed_print_follows_retention(
    lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("COMPLETED")
    lab.corrections.edit(job.id, by="Ana", shelf="Jane's box")
    later(lab, clock, 22)
    later(lab, clock, 10)
    lab.jobs.dispose(job.id, by="Ana")
    clock.advance(days=364)
    assert lab.retention.purge().removed == ()
    clock.advance(days=2)
    assert (job.id, Part.FILES) in lab.retention.purge().removed
    lab.dispatch()
    assert lab.jobs.get(job.id).file.state == "removed"
    token = lab.students.url(lab.jobs.get(job.id)).rpartition("/")[2]
    with pytest.raises(NotFound):
        lab.students.page(token)
    assert lab.jobs.get(job.id).shelf == ""
    event = next(e for e in lab.jobs.details(job.id).events if e.trigger == "dispose")
    assert event.details["why"] == "not picked up for 32 days"


def test_nobodys_print_goes_without_a_reminder_that_left(
    lab: Printflow, job_in: JobIn, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_in("COMPLETED")
    lab.dispatch()
    monkeypatch.setattr(lab._parts.postman, "send_due", lambda limit=None: (0, 0))
    later(lab, clock, 22)
    later(lab, clock, 20)
    assert reminders(lab, job) == ["queued"]
    assert lab.shelf.dispose_due() == ()
    with pytest.raises(TransitionRefused) as raised:
        lab.jobs.dispose(job.id, by="Ana")
    assert [r.code for r in raised.value.refusals] == ["not_reminded"]
    assert lab.jobs.dispose(job.id, by="Ana", reason="left the school").status is Status.ARCHIVED
    monkeypatch.undo()
    later(lab, clock, 1)
    assert reminders(lab, job) == ["overtaken"]


def test_disposing_can_be_taken_back(lab: Printflow, job_in: JobIn, clock: TestClock) -> None:
    job = job_in("COMPLETED")
    later(lab, clock, 22)
    later(lab, clock, 10)
    lab.jobs.perform("dispose", job.id, by="Ana", hold_mail=True)
    back = lab.corrections.undo(job.id, by="Ana")
    assert (back.status, back.status_since) == (Status.COMPLETED, job.status_since)
    later(lab, clock, 1)
    assert "disposed" not in {
        m.template for m in lab.jobs.details(job.id).mails if m.state == "sent"
    }


def test_by_itself_only_where_it_is_switched_on(
    settings: Settings, job_in: JobIn, clock: TestClock
) -> None:
    job = job_in("COMPLETED")
    on = settings.model_copy(update={"dispose_automatic": True})
    with Printflow.open(on, clock=clock) as lab:
        later(lab, clock, 29)  # the reminder is late, so the end is, too
        later(lab, clock, 8.9)
        assert lab.jobs.get(job.id).status is Status.COMPLETED
        later(lab, clock, 0.2)
        assert lab.jobs.get(job.id).status is Status.ARCHIVED
        event = lab.jobs.details(job.id).events[-1]
        assert (event.actor.kind, event.actor.name) == ("system", "Disposal")
        assert lab.mail.find()[0].template == "disposed"
        assert lab.jobs.counts()[Status.ARCHIVED] == 1


# -- a real mail server -----------------------------------------------------------------------


class _Box:
    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def box() -> Iterator[tuple[_Box, int]]:
    handler, port = _Box(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def test_both_mails_through_a_mail_server(
    settings: Settings, submit: Submit, clock: TestClock, box: tuple[_Box, int]
) -> None:
    handler, port = box
    mail = {**settings.mail.model_dump(), "smtp_host": "127.0.0.1", "smtp_port": port}
    mail.update(smtp_security="none", sender="Print lab <lab@example.edu>")
    real = Settings(**{**settings.model_dump(), "mail": mail})
    job = submit()
    with Printflow.open(real, clock=clock) as lab:
        lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
        lab.jobs.confirm(job.id, by="Ana", note="by phone")
        lab.jobs.start_printing(job.id, by="Ana")
        lab.jobs.complete(job.id, by="Ana", shelf="B/3")
        later(lab, clock, 22)
        later(lab, clock, 10)
        lab.jobs.dispose(job.id, by="Ana")
        lab.dispatch()
        lab.dispatch()
    subjects = [str(mail["Subject"]) for mail in handler.mails]
    assert subjects[-2:] == [
        f"Please pick up your print (job {job.id})",
        f"Your print was discarded because it wasn't picked up (job {job.id})",
    ]
    for sent in handler.mails:
        body = sent.get_body(("plain",))
        assert body is not None
        assert "B/3" not in body.get_content()
