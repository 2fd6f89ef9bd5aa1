"""A mail that a later step has made pointless never leaves, however long it waited."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from printflow import Job, MailNotRetried, Printflow, Settings, Status
from printflow.domain.effects import MailTemplate
from printflow.domain.mail_record import MAILS
from printflow.mail.smtp import SmtpMailer
from tests.plugins.lab import Submit, TestClock
from tests.ports import free_port


@dataclass
class MailServer:
    """A real mail server that refuses the login until someone corrects the password."""

    port: int = 0
    open: bool = True
    subjects: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        self.subjects.append(f"{envelope.rcpt_tos[0].split('@')[0]}: {message['Subject']}")
        return "250 OK"

    def __call__(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _kind: str, login: object
    ) -> AuthResult:
        return AuthResult(success=self.open and isinstance(login, LoginPassword), handled=False)


@pytest.fixture
def server() -> Iterator[MailServer]:
    made = MailServer(port=free_port())
    controller = Controller(
        made, "127.0.0.1", made.port, authenticator=made, auth_require_tls=False
    )
    controller.start()
    yield made
    controller.stop()


@pytest.fixture
def lab(settings: Settings, clock: TestClock, server: MailServer) -> Iterator[Printflow]:
    mailer = SmtpMailer(
        host="127.0.0.1",
        port=server.port,
        security="none",
        username="lab",
        password="secret",
        cleartext_login=True,
    )
    with Printflow.open(settings, clock=clock, mailer=mailer) as opened:
        yield opened


def quoted(lab: Printflow, job: Job) -> Job:
    return lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3", material="PLA")


def states(lab: Printflow, job: Job) -> dict[str, list[str]]:
    """The states of the job's mails by template, oldest first."""
    found: dict[str, list[str]] = {}
    for mail in lab.jobs.details(job.id).mails:
        found.setdefault(mail.template, []).append(mail.state)
    return found


def test_every_template_has_its_meaning_and_its_words() -> None:
    assert set(MAILS) == set(MailTemplate)


def test_what_waited_in_a_paused_outbox_is_what_still_counts(
    lab: Printflow, server: MailServer, clock: TestClock, submit: Submit
) -> None:
    done, rejected, requoted, waiting = (submit(student=f"Jane {name}") for name in "ABCD")
    server.open = False
    lab.dispatch()
    assert lab.mail.paused()
    quoted(lab, done)
    lab.jobs.confirm(done.id, by="Ana", note="at the desk")
    lab.jobs.start_printing(done.id, by="Ana")
    lab.jobs.complete(done.id, by="Ana")
    lab.jobs.pick_up(done.id, by="Ana", amount="4.25", method="cash")
    lab.jobs.reject(quoted(lab, rejected).id, by="Ana", text="The walls are too thin.")
    quoted(lab, requoted)
    lab.jobs.requote(requoted.id, by="Ana", grams="60", hours="3", material="PLA")
    clock.advance(days=2)
    server.open = True
    lab.mail.resume(by="Ana")
    lab.dispatch()
    sent = ("received", "approved", "confirmed", "staff_alert", "completed")
    assert states(lab, done) == {name: ["overtaken"] for name in sent}
    assert states(lab, rejected) == {
        "received": ["overtaken"],
        "approved": ["overtaken"],
        "rejected": ["sent"],
    }
    assert states(lab, requoted) == {"received": ["overtaken"], "approved": ["overtaken", "sent"]}
    assert states(lab, waiting) == {"received": ["sent"]}
    assert len(server.subjects) == 3
    why = {mail.template: mail.error for mail in lab.jobs.details(done.id).mails}
    assert why["approved"] == f"The job's status is “{Status.PAIDPICKEDUP.label}” now."
    assert lab.mail.counts()["overtaken"] == 9
    (found,) = lab.mail.find(state="overtaken", limit=1)
    with pytest.raises(MailNotRetried, match="no longer applies"):
        lab.mail.retry(found.id, by="Ana")


@pytest.mark.timeout(30)
def test_a_step_that_is_dated_ahead_holds_a_mail_without_asking_for_ever(
    lab: Printflow, server: MailServer, clock: TestClock, submit: Submit
) -> None:
    job = submit()
    clock.advance(days=8)
    quoted(lab, job)
    clock.advance(days=-8)  # the clock was wrong, and is right again
    lab.dispatch()
    assert states(lab, job)["received"] == ["queued"]
    clock.advance(days=9)
    lab.dispatch()
    assert states(lab, job)["received"] == ["overtaken"]


def test_what_overtook_it_may_be_undone_and_then_it_leaves(
    lab: Printflow, server: MailServer, clock: TestClock, submit: Submit
) -> None:
    job = submit()
    lab.dispatch()
    figures: dict[str, Any] = {"weight": "42.5", "hours": "3", "material": "PLA"}
    lab.jobs.perform("approve", job.id, by="Ana", hold_mail=True, **figures)
    clock.advance(seconds=25)
    lab.jobs.perform("reject", job.id, by="Ana", hold_mail=True, text="Too thin.")
    clock.advance(seconds=10)  # the price's mail is due, the rejection can still be undone
    lab.dispatch()
    assert states(lab, job)["approved"] == ["queued"]
    lab.corrections.undo(job.id, by="Ana")
    clock.advance(minutes=1)
    lab.dispatch()
    assert states(lab, job) == {
        "received": ["sent"],
        "approved": ["sent"],
        "rejected": ["canceled"],
    }
    assert lab.jobs.details(job.id).mails[1].tries == 1


def test_without_an_undo_it_is_dropped_once_the_window_is_over(
    lab: Printflow, clock: TestClock, submit: Submit
) -> None:
    job = submit()
    lab.dispatch()
    figures: dict[str, Any] = {"weight": "42.5", "hours": "3", "material": "PLA"}
    lab.jobs.perform("approve", job.id, by="Ana", hold_mail=True, **figures)
    clock.advance(seconds=25)
    lab.jobs.perform("reject", job.id, by="Ana", hold_mail=True, text="Too thin.")
    clock.advance(minutes=1)
    lab.dispatch()
    assert states(lab, job)["approved"] == ["overtaken"]
    assert states(lab, job)["rejected"] == ["sent"]


def late(
    lab: Printflow, server: MailServer, clock: TestClock, write: Callable[[], object]
) -> Callable[[], list[str]]:
    """A mail is written while the mail server refuses the login; gives what sends it later."""
    lab.dispatch()
    server.subjects.clear()
    server.open = False
    write()
    lab.dispatch()

    def leave() -> list[str]:
        server.open = True
        clock.advance(minutes=20)
        lab.mail.resume(by="Ana")
        lab.dispatch()
        return server.subjects

    return leave


def test_a_reminder_to_answer_does_not_reach_who_answered(
    lab: Printflow, server: MailServer, clock: TestClock, submit: Submit
) -> None:
    job = quoted(lab, submit())
    leave = late(lab, server, clock, lambda: clock.advance(days=6, hours=1))
    assert "reminder" in states(lab, job)
    lab.jobs.decline(job.id, by="Ana", note="by phone")
    assert not any("jane:" in subject for subject in leave())
    assert states(lab, job)["reminder"] == ["overtaken"]


def test_a_reminder_to_pick_up_does_not_reach_who_came(
    lab: Printflow, server: MailServer, clock: TestClock, job_in: Callable[[Status], Job]
) -> None:
    job = job_in(Status.COMPLETED)
    leave = late(lab, server, clock, lambda: clock.advance(days=8))
    assert states(lab, job)["pick_up_reminder"] == ["queued"]
    lab.jobs.pick_up(job.id, by="Ana", waive="a gift")
    assert leave() == []
    assert states(lab, job)["pick_up_reminder"] == ["overtaken"]


def test_the_receipt_of_a_voided_payment_is_not_sent(
    lab: Printflow, server: MailServer, clock: TestClock, job_in: Callable[[Status], Job]
) -> None:
    job = job_in(Status.COMPLETED)
    payment = lab.payments.take(job.id, by="Ana", amount="1.00", method="cash")
    leave = late(lab, server, clock, lambda: lab.receipts.mail(payment.id, by="Ana"))
    lab.payments.void(payment.id, by="Ana", reason="wrong job")
    assert leave() == []
    assert lab.mail.find(state="overtaken")[0].error == "The payment was voided."


def test_staff_are_not_alerted_of_a_message_that_was_answered(
    lab: Printflow, server: MailServer, clock: TestClock, submit: Submit
) -> None:
    job = submit()
    token = lab.students.url(job).rpartition("/")[2]
    leave = late(lab, server, clock, lambda: lab.messages.send(token, "When can I come?"))
    lab.notes.add(job.id, by="Ana", text="Tomorrow.", for_student=True)
    assert [subject.split(":")[0] for subject in leave()] == ["jane"]
    assert states(lab, job)["student_message"] == ["overtaken"]


def test_a_dead_letter_that_was_overtaken_can_be_put_away(
    lab: Printflow, clock: TestClock, submit: Submit
) -> None:
    job = submit()
    with lab._parts.database.write() as tx:
        mail = tx.outbox.claim(clock(), timedelta(minutes=2))
        assert mail is not None
        tx.outbox.failed(mail, error="550 no such user", next_try_at=None)
    quoted(lab, job)
    assert lab.mail.dead() == 1
    with pytest.raises(MailNotRetried, match=f"The job's status is “{Status.PENDING.label}” now"):
        lab.mail.retry(mail.id, by="Ana", to="jane.doe@example.edu")
    assert lab.mail.dead() == 0
