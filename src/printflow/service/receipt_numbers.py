"""Checks whether a receipt number is already in the ledger."""

from __future__ import annotations

from ..domain.text import clean_line
from ..ports import Transaction


def receipt_used(tx: Transaction, typed: str) -> str:
    """Which payment that counts has the number, in words; "" if none has."""
    number = clean_line(typed)
    found = tx.ledger.of_receipt(number) if number else None
    if found is None:
        return ""
    return f"payment {found.number} of job {', '.join(found.job_ids)}"
