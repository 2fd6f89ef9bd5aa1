"""The lifecycle of a job: the state machine that is built from the table.

The machine is a ``transitions`` machine without models of its own: it is fired on a throw-away
:class:`~printflow.domain.attempt.Attempt`. One condition per row runs *all* guards of the row, so
that people get every reason at once; the callbacks do no I/O but add changes and effects as data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from transitions import EventData, Machine

from ..errors import Refusal, TransitionNotAllowed, TransitionRefused
from ..said import Said, listed, say
from .attempt import Arguments, Attempt, Facts, Outcome
from .callbacks import end_asides, mail_all
from .copy_guards import begun_after
from .job import Actor, Job
from .status import ActorKind, Status, Trigger
from .table import (
    CHOSEN_STATUSES,
    ENTRY_STATUS,
    STAFF_TRIGGERS,
    TABLE,
    Callback,
    Leads,
    Row,
    allowed,
    row,
    usual,
)
from .unconfirmed import expect_confirmed

__all__ = [
    "CHOSEN_STATUSES",
    "ENTRY_STATUS",
    "NEW",
    "STAFF_TRIGGERS",
    "TABLE",
    "Leads",
    "Row",
    "allowed",
    "fire",
    "not_allowed",
    "row",
    "usual",
]

_NO_WAY_BACK = Refusal(
    "no_way_back",
    say("The job's history doesn't say where it came from."),
    "",
    say("Override the status instead."),
)

NEW = "NEW"
"""The machine's state of a job that does not exist yet."""


def fire(trigger: Trigger, job: Job | None, actor: Actor, args: Arguments, facts: Facts) -> Outcome:
    """What pulling ``trigger`` on ``job`` (None for submit) comes to, as data; nothing is done yet.

    Raises :class:`~printflow.errors.TransitionNotAllowed` when the job's status has no such
    trigger, or none for an actor of this kind, :class:`~printflow.errors.TransitionRefused` with
    the reasons of *all* guards that refused, or because the job's address isn't confirmed yet.
    """
    source = None if job is None else job.status
    line = row(trigger)
    if (job is not None) != bool(line.sources) or (job is not None and not line.of(job)):
        raise not_allowed(trigger, job, actor.kind)
    if actor.kind not in line.actors:
        raise not_allowed(trigger, job, actor.kind)
    if job is not None and actor.kind is ActorKind.STAFF:
        expect_confirmed(job)
    attempt = Attempt(trigger, actor, args, facts, job, state=source or NEW)
    moved = _MACHINE.events[trigger.value].trigger(attempt)
    if attempt.refusals:
        raise TransitionRefused(attempt.refusals)
    if not moved:  # pragma: no cover - a row without refusals always moves
        raise RuntimeError(f"{trigger} neither moved the job nor said why")
    return Outcome(
        trigger,
        source,
        Status(attempt.state),
        attempt.changes,
        tuple(attempt.effects),
        attempt.details,
    )


def not_allowed(
    trigger: Trigger, job: Job | None, actor: ActorKind | None = None
) -> TransitionNotAllowed:
    """The error for a trigger that the job does not have, or not for this kind of ``actor``."""
    if job is None:
        return TransitionNotAllowed(
            say("There's no such job yet."), trigger=trigger, status=NEW, allowed=(Trigger.SUBMIT,)
        )
    possible = allowed(job, actor)
    return TransitionNotAllowed(
        say(
            "“{action}” isn't possible while the job's status is “{status}”.",
            action=trigger.label,
            status=job.status.label,
        ),
        trigger=trigger,
        status=job.status,
        allowed=possible,
        next_step=_possible(possible),
    )


def _possible(triggers: Sequence[Trigger]) -> Said:
    if not triggers:
        return say("Nothing is possible now.")
    return say("Possible now: {actions}.", actions=listed(one.label for one in triggers))


# -- the machine ----------------------------------------------------------------------------------


def _attempt(event: EventData) -> Attempt:
    if not isinstance(event.model, Attempt):
        raise TypeError(f"the machine is fired on attempts, not on {event.model!r}")
    return event.model


def _all_guards(line: Row) -> Callable[[EventData], bool]:
    def condition(event: EventData) -> bool:
        attempt = _attempt(event)
        for guard in line.guards:
            attempt.refuse(guard(attempt))
        return not attempt.refusals

    return condition


def _leads_to(line: Row, dest: Status) -> Callable[[EventData], bool]:
    def condition(event: EventData) -> bool:
        attempt = _attempt(event)
        if line.dest is Leads.BACK:
            return attempt.facts.came_from is dest
        if line.dest is Leads.STAYS:
            return True
        if line.dest is Leads.COPIES:
            return begun_after(attempt) == (dest is Status.PRINTING)
        return attempt.args.to == dest

    return condition


def _call(callback: Callback) -> Callable[[EventData], None]:
    def called(event: EventData) -> None:
        callback(_attempt(event))

    return called


def _mail(line: Row) -> Callable[[EventData], None]:
    def called(event: EventData) -> None:
        mail_all(_attempt(event), line.mails)

    return called


def _transitions() -> list[dict[str, Any]]:
    arrows: list[dict[str, Any]] = []
    for line in TABLE:
        shared = {
            "trigger": line.trigger.value,
            "before": [_call(callback) for callback in line.before],
            "after": [
                *(_call(callback) for callback in line.after),
                *([_call(end_asides)] if line.sources else ()),
                _mail(line),
            ],
        }
        guarded = _all_guards(line)
        for source in line.sources or (NEW,):
            if isinstance(line.dest, Status):
                arrows.append(
                    {**shared, "source": source, "dest": line.dest.value, "conditions": [guarded]}
                )
                continue
            # One arrow to each status it can lead to, and a last one that only says what is wrong.
            for dest in line.dests(Status(source)):
                arrows.append(
                    {
                        **shared,
                        "source": source,
                        "dest": dest.value,
                        "conditions": [_leads_to(line, dest), guarded],
                    }
                )
            arrows.append({**shared, "source": source, "dest": "=", "conditions": [_refused(line)]})
    return arrows


def _refused(line: Row) -> Callable[[EventData], bool]:
    guarded = _all_guards(line)

    def condition(event: EventData) -> bool:
        attempt = _attempt(event)
        if not attempt.refusals and guarded(event):
            attempt.refuse([_NO_WAY_BACK])
        return False

    return condition


def _machine() -> Machine:
    return Machine(
        model=None,
        states=[NEW, *(status.value for status in Status)],
        initial=None,
        transitions=_transitions(),
        auto_transitions=False,
        send_event=True,
        queued=False,
    )


_MACHINE = _machine()
