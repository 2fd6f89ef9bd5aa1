"""Mails through an SMTP server, with a hard deadline and each failure put into its class."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from ..ports import FailureKind, MailFailure, ServerSeen
from ..runtime.deadline import TookTooLong, within
from ..said import Said, say, sentences
from .access_tokens import AccessTokens
from .certificate import any_certificate, certificate_seen, only_certificate
from .smtp_hints import certificate_step, connection_step, hint
from .smtp_login import XOAUTH2, TokenRefused, mechanisms, sign_in_with_token

_WORDS = 200
"""Characters of what a server says."""
_LOGIN_REFUSED = (530, 534, 535, 538)  # RFC 4954, section 6


class _Held(smtplib.SMTP):
    """A client that others can reach while it still waits for the server's greeting, which is
    written down in ``seen``.
    """

    def __init__(
        self, held: list[smtplib.SMTP], seen: ServerSeen, *given: Any, **options: Any
    ) -> None:
        held.append(self)
        self._seen = seen
        super().__init__(*given, **options)

    def connect(self, *given: Any, **options: Any) -> tuple[int, bytes]:
        code, words = super().connect(*given, **options)
        self._seen.greeting = _line(words)
        return code, words


class _HeldTls(_Held, smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""


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
    unless ``cleartext_login`` allows it. With ``tokens``, the login is by XOAUTH2; a token that the
    server refuses is replaced and tried again once.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: str,
        username: str = "",
        password: str = "",
        tokens: AccessTokens | None = None,
        cleartext_login: bool = False,
        ca_file: Path | None = None,
        timeout_seconds: float = 30,
        deadline_seconds: float = 60,
    ) -> None:
        self._host = host
        self._port = port
        self._security = security
        self._username = username
        self._password = password
        self._tokens = tokens
        self._may_log_in = security != "none" or cleartext_login
        self._ca_file = ca_file
        self._timeout = min(timeout_seconds, deadline_seconds)
        self._deadline = deadline_seconds

    def send(self, message: EmailMessage) -> None:
        """Send one mail; raises MailFailure. What the server has accepted counts as sent."""
        self._carry_out(message, ServerSeen())

    def check(self) -> None:
        """Connect and sign in as for a mail, and send none; raises MailFailure."""
        self._carry_out(None, ServerSeen())

    def try_out(self, message: EmailMessage) -> tuple[ServerSeen, MailFailure | None]:
        """Send one mail; gives what was seen, and why it didn't go, if it didn't."""
        seen = ServerSeen()
        try:
            self._carry_out(message, seen)
        except MailFailure as failure:
            # Only for the words: what there is to see although nothing was sent.
            if self._tokens is not None and not seen.greeting:
                with contextlib.suppress(Exception):
                    within(self._deadline, lambda: self._look_at_offers(seen))
            if failure.kind is FailureKind.CERTIFICATE and seen.certificate is None:
                with contextlib.suppress(Exception):
                    within(self._deadline, lambda: self._look_at_certificate(seen))
            return seen, failure
        return seen, None

    # -- the deadline, and what failed ------------------------------------------------------------

    def _carry_out(self, message: EmailMessage | None, seen: ServerSeen) -> None:
        held: list[smtplib.SMTP] = []
        try:
            within(self._deadline, lambda: self._deliver(message, held, seen))
        except TookTooLong:
            for client in held:
                _interrupt(client)
            raise self._passing(
                say(
                    "{server} didn't answer within {seconds} s.",
                    server=self._where,
                    seconds=f"{self._deadline:g}",
                ),
                connection_step(TimeoutError(), port=self._port, security=self._security),
            ) from None
        except smtplib.SMTPException as error:
            raise self._failure(error) from error
        except ssl.SSLCertVerificationError as error:
            raise MailFailure(
                FailureKind.CERTIFICATE,
                sentences(
                    (
                        say(
                            "{server}: its certificate isn't trusted ({why}).",
                            server=self._where,
                            why=error.verify_message,
                        ),
                        certificate_step(error),
                    )
                ),
            ) from error
        except OSError as error:
            step = connection_step(error, port=self._port, security=self._security)
            raise self._passing(self._system(str(error)), step) from error

    def _deliver(
        self, message: EmailMessage | None, held: list[smtplib.SMTP], seen: ServerSeen
    ) -> None:
        if self._tokens is None or not self._username:
            self._talk(message, held, seen, "")
            return
        token = self._tokens.current()  # before the connection: the endpoint may take its time
        try:
            self._talk(message, held, seen, token)
        except TokenRefused:
            self._tokens.refused(token)
            token = self._tokens.current()
            try:
                self._talk(message, held, seen, token)
            except TokenRefused as refused:
                self._tokens.refused(token)
                raise self._token_failure(refused) from None

    def _talk(
        self, message: EmailMessage | None, held: list[smtplib.SMTP], seen: ServerSeen, token: str
    ) -> None:
        client = self._connect(held, seen)
        try:
            try:
                self._begin(client, seen)
                self._sign_in(client, seen, token)
            except smtplib.SMTPResponseException as error:
                raise self._not_begun(error) from error
            if message is not None:
                client.send_message(message)
            # The mail was accepted; how the server says goodbye changes nothing.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.quit()
        finally:
            client.close()

    # -- step by step -----------------------------------------------------------------------------

    @property
    def _where(self) -> str:
        return f"{self._host}:{self._port}"

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self._ca_file) if self._ca_file else None)

    def _connect(
        self,
        held: list[smtplib.SMTP],
        seen: ServerSeen,
        context: ssl.SSLContext | None = None,
    ) -> smtplib.SMTP:
        place, timeout = (self._host, self._port), self._timeout
        if self._security == "tls":
            context = context or self._context()
            return _HeldTls(held, seen, *place, timeout=timeout, context=context)
        return _Held(held, seen, *place, timeout=timeout)

    def _begin(self, client: smtplib.SMTP, seen: ServerSeen) -> None:
        client.ehlo_or_helo_if_needed()
        if self._security == "starttls":
            seen.starttls = client.has_extn("starttls")
            if not seen.starttls:
                raise self._passing(
                    say(
                        "{server} doesn't offer encryption (STARTTLS), so neither the password nor "
                        "the email was sent. Check mail.smtp_port and mail.smtp_security. If "
                        "they're right, someone in between may have removed the offer.",
                        server=self._where,
                    )
                )
            client.starttls(context=self._context())
            client.ehlo_or_helo_if_needed()
        elif self._security == "none":
            seen.starttls = client.has_extn("starttls")
        if isinstance(client.sock, ssl.SSLSocket):
            seen.tls = client.sock.version() or ""
            seen.certificate = certificate_seen(client.sock.getpeercert())
        seen.logins = mechanisms(client)
        size = client.esmtp_features.get("size", "")
        seen.size = int(size) if size.isdecimal() and int(size) else None

    def _sign_in(self, client: smtplib.SMTP, seen: ServerSeen, token: str) -> None:
        if not self._username:
            return
        if not self._may_log_in:
            raise self._passing(
                say(
                    "{server}: the password isn't sent without encryption. Check "
                    "mail.smtp_security and mail.allow_cleartext_login.",
                    server=self._where,
                )
            )
        wanted = (XOAUTH2,) if token else ("CRAM-MD5", "PLAIN", "LOGIN")
        usable = [one for one in wanted if one in seen.logins]
        if not usable:
            raise self._not_offered(wanted, seen.logins)
        if token:
            sign_in_with_token(client, self._username, token)
        else:
            client.login(self._username, self._password)
        seen.signed_in = usable[0]

    def _look_at_offers(self, seen: ServerSeen) -> None:
        client = self._connect([], seen)
        with contextlib.closing(client):
            self._begin(client, seen)

    def _look_at_certificate(self, seen: ServerSeen) -> None:
        """Of a server that isn't trusted: look twice, say nothing and send nothing."""
        der = self._peer_certificate(any_certificate(), binary=True)
        if isinstance(der, bytes):
            seen.certificate = certificate_seen(self._peer_certificate(only_certificate(der)))

    def _peer_certificate(self, context: ssl.SSLContext, *, binary: bool = False) -> object:
        client = self._connect([], ServerSeen(), context)
        try:
            if self._security == "starttls":
                client.starttls(context=context)
            sock = client.sock
            return sock.getpeercert(binary_form=binary) if isinstance(sock, ssl.SSLSocket) else None
        finally:
            client.close()

    # -- in words ---------------------------------------------------------------------------------

    def _passing(self, words: Said, step: str = "") -> MailFailure:
        return MailFailure(FailureKind.TRANSIENT, sentences((words, step)))

    def _system(self, words: str) -> Said:
        return say("{server}: {why}", server=self._where, why=words[:_WORDS])

    def _not_offered(self, wanted: tuple[str, ...], offered: tuple[str, ...]) -> MailFailure:
        step: str = ""
        if not offered:
            step = say("It offers no sign-in. If it needs none, remove mail.smtp_username.")
            if self._security == "none":
                step = say(
                    'It may offer one after encryption only. Set mail.smtp_security = "starttls".'
                )
        elif XOAUTH2 in offered and XOAUTH2 not in wanted:
            step = say('It doesn\'t accept passwords. Set mail.auth = "xoauth2".')
        elif XOAUTH2 in wanted:
            step = say('Set mail.auth = "password", or check mail.smtp_host.')
        words = say(
            "{server} doesn't offer a sign-in that fits ({wanted}), but only: {offered}.",
            server=self._where,
            wanted=", ".join(wanted),
            offered=", ".join(offered) or "–",
        )
        return MailFailure(FailureKind.AUTHENTICATION, sentences((words, step)), soon=True)

    def _token_failure(self, refused: TokenRefused) -> MailFailure:
        text = _line(refused.answer)
        kind = FailureKind.AUTHENTICATION if refused.code >= 500 else FailureKind.TRANSIENT
        step = hint(refused.code, text, signing_in="xoauth2")
        return MailFailure(
            kind, sentences((self._words(refused.code, text), refused.why, step)), soon=True
        )

    def _not_begun(self, error: smtplib.SMTPResponseException) -> MailFailure:
        """No mail was offered yet: whatever the server refuses, it isn't the mail's fault."""
        text = _line(error.smtp_error)
        login = isinstance(error, smtplib.SMTPAuthenticationError)
        refused = error.smtp_code >= 500 if login else error.smtp_code in _LOGIN_REFUSED
        kind = FailureKind.AUTHENTICATION if refused else FailureKind.TRANSIENT
        step = hint(error.smtp_code, text, signing_in="password" if login and refused else "")
        return MailFailure(kind, sentences((self._words(error.smtp_code, text), step)))

    def _failure(self, error: smtplib.SMTPException) -> MailFailure:
        if isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError):
            return self._not_begun(error)
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            code, words = next(iter(error.recipients.values()))
            return self._answered(code, words)
        if isinstance(error, smtplib.SMTPResponseException):
            return self._answered(error.smtp_code, error.smtp_error)
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return self._passing(
                say(
                    "{server}: {why} Check mail.smtp_security.",
                    server=self._where,
                    why=str(error)[:_WORDS],
                )
            )
        cause = error.__context__  # smtplib hides a timeout in a line that was closed
        step = ""
        if isinstance(cause, OSError):
            step = connection_step(cause, port=self._port, security=self._security)
        return self._passing(self._system(str(error) or type(error).__name__), step)

    def _answered(self, code: int, words: bytes | str) -> MailFailure:
        kind = FailureKind.PERMANENT if 500 <= code < 600 else FailureKind.TRANSIENT
        if code in _LOGIN_REFUSED:
            kind = FailureKind.AUTHENTICATION
        text = _line(words)
        return MailFailure(kind, sentences((self._words(code, text), hint(code, text))))

    def _words(self, code: int, text: str) -> Said:
        return say(
            "{server} answered {answer}", server=self._where, answer=f"{code} {text}"[:_WORDS]
        )


def _line(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(text.split())
