"""Putting a job somewhere else among those that wait for its printer."""

from __future__ import annotations

from ..domain import queueing
from ..domain.job import Job
from ..ports import Transaction


def put_back(tx: Transaction, job: Job, before: str) -> None:
    """Where a job was before it was moved; it goes nowhere if it waits no longer."""
    order = tx.queue.order(job.printer)
    if job.id in dict(order):
        tx.queue.put(queueing.new_places(order, job.id, before))
