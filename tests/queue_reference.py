"""The print room's figures made plainly of all jobs: what the program asks of its database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from printflow.domain import print_room
from printflow.domain.job import Job
from printflow.domain.plate_time import hours_of
from printflow.domain.queueing import Ahead, Waits, batches, in_order
from printflow.domain.status import Status


def ahead_of(jobs: Iterable[Job]) -> Ahead:
    """The jobs as a count and sums."""
    every = list(jobs)
    known = [job.hours for job in every if job.hours is not None]
    return Ahead(len(every), len(known), sum(known, Decimal()))


def still_to_print(printer: str, jobs: Iterable[Job], *, without: str = "") -> Ahead:
    """All that a printer still has to print."""
    return ahead_of(
        job
        for job in jobs
        if job.printer == printer
        and job.id != without
        and job.status.ahead
        and not job.on_hold
        and not job.unconfirmed
    )


def before(own: Job, jobs: Iterable[Job]) -> Ahead:
    """What is printing on a job's printer, and what is ready and printed before it."""
    others = [job for job in jobs if job.printer == own.printer and job.id != own.id]
    ready = [job for job in others if job.status is Status.READYTOPRINT and not job.on_hold]
    order = in_order([*ready, own])
    printing = [job for job in others if job.status is Status.PRINTING]
    return ahead_of([*printing, *order[: order.index(own)]])


def waiting(printer: str, jobs: Iterable[Job], planned: Mapping[str, int]) -> list[Job]:
    """The jobs that wait for a printer, in order, but those of which all is planned."""
    return in_order(
        job
        for job in jobs
        if job.printer == printer and print_room.left_to_plan(job, planned.get(job.id, 0))
    )


def waits(jobs: Collection[Job], planned: Mapping[str, int]) -> dict[str, Waits]:
    """What waits for each printer."""
    found = {}
    for printer in {job.printer for job in jobs}:
        mine = waiting(printer, jobs, planned)
        free = [job for job in mine if not job.on_hold]
        hours = [
            hours_of(job, print_room.left_to_plan(job, planned.get(job.id, 0))) for job in free
        ]
        if mine:
            found[printer] = Waits(
                count=len(mine),
                hours=sum((one for one in hours if one is not None), Decimal()),
                batches=batches(free),
            )
    return found


def ids(jobs: Sequence[Job]) -> list[str]:
    """Of these jobs."""
    return [job.id for job in jobs]
