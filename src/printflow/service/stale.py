"""Refuses an action that was based on an older state of a job, and names who changed it."""

from __future__ import annotations

from ..domain.event_kind import EventKind
from ..domain.history import Event
from ..domain.job import Job
from ..domain.status import ActorKind, Status
from ..errors import StaleJob, TransitionNotAllowed
from ..runtime.permits import allowed
from ..said import say


def told(error: TransitionNotAllowed, last: Event | None) -> TransitionNotAllowed:
    """The same error, knowing who brought the job where it is."""
    if last is None:
        return error
    return type(error)(
        error.message,
        trigger=error.trigger,
        status=error.status,
        allowed=error.allowed,
        last_actor=last.actor.name,
        last_trigger=last.trigger,
        last_at=last.at,
        next_step=error.next_step,
    )


def stale(job: Job, trigger: EventKind, last: Event | None) -> TransitionNotAllowed:
    """The error for a page, or a caller, that did not see the job's last change."""
    who = last.actor.name if last else say("Someone else")
    error = StaleJob(
        say(
            "{name} changed job {job_id} in the meantime. Its status is “{status}” now.",
            name=who,
            job_id=job.id,
            status=Status(job.status).label,
        ),
        trigger=trigger,
        status=job.status,
        allowed=allowed(job, ActorKind.STAFF),
        next_step=say("Check the job, then try again if you still need to."),
    )
    return told(error, last)
