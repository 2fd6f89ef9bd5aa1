"""Prints that are waiting for pickup: their list, reminders, and discarding them."""

from __future__ import annotations

import logging

from ..catalogs.cache import CatalogCache
from ..domain.attempt import Arguments
from ..domain.job import Actor
from ..domain.ledger import Balance
from ..domain.marking import mark
from ..domain.pick_up import PickUpPolicy, WaitingPage, waiting_job
from ..domain.rights import Right
from ..domain.status import ActorKind, Status, Trigger
from ..domain.worklist import JobQuery, Sort, cursor, place_of
from ..errors import StaleJob, TransitionNotAllowed, TransitionRefused
from ..ports import Clock, Database
from ..runtime.permits import needs
from ..settings import Settings
from .lookup import places_in_requests
from .transitions import Request, Transitions
from .waiting_policy import pick_up_policy

_log = logging.getLogger(__name__)

DISPOSAL = Actor(ActorKind.SYSTEM, mark("Disposal"))


class Shelf:
    """What lies on the shelves."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        transitions: Transitions,
        catalogs: CatalogCache,
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._transitions = transitions
        self._catalogs = catalogs

    @property
    def policy(self) -> PickUpPolicy:
        """When students are reminded to pick up a print, and when it may be discarded."""
        return pick_up_policy(self._settings, self._catalogs.newest().open_days)

    @needs(Right.SEE)
    def waiting(
        self, *, search: str = "", overdue: bool = False, after: str = "", limit: int = 100
    ) -> WaitingPage:
        """One page of the finished prints, those that wait longest first.

        ``search`` as in lists; ``overdue`` takes only those that may be discarded; ``after`` is
        the ``next`` of the page before. Raises InvalidInput for a cursor that is none.
        """
        now, policy = self._clock(), self.policy
        before = policy.days.before(now, policy.dispose_after_days) if overdue else None
        query = JobQuery(
            status=Status.COMPLETED,
            search=search,
            before=before,
            sort=Sort.WAITING,
            after=place_of(after, Sort.WAITING),
            limit=limit + 1,
        )
        with self._database.read() as tx:
            found = tx.jobs.find(query)
            settled = tx.ledger.settled_of([job.id for job in found])
            requests = places_in_requests(tx, found[:limit])
        jobs = [
            waiting_job(
                job,
                policy,
                Balance(job.cost_cents or 0, *settled.get(job.id, (0, 0))),
                now,
                requests.get(job.id),
            )
            for job in found[:limit]
        ]
        end = cursor(found[limit - 1], Sort.WAITING) if len(found) > limit else ""
        return WaitingPage(tuple(one for one in jobs if one.overdue or not overdue), end)

    @needs(Right.DISCARD)
    def dispose_due(self, *, limit: int | None = None) -> tuple[str, ...]:
        """Discard the prints whose time has come and whose students were reminded; their ids.

        What is refused, because no reminder has left, waits for staff.
        """
        now, policy = self._clock(), self.policy
        if not policy.dispose_after_days:
            return ()
        with self._database.read() as tx:
            long = list(tx.jobs.waiting(policy.days.before(now, policy.dispose_after_days)))
        done: list[str] = []
        for job_id, since, reminded in long:
            end = policy.end(since, reminded)
            if reminded is None or end is None or end > now or len(done) == limit:
                continue
            try:
                self._transitions.pull(
                    Request(
                        trigger=Trigger.DISPOSE, job_id=job_id, actor=DISPOSAL, args=Arguments()
                    )
                )
            except (StaleJob, TransitionNotAllowed, TransitionRefused) as error:
                _log.info("job %s wasn't discarded: %s", job_id, error)
                continue
            done.append(job_id)
        return tuple(done)
