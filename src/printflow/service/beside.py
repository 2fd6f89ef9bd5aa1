"""What the other jobs of a request come to, for a minimum charge per request."""

from __future__ import annotations

from decimal import Decimal

from ..domain.catalog import Catalog
from ..domain.job import Job
from ..domain.price_rows import Beside
from ..domain.pricing import Price
from ..domain.status import Stage
from ..ports import Transaction


def beside(tx: Transaction, job: Job, catalog: Catalog) -> Beside | None:
    """The sums of the request's other jobs that have a price and were not turned down; None where
    the lab has its minimum per job.
    """
    if catalog.minimum_per != "request":
        return None
    counted = charged = Decimal()
    for other in tx.jobs.of_request(job.request_id):
        if other.id == job.id or other.cost_cents is None or not _counts(other):
            continue
        quote = tx.quotes.newest(other.id)
        price = Price(quote.price_lines if quote is not None else ())
        alone = Decimal(other.cost_cents) / 100
        counted += price.counted if price.lines else alone
        charged += price.charged if price.lines else alone
    return Beside(counted=counted, charged=charged)


def _counts(job: Job) -> bool:
    record = job.status.record
    return not record.refused and (record.stage is not Stage.CLOSED or record.handed_out)
