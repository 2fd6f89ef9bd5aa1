"""How long plates take, and what they weigh, as far as that follows from the jobs on them. Pure.

Print times are hours, weights grams.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from .job import Job


def hours_of(job: Job, copies: int) -> Decimal | None:
    """The print time of so many copies of a job: their share of the quoted one."""
    return None if job.hours is None else share_of(job.hours, copies, job.quantity)


def grams_of(job: Job, copies: int) -> Decimal | None:
    """The weight of so many copies of a job: their share of the quoted one."""
    return None if job.grams is None else share_of(job.grams, copies, job.quantity)


def hours_together(parts: Iterable[tuple[Job, int]]) -> Decimal | None:
    """The print time of a plate with these copies; None where one is not known."""
    every = [hours_of(job, copies) for job, copies in parts]
    known = [hours for hours in every if hours is not None]
    return sum(known, Decimal()) if len(known) == len(every) else None


def grams_together(parts: Iterable[tuple[Job, int]]) -> Decimal | None:
    """The weight of a plate with these copies; None where one is not known."""
    every = [grams_of(job, copies) for job, copies in parts]
    known = [grams for grams in every if grams is not None]
    return sum(known, Decimal()) if len(known) == len(every) else None


def share_of(whole: Decimal, copies: int, wanted: int) -> Decimal:
    """What so many of the wanted copies have of a figure that is for all of them."""
    if copies == wanted:
        return whole
    return (whole * copies / wanted).quantize(Decimal("0.001"))
