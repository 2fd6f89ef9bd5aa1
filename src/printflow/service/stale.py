"""Refusing what was decided on an older state of a job, with who changed it."""

from __future__ import annotations

from ..domain import lifecycle
from ..domain.event_kind import EventKind
from ..domain.history import Event
from ..domain.job import Job
from ..domain.status import ActorKind, Status
from ..errors import StaleJob, TransitionNotAllowed


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
    who = last.actor.name if last else "Somebody"
    error = StaleJob(
        f"{who} changed job {job.id} in the meantime: it is “{Status(job.status).label}” now.",
        trigger=trigger,
        status=job.status,
        allowed=lifecycle.allowed(job.status, ActorKind.STAFF),
        next_step="Look at it again and repeat what is still wanted.",
    )
    return told(error, last)
