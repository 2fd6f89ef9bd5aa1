"""The outbox: each kind of failure gets its own treatment, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from printflow import InvalidInput, Printflow, Settings
from printflow.ports import FailureKind, MailFailure
from tests.plugins.lab import Submit, TestClock


class MoodyMailer:
    """A mailer that fails as told, and keeps what it sent."""

    def __init__(self) -> None:
        self.mood: FailureKind | None = None
        self.sent: list[EmailMessage] = []
        self.checks = 0

    def send(self, message: EmailMessage) -> None:
        if self.mood is not None:
            raise MailFailure(self.mood, f"{self.mood} trouble")
        self.sent.append(message)

    def check(self) -> None:
        self.checks += 1
        if self.mood not in (None, FailureKind.PERMANENT):
            raise MailFailure(self.mood, f"{self.mood} trouble, again")


@pytest.fixture
def mailer() -> MoodyMailer:
    return MoodyMailer()


@pytest.fixture
def lab(settings: Settings, clock: TestClock, mailer: MoodyMailer) -> Iterator[Printflow]:
    with Printflow.open(settings, clock=clock, mailer=mailer) as opened:
        yield opened


def test_a_passing_failure_is_tried_again_with_the_same_message_id(
    lab: Printflow, mailer: MoodyMailer, clock: TestClock, submit: Submit
) -> None:
    submit()
    mailer.mood = FailureKind.TRANSIENT
    assert lab.dispatch().failed == 1
    assert lab.dispatch().failed == 0, "not before its time"
    (mail,) = lab.mail.find()
    assert (mail.state, mail.tries, mail.error) == ("queued", 1, "transient trouble")
    mailer.mood = None
    clock.advance(minutes=1)
    assert lab.dispatch().sent == 1
    assert [message["Message-ID"] for message in mailer.sent] == [mail.message_id]
    assert lab.mail.find()[0].state == "sent"


def test_after_72_hours_it_is_given_up(
    lab: Printflow, mailer: MoodyMailer, clock: TestClock, submit: Submit
) -> None:
    submit()
    mailer.mood = FailureKind.TRANSIENT
    for _ in range(100):
        lab.dispatch()
        clock.advance(hours=1)
        if lab.mail.find()[0].state == "dead":
            break
    (mail,) = lab.mail.find()
    assert mail.state == "dead"
    assert 72 <= (clock.now - mail.created_at).total_seconds() / 3600 < 82


def test_a_refused_recipient_is_a_dead_letter_until_the_address_is_mended(
    lab: Printflow, mailer: MoodyMailer, submit: Submit
) -> None:
    submit()
    mailer.mood = FailureKind.PERMANENT
    lab.dispatch()
    (mail,) = lab.mail.find(state="dead")
    mailer.mood = None
    with pytest.raises(InvalidInput):
        lab.mail.retry(mail.id, to="not an address", by="Ana")
    lab.mail.retry(mail.id, to="jane.doe@example.edu", by="Ana")
    assert lab.dispatch().sent == 1
    assert mailer.sent[0]["To"] == "jane.doe@example.edu"


def test_a_refused_login_pauses_the_outbox_and_counts_against_no_mail(
    lab: Printflow, mailer: MoodyMailer, clock: TestClock, submit: Submit
) -> None:
    for _ in range(3):
        submit()
    mailer.mood = FailureKind.AUTHENTICATION
    report = lab.dispatch()
    assert (report.failed, report.waiting_mails) == (1, 3), "one try is enough to know"
    assert report.mail_paused == lab.mail.paused() == "authentication trouble"
    assert {mail.tries for mail in lab.mail.find()} == {0}
    mailer.mood = None
    assert lab.dispatch().sent == 0
    clock.advance(minutes=16)
    assert lab.dispatch().sent == 3


@pytest.mark.parametrize("kind", [FailureKind.AUTHENTICATION, FailureKind.CERTIFICATE])
def test_what_stops_all_mail_is_told_until_a_login_works_however_often_it_is_tried(
    lab: Printflow, mailer: MoodyMailer, clock: TestClock, submit: Submit, kind: FailureKind
) -> None:
    submit()
    mailer.mood = kind
    lab.dispatch()
    first = lab.mail.trouble()
    assert first is not None
    assert (first.count, first.reason) == (1, f"{kind} trouble")
    for round_ in range(1, 41):
        clock.advance(minutes=16)
        assert lab.mail.trouble() is not None
        lab.dispatch()
        trouble = lab.mail.trouble()
        assert trouble is not None
        assert (trouble.state, trouble.since) == (first.state, first.since)
        assert mailer.checks == round_
    assert lab.mail.find()[0].tries == 0, "it was a login that was tried, and no mail paid for it"
    mailer.mood = None
    clock.advance(minutes=16)
    assert lab.dispatch().sent == 1
    assert lab.mail.trouble() is None
    assert len(mailer.sent) == 1


def test_a_certificate_is_tried_again_within_minutes_a_password_later(
    lab: Printflow, mailer: MoodyMailer, clock: TestClock, submit: Submit
) -> None:
    submit()
    mailer.mood = FailureKind.AUTHENTICATION
    lab.dispatch()
    clock.advance(minutes=14)
    lab.dispatch()
    assert mailer.checks == 0, "an account may be locked by who tries often"
    clock.advance(minutes=2)
    mailer.mood = FailureKind.CERTIFICATE
    lab.dispatch()
    assert mailer.checks == 1
    clock.advance(minutes=3)
    lab.dispatch()
    assert mailer.checks == 2
    assert lab.mail.trouble().state == "certificate"  # type: ignore[union-attr]


def test_the_alarm_goes_when_it_is_mended_also_where_no_mail_is_left(
    lab: Printflow, mailer: MoodyMailer, clock: TestClock, submit: Submit
) -> None:
    submit()
    mailer.mood = FailureKind.AUTHENTICATION
    lab.dispatch()
    with lab._parts.database.write() as tx:
        tx._connection.exec_driver_sql("DELETE FROM outbox")  # type: ignore[attr-defined]
    assert lab.mail.trouble() is not None
    mailer.mood = None
    clock.advance(minutes=16)
    lab.dispatch()
    assert lab.mail.trouble() is None


def test_a_server_that_begins_tries_at_once(
    settings: Settings, lab: Printflow, mailer: MoodyMailer, clock: TestClock, submit: Submit
) -> None:
    submit()
    mailer.mood = FailureKind.AUTHENTICATION
    lab.dispatch()
    mailer.mood = None
    lab._parts.postman.begun()
    assert lab.dispatch().sent == 1
    mailer.mood = FailureKind.AUTHENTICATION
    submit(student="Paul Roe", email="paul@example.edu")
    lab.dispatch()
    checks = mailer.checks
    lab.dispatch()
    assert mailer.checks == checks, "once"


def test_staff_can_have_it_tried_now(lab: Printflow, mailer: MoodyMailer, submit: Submit) -> None:
    submit()
    mailer.mood = FailureKind.AUTHENTICATION
    lab.dispatch()
    lab.mail.resume(by="Ana")
    assert lab.mail.trouble() is not None, "nobody knows yet"
    lab.dispatch()
    assert mailer.checks == 1
    assert lab.mail.trouble() is not None
    mailer.mood = None
    lab.mail.resume(by="Ana")
    assert lab.dispatch().sent == 1
    assert lab.mail.trouble() is None
