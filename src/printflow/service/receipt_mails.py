"""Emails a receipt for each payment and refund of a student's, where the lab wants that."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..domain.budgets import BY_BUDGET
from ..domain.effects import MailTemplate
from ..ports import Transaction
from ..settings import Settings
from .mail_queue import MailQueue
from .receipt_numbers import receipt_of

_HAND_OVER = timedelta(minutes=1)
"""Jobs that are handed over together are entered one after the other within that."""


class ReceiptMails:
    """Writes them with the entry of the ledger, in its transaction. They wait for the settings'
    ``undo_seconds``, and a payment that is void by then sends none.
    """

    def __init__(self, settings: Settings, mails: MailQueue) -> None:
        self._on = settings.mail.receipts
        self._wait = timedelta(seconds=settings.undo_seconds)
        self._mails = mails

    def add(self, tx: Transaction, payment_id: int, now: datetime) -> None:
        """The email for an entry of the ledger; none where the student paid no money, where one of the same
        hand-over has its email already, or nobody's address is left.
        """
        payment = tx.ledger.get(payment_id) if self._on else None
        if payment is None or not payment.amount_cents or payment.method == BY_BUDGET:
            return
        receipt = receipt_of(tx, payment)
        if any(one.void is None and one.amount_cents for one in receipt.others):
            return
        job = receipt.jobs[0] if receipt.jobs else None
        if job is None or not job.student_email:
            return
        self._mails.add(
            tx,
            template=MailTemplate.RECEIPT,
            recipient=job.student_email,
            job_id=job.id,
            event_id=payment.share_of(job.id).event_id,
            confirmation_id=None,
            context={"payment_id": payment_id},
            now=now,
            not_before=now + max(self._wait, _HAND_OVER if payment.hand_over else timedelta()),
        )
