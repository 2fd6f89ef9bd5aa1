"""Mail: what is rendered, handed over, and how handing it over can fail."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from email.message import EmailMessage


class FailureKind(StrEnum):
    """What to do about a mail that did not go."""

    TRANSIENT = "transient"
    """Try again later."""
    PERMANENT = "permanent"
    """The recipient or the message was refused for good: a dead letter."""
    AUTHENTICATION = "authentication"
    """The login was refused: nothing is sent until it works again."""
    CERTIFICATE = "certificate"
    """The server's certificate isn't trusted: nothing is sent until it is."""


class MailFailure(Exception):
    """A mail did not go. ``detail`` holds the server's words, shortened and without secrets.

    With ``soon``, trying again within minutes harms nothing: no wrong password was counted.
    """

    def __init__(self, kind: FailureKind, detail: str, *, soon: bool = False) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.soon = soon or kind is FailureKind.CERTIFICATE


@dataclass(frozen=True, slots=True)
class CertificateSeen:
    """A server's certificate: the ``names`` that it's for, who issued it, when it ``ends`` (UTC)."""

    names: tuple[str, ...]
    issuer: str
    ends: datetime


@dataclass(slots=True)
class ServerSeen:
    """What a mail server said and offered, as far as the conversation came. ``logins`` are its ways
    to sign in, ``size`` is its largest email in bytes (None: it doesn't say), ``signed_in`` the way
    that worked.
    """

    greeting: str = ""
    starttls: bool | None = None
    tls: str = ""
    certificate: CertificateSeen | None = None
    logins: tuple[str, ...] = ()
    size: int | None = None
    signed_in: str = ""


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail as people will read it."""

    subject: str
    text: str
    html: str
    to: str = ""
    reply_to: str = ""
    """Where an answer goes, if not to the lab."""
    language: str = "en"
    """The tag of the language that it's in."""
    picture: bytes = b""
    """A PNG of the model, which the HTML shows as ``cid:`` and ``picture_id``."""
    picture_id: str = ""

    @property
    def html_alone(self) -> str:
        """The HTML with its picture within, as browsers show it."""
        if not self.picture:
            return self.html
        data = b64encode(self.picture).decode("ascii")
        return self.html.replace(f"cid:{self.picture_id}", f"data:image/png;base64,{data}")


class Mailer(Protocol):
    """Hands one mail to the world, or raises :class:`MailFailure`."""

    def send(self, message: EmailMessage) -> None: ...

    def check(self) -> None:
        """Connect and sign in as for a mail, and send none; raises MailFailure."""


class MailTester(Protocol):
    """Tells step by step what a mail server says."""

    def try_out(self, message: EmailMessage) -> tuple[ServerSeen, MailFailure | None]:
        """Send one mail; gives what was seen, and why it didn't go, if it didn't."""


class KeptMails(Protocol):
    """The mails that were written as files while there was no mail server."""

    def forget(self, message_ids: Collection[str]) -> None:
        """Delete the files of these mails; nothing happens where there are none.

        Raises OSError.
        """


class MailWriter(Protocol):
    """Turns a template and its facts into a mail."""

    def render(self, template: str, context: Mapping[str, object]) -> RenderedMail: ...

    def message(
        self, rendered: RenderedMail, *, to: str, message_id: str, date: datetime
    ) -> EmailMessage: ...
