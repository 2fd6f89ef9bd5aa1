"""Asks by email whether an address is its owner's, before staff see what was submitted under it.

Anyone can write any address into the form: these emails leave as rarely as those that say that a
model came in, and not without end for one network address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from ..domain.effects import MailTemplate
from ..domain.job import Job
from ..domain.limits import Limit
from ..domain.unconfirmed import AddressToConfirm
from ..ports import Transaction
from ..runtime.tokens import Tokens, token_hash
from ..settings import Settings
from .addresses import mailbox_of
from .limits import admitted
from .mail_queue import MailQueue
from .received import may_mail

_FROM_ONE_ADDRESS = Limit("confirm-address", 60, timedelta(hours=1))
"""A class submits from one network address in one hour, too."""
_KNOWN_FOR = timedelta(days=180)


class AddressAsking:
    """Which submissions wait for their address, and the email that asks."""

    def __init__(self, settings: Settings, tokens: Tokens, mails: MailQueue) -> None:
        self._on = settings.confirm_address
        self._tokens = tokens
        self._mails = mails
        self._period = timedelta(days=settings.unconfirmed_days)

    def wanted(self, tx: Transaction, address: str, browser: str, now: datetime) -> bool:
        """Whether a submission from a form waits: not that of a browser that an address that it
        sent was confirmed for, not long ago. ``browser`` is that browser's own secret.
        """
        return self._on and not self.known(tx, address, browser, now)

    def known(self, tx: Transaction, address: str, browser: str, now: datetime) -> bool:
        """Whether that address was confirmed for a browser, not long ago."""
        return bool(browser) and tx.addresses.known(
            _hash_of(browser), self._tokens.of_mailbox(mailbox_of(address)), now
        )

    def ask(self, tx: Transaction, job: Job, browser: str, sender: str, now: datetime) -> bool:
        """The request of that first job waits for its address; whether an email leaves."""
        token = self._tokens.of_address(job.request_id, job.created_at)
        tx.addresses.ask(
            job.request_id,
            until=now + self._period,
            link_hash=token_hash(token),
            browser_hash=_hash_of(browser) if browser else "",
        )
        if not self.may_mail(tx, job.student_email, sender, now):
            return False
        self.mail(tx, tx.jobs.of_request(job.request_id), now)
        return True

    def may_mail(self, tx: Transaction, address: str, sender: str, now: datetime) -> bool:
        """Count one such email to the address, asked for by ``sender``, where it may leave."""
        return admitted(tx, _FROM_ONE_ADDRESS.for_address(sender), now) and may_mail(
            tx, address, now
        )

    def mail(self, tx: Transaction, jobs: Sequence[Job], now: datetime) -> None:
        """One email for all jobs of a request."""
        self._mails.add(
            tx,
            template=MailTemplate.CONFIRM_ADDRESS,
            recipient=jobs[0].student_email,
            job_id=jobs[0].id,
            event_id=None,
            confirmation_id=None,
            context={"job_ids": [job.id for job in jobs]},
            now=now,
        )

    def remember(
        self, tx: Transaction, asked: AddressToConfirm, address: str, now: datetime
    ) -> None:
        """The browser that sent it need not confirm that address again for a while."""
        if asked.browser_hash:
            mailbox = self._tokens.of_mailbox(mailbox_of(address))
            tx.addresses.remember(asked.browser_hash, mailbox, now + _KNOWN_FOR)

    def forget(self, tx: Transaction, address: str) -> None:
        """No browser is known for that address any more."""
        tx.addresses.forget_browsers(address_hash=self._tokens.of_mailbox(mailbox_of(address)))


def _hash_of(browser: str) -> str:
    return hashlib.sha256(f"printflow browser:{browser}".encode("utf-8", "replace")).hexdigest()
