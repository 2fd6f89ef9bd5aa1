"""Where a job stands among the jobs of its request, for lists that hold jobs of many requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class InRequest:
    """A job that was submitted together with others: the ``place``-th of ``count`` jobs."""

    number: int
    """The request's number: what ``JobQuery.request`` takes."""
    place: int
    count: int


def in_requests(jobs: Iterable[Job], members: Mapping[int, Sequence[str]]) -> dict[str, InRequest]:
    """By id, the jobs that were not submitted alone; ``members`` are the ids of each request's
    jobs, in order.
    """
    found: dict[str, InRequest] = {}
    for job in jobs:
        ids = members.get(job.request_id, ())
        if len(ids) > 1 and job.id in ids:
            place = ids.index(job.id) + 1
            found[job.id] = InRequest(number=job.request_id, place=place, count=len(ids))
    return found
