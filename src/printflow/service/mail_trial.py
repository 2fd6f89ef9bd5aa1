"""One email to try the mail server with, and what it said on the way."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from ..domain.rights import Right
from ..errors import InvalidInput, SettingsError
from ..ports import (
    Clock,
    FailureKind,
    MailFailure,
    MailTester,
    MailWriter,
    RenderedMail,
    ServerSeen,
)
from ..runtime.permits import needs
from ..said import say
from ..settings import Settings
from .addresses import email_problem, normal_email


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTrial:
    """What came of it. ``server`` is host and port, ``security`` and ``auth`` are those of the
    settings; ``failure`` is why the email wasn't sent, None where the server took it.
    """

    to: str
    server: str
    security: str
    auth: str
    username: str
    seen: ServerSeen
    failure: MailFailure | None

    @property
    def unreachable(self) -> bool:
        """Whether it may work later without a change: the server, or what it needs, is away."""
        return self.failure is not None and self.failure.kind is FailureKind.TRANSIENT


class MailTrials:
    """Sends test emails past the outbox; nothing is kept of them."""

    def __init__(
        self, settings: Settings, writer: MailWriter, tester: MailTester, clock: Clock
    ) -> None:
        self._settings = settings
        self._writer = writer
        self._tester = tester
        self._clock = clock

    @needs(Right.SETTINGS)
    def run(self, to: str) -> MailTrial:
        """Connect, sign in and send one email to this address, and tell of each step.

        Raises InvalidInput for what is no address, and SettingsError where no server is set.
        """
        mail = self._settings.mail
        if problem := email_problem(to, ()):
            raise InvalidInput.of("to", "address_invalid", problem)
        if not mail.smtp_host:
            raise SettingsError(
                say("No SMTP server is set up, so emails are saved as files."),
                key="mail.smtp_host",
                next_step=say("Set mail.smtp_host."),
            )
        address = normal_email(to)
        text = say(
            "This email was sent by “printflow mail test”. If you can read it, Printflow can send email."
        )
        message = self._writer.message(
            RenderedMail(
                say("Test email from Printflow"), f"{text}\n", f"<p>{text}</p>", to=address
            ),
            to=address,
            message_id=f"<test.{secrets.token_hex(8)}@{mail.sender_domain}>",
            date=self._clock(),
        )
        seen, failure = self._tester.try_out(message)
        return MailTrial(
            to=address,
            server=f"{mail.smtp_host}:{mail.smtp_port}",
            security=mail.smtp_security,
            auth=mail.auth,
            username=mail.smtp_username,
            seen=seen,
            failure=failure,
        )
