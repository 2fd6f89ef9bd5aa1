"""The lab's mail, loaded when the first one is made: most commands never send any."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..ports import (
    Mailbox,
    MailboxView,
    Mailer,
    MailFailure,
    MailReader,
    RenderedMail,
    ServerSeen,
)
from ..settings import Settings
from ..store.making import STATE

_READING_FOR_A_PERSON = "https://outlook.office.com/IMAP.AccessAsUser.All offline_access"

if TYPE_CHECKING:
    from email.message import EmailMessage

    from ..domain.incoming import ArrivedMail
    from ..mail.access_tokens import AccessTokens
    from ..mail.smtp import SmtpMailer

_TOKEN_SECONDS = 20.0
"""A token endpoint may take so long, and half of what a mail may take."""


class LazyWriter:
    """The mail templates, loaded when the first mail is made."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def render(self, template: str, context: Mapping[str, object]) -> RenderedMail:
        from ..mail.render import render

        return render(
            template,
            context,
            overrides=self._settings.mail.templates,
            own_texts=self._settings.locale_dir,
        )

    def message(
        self, rendered: RenderedMail, *, to: str, message_id: str, date: datetime
    ) -> EmailMessage:
        from ..mail.render import compose

        mail, inbox = self._settings.mail, self._settings.inbox
        read = inbox.address if inbox.host else ""
        return compose(
            rendered,
            sender=mail.sender,
            to=to,
            reply_to=rendered.reply_to or mail.reply_to or read or mail.staff_address,
            message_id=message_id,
            date=date,
        )


class LazyMailer:
    """The SMTP server of the settings, or the folder for ``.eml`` files."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._mailer: Mailer | None = None

    def send(self, message: EmailMessage) -> None:
        self._made().send(message)

    def check(self) -> None:
        self._made().check()

    def try_out(self, message: EmailMessage) -> tuple[ServerSeen, MailFailure | None]:
        return self._smtp().try_out(message)

    def _made(self) -> Mailer:
        if self._mailer is None:
            self._mailer = self._make()
        return self._mailer

    def _make(self) -> Mailer:
        if self._settings.mail.smtp_host:
            return self._smtp()
        from ..mail.file import FileMailer

        return FileMailer(*_mail_folder(self._settings))

    def _smtp(self) -> SmtpMailer:
        from ..mail.smtp import SmtpMailer

        mail = self._settings.mail
        password = mail.smtp_password
        return SmtpMailer(
            host=mail.smtp_host,
            port=mail.smtp_port,
            security=mail.smtp_security,
            username=mail.smtp_username,
            password=password.get_secret_value() if password else "",
            tokens=access_tokens(self._settings) if mail.auth == "xoauth2" else None,
            cleartext_login=mail.allow_cleartext_login,
            ca_file=mail.smtp_ca_file,
            timeout_seconds=mail.timeout_seconds,
            deadline_seconds=mail.deadline_seconds,
        )


def access_tokens(
    settings: Settings, *, scope: str = "", deadline_seconds: float | None = None
) -> AccessTokens:
    """The tokens of the lab's mailbox, for ``mail.oauth_scope`` or another ``scope``. They come
    within half of ``deadline_seconds``, that of one email by default.
    """
    from ..mail.access_tokens import AccessTokens

    mail = settings.mail
    return AccessTokens(
        mail,
        store=settings.store,
        scope=scope,
        ca_file=mail.smtp_ca_file,
        deadline_seconds=min(_TOKEN_SECONDS, (deadline_seconds or mail.deadline_seconds) / 2),
    )


class LazyMailFolder:
    """The mails that were written as files, whether or not there is a mail server by now."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def forget(self, message_ids: Collection[str]) -> None:
        from ..mail.file import FileMailer

        FileMailer(*_mail_folder(self._settings)).forget(message_ids)


class LazyMailbox:
    """The mailbox of the settings; imap-tools is loaded when it's first opened."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: Mailbox | None = None

    @property
    def place(self) -> str:
        return self._mailbox.place

    @property
    def _mailbox(self) -> Mailbox:
        if self._made is None:
            self._made = self._make()
        return self._made

    def _make(self) -> Mailbox:
        from ..inbox.imap import ImapMailbox

        inbox = self._settings.inbox
        password, tokens = inbox.password, self._tokens()
        return ImapMailbox(
            host=inbox.host,
            port=inbox.port,
            security=inbox.security,
            username=inbox.username,
            password=password.get_secret_value() if password else "",
            access_token=tokens.current if tokens else None,
            token_refused=tokens.refused if tokens else None,
            folder=inbox.folder,
            read_folder=inbox.read_folder,
            ca_file=inbox.ca_file,
            timeout_seconds=inbox.timeout_seconds,
            deadline_seconds=inbox.deadline_seconds,
        )

    def _tokens(self) -> AccessTokens | None:
        """The tokens of the app that [mail] names, for reading."""
        mail, inbox = self._settings.mail, self._settings.inbox
        if inbox.auth != "xoauth2":
            return None
        person = mail.oauth_provider == "microsoft365" and mail.has_refresh_token
        scope = _READING_FOR_A_PERSON if person and not mail.oauth_scope else ""
        return access_tokens(self._settings, scope=scope, deadline_seconds=inbox.deadline_seconds)

    def open(self) -> MailboxView:
        return self._mailbox.open()

    def uids_since_days(self, days: int) -> Sequence[int]:
        return self._mailbox.uids_since_days(days)

    def uids_from(self, first: int) -> Sequence[int]:
        return self._mailbox.uids_from(first)

    def size(self, uid: int) -> int | None:
        return self._mailbox.size(uid)

    def fetch(self, uid: int, size: int, *, head: bool = False) -> bytes | None:
        return self._mailbox.fetch(uid, size, head=head)

    def put_away(self, uid: int) -> None:
        self._mailbox.put_away(uid)

    def wait(self, seconds: float, stopped: Callable[[], bool]) -> bool:
        return self._mailbox.wait(seconds, stopped)

    def close(self) -> None:
        if self._made is not None:
            self._made.close()


class LazyMailReader:
    """Reads what came, in a protected process."""

    def __init__(self, settings: Settings) -> None:
        self._keep_bytes = settings.inbox.keep_mb << 20

    def read(self, raw: bytes) -> ArrivedMail:
        return self._reader.read(raw)

    def head(self, raw: bytes, size: int, *, too_large: bool = False) -> ArrivedMail:
        return self._reader.head(raw, size, too_large=too_large)

    @cached_property
    def _reader(self) -> MailReader:
        from ..inbox.guarded import GuardedReader

        return GuardedReader(keep_bytes=self._keep_bytes)


def _mail_folder(settings: Settings) -> tuple[Path, *tuple[str, ...]]:
    """The folder that is the administrator's choice, or the names of the store's own in it."""
    if settings.mail.directory is not None:
        return (settings.mail.directory,)
    return (settings.store, STATE, "mail")
