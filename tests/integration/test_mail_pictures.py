"""What a mail carries beside its words, at a real mail server: the model's picture, and whom an
answer goes to.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from printflow import Job, Printflow, Settings
from tests.plugins.lab import TestClock
from tests.ports import free_port

PNG = b"\x89PNG\r\n\x1a\n"
Brought = Callable[[str], Job]


class Post:
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def about(self, words: str) -> EmailMessage:
        """The mail whose subject begins so."""
        (found,) = [mail for mail in self.mails if str(mail["Subject"]).startswith(words)]
        return found


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    """A running mail server and its port."""
    port = free_port()
    handler = Post()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


@pytest.fixture
def lab(settings: Settings, clock: TestClock, post: tuple[Post, int]) -> Iterator[Printflow]:
    """A lab that sends its mails there."""
    server = {"smtp_host": "127.0.0.1", "smtp_port": post[1], "smtp_security": "none"}
    mail = settings.mail.model_copy(update=server)
    with Printflow.open(settings.model_copy(update={"mail": mail}), clock=clock) as opened:
        yield opened


def picture(mail: EmailMessage) -> tuple[str, bytes]:
    """The Content-ID and the bytes of the picture beside the HTML."""
    html = mail.get_body(("related",))
    assert html is not None, "the HTML and its picture belong together"
    (part,) = [one for one in mail.walk() if one.get_content_type() == "image/png"]
    assert part.get_content_disposition() == "inline"
    return str(part["Content-ID"]).strip("<>"), part.get_content()


def test_the_picture_comes_with_the_mail(
    lab: Printflow, job_in: Brought, post: tuple[Post, int]
) -> None:
    job = job_in("UPLOADED")
    lab.dispatch()
    lab.models.inspect_due()
    lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    lab.dispatch()
    mail = post[0].about("Please confirm $4.25")
    shown, data = picture(mail)
    pictured = lab.jobs.get(job.id).pictured
    assert pictured is not None
    assert data == lab.models.picture(pictured)
    assert data.startswith(PNG)
    html = mail.get_body(("html",))
    text = mail.get_body(("plain",))
    assert html is not None and text is not None
    assert html.get_content().count(f'src="cid:{shown}"') == 1
    assert "/confirm/" in text.get_content()
    (row,) = [row for row in lab.mail.find() if row.template == "approved"]
    assert "data:image/png;base64," in lab.mail.preview(row.id, picture=True).html_alone
    assert "cid:" not in lab.mail.preview(row.id).html, "without it, no broken picture"


def test_a_mail_waits_for_no_picture(
    lab: Printflow, job_in: Brought, post: tuple[Post, int]
) -> None:
    job = job_in("UPLOADED")
    lab.dispatch()
    lab.models.inspect_due()
    lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    shutil.rmtree(lab.settings.store / "Thumbnails")
    lab.dispatch()
    mail = post[0].about("Please confirm $4.25")
    assert mail.get_content_type() == "multipart/alternative"
    assert "cid:" not in mail.as_string()


def test_answers_go_to_who_can_help(
    lab: Printflow, job_in: Brought, post: tuple[Post, int]
) -> None:
    job = job_in("READYTOPRINT")
    lab.messages.send(lab.students.url(job).rpartition("/")[2], "May I come at five?")
    lab.dispatch()
    assert len(post[0].mails) == 3, "what a later step has overtaken stays here"
    for mail in post[0].mails:
        to_staff = mail["To"] == "lab@example.edu"
        assert mail["Reply-To"] == ("jane@example.edu" if to_staff else "lab@example.edu")


def test_the_setting_for_answers_counts_first(settings: Settings, job_in: Brought) -> None:
    mail = settings.mail.model_copy(update={"reply_to": "desk@example.edu"})
    job = job_in("UPLOADED")
    with Printflow.open(settings.model_copy(update={"mail": mail})) as lab:
        lab.notes.add(job.id, by="Ana", text="Hello", for_student=True)
        lab.dispatch()
        assert mail.directory is not None
        (path,) = mail.directory.glob("*message*.eml")
        assert "Reply-To: desk@example.edu" in path.read_text("utf-8")
