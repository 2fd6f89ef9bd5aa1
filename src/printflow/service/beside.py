"""What the other jobs of a request come to, for a minimum charge per request."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ..domain.catalog import Catalog
from ..domain.currency import decimals, of_cents
from ..domain.job import Job
from ..domain.price_rows import Beside
from ..domain.pricing import LineKind, Price, PriceLine
from ..ports import Transaction


def beside(
    tx: Transaction, job: Job, catalog: Catalog, instead: Mapping[str, Price] | None = None
) -> Beside | None:
    """The sums of the request's other jobs that have a price and were not turned down; None where
    the lab has its minimum per job.

    ``instead`` holds, by id, prices that count in the place of what was quoted.
    """
    if catalog.minimum_per != "request":
        return None
    counted = charged = off = Decimal()
    for other in tx.jobs.of_request(job.request_id):
        if other.id == job.id:
            continue
        price = quoted(tx, other, instead or {})
        if price is not None:
            counted += price.counted
            charged += price.charged
            off += price.free
    return Beside(counted=counted, charged=charged, free=off)


def quoted(tx: Transaction, job: Job, instead: Mapping[str, Price]) -> Price | None:
    """The price that a job was quoted, or has ``instead``; None where it has none that counts."""
    if job.id in instead:
        return instead[job.id]
    if job.cost_cents is None or not job.counted:
        return None
    quote = tx.quotes.newest(job.id)
    if quote is not None and quote.price_lines:
        return Price(quote.price_lines, decimals(quote.currency))
    alone = of_cents(job.cost_cents, job.currency)
    return Price((PriceLine(LineKind.AMOUNT, Decimal(1), alone),), decimals(job.currency))
