"""Prints that wait for their students: the list of them, reminders, and disposal."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from ..domain.attempt import Arguments
from ..domain.effects import MailTemplate
from ..domain.job import Actor
from ..domain.ledger import Balance
from ..domain.pick_up import WaitingPage, waiting_job
from ..domain.status import ActorKind, Status, Trigger
from ..domain.worklist import JobQuery, Sort, cursor, place_of
from ..errors import PrintflowError, StaleJob, TransitionNotAllowed, TransitionRefused
from .carry_out import add_mail
from .desk import Ports
from .transition import Request, TransitionDesk
from .waiting_policy import pick_up_policy

_log = logging.getLogger(__name__)

DISPOSAL = Actor(ActorKind.SYSTEM, "Disposal")
_AT_ONCE = 200


class PickUpDesk(TransitionDesk):
    """What lies on the shelves."""

    def waiting_for_pick_up(
        self, *, search: str = "", overdue: bool = False, after: str = "", limit: int = 100
    ) -> WaitingPage:
        """One page of the finished prints, those that wait longest first.

        ``search`` as in lists; ``overdue`` takes only those that may be disposed of; ``after`` is
        the ``next`` of the page before. Raises InvalidInput for a cursor that is none.
        """
        now, policy = self._ports.clock(), self.pick_up_policy
        before = now - timedelta(days=policy.dispose_after_days) if overdue else None
        query = JobQuery(
            status=Status.COMPLETED,
            search=search,
            before=before,
            sort=Sort.WAITING,
            after=place_of(after, Sort.WAITING),
            limit=limit + 1,
        )
        with self._ports.database.read() as tx:
            found = tx.jobs.find(query, now, now)
            settled = tx.ledger.settled_of([job.id for job in found])
        jobs = [
            waiting_job(
                job, policy, Balance(job.cost_cents or 0, *settled.get(job.id, (0, 0))), now
            )
            for job in found[:limit]
        ]
        end = cursor(found[limit - 1], Sort.WAITING) if len(found) > limit else ""
        return WaitingPage(tuple(one for one in jobs if one.overdue or not overdue), end)

    def dispose_due(self, *, limit: int = _AT_ONCE) -> tuple[str, ...]:
        """Dispose of the prints whose time has come and whose students were reminded; their ids.

        What is refused, because no reminder has left, waits for staff.
        """
        now, policy = self._ports.clock(), self.pick_up_policy
        if not policy.dispose_after_days:
            return ()
        with self._ports.database.read() as tx:
            long = list(tx.jobs.waiting(now - timedelta(days=policy.dispose_after_days)))
        done: list[str] = []
        for job_id, since, reminded in long:
            end = policy.end(since, reminded)
            if reminded is None or end is None or end > now or len(done) == limit:
                continue
            try:
                self._pull(
                    Request(
                        trigger=Trigger.DISPOSE, job_id=job_id, actor=DISPOSAL, args=Arguments()
                    )
                )
            except (StaleJob, TransitionNotAllowed, TransitionRefused) as error:
                _log.info("job %s is not disposed of: %s", job_id, error)
                continue
            done.append(job_id)
        return tuple(done)


class DisposalRound:
    """Work for the dispatcher: what may go, where the settings switch it on."""

    def __init__(self, ports: Ports) -> None:
        self._desk = PickUpDesk(ports)
        self._on = ports.settings.dispose_automatic

    def __call__(self) -> int:
        """Dispose of what is due; gives how many prints."""
        if not self._on:
            return 0
        try:
            return len(self._desk.dispose_due())
        except PrintflowError as error:
            _log.warning("disposal has to wait: %s", error)
            return 0


class PickUpReminders:
    """Work for the dispatcher: one mail for each print and each of the reminders' days."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._policy = pick_up_policy(ports.settings)

    def __call__(self) -> int:
        """Put the reminders that are due into the outbox; gives how many."""
        days, now = self._policy.reminder_days, self._ports.clock()
        if not days:
            return 0
        with self._ports.database.read() as tx:
            waiting = list(tx.jobs.waiting(now - timedelta(days=days[0])))
        count = 0
        for job_id, since, reminded in waiting:
            if count < _AT_ONCE and self._policy.due(since, reminded, now):
                count += self._remind(job_id, now)
        return count

    def _remind(self, job_id: str, now: datetime) -> bool:
        with self._ports.database.write() as tx:
            job = tx.jobs.get(job_id)
            if job is None or not self._policy.reminder_due(job, now):
                return False  # fetched, changed or reminded since we looked
            if not tx.jobs.remind(job, now):
                return False
            add_mail(
                self._ports,
                tx,
                template=MailTemplate.PICK_UP_REMINDER,
                recipient=job.student_email,
                job_id=job.id,
                event_id=None,
                confirmation_id=None,
                context={"cost_cents": job.cost_cents},
                now=now,
            )
        return True
