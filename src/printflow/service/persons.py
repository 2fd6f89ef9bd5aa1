"""A person's page: their jobs, money, holds and messages, and finding people."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.job import Job
from ..domain.ledger import Balance
from ..domain.person import FoundPerson, PersonJob, PersonPage, by_currency, people_of
from ..domain.rights import Right
from ..domain.worklist import JobQuery, Sort, cursor, place, place_of
from ..ports import Clock, Database, Transaction
from ..runtime.permits import needs
from .lookup import job_of

_LOOKED_AT = 500
"""So many of the newest jobs that a search finds are looked at."""
_MESSAGES = 20
_OF_JOBS = 50
"""Messages are those of so many of the newest jobs."""


class Persons:
    """Who sends the jobs: known by the email address."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @needs(Right.SEE)
    def of_job(self, job_id: str, *, after: str = "", limit: int = 36) -> PersonPage:
        """The person who sent a job, with ``limit`` of their jobs from the cursor ``after`` on.

        Raises NotFound, and InvalidInput for a cursor that is none.
        """
        start = place_of(after, Sort.NEWEST)
        with self._database.read() as tx:
            first = job_of(tx, job_id)
            every = _jobs_of(tx, first)
            settled = tx.ledger.settled_of([job.id for job in every])
            messages = [
                (job.id, note)
                for job in every[:_OF_JOBS]
                for note in tx.history.notes(job.id)
                if note.for_student or note.from_student
            ]
        owned = [
            PersonJob(job, Balance(job.cost_cents or 0, *settled.get(job.id, (0, 0))))
            for job in every
        ]
        shown = [one for one in owned if start is None or place(one.job, Sort.NEWEST) < start]
        ready = [one for one in owned if one.job.status.record.on_shelf and not one.job.on_hold]
        return PersonPage(
            name=every[0].student_name,
            email=first.student_email,
            count=len(every),
            jobs=tuple(shown[:limit]),
            ready=tuple(sorted(ready, key=lambda one: (one.job.status_since, one.job.id))),
            held=tuple(job for job in every if job.on_hold),
            owed=by_currency((one.job.currency, one.owed_cents) for one in owned),
            paid=by_currency((one.job.currency, one.balance.paid_cents) for one in owned),
            messages=tuple(sorted(messages, key=lambda one: one[1].at, reverse=True)[:_MESSAGES]),
            next=cursor(shown[limit - 1].job, Sort.NEWEST) if len(shown) > limit else "",
        )

    @needs(Right.SEE)
    def find(self, search: str, *, limit: int = 50) -> tuple[FoundPerson, ...]:
        """People whose jobs hold the words in name or address, by their newest job; none for "".

        Only the newest jobs are looked at: a name or an address narrows it down.
        """
        words = search.casefold().split()
        if not words:
            return ()
        now = self._clock()
        query = JobQuery(search=search, limit=_LOOKED_AT)
        with self._database.read() as tx:
            jobs = tx.jobs.find(query, now, now)
        named = [
            job
            for job in jobs
            if all(word in f"{job.student_name} {job.student_email}".casefold() for word in words)
        ]
        return people_of(named)[:limit]


def _jobs_of(tx: Transaction, first: Job) -> Sequence[Job]:
    """All jobs of the person, newest first; none that waits for its address but ``first``."""
    if not first.student_email:
        return [first]
    jobs = (
        job
        for job in tx.jobs.of_email(first.student_email, limit=None)
        if not job.unconfirmed or job.id == first.id
    )
    return sorted(jobs, key=lambda job: place(job, Sort.NEWEST), reverse=True)
