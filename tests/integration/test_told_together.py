"""One email for what was decided of a request's jobs, and never a word lost or said twice."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from printflow import Job, Printflow, Settings, TransitionRefused, Trigger
from printflow.ports import FailureKind, MailFailure
from tests.plugins.lab import Submit, TestClock
from tests.plugins.orders import SubmitMany, approved, printed

FIGURES: dict[str, Any] = {"weight": "42.5", "hours": "3", "material": "PLA"}


class Post:
    """Takes the lab's mail, or is away."""

    def __init__(self) -> None:
        self.away = False
        self.sent: list[EmailMessage] = []

    def send(self, message: EmailMessage) -> None:
        if self.away:
            raise MailFailure(FailureKind.TRANSIENT, "nobody answers")
        self.sent.append(message_from_bytes(bytes(message), policy=policy.default))

    def check(self) -> None:
        if self.away:
            raise MailFailure(FailureKind.TRANSIENT, "nobody answers")

    @property
    def to_student(self) -> list[str]:
        """The subjects of what the student got, without what tells of the submission."""
        found = [mail["Subject"] for mail in self.sent if "jane" in mail["To"]]
        return [subject for subject in found if not subject.startswith("We have your")]

    @property
    def text(self) -> str:
        """The newest one."""
        body = self.sent[-1].get_body(("plain",))
        assert isinstance(body, EmailMessage)
        return str(body.get_content())


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def own() -> dict[str, Any]:
    """The settings of mail that a test replaces."""
    return {}


@pytest.fixture
def lab(
    settings: Settings, clock: TestClock, post: Post, own: dict[str, Any]
) -> Iterator[Printflow]:
    mail = settings.mail.model_copy(update={"staff_address": "", **own})
    with Printflow.open(
        settings.model_copy(update={"mail": mail}), clock=clock, mailer=post
    ) as opened:
        yield opened


def states(lab: Printflow, job: Job) -> list[str]:
    """The job's mails with their states, oldest first, without that of the submission."""
    mails = lab.jobs.details(job.id).mails
    return [f"{mail.template} {mail.state}" for mail in mails if mail.template != "received"]


def by_click(lab: Printflow, job: Job, trigger: str = "approve", **arguments: Any) -> Job:
    given = arguments or FIGURES
    return lab.jobs.perform(trigger, job.id, by="Ana", hold_mail=True, **given)


def test_prices_wait_until_all_are_decided_and_come_in_one_email(
    lab: Printflow, post: Post, clock: TestClock, submit_many: SubmitMany
) -> None:
    first, second, third = submit_many(3)
    approved(lab, first)
    lab.jobs.reject(second.id, by="Ana", text="The walls are too thin.")
    lab.dispatch()
    assert post.to_student == []
    assert states(lab, first) == ["approved queued"]
    approved(lab, third, grams="60")
    lab.dispatch()
    assert post.to_student == ["Please confirm $10.25 for 2 of your 3 models"]
    text = post.text
    for job in (first, third):
        assert lab.students.page(lab.students.url(job).rpartition("/")[2]).confirm_url in text
    assert "$4.25" in text and "$6.00" in text
    assert "The walls are too thin." in text
    assert "still reviewing" not in text
    assert states(lab, first) == ["approved overtaken", "prices sent"]
    assert states(lab, second) == ["rejected overtaken", "prices sent"]
    clock.advance(hours=3)
    lab.dispatch()
    assert len(post.to_student) == 1


def test_after_the_time_that_the_lab_sets_those_leave_that_are_decided(
    lab: Printflow, post: Post, clock: TestClock, submit_many: SubmitMany
) -> None:
    jobs = submit_many(4)
    approved(lab, jobs[0])
    clock.advance(minutes=30)
    lab.dispatch()
    approved(lab, jobs[1])
    clock.advance(minutes=29)
    lab.dispatch()
    assert post.to_student == []
    clock.advance(minutes=2)
    lab.dispatch()
    assert post.to_student == ["Please confirm $8.50 for your 2 prints"]
    assert "We're still reviewing 2 of your other models" in post.text
    approved(lab, jobs[2])
    lab.dispatch()
    assert len(post.to_student) == 1
    clock.advance(minutes=61)
    lab.dispatch()
    assert len(post.to_student) == 2, "the rest has a time of its own"
    assert jobs[2].id in post.to_student[1], "one alone reads as ever"


def test_one_action_on_all_leaves_right_after_its_undo(
    lab: Printflow, post: Post, clock: TestClock, submit_many: SubmitMany
) -> None:
    jobs = submit_many(3)
    lab.bulk.perform(
        Trigger.APPROVE,
        [(job.id, job.version) for job in jobs],
        by="Ana",
        hold_mail=True,
        **FIGURES,
    )
    clock.advance(seconds=29)
    lab.dispatch()
    assert post.to_student == []
    clock.advance(seconds=2)
    lab.dispatch()
    assert post.to_student == ["Please confirm $12.75 for your 3 prints"]


def test_an_undone_approval_is_not_in_it(
    lab: Printflow, post: Post, clock: TestClock, submit_many: SubmitMany
) -> None:
    first, second, third = submit_many(3)
    for job in (first, second, third):
        by_click(lab, job)
    clock.advance(seconds=20)
    lab.corrections.undo(second.id, by="Ana")
    clock.advance(minutes=2)
    lab.dispatch()
    assert post.to_student == [], "one is undecided again"
    lab.jobs.reject(second.id, by="Ana", text="Too thin.")
    lab.dispatch()
    assert post.to_student == ["Please confirm $8.50 for 2 of your 3 models"]
    assert states(lab, second) == ["approved canceled", "rejected overtaken", "prices sent"]


def test_what_may_still_be_undone_is_waited_for(
    lab: Printflow, post: Post, clock: TestClock, submit_many: SubmitMany
) -> None:
    first, second = submit_many(2)
    by_click(lab, first)
    clock.advance(seconds=25)
    by_click(lab, second)
    clock.advance(seconds=10)
    lab.dispatch()
    assert post.to_student == []
    lab.corrections.undo(second.id, by="Ana")
    by_click(lab, second, "reject", text="Too thin.")
    clock.advance(seconds=31)
    lab.dispatch()
    assert post.to_student == ["Please confirm $4.25 for 1 of your 2 models"]


def test_what_one_email_told_cannot_be_undone_as_if_it_had_not(
    lab: Printflow, clock: TestClock, submit_many: SubmitMany
) -> None:
    jobs = submit_many(2)
    for job in jobs:
        by_click(lab, job)
    clock.advance(seconds=31)
    lab.dispatch()
    for job in jobs:
        with pytest.raises(TransitionRefused, match="already been sent"):
            lab.corrections.undo(job.id, by="Ana")


def test_a_new_quote_takes_the_place_of_the_old_one(
    lab: Printflow, post: Post, clock: TestClock, submit_many: SubmitMany
) -> None:
    first, second = submit_many(2)
    approved(lab, first)
    lab.jobs.requote(first.id, by="Ana", grams="60", hours="3", material="PLA")
    approved(lab, second)
    lab.dispatch()
    assert post.to_student == ["Please confirm $10.25 for your 2 prints"]
    assert post.text.count("/confirm/") == 2
    lab.jobs.requote(first.id, by="Ana", grams="70", hours="3", material="PLA")
    lab.dispatch()
    assert len(post.to_student) == 2
    assert "$7.00" in post.to_student[1]


def test_a_link_that_no_longer_works_is_replaced_at_once(
    lab: Printflow, post: Post, clock: TestClock, submit_many: SubmitMany
) -> None:
    first, _second = submit_many(2)
    approved(lab, first)
    clock.advance(minutes=61)
    lab.dispatch()
    assert len(post.to_student) == 1
    lab.jobs.requote(first.id, by="Ana", grams="60", hours="3", material="PLA")
    lab.dispatch()
    assert len(post.to_student) == 2


def test_what_the_student_took_back_is_not_waited_for(
    lab: Printflow, post: Post, clock: TestClock, submit_many: SubmitMany
) -> None:
    first, second, third = submit_many(3)
    approved(lab, first)
    approved(lab, second)
    lab.dispatch()
    lab.students.withdraw(lab.students.url(third).rpartition("/")[2])
    lab.students.withdraw(lab.students.url(second).rpartition("/")[2])
    clock.advance(minutes=2)
    lab.dispatch()
    (subject,) = post.to_student
    assert first.id in subject


def test_lines_that_were_overtaken_while_the_server_was_away_are_left_out(
    lab: Printflow, post: Post, clock: TestClock, submit_many: SubmitMany
) -> None:
    first, second, third = submit_many(3)
    post.away = True
    for job in (first, second, third):
        approved(lab, job)
    lab.dispatch()
    assert states(lab, first) == ["approved overtaken", "prices queued"]
    lab.jobs.confirm(first.id, by="Ana", note="by phone")
    lab.jobs.requote(second.id, by="Ana", grams="60", hours="3", material="PLA")
    post.away = False
    clock.advance(hours=1)
    lab.dispatch()
    prices = [one for one in post.to_student if one.startswith("Please confirm")]
    assert sorted(prices) == sorted(
        [
            "Please confirm $4.25 for your print",
            f"Please confirm $6.00 for your print (job {second.id})",
        ]
    )


def test_all_rejected(lab: Printflow, post: Post, submit_many: SubmitMany) -> None:
    for job in submit_many(2):
        lab.jobs.reject(job.id, by="Ana", text="Too thin.")
    lab.dispatch()
    assert post.to_student == ["We can't print your 2 models as is"]


@pytest.mark.parametrize("own", [{"request_wait_minutes": 0}])
def test_a_lab_that_does_not_wait(
    lab: Printflow, post: Post, submit_many: SubmitMany, own: dict[str, Any]
) -> None:
    first, second, third = submit_many(3)
    approved(lab, first)
    lab.dispatch()
    assert len(post.to_student) == 1
    approved(lab, second)
    approved(lab, third)
    lab.dispatch()
    assert post.to_student[1:] == ["Please confirm $8.50 for your 2 prints"]


def test_a_job_alone_is_as_ever(
    lab: Printflow, post: Post, submit: Submit, clock: TestClock
) -> None:
    job = submit()
    approved(lab, job)
    lab.dispatch()
    assert post.to_student == [f"Please confirm $4.25 for your print (job {job.id})"]
    other = submit()
    by_click(lab, other)
    clock.advance(seconds=31)
    lab.dispatch()
    assert len(post.to_student) == 2


def test_ready_for_each_by_default_and_together_what_was_done_together(
    lab: Printflow, post: Post, submit_many: SubmitMany
) -> None:
    first, second, third = submit_many(3)
    printed(lab, first)
    lab.dispatch()
    assert f"Your print is ready to pick up (job {first.id})" in post.to_student
    printed(lab, second)
    printed(lab, third)
    lab.dispatch()
    assert "Your 2 prints are ready to pick up" in post.to_student
    assert "Total due: $8.50" in post.text
    assert sum("ready to pick up" in one for one in post.to_student) == 2


def test_jobs_on_one_plate_are_ready_in_one_email(
    lab: Printflow, post: Post, clock: TestClock, submit_many: SubmitMany, submit: Submit
) -> None:
    jobs = [*submit_many(3), submit(email="joan@example.edu", student="Joan")]
    for job in jobs:
        approved(lab, job)
        lab.jobs.confirm(job.id, by="Ana", note="at the desk")
    clock.advance(minutes=1)
    lab.dispatch()
    before = len(post.sent)
    plate = lab.plates.start("Prusa MK4S", [(job.id, 1) for job in jobs], by="Ana")
    assert plate.plate is not None
    lab.plates.end(plate.plate.id, by="Ana")
    lab.dispatch()
    subjects = [mail["Subject"] for mail in post.sent[before:]]
    assert sorted(subjects) == sorted(
        [
            "Your 3 prints are ready to pick up",
            f"Your print is ready to pick up (job {jobs[3].id})",
        ]
    )


def test_what_the_student_confirms_on_one_page_is_one_email(
    lab: Printflow, post: Post, clock: TestClock, submit_many: SubmitMany
) -> None:
    jobs = submit_many(4)
    for job in jobs:
        approved(lab, job)
    tokens = [
        lab.students.page(lab.students.url(job).rpartition("/")[2]).confirm_url.rpartition("/")[2]
        for job in jobs
    ]
    lab.dispatch()
    lab.quotes.confirm(tokens[0], consent=True, also=tokens[1:3])
    lab.dispatch()
    clock.advance(seconds=11)
    lab.dispatch()
    assert post.to_student[1:] == ["Thank you: your 3 prints are in the queue"]
    assert "Total due at pickup: $12.75" in post.text
    lab.quotes.confirm(tokens[3], consent=True)
    lab.dispatch()
    assert post.to_student[2:] == [f"Thank you: your print is in the queue (job {jobs[3].id})"]


@pytest.mark.parametrize("own", [{"ready_email": "together", "ready_wait_hours": 24}])
def test_ready_once_for_all(
    lab: Printflow,
    post: Post,
    clock: TestClock,
    submit_many: SubmitMany,
    own: dict[str, Any],
) -> None:
    first, second, third = submit_many(3)
    lab.jobs.reject(third.id, by="Ana", text="Too thin.")
    printed(lab, first)
    clock.advance(hours=20)
    lab.dispatch()
    assert not any("ready" in one for one in post.to_student)
    printed(lab, second)
    lab.dispatch()
    assert post.to_student[-1] == "Your 2 prints are ready to pick up"
    late, _never = submit_many(2)
    printed(lab, late)
    clock.advance(hours=23)
    lab.dispatch()
    assert not any(late.id in one for one in post.to_student if "ready" in one)
    clock.advance(hours=1)
    lab.dispatch()
    assert post.to_student[-1] == f"Your print is ready to pick up (job {late.id})"


def test_one_that_staff_send_now_does_not_wait(
    lab: Printflow, post: Post, submit_many: SubmitMany
) -> None:
    first, second = submit_many(2)
    approved(lab, first)
    lab.dispatch()
    (mail,) = [one for one in lab.jobs.details(first.id).mails if one.template == "approved"]
    lab.mail.retry(mail.id, by="Ana")
    lab.dispatch()
    assert len(post.to_student) == 1
    approved(lab, second)
    lab.dispatch()
    assert len(post.to_student) == 2


def test_one_for_several_can_be_sent_again_as_it_was(
    lab: Printflow, post: Post, clock: TestClock, submit_many: SubmitMany
) -> None:
    jobs = submit_many(2)
    for job in jobs:
        approved(lab, job)
    lab.dispatch()
    (mail,) = [one for one in lab.jobs.details(jobs[1].id).mails if one.template == "prices"]
    lab.mail.retry(mail.id, by="Ana", to="jane@home.example")
    lab.dispatch()
    assert post.sent[-1]["Message-ID"] == mail.message_id
    assert post.sent[-1]["To"] == "jane@home.example"
    lab.jobs.confirm(jobs[0].id, by="Ana", note="by phone")
    assert lab.mail.preview(mail.id).text.count("/confirm/") == 2, "as it was sent"
    lab.mail.retry(mail.id, by="Ana")
    clock.advance(minutes=1)
    lab.dispatch()
    assert "Please confirm $4.25 for your print" in post.to_student


def test_another_address_gets_an_email_of_its_own(
    lab: Printflow, post: Post, submit_many: SubmitMany
) -> None:
    first, second = submit_many(2)
    lab.corrections.edit(second.id, by="Ana", student_email="joan@example.edu")
    approved(lab, first)
    approved(lab, second)
    lab.dispatch()
    assert [one for one in post.to_student if first.id in one]
    assert any("joan" in mail["To"] for mail in post.sent)


def test_a_process_that_dies_while_sending_sends_the_same_again(
    lab: Printflow, post: Post, clock: TestClock, submit_many: SubmitMany
) -> None:
    jobs = submit_many(3)
    lab.dispatch()
    for job in jobs:
        approved(lab, job)
    real = post.send

    def dies(message: EmailMessage) -> None:
        real(message)
        raise KeyboardInterrupt

    post.send = dies  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        lab._parts.postman.send_due()
    post.send = real  # type: ignore[method-assign]
    assert lab._parts.postman.send_due() == (0, 0), "its lease still runs"
    clock.advance(hours=2)
    lab.dispatch()
    again, last = post.sent[-2:]
    assert again["Message-ID"] == last["Message-ID"]
    assert post.to_student == ["Please confirm $12.75 for your 3 prints"] * 2
