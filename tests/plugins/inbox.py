"""A lab whose replies come to a real IMAP server, and emails as students' programs write them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.utils import format_datetime
from pathlib import Path

import pytest

from printflow import IncomingMail, Job, Printflow, Settings
from tests.plugins.dovecot import PASSWORD, USER, Dovecot
from tests.plugins.lab import TestClock


@pytest.fixture
def inbox_settings(settings: Settings, dovecot: Dovecot) -> Settings:
    """The settings of a lab that reads the mailbox."""
    given = settings.model_dump(exclude={"mail", "inbox"}, exclude_unset=True)
    return Settings(
        **given,
        mail={"directory": settings.mail.directory, "staff_address": "staff@example.edu",
              "sender": "Print lab <lab@example.edu>"},
        inbox=reading(dovecot),
    )  # fmt: skip


def reading(dovecot: Dovecot, **more: object) -> dict[str, object]:
    """The section of the settings that reads this server."""
    return {
        "host": "127.0.0.1",
        "port": dovecot.tls_port,
        "security": "tls",
        "username": USER,
        "password": PASSWORD,
        "ca_file": str(dovecot.ca_file),
        "timeout_seconds": 5,
        "deadline_seconds": 10,
        **more,
    }


@pytest.fixture
def inbox_lab(inbox_settings: Settings, clock: TestClock) -> Iterator[Printflow]:
    """That lab."""
    with Printflow.open(inbox_settings, clock=clock) as opened:
        yield opened


@pytest.fixture
def asked(inbox_lab: Printflow, model: Path) -> Job:
    """A job whose student was asked something by email."""
    job = inbox_lab.intake.submit(
        model, student="Jane Doe", email="jane@example.edu", method="Filament", color="True Red",
        printer="Prusa MK4S", discipline="Engineering", class_number="ARCH 4000",
        acknowledge_minimum=True,
    )  # fmt: skip
    inbox_lab.notes.add(job.id, by="Sam", text="Which way up?", for_student=True)
    inbox_lab.dispatch()
    return inbox_lab.jobs.get(job.id)


def message_id(lab: Printflow, template: str = "message") -> str:
    """The Message-ID of the newest email of a kind."""
    return next(mail.message_id for mail in lab.mail.find() if mail.template == template)


Write = Callable[..., bytes]


def email(
    text: str = "The flat side down, please.\n",
    *,
    answers: str = "",
    sender: str = "Jane Doe <jane@example.edu>",
    to: str = USER,
    own_id: str = "<reply-1@mail.example.edu>",
    head: str = "",
    content: str = "text/plain; charset=utf-8",
) -> bytes:
    """An email in its bytes; ``head`` is more lines of its head, ``content`` its Content-Type."""
    from datetime import UTC, datetime

    lines = [
        f"From: {sender}" if sender else "",
        f"To: {to}",
        "Subject: Re: A message about your print",
        f"Date: {format_datetime(datetime(2026, 3, 2, 15, 0, tzinfo=UTC))}",
        f"Message-ID: {own_id}" if own_id else "",
        f"In-Reply-To: {answers}" if answers else "",
        f"References: {answers}" if answers else "",
        "MIME-Version: 1.0" if content else "",
        f"Content-Type: {content}" if content else "",
        *head.strip().splitlines(),
    ]
    head_text = "\r\n".join(line for line in lines if line)
    return (head_text + "\r\n\r\n" + text.replace("\n", "\r\n")).encode()


def only(lab: Printflow) -> IncomingMail:
    """The one email that came in."""
    from printflow import Fate

    (mail,) = lab.inbox.find(tuple(Fate))
    return mail
