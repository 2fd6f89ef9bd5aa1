"""A person's page: their jobs, money, holds and messages, and finding people."""

from __future__ import annotations

from ..domain.ledger import Balance
from ..domain.person import FoundPerson, PersonJob, PersonPage
from ..domain.rights import Right
from ..domain.worklist import Sort, cursor, place_of
from ..ports import Database
from ..runtime.permits import needs
from .lookup import job_of

PAGE = 50
_MESSAGES = 20


class Persons:
    """Who sends the jobs: known by the email address."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @needs(Right.SEE)
    def of_job(self, job_id: str, *, after: str = "", limit: int = PAGE) -> PersonPage:
        """The person who sent a job, with ``limit`` of their jobs from the cursor ``after`` on.

        Raises NotFound, and InvalidInput for a cursor that is none.
        """
        start = place_of(after, Sort.NEWEST)
        with self._database.read() as tx:
            first = job_of(tx, job_id)
            jobs = tx.persons.jobs(first, start, limit + 1)
            newest = jobs[:1] if start is None else tx.persons.jobs(first, None, 1)
            ready = tx.persons.ready(first)
            settled = tx.ledger.settled_of({job.id for job in (*jobs, *ready)})
            shown, waiting = (
                tuple(
                    PersonJob(job, Balance(job.cost_cents or 0, *settled.get(job.id, (0, 0))))
                    for job in some
                )
                for some in (jobs[:limit], ready)
            )
            return PersonPage(
                name=(newest[0] if newest else first).student_name,
                email=first.student_email,
                sums=tx.persons.sums(first),
                jobs=shown,
                ready=waiting,
                messages=tuple(tx.persons.messages(first, _MESSAGES)),
                next=cursor(jobs[limit - 1], Sort.NEWEST) if len(jobs) > limit else "",
            )

    @needs(Right.SEE)
    def find(self, search: str, *, limit: int = PAGE) -> tuple[FoundPerson, ...]:
        """People whose name or address holds the words, by their newest job; none for ""."""
        words = search.casefold().split()
        if not words:
            return ()
        with self._database.read() as tx:
            return tuple(tx.persons.find(words, limit))
