"""What a receipt shows, and whether its number is already in the ledger."""

from __future__ import annotations

from ..domain.ledger import Payment
from ..domain.receipt import Receipt
from ..domain.text import clean_line
from ..ports import Transaction


def receipt_used(tx: Transaction, typed: str, hand_over: str = "") -> str:
    """Which payment that counts has the number, in words; "" if none has. Jobs that are handed over
    together share one receipt.
    """
    number = clean_line(typed)
    found = tx.ledger.of_receipt(number) if number else None
    if found is None or (hand_over and found.hand_over == hand_over):
        return ""
    return f"payment {found.number} of job {', '.join(found.job_ids)}"


def receipt_of(tx: Transaction, payment: Payment) -> Receipt:
    """The receipt of a payment, with what was handed over with it."""
    others = tuple(one for one in tx.ledger.of_hand_over(payment.hand_over) if one.id != payment.id)
    ids = dict.fromkeys(job_id for one in (payment, *others) for job_id in one.job_ids)
    jobs = (tx.jobs.get(job_id) for job_id in ids)
    return Receipt(payment, tuple(job for job in jobs if job is not None), others)
