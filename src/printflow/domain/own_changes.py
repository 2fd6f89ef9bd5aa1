"""What a student may still change of a job that was sent, and when only staff can. Pure.

The fields and their statuses are in ``edits.STUDENTS``, beside those of staff. What somebody has
looked at already is changed by staff, whom the student can ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..errors import Refusal
from .attempt import Facts
from .edits import STUDENTS
from .event_kind import Correction
from .history import Event, FileOpening, Note
from .job import Job
from .limit_check import LimitFinding, asked_of, check
from .limit_codes import LimitAction
from .limit_guards import PREFIX
from .status import ActorKind, Trigger

_NO_LOOK = frozenset({Trigger.SUBMIT, Correction.LET_IN})
"""What staff do without a look at the model: they submit it for someone, or let it in."""


class Way(StrEnum):
    """How a student can have something changed."""

    CHANGE = "change"
    ASK = "ask"
    """Staff have begun: the student asks them."""
    NONE = ""


def looked_at(
    job: Job,
    events: Iterable[Event] = (),
    notes: Iterable[Note] = (),
    openings: Iterable[FileOpening] = (),
) -> bool:
    """Whether staff have looked at a job: it is marked as reviewed or on hold, its file was opened, or
    they did or wrote something about it.
    """
    return (
        job.reviewed_at is not None
        or job.on_hold
        or any(True for _ in openings)
        or any(not note.from_student for note in notes)
        or any(
            event.actor.kind is ActorKind.STAFF and event.trigger not in _NO_LOOK
            for event in events
        )
    )


def way_to_change(job: Job, looked: bool) -> Way:
    """Whether the student changes the job, asks staff to, or neither: it waits for its address, is
    being printed, or is done.
    """
    if job.unconfirmed or not job.status.record.takes_versions:
        return Way.NONE
    free = not looked and any(job.status in statuses for statuses in STUDENTS.values())
    return Way.CHANGE if free else Way.ASK


@dataclass(frozen=True, slots=True)
class LimitsAfter:
    """What the lab's limits say of a changed job: why it is refused, and the changes of its row."""

    refusals: tuple[Refusal, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    found: tuple[LimitFinding, ...] = ()
    """What staff have to decide on now, and had not before."""


def limits_after(before: Job, after: Job, facts: Facts) -> LimitsAfter:
    """The lab's limits, asked again for another number of copies: it is refused for those that only it
    passes. As with the form, who isn't known to own the address hears nothing of what that person has.
    """
    if after.quantity == before.quantity:
        return LimitsAfter()
    was, found = (
        check(facts.catalog, asked_of(facts.catalog, job), facts.standing, facts.now)
        for job in (before, after)
    )
    known_before = {(one.code, one.rule) for one in was}
    new = [one for one in found if (one.code, one.rule) not in known_before]
    refused = [
        one for one in new if one.action is LimitAction.REFUSE and (one.alone or facts.person_known)
    ]
    if refused:
        return LimitsAfter(
            tuple(
                Refusal(
                    f"{PREFIX}{one.code.value}",
                    one.student,
                    "quantity",
                    one.code.record.next_step,
                )
                for one in refused
            )
        )
    new_codes = {one.code for one in new}
    held = [
        one
        for one in found
        if one.action.holds and (one.code in before.limits_passed or one.code in new_codes)
    ]
    codes = ",".join(dict.fromkeys(one.code.value for one in held))
    return LimitsAfter(
        changes={} if codes == before.over_limit else {"over_limit": codes},
        found=tuple(one for one in held if one.code in new_codes),
    )
