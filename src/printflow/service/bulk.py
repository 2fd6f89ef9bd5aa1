"""One action on many jobs: each on its own, with an answer each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..domain.job import Job
from ..domain.ledger import Balance
from ..domain.lifecycle import allowed
from ..domain.pricing import in_units
from ..domain.status import ActorKind, Status, Trigger
from ..errors import PrintflowError
from .staff import StaffDesk

NOT_IN_BULK = frozenset({Trigger.APPROVE, Trigger.REQUOTE})
"""What needs its own figures for each job."""


@dataclass(frozen=True, slots=True)
class BulkAnswer:
    """What came of one job: the job as it is now, or why nothing was done."""

    job_id: str
    job: Job | None = None
    error: PrintflowError | None = None


def bulk_triggers(statuses: Iterable[Status]) -> tuple[Trigger, ...]:
    """The triggers that jobs of all these statuses have, and that need no figures of their own."""
    lists = [allowed(status, ActorKind.STAFF) for status in set(statuses)]
    if not lists:
        return ()
    return tuple(
        trigger
        for trigger in lists[0]
        if trigger not in NOT_IN_BULK and all(trigger in other for other in lists)
    )


class BulkDesk(StaffDesk):
    """Many jobs at once."""

    def perform_many(
        self,
        trigger: Trigger,
        jobs: Iterable[tuple[str, int | None]],
        *,
        by: str,
        station: str = "",
        hold_mail: bool = False,
        **arguments: Any,
    ) -> list[BulkAnswer]:
        """Pull a trigger on each of ``jobs``, pairs of id and expected version.

        A pick-up by a ``method`` without an amount takes what is due for each job. Every job is a
        transaction of its own: one that is refused keeps none of the others back.
        """
        return [
            self._one(trigger, job_id, version, by, station, hold_mail, arguments)
            for job_id, version in jobs
        ]

    def _one(
        self,
        trigger: Trigger,
        job_id: str,
        version: int | None,
        by: str,
        station: str,
        hold_mail: bool,
        arguments: dict[str, Any],
    ) -> BulkAnswer:
        try:
            job = self.perform(
                trigger,
                job_id,
                by=by,
                station=station,
                expected_version=version,
                hold_mail=hold_mail,
                **{**arguments, **self._due(trigger, job_id, arguments)},
            )
        except PrintflowError as error:
            return BulkAnswer(job_id, error=error)
        return BulkAnswer(job.id, job=job)

    def _due(self, trigger: Trigger, job_id: str, arguments: dict[str, Any]) -> dict[str, str]:
        if trigger is not Trigger.PICK_UP or arguments.get("amount") or arguments.get("waive"):
            return {}
        with self._ports.database.read() as tx:
            job = self._job(tx, job_id)
            cents = Balance(job.cost_cents or 0, *tx.ledger.settled(job.id)).due_cents
        return {"amount": in_units(cents)}
