"""Whose turn it is at a job, as its student reads it in lists. Pure."""

from __future__ import annotations

from enum import StrEnum

from .job import Job
from .marking import mark


class Turn(StrEnum):
    """Who has to do something next; the value is what people read (English; pages translate it)."""

    STUDENT = mark("Your turn")
    LAB = mark("We're working on it")
    NOBODY = ""


def turn_of(job: Job, *, written_to: bool = False) -> Turn:
    """Whose turn it is at a job. ``written_to`` says that the last message is the lab's: it may be a
    question.
    """
    if job.status.closed:
        return Turn.NOBODY
    if job.on_hold or job.cancel_asked_at is not None:
        return Turn.LAB
    if written_to or job.unconfirmed or job.status.record.quoted or job.status.record.on_shelf:
        return Turn.STUDENT
    return Turn.LAB
