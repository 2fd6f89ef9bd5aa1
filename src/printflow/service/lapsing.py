"""Which quotes nobody answered in time: what they held is there for others, whatever it was."""

from __future__ import annotations

from datetime import datetime

from ..domain.job import Job, Quote
from ..ports import Transaction


def lapsed_quote(tx: Transaction, job: Job, now: datetime) -> Quote | None:
    """The job's newest quote, where nobody answered it in time; else None."""
    quote = tx.quotes.newest(job.id) if job.status.record.quoted else None
    return quote if quote is not None and quote.lapsed(job, now) else None


def holds(tx: Transaction, job: Job, now: datetime) -> bool:
    """Whether a job takes of what its person may have: of limits and free allowances alike."""
    return job.counted and lapsed_quote(tx, job, now) is None
