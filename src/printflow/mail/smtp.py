"""Mails through an SMTP server, with a hard deadline and each failure put into its class."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from ..ports import FailureKind, MailFailure
from ..runtime.deadline import TookTooLong, within
from ..said import say

_WORDS = 200
"""Characters of what a server says."""
_LOGIN_REFUSED = (530, 534, 535, 538)  # RFC 4954, section 6


class _Held(smtplib.SMTP):
    """A client that others can reach while it still waits for the server's greeting."""

    def __init__(self, held: list[smtplib.SMTP], *given: Any, **options: Any) -> None:
        held.append(self)
        super().__init__(*given, **options)


class _HeldTls(smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""

    def __init__(self, held: list[smtplib.SMTP], *given: Any, **options: Any) -> None:
        held.append(self)
        super().__init__(*given, **options)


def _interrupt(client: smtplib.SMTP) -> None:
    """Wake the thread that waits for the server. To close would be to wait for it, too: it holds
    the lock of the file that it reads from.
    """
    if client.sock is not None:
        with contextlib.suppress(OSError):
            client.sock.shutdown(socket.SHUT_RDWR)


class SmtpMailer:
    """Sends through one server. ``security`` is none, starttls or tls; times are in seconds.

    What cannot be encrypted as told is not sent at all. Without encryption there is no login,
    unless ``plaintext_login`` allows it.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: str,
        username: str = "",
        password: str = "",
        plaintext_login: bool = False,
        ca_file: Path | None = None,
        timeout_seconds: float = 30,
        deadline_seconds: float = 60,
    ) -> None:
        self._host = host
        self._port = port
        self._security = security
        self._username = username
        self._password = password
        self._may_log_in = security != "none" or plaintext_login
        self._ca_file = ca_file
        self._timeout = min(timeout_seconds, deadline_seconds)
        self._deadline = deadline_seconds

    def send(self, message: EmailMessage) -> None:
        """Send one mail; raises MailFailure. What the server has accepted counts as sent."""
        held: list[smtplib.SMTP] = []
        try:
            within(self._deadline, lambda: self._send(message, held))
        except TookTooLong:
            for client in held:
                _interrupt(client)
            raise MailFailure(
                FailureKind.TRANSIENT,
                say(
                    "{server} didn't answer within {seconds} s.",
                    server=self._where,
                    seconds=f"{self._deadline:g}",
                ),
            ) from None
        except smtplib.SMTPException as error:
            raise self._failure(error) from error
        except ssl.SSLCertVerificationError as error:
            raise self._passing(
                say(
                    "{server}: its certificate isn't trusted ({why}).",
                    server=self._where,
                    why=error.verify_message,
                )
            ) from error
        except OSError as error:
            raise self._system(str(error)) from error

    @property
    def _where(self) -> str:
        return f"{self._host}:{self._port}"

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self._ca_file) if self._ca_file else None)

    def _connect(self, held: list[smtplib.SMTP]) -> smtplib.SMTP:
        if self._security == "tls":
            return _HeldTls(
                held, self._host, self._port, timeout=self._timeout, context=self._context()
            )
        return _Held(held, self._host, self._port, timeout=self._timeout)

    def _send(self, message: EmailMessage, held: list[smtplib.SMTP]) -> None:
        client = self._connect(held)
        try:
            if self._security == "starttls":
                client.ehlo()
                if not client.has_extn("starttls"):
                    raise self._passing(
                        say(
                            "{server} doesn't offer encryption (STARTTLS), so neither the password nor "
                            "the email was sent. Check mail.smtp_port and mail.smtp_security. If "
                            "they're right, someone in between may have removed the offer.",
                            server=self._where,
                        )
                    )
                client.starttls(context=self._context())
            if self._username:
                if not self._may_log_in:
                    raise self._passing(
                        say(
                            "{server}: the password isn't sent without encryption. Check "
                            "mail.smtp_security and mail.allow_cleartext_login.",
                            server=self._where,
                        )
                    )
                client.login(self._username, self._password)
            client.send_message(message)
            # The mail was accepted; how the server says goodbye changes nothing.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.quit()
        finally:
            client.close()

    def _passing(self, words: str) -> MailFailure:
        return MailFailure(FailureKind.TRANSIENT, words)

    def _system(self, words: str) -> MailFailure:
        return self._passing(say("{server}: {why}", server=self._where, why=words[:_WORDS]))

    def _failure(self, error: smtplib.SMTPException) -> MailFailure:
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            code, words = next(iter(error.recipients.values()))
            return self._answered(code, words)
        if isinstance(error, smtplib.SMTPAuthenticationError):
            kind = (
                FailureKind.AUTHENTICATION
                if error.smtp_code in _LOGIN_REFUSED
                else FailureKind.TRANSIENT
            )
            return MailFailure(kind, self._words(error.smtp_code, error.smtp_error))
        if isinstance(error, smtplib.SMTPResponseException):
            if error.smtp_code in _LOGIN_REFUSED:
                return MailFailure(
                    FailureKind.AUTHENTICATION, self._words(error.smtp_code, error.smtp_error)
                )
            return self._answered(error.smtp_code, error.smtp_error)
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return self._passing(
                say(
                    "{server}: {why} Check mail.smtp_security.",
                    server=self._where,
                    why=str(error)[:_WORDS],
                )
            )
        return self._system(str(error) or type(error).__name__)

    def _answered(self, code: int, words: bytes | str) -> MailFailure:
        kind = FailureKind.PERMANENT if 500 <= code < 600 else FailureKind.TRANSIENT
        return MailFailure(kind, self._words(code, words))

    def _words(self, code: int, words: bytes | str) -> str:
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        return say(
            "{server} answered {answer}",
            server=self._where,
            answer=f"{code} {' '.join(text.split())}"[:_WORDS],
        )
