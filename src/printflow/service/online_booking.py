"""Enters money that was paid elsewhere: in the ledger where it can be, else for staff; each once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ..domain.event_kind import Correction
from ..domain.job import Actor, Job
from ..domain.ledger import Payment, Share
from ..domain.online_payments import (
    BY_LINK,
    Finding,
    OnlinePayment,
    OnlineState,
    judged,
)
from ..ports import Transaction
from .lookup import balance_of
from .money_writer import tell
from .pay_links import PayLinks
from .receipt_mails import ReceiptMails
from .repeats import fingerprint

_RECEIPT = 40


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of one payment, in integer cents above 0; ``reference`` or ``job_id`` say what
    it is for.
    """

    source: str
    reference: str
    job_id: str
    transaction_id: str
    cents: int
    currency: str
    note: str = ""
    method: str = BY_LINK
    """How it was paid, in the ledger."""


def book(
    tx: Transaction,
    told: Told,
    pay_links: PayLinks,
    receipts: ReceiptMails,
    actor: Actor,
    now: datetime,
) -> tuple[OnlinePayment, bool]:
    """Enter it, and say whether it was there already.

    The same transaction for the same job is known again, whether it was called back or stands in a
    report. Raises DuplicateKey where someone else enters it at the same time.
    """
    meant = pay_links.meant(told.reference) if told.reference else None
    job_id = meant.job_id if meant is not None else told.job_id
    job = tx.jobs.get(job_id) if job_id else None
    identity = payment_identity(
        told.transaction_id, job.id if job is not None else "", told.reference
    )
    changed = changed_identity(told, identity)
    known = tx.online.known([identity, changed])
    if changed in known:
        return known[changed], True
    if there := known.get(identity):
        if (there.amount_cents, there.currency) == (told.cents, told.currency):
            return there, True
        return _kept(tx, told, job, changed, Finding.CHANGED, None, now), False
    due = balance_of(tx, job).due_cents if job is not None else 0
    finding = judged(job, meant.cents if meant else None, due, told.cents, told.currency)
    payment_id = None
    if job is not None and (finding is None or finding.record.booked):
        payment_id = _enter(tx, told, job, identity, actor, now)
        receipts.add(tx, payment_id, now)
    return _kept(tx, told, job, identity, finding, payment_id, now), False


def payment_identity(transaction_id: str, job_id: str, reference: str) -> str:
    """By what a payment is known again: its transaction, and what it is for."""
    return fingerprint([transaction_id, job_id or reference])


def changed_identity(told: Told, identity: str) -> str:
    """By what its other amount is known again, where one was said later."""
    return fingerprint([identity, told.cents, told.currency])


def _kept(
    tx: Transaction,
    told: Told,
    job: Job | None,
    identity: str,
    finding: Finding | None,
    payment_id: int | None,
    now: datetime,
) -> OnlinePayment:
    one = OnlinePayment(
        id=0,
        identity=identity,
        at=now,
        source=told.source,
        reference=told.reference,
        transaction_id=told.transaction_id,
        job_id=job.id if job is not None else None,
        amount_cents=told.cents,
        currency=told.currency,
        finding=finding,
        state=OnlineState.OPEN if finding is not None else OnlineState.DONE,
        payment_id=payment_id,
    )
    return replace(one, id=tx.online.add(one))


def _enter(
    tx: Transaction, told: Told, job: Job, identity: str, actor: Actor, now: datetime
) -> int:
    receipt = told.transaction_id[:_RECEIPT]
    details = {"amount_cents": told.cents, "method": told.method, "receipt": receipt}
    event_id = tell(tx, job, Correction.PAYMENT, details, actor, now)
    payment = Payment(
        id=0,
        at=now,
        by=actor.name,
        station=actor.station,
        amount_cents=told.cents,
        currency=told.currency,
        method=told.method,
        receipt=receipt,
        note=told.note,
        shares=(Share(job_id=job.id, amount_cents=told.cents, event_id=event_id),),
    )
    return tx.ledger.add(payment, f"online:{identity[:48]}", identity)
