"""What is different in a new quote, and why its price is another: for the student who knew the old
one. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..said import Money, Said, listed, say
from .job import Quote
from .pricing import plain_decimal


@dataclass(frozen=True, slots=True)
class QuoteChange:
    """Two sentences: how the price changed, and what else did."""

    price: Said
    why: Said


def quote_change(quote: Quote, quotes: Sequence[Quote]) -> QuoteChange | None:
    """How ``quote`` differs from the job's quote before it (``quotes`` are all, oldest first); None
    where it is the first, or costs the same.
    """
    earlier = [one for one in quotes if one.id < quote.id]
    if not earlier or earlier[-1].cost_cents == quote.cost_cents:
        return None
    before = earlier[-1]
    price = say(
        "New price: {price}. It was {before}.",
        price=Money(quote.cost_cents, quote.currency),
        before=Money(before.cost_cents, before.currency),
    )
    changed = _changed(before, quote)
    if not changed:
        return QuoteChange(price, say("The lab's prices have changed."))
    return QuoteChange(price, say("What changed: {changes}.", changes=listed(changed)))


def _changed(before: Quote, now: Quote) -> list[Said]:
    found = []
    if before.printer != now.printer:
        found.append(say("printer {now} (was {old})", now=now.printer, old=before.printer))
    if before.material != now.material:
        found.append(say("material {now} (was {old})", now=now.material, old=before.material))
    if before.color != now.color:
        found.append(say("color {now} (was {old})", now=now.color, old=before.color))
    if before.grams != now.grams:
        weights = {"now": plain_decimal(now.grams), "old": plain_decimal(before.grams)}
        found.append(say("weight {now} g (was {old} g)", **weights))
    if before.hours != now.hours:
        times = {"now": plain_decimal(now.hours), "old": plain_decimal(before.hours)}
        found.append(say("print time {now} h (was {old} h)", **times))
    if before.file_sha256 != now.file_sha256:
        found.append(say("another file"))
    return found
