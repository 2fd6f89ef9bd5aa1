"""The order of a printer's waiting jobs, and putting a job somewhere else in it."""

from __future__ import annotations

from ..domain import print_room, queueing
from ..domain.job import Job
from ..domain.worklist import JobQuery
from ..ports import Transaction


def order_of(tx: Transaction, printer: str) -> list[str]:
    """The ids of the jobs that wait for a printer, first to last."""
    waiting = (
        job
        for status in print_room.IN_THE_ROOM
        for job in tx.jobs.find(JobQuery(status=status))
        if job.printer == printer and print_room.waits(job)
    )
    return [job.id for job in queueing.in_order(waiting)]


def put(tx: Transaction, order: list[str], job_id: str, before: str) -> None:
    """Put a job before another one, or last; the order of the others stays."""
    for place, one in enumerate(queueing.moved(order, job_id, before), 1):
        tx.jobs.set_queue_place(one, place)


def put_back(tx: Transaction, job: Job, before: str) -> None:
    """Where a job was before it was moved; it goes nowhere if it waits no longer."""
    order = order_of(tx, job.printer)
    if job.id in order:
        put(tx, order, job.id, before)
