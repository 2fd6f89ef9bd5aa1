"""Sending through a real SMTP server, in every mood it may have."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from printflow.mail.render import compose
from printflow.mail.smtp import SmtpMailer
from printflow.ports import FailureKind, MailFailure, RenderedMail
from printflow.testing.fault_mail_server import FaultMailServer, Mood
from tests.ports import free_port


class Lab:
    """A mail server's handler: answers as told, keeps what it took."""

    def __init__(self, rcpt: str = "250 OK", data: str = "250 OK", pause: float = 0) -> None:
        self.answers = {"rcpt": rcpt, "data": data}
        self.pause = pause
        self.taken: list[bytes] = []

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if self.answers["rcpt"].startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.answers["rcpt"]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.pause)
        if self.answers["data"].startswith("2") and isinstance(envelope.content, bytes):
            self.taken.append(envelope.content)
        return self.answers["data"]


@contextmanager
def running(handler: Lab, **options: object) -> Iterator[int]:
    """The server's port."""
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port, **options)  # type: ignore[arg-type]
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def mail() -> EmailMessage:
    rendered = RenderedMail("Grüße, job K7Q2MX9A", "Zoë, fertig.\n", "<p>Zoë, fertig.</p>")
    return compose(
        rendered,
        sender="Print lab <lab@example.edu>",
        to="zoe@example.edu",
        reply_to="staff@example.edu",
        message_id="<K7Q2MX9A.received.1@example.edu>",
        date=datetime(2026, 3, 2, 14, 30, tzinfo=UTC),
    )


def mailer(port: int, **replaced: object) -> SmtpMailer:
    settings: dict[str, object] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "timeout_seconds": 5,
        "deadline_seconds": 5,
    }
    return SmtpMailer(**{**settings, **replaced})  # type: ignore[arg-type]


def failure(send: Callable[[], None]) -> MailFailure:
    with pytest.raises(MailFailure) as failed:
        send()
    return failed.value


def test_a_mail_arrives_as_it_was_written() -> None:
    handler = Lab()
    with running(handler) as port:
        mailer(port).send(mail())
    (data,) = handler.taken
    received = message_from_bytes(data, policy=policy.default)
    assert received["Subject"] == "Grüße, job K7Q2MX9A"
    assert received["Message-ID"] == "<K7Q2MX9A.received.1@example.edu>"
    assert (received["To"], received["Reply-To"]) == ("zoe@example.edu", "staff@example.edu")
    assert received["From"] == "Print lab <lab@example.edu>"
    assert received["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        part = received.get_body((kind,))
        assert part is not None
        assert "Zoë, fertig." in part.get_content()


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"rcpt": "450 mailbox busy"}, FailureKind.TRANSIENT),
        ({"rcpt": "421 closing"}, FailureKind.TRANSIENT),
        ({"rcpt": "550 no such user"}, FailureKind.PERMANENT),
        ({"data": "451 try later"}, FailureKind.TRANSIENT),
        ({"data": "452 no room"}, FailureKind.TRANSIENT),
        ({"data": "552 too large"}, FailureKind.PERMANENT),
    ],
)
def test_each_answer_gets_its_class(answers: dict[str, str], kind: FailureKind) -> None:
    with running(Lab(**answers)) as port:  # type: ignore[arg-type]
        failed = failure(lambda: mailer(port).send(mail()))
    assert failed.kind is kind
    assert next(iter(answers.values())) in failed.detail


def test_nobody_listens() -> None:
    failed = failure(lambda: mailer(free_port()).send(mail()))
    assert failed.kind is FailureKind.TRANSIENT


@pytest.mark.parametrize("mood", [Mood.HANGS, Mood.DRIPS])
def test_a_server_without_end_meets_the_deadline(mood: Mood) -> None:
    with FaultMailServer(lambda: mood, port=free_port()) as server:
        slow = mailer(server.port, deadline_seconds=1.5, timeout_seconds=1.2)
        started = time.monotonic()
        failed = failure(lambda: slow.send(mail()))
        assert time.monotonic() - started < 4
    assert failed.kind is FailureKind.TRANSIENT
    assert not server.taken


@pytest.mark.parametrize("mood", [Mood.DROPS_BEFORE_DATA, Mood.DROPS_AFTER_DATA])
def test_a_line_that_breaks(mood: Mood) -> None:
    with FaultMailServer(lambda: mood, port=free_port()) as server:
        failed = failure(lambda: mailer(server.port).send(mail()))
    assert failed.kind is FailureKind.TRANSIENT
    assert sum(server.taken.values()) == (mood is Mood.DROPS_AFTER_DATA)


# -- TLS and login ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def let_in(
    _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: object
) -> object:
    good = isinstance(data, LoginPassword) and data == LoginPassword(b"lab", b"geheim")
    return AuthResult(success=good, handled=good)


def test_starttls_and_login(authority: trustme.CA, ca_file: Path) -> None:
    handler = Lab()
    options = {
        "tls_context": server_context(authority),
        "require_starttls": True,
        "authenticator": let_in,
        "auth_required": True,
    }
    with running(handler, **options) as port:
        door = {"security": "starttls", "ca_file": ca_file, "username": "lab"}
        mailer(port, **door, password="geheim").send(mail())
        refused = failure(lambda: mailer(port, **door, password="wrong").send(mail()))
        bare = failure(lambda: mailer(port).send(mail()))
        untrusted = failure(lambda: mailer(port, security="starttls").send(mail()))
    assert len(handler.taken) == 1
    assert refused.kind is FailureKind.AUTHENTICATION
    assert "wrong" not in refused.detail
    assert bare.kind is FailureKind.AUTHENTICATION
    assert untrusted.kind is FailureKind.CERTIFICATE
    assert "certificate isn't trusted" in untrusted.detail
    assert "mail.smtp_ca_file" in untrusted.detail


def test_starttls_that_the_server_does_not_know() -> None:
    with running(Lab()) as port:
        failed = failure(lambda: mailer(port, security="starttls").send(mail()))
    assert failed.kind is FailureKind.TRANSIENT
    assert "smtp_security" in failed.detail


class Wiretap:
    """A man in the middle who removes the offer of STARTTLS, offers logins, and reads along."""

    def __init__(self) -> None:
        self.heard = bytearray()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._socket.accept()
                with line:
                    self._talk(line)

    def _talk(self, line: socket.socket) -> None:
        line.sendall(b"220 mail.example.edu ESMTP\r\n")
        while data := line.recv(4096):
            self.heard += data
            if data.upper().startswith(b"EHLO"):
                line.sendall(b"250-mail.example.edu\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n")
            elif data.upper().startswith(b"QUIT"):
                line.sendall(b"221 bye\r\n")
                return
            else:
                line.sendall(b"235 welcome\r\n")

    def close(self) -> None:
        self._socket.close()


@pytest.mark.parametrize("security", ["starttls", "none"])
def test_no_password_and_no_mail_cross_a_line_that_should_be_encrypted(security: str) -> None:
    tap = Wiretap()
    door = {"security": security, "username": "printlab", "password": "geheim"}
    failed = failure(lambda: mailer(tap.port, **door).send(mail()))
    tap.close()
    assert failed.kind is FailureKind.TRANSIENT
    assert "sent" in failed.detail
    heard = bytes(tap.heard).upper()
    assert b"EHLO" in heard or security == "none"
    for word in (
        b"AUTH",
        b"MAIL FROM",
        b"GEHEIM",
        b"PRINTLAB",
        base64.b64encode(b"geheim").upper(),
    ):
        assert word not in heard


def test_a_password_crosses_an_open_line_only_where_that_was_allowed() -> None:
    tap = Wiretap()
    door = {"security": "none", "username": "printlab", "password": "geheim"}
    failure(lambda: mailer(tap.port, **door, cleartext_login=True).send(mail()))
    tap.close()
    assert b"AUTH PLAIN" in bytes(tap.heard)


def test_what_could_break_out_of_a_header_is_refused() -> None:
    for bad in ("a@b.cc\nBcc: x@y.zz", "a@b.cc\r\n", "a@b.cc\0"):
        with pytest.raises(ValueError, match="no line breaks"):
            compose(
                RenderedMail("s", "t", "h"),
                sender="lab@example.edu",
                to=bad,
                message_id="<1@x>",
                date=datetime.now(UTC),
            )
