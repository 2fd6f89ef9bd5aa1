"""The lifecycle of a job: one table, and the state machine that is built from it.

Buttons, documentation, diagram, command line, guards and tests all read :data:`TABLE`.

The machine is a ``transitions`` machine without models of its own: it is fired on a throw-away
:class:`~printflow.domain.attempt.Attempt`. One condition per row runs *all* guards of the row, so
that people get every reason at once; the callbacks do no I/O but add changes and effects as data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from transitions import EventData, Machine

from ..errors import TransitionNotAllowed, TransitionRefused
from . import callbacks as do
from . import guards as need
from .attempt import Arguments, Attempt, Facts, Outcome
from .guards import Guard
from .job import Actor, Job
from .status import ActorKind, Status, Trigger

Callback = Callable[[Attempt], None]

NEW = "NEW"
"""The machine's state of a job that does not exist yet."""

STUDENT, STAFF, SYSTEM = ActorKind.STUDENT, ActorKind.STAFF, ActorKind.SYSTEM


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the lifecycle's table.

    ``sources`` is empty for a job that does not exist yet; ``dest`` is None where the caller
    names the new status. ``who`` and ``what`` are the table's words in the documentation.
    """

    trigger: Trigger
    sources: tuple[Status, ...]
    dest: Status | None
    actors: tuple[ActorKind, ...]
    who: str
    what: str
    guards: tuple[Guard, ...] = ()
    before: tuple[Callback, ...] = ()
    after: tuple[Callback, ...] = ()

    def dests(self, source: Status) -> tuple[Status, ...]:
        """Where the row can lead from ``source``."""
        if self.dest is not None:
            return (self.dest,)
        return tuple(s for s in Status if s not in (source, Status.ARCHIVED))


TABLE: tuple[Row, ...] = (
    Row(
        Trigger.SUBMIT,
        (),
        Status.UPLOADED,
        (STUDENT, STAFF),
        "student",
        "job, original file, event; mail *received*",
        guards=(need.accepted_file, need.complete_form, need.minimum_charge_acknowledged),
        before=(do.take_form,),
        after=(do.mail_received,),
    ),
    Row(
        Trigger.APPROVE,
        (Status.UPLOADED,),
        Status.PENDING,
        (STAFF,),
        "staff",
        "price set (minimum charge enforced); chosen file becomes authoritative; "
        "confirmation issued; mail *approved*",
        guards=(
            need.valid_weight,
            need.valid_time,
            need.valid_material,
            need.valid_printer,
            need.file_settled,
        ),
        before=(do.set_price, do.adopt_file),
        after=(do.place_file, do.issue_confirmation, do.mail_approved),
    ),
    Row(
        Trigger.REJECT,
        (Status.UPLOADED, Status.PENDING),
        Status.REJECTED,
        (STAFF,),
        "staff",
        "mail *rejected* with the reasons",
        guards=(need.reason_or_text,),
        before=(do.set_reasons,),
        after=(do.place_file, do.void_confirmations, do.mail_rejected),
    ),
    Row(
        Trigger.CONFIRM,
        (Status.PENDING,),
        Status.READYTOPRINT,
        (STUDENT, STAFF),
        "student by link, or staff with a note",
        "confirmation used; mail *confirmed*; staff alert",
        guards=(need.link_valid, need.consent_ticked, need.same_as_quoted),
        before=(do.keep_note,),
        after=(do.place_file, do.use_confirmation, do.mail_confirmed, do.alert_staff),
    ),
    Row(
        Trigger.DECLINE,
        (Status.PENDING,),
        Status.REJECTED,
        (STUDENT,),
        "student by link",
        "reason “declined by the student”",
        guards=(need.link_valid,),
        before=(do.set_declined, do.keep_note),
        after=(do.place_file, do.use_confirmation, do.alert_staff),
    ),
    Row(
        Trigger.REQUOTE,
        (Status.PENDING,),
        Status.PENDING,
        (STAFF,),
        "staff",
        "old link void, new one issued; mail *approved* again",
        guards=(
            need.valid_weight,
            need.valid_time,
            need.valid_material,
            need.valid_printer,
            need.file_settled,
        ),
        before=(do.set_price, do.adopt_file),
        after=(do.place_file, do.issue_confirmation, do.mail_approved),
    ),
    Row(
        Trigger.RESEND,
        (Status.PENDING,),
        Status.PENDING,
        (STAFF, STUDENT),
        "staff, or student on the expired page (limited)",
        "old link void, new one issued; mail",
        guards=(need.has_quote, need.not_too_often),
        after=(do.issue_confirmation, do.mail_approved),
    ),
    Row(
        Trigger.START_PRINTING,
        (Status.READYTOPRINT,),
        Status.PRINTING,
        (STAFF,),
        "staff",
        "attempt opened",
        guards=(need.valid_printer,),
        before=(do.set_printer,),
        after=(do.place_file, do.open_attempt),
    ),
    Row(
        Trigger.FAIL,
        (Status.PRINTING,),
        Status.READYTOPRINT,
        (STAFF,),
        "staff",
        "attempt closed as failed; no new confirmation, no new charge",
        guards=(need.reason_given,),
        after=(do.place_file, do.close_attempt_failed),
    ),
    Row(
        Trigger.COMPLETE,
        (Status.PRINTING,),
        Status.COMPLETED,
        (STAFF,),
        "staff",
        "attempt closed; final cost may be set; mail *completed* (where and when to pick up)",
        guards=(need.valid_final_figures,),
        before=(do.set_final_figures,),
        after=(do.place_file, do.close_attempt_completed, do.mail_completed),
    ),
    Row(
        Trigger.PICK_UP,
        (Status.COMPLETED,),
        Status.PAIDPICKEDUP,
        (STAFF,),
        "staff",
        "payment row",
        guards=(need.payment_or_waiver,),
        after=(do.place_file, do.record_payment),
    ),
    Row(
        Trigger.OVERRIDE,
        tuple(Status),
        None,
        (STAFF,),
        "staff",
        "event says override; **no mail unless “send the usual mail” is ticked**",
        guards=(need.reason_given, need.destination_allowed, need.usual_mail_exists),
        after=(do.place_file, do.tidy_after_override, do.mail_if_asked),
    ),
    Row(
        Trigger.ARCHIVE,
        (Status.REJECTED, Status.PAIDPICKEDUP),
        Status.ARCHIVED,
        (STAFF, SYSTEM),
        "retention or staff",
        "–",
        guards=(need.older_than_period,),
        after=(do.place_file,),
    ),
)


def row(trigger: Trigger) -> Row:
    """The table's row of ``trigger``; there is exactly one."""
    return _ROWS[trigger]


def allowed(status: Status, actor: ActorKind | None = None) -> tuple[Trigger, ...]:
    """The triggers that exist in ``status``, in the table's order; for one kind of actor if given.

    Says nothing of guards: they are asked when the trigger is pulled.
    """
    return tuple(
        line.trigger
        for line in TABLE
        if status in line.sources and (actor is None or actor in line.actors)
    )


def fire(trigger: Trigger, job: Job | None, actor: Actor, args: Arguments, facts: Facts) -> Outcome:
    """What pulling ``trigger`` on ``job`` (None for submit) comes to, as data; nothing is done yet.

    Raises :class:`~printflow.errors.TransitionNotAllowed` when the job's status has no such
    trigger, :class:`~printflow.errors.TransitionRefused` with the reasons of *all* guards that
    refused.
    """
    source = None if job is None else job.status
    line = _ROWS[trigger]
    if (source is None) != (not line.sources) or (source and source not in line.sources):
        raise not_allowed(trigger, source)
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


def not_allowed(trigger: Trigger, status: Status | None) -> TransitionNotAllowed:
    """The error for a trigger that ``status`` does not have."""
    if status is None:
        return TransitionNotAllowed(
            "There is no such job yet.", trigger=trigger, status=NEW, allowed=(Trigger.SUBMIT,)
        )
    possible = allowed(status)
    return TransitionNotAllowed(
        f"“{trigger.label}” is not possible: the job is {status.label!r}.",
        trigger=trigger,
        status=status,
        allowed=possible,
        next_step=f"Possible now: {', '.join(possible)}.",
    )


# -- the machine ----------------------------------------------------------------------------------

_ROWS: dict[Trigger, Row] = {line.trigger: line for line in TABLE}


def _all_guards(line: Row) -> Callable[[EventData], bool]:
    def condition(event: EventData) -> bool:
        attempt: Attempt = event.model
        for guard in line.guards:
            attempt.refuse(guard(attempt))
        return not attempt.refusals

    return condition


def _leads_to(dest: Status) -> Callable[[EventData], bool]:
    def condition(event: EventData) -> bool:
        return bool(event.model.args.to == dest)

    return condition


def _call(callback: Callback) -> Callable[[EventData], None]:
    def called(event: EventData) -> None:
        callback(event.model)

    return called


def _transitions() -> list[dict[str, Any]]:
    arrows: list[dict[str, Any]] = []
    for line in TABLE:
        shared = {
            "trigger": line.trigger.value,
            "before": [_call(callback) for callback in line.before],
            "after": [_call(callback) for callback in line.after],
        }
        guarded = _all_guards(line)
        for source in line.sources or (NEW,):
            if line.dest is not None:
                arrows.append(
                    {**shared, "source": source, "dest": line.dest.value, "conditions": [guarded]}
                )
                continue
            # A chosen destination: one arrow each, and a last one that only says what is wrong.
            for dest in line.dests(Status(source)):
                arrows.append(
                    {
                        **shared,
                        "source": source,
                        "dest": dest.value,
                        "conditions": [_leads_to(dest), guarded],
                    }
                )
            arrows.append({**shared, "source": source, "dest": "=", "conditions": [_refused(line)]})
    return arrows


def _refused(line: Row) -> Callable[[EventData], bool]:
    guarded = _all_guards(line)

    def condition(event: EventData) -> bool:
        if not event.model.refusals:
            guarded(event)
        return False

    return condition


_MACHINE = Machine(
    model=None,
    states=[NEW, *(status.value for status in Status)],
    initial=None,
    transitions=_transitions(),
    auto_transitions=False,
    send_event=True,
    queued=False,
)
