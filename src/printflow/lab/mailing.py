"""The lab's mail, loaded when the first one is made: most commands never send any."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..ports import Mailer, MailFailure, RenderedMail, ServerSeen
from ..settings import Settings
from ..store.making import STATE

if TYPE_CHECKING:
    from email.message import EmailMessage

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

        return render(template, context, overrides=self._settings.mail.templates)

    def message(
        self, rendered: RenderedMail, *, to: str, message_id: str, date: datetime
    ) -> EmailMessage:
        from ..mail.render import compose

        mail = self._settings.mail
        return compose(
            rendered,
            sender=mail.sender,
            to=to,
            reply_to=rendered.reply_to or mail.reply_to or mail.staff_address,
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


def access_tokens(settings: Settings, *, scope: str = "") -> AccessTokens:
    """The tokens of the lab's mailbox, for ``mail.oauth_scope`` or another ``scope``."""
    from ..mail.access_tokens import AccessTokens

    mail = settings.mail
    return AccessTokens(
        mail,
        store=settings.store,
        scope=scope,
        ca_file=mail.smtp_ca_file,
        deadline_seconds=min(_TOKEN_SECONDS, mail.deadline_seconds / 2),
    )


class LazyMailFolder:
    """The mails that were written as files, whether or not there is a mail server by now."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def forget(self, message_ids: Collection[str]) -> None:
        from ..mail.file import FileMailer

        FileMailer(*_mail_folder(self._settings)).forget(message_ids)


def _mail_folder(settings: Settings) -> tuple[Path, *tuple[str, ...]]:
    """The folder that is the administrator's choice, or the names of the store's own in it."""
    if settings.mail.directory is not None:
        return (settings.mail.directory,)
    return (settings.store, STATE, "mail")
