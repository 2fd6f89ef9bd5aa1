"""What a correction does to the price that a student was told: the one place that decides it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ..said import Money, listed, say
from .job import Job

_THE_PRINT = {
    "method": say("another print method"),
    "material": say("another material"),
    "quantity": say("another number of copies"),
}
"""What makes it another print than the one that was quoted. The color and the printer don't where
the price is the same: its page says them as they are now."""


@dataclass(frozen=True, slots=True)
class QuoteEffect:
    """Whether the open quote no longer counts, and ``why``; whether one that was agreed to stays
    although its price would be another one today.
    """

    voided: bool = False
    agreed: bool = False
    why: str = ""


_NONE = QuoteEffect()


def quote_effect(
    before: Job, after: Job, cents_before: int | None, cents_after: int | None
) -> QuoteEffect:
    """What becomes of the quote of a job that is ``after`` what it was ``before``.

    The prices are those of both at the catalog of today, in integer cents; None where it has none.
    A quote that waits for an answer is void where the price or the print differs. One that was agreed
    to stays.
    """
    record = before.status.record
    known = cents_before if cents_before is not None else before.cost_cents
    dearer = cents_after is not None and known is not None and cents_after != known
    if not record.quoted:
        priced = record.to_print or record.on_shelf
        return QuoteEffect(agreed=True) if priced and dearer else _NONE
    reasons = [
        words for name, words in _THE_PRINT.items() if getattr(before, name) != getattr(after, name)
    ]
    if dearer and cents_after is not None:
        price = Money(cents_after, before.currency)
        reasons.append(say("the price is now {price}", price=price))
    return QuoteEffect(voided=True, why=listed(reasons)) if reasons else _NONE
