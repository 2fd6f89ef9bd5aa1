"""One action on many jobs, with a result for each job."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..domain.job import Job
from ..domain.lifecycle import STAFF_TRIGGERS
from ..domain.pricing import in_units
from ..domain.rights import Right
from ..domain.status import ActorKind, Status
from ..domain.trigger import Many, Trigger
from ..errors import PrintflowError
from ..ports import Database
from ..runtime.permits import allowed, needs, require_to_pull
from .addresses import mailbox_of
from .corrections import Corrections
from .jobs import Jobs
from .lookup import balance_of, job_of


@dataclass(frozen=True, slots=True)
class BulkAnswer:
    """What came of one job: the job as it is now, or why nothing was done.

    ``event_id`` is the event that was written: what an undo takes back.
    """

    job_id: str
    job: Job | None = None
    error: PrintflowError | None = None
    event_id: int = 0


def bulk_triggers(of: Iterable[Status | Job]) -> tuple[Trigger, ...]:
    """The triggers that all these jobs, or jobs of these statuses, have, and that can be done to
    many.
    """
    lists = [allowed(one, ActorKind.STAFF) for one in of]
    if not lists:
        return ()
    return tuple(
        trigger
        for trigger in lists[0]
        if trigger.record.many is not Many.NO and all(trigger in other for other in lists)
    )


def triggers_of_some(of: Iterable[Status | Job]) -> tuple[tuple[Trigger, int], ...]:
    """The triggers that can be done to many and that any of the jobs has, in the table's order,
    each with how many of the jobs have it.
    """
    lists = [allowed(one, ActorKind.STAFF) for one in of]
    counted = [(trigger, sum(trigger in one for one in lists)) for trigger in STAFF_TRIGGERS]
    return tuple(
        (trigger, count)
        for trigger, count in counted
        if count and trigger.record.many is not Many.NO
    )


class Bulk:
    """Many jobs at once."""

    def __init__(
        self,
        database: Database,
        jobs: Jobs,
        corrections: Corrections,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._corrections = corrections

    @needs(Right.SEE)
    def perform(
        self,
        trigger: Trigger,
        jobs: Iterable[tuple[str, int | None]],
        *,
        by: str,
        station: str = "",
        hold_mail: bool = False,
        each: Mapping[str, Mapping[str, Any]] | None = None,
        **arguments: Any,
    ) -> list[BulkAnswer]:
        """Pull a trigger on each of ``jobs``, pairs of id and expected version.

        ``each`` gives, by id, the arguments of one job alone. A pick-up by a ``method`` without an amount takes what is due for each job; those of one person share one receipt. Every job is a
        transaction of its own: one that is refused keeps none of the others back. Raises Forbidden
        and ConfirmationNeeded before any of them.
        """
        trigger = Trigger(trigger)  # scripts may give its name
        for arguments_of in ({}, *(each or {}).values()):
            require_to_pull(trigger, {**arguments, **arguments_of})
        chosen = list(jobs)
        shared = self._hand_overs([one for one, _version in chosen], trigger)
        return [
            self._one(
                trigger,
                job_id,
                version,
                by,
                station,
                hold_mail,
                {**arguments, **(each or {}).get(job_id, {}), **shared.get(job_id, {})},
            )
            for job_id, version in chosen
        ]

    def _hand_overs(self, job_ids: list[str], trigger: Trigger) -> dict[str, dict[str, str]]:
        """By id, what the payments of one person's jobs share that are handed over together."""
        if trigger is not Trigger.PICK_UP:
            return {}
        own: dict[tuple[str, str], list[str]] = {}
        with self._database.read() as tx:
            for one in job_ids:
                if (job := tx.jobs.get(one)) is not None:
                    person = mailbox_of(job.student_email) or job.id
                    own.setdefault((person, job.currency), []).append(one)
        return {
            one: {"hand_over": shared}
            for ids in own.values()
            if len(ids) > 1
            # Another one each time: what was undone and handed over again is no part of it.
            for shared in [f"{ids[0]}-{secrets.token_hex(2)}"]
            for one in ids
        }

    @needs(Right.SEE)
    def undo(
        self, events: Iterable[tuple[str, int]], *, by: str, station: str = ""
    ) -> list[BulkAnswer]:
        """Take back what was done to many: pairs of job id and event id, each as by ``undo``."""
        answers = []
        for job_id, event_id in events:
            try:
                job = self._corrections.undo(job_id, by=by, station=station, event_id=event_id)
            except PrintflowError as error:
                answers.append(BulkAnswer(job_id, error=error))
            else:
                answers.append(BulkAnswer(job.id, job=job))
        return answers

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
            job = self._jobs.perform(
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
        with self._database.read() as tx:
            event = tx.history.last_event(job.id)
        return BulkAnswer(job.id, job=job, event_id=event.id if event else 0)

    def _due(self, trigger: Trigger, job_id: str, arguments: dict[str, Any]) -> dict[str, str]:
        if trigger is not Trigger.PICK_UP or arguments.get("amount") or arguments.get("waive"):
            return {}
        with self._database.read() as tx:
            job = job_of(tx, job_id)
            cents = balance_of(tx, job).due_cents
        return {"amount": in_units(cents, job.currency)}
