"""Finds jobs by what someone typed, and their balances."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ..domain.in_request import InRequest, in_requests
from ..domain.naming import normal_job_id
from ..errors import NotFound
from ..ports import Transaction
from ..runtime.tokens import token_hash
from ..said import say

if TYPE_CHECKING:
    from ..domain.job import Job
    from ..domain.ledger import Balance


def job_of(tx: Transaction, typed_id: str) -> Job:
    """The job of an id (any case, with or without dashes); raises NotFound."""
    job_id = normal_job_id(typed_id)
    job = tx.jobs.get(job_id) if job_id else None
    if job is None:
        raise no_job()
    return job


def job_of_link(tx: Transaction, token: str) -> Job:
    """The job of a status page's link; raises NotFound."""
    job = tx.jobs.of_token(token_hash(token))
    if job is None:
        raise no_link()
    return job


def jobs_of_link(tx: Transaction, token: str) -> tuple[Job, Sequence[Job]]:
    """The job of a status page's link, and all of its request in the order of their models; raises
    NotFound.
    """
    found = tx.jobs.with_request(token_hash(token))
    if not found:
        raise no_link()
    return found[0], sorted(found, key=lambda one: (one.request_place, one.id))


def balance_of(tx: Transaction, job: Job) -> Balance:
    """How the job's money stands."""
    from ..domain.ledger import Balance

    return Balance(job.cost_cents or 0, *tx.ledger.settled(job.id))


def places_in_requests(tx: Transaction, jobs: Collection[Job]) -> dict[str, InRequest]:
    """By id, the jobs that were submitted together with others; one query."""
    return in_requests(jobs, tx.jobs.ids_of_requests({job.request_id for job in jobs}))


def ids_together(tx: Transaction, job: Job) -> tuple[str, ...]:
    """The ids of all jobs of a job's request, in the order of the student's models."""
    return tuple(tx.jobs.ids_of_requests([job.request_id]).get(job.request_id) or (job.id,))


def no_job() -> NotFound:
    """Says the same for unknown, foreign and malformed ids."""
    return NotFound(say("There's no such job."), next_step=say("Check the job number."))


def no_link() -> NotFound:
    """Says the same for unknown, foreign and malformed links."""
    return NotFound(
        say("This link doesn't lead to a job."),
        next_step=say("Open the link in our newest email again, and make sure it's complete."),
    )
