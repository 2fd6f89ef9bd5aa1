"""Adds emails to the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..domain.effects import MailTemplate
from ..ports import Ids, Transaction


class MailQueue:
    """Writes mails into a transaction. ``sender_domain`` ends their Message-IDs."""

    def __init__(self, ids: Ids, sender_domain: str) -> None:
        self._ids = ids
        self._sender_domain = sender_domain

    def add(
        self,
        tx: Transaction,
        *,
        template: MailTemplate,
        recipient: str,
        job_id: str | None,
        event_id: int | None,
        confirmation_id: int | None,
        context: dict[str, Any],
        now: datetime,
        not_before: datetime | None = None,
        number: str = "",
    ) -> str:
        """Put a mail into the outbox; gives the Message-ID that it keeps whatever happens.

        With a ``number`` there is only one of that template and number, ever: another one raises
        DuplicateKey.
        """
        number = number or f"{self._ids(64):016x}"
        message_id = self.message_id(template, job_id=job_id, number=number)
        tx.outbox.add(
            message_id=message_id,
            job_id=job_id,
            event_id=event_id,
            confirmation_id=confirmation_id,
            template=template.value,
            recipient=recipient,
            context=context,
            now=now,
            not_before=not_before or now,
        )
        return message_id

    def message_id(self, template: MailTemplate, *, number: str, job_id: str | None = None) -> str:
        """The Message-ID of a mail with that number."""
        return f"<{job_id or 'lab'}.{template.value}.{number}@{self._sender_domain}>"
