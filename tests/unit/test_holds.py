"""On hold, and canceled after confirming: what the table refuses, changes and mails."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from printflow.domain.attempt import Arguments
from printflow.domain.effects import ExtendQuote, MailTemplate, SendMail
from printflow.domain.job import Actor, Job
from printflow.domain.lifecycle import allowed, fire
from printflow.domain.pick_up import PickUpPolicy
from printflow.domain.status import ActorKind, Status, Trigger
from printflow.errors import TransitionNotAllowed, TransitionRefused
from tests.unit.builders import (
    ANA,
    NOW,
    STUDENT,
    SYSTEM,
    facts,
    good_arguments,
    job,
    job_for,
    parts_of,
    quote,
)

OPEN = [status for status in Status if not status.closed]
DAY = timedelta(days=1)
HELD: dict[str, Any] = {"held_at": NOW - DAY, "held_by": "Ana", "hold_reason": "a nozzle"}


def codes(trigger: Trigger, subject: Job, actor: Actor = ANA, **known: Any) -> list[str]:
    """Why the trigger is refused; [] if it is not."""
    given = good_arguments(trigger, status=subject.status)
    try:
        fire(trigger, subject, actor, given, facts(parts=parts_of(subject), **known))
    except TransitionRefused as refused:
        return [reason.code for reason in refused.refusals]
    return []


def mails(trigger: Trigger, subject: Job, given: Arguments, actor: Actor = ANA) -> list[str]:
    """The emails that follow."""
    effects = fire(trigger, subject, actor, given, facts(parts=parts_of(subject))).effects
    return [effect.template for effect in effects if isinstance(effect, SendMail)]


STOPPED = {
    Trigger.APPROVE: Status.UPLOADED,
    Trigger.CONFIRM: Status.PENDING,
    Trigger.REQUOTE: Status.PENDING,
    Trigger.RESEND: Status.PENDING,
    Trigger.START_PRINTING: Status.READYTOPRINT,
    Trigger.HAND_OUT: Status.COMPLETED,
    Trigger.PICK_UP: Status.COMPLETED,
    Trigger.DISPOSE: Status.COMPLETED,
}


@pytest.mark.parametrize(("trigger", "status"), STOPPED.items())
def test_nothing_goes_on_while_on_hold(trigger: Trigger, status: Status) -> None:
    subject = job_for(trigger, status)
    assert codes(trigger, subject) == []
    assert codes(trigger, replace(subject, **HELD)) == ["on_hold"]


GOES_ON = {
    Trigger.REJECT: Status.PENDING,
    Trigger.DECLINE: Status.PENDING,
    Trigger.FAIL: Status.PRINTING,
    Trigger.COMPLETE: Status.PRINTING,
    Trigger.CANCEL: Status.READYTOPRINT,
    Trigger.OVERRIDE: Status.PRINTING,
}


@pytest.mark.parametrize(("trigger", "status"), GOES_ON.items())
def test_ends_and_results_are_recorded_while_on_hold(trigger: Trigger, status: Status) -> None:
    subject = replace(job_for(trigger, status), **HELD)
    assert codes(trigger, subject) == []
    after = fire(
        trigger,
        subject,
        ANA,
        good_arguments(trigger, status=status),
        facts(parts=parts_of(subject)),
    )
    assert after.changes.get("held_at", NOW) == (None if after.dest.closed else NOW)


def test_every_stop_is_tried() -> None:
    """A trigger that the lists above do not name could be forgotten."""
    others = {
        Trigger.SUBMIT,
        Trigger.HOLD,
        Trigger.RELEASE,
        Trigger.WITHDRAW,
        Trigger.COPIES_DONE,
        Trigger.ASK_TO_CANCEL,
        Trigger.KEEP,
        Trigger.ARCHIVE,
    }
    assert set(Trigger) == others | set(STOPPED) | set(GOES_ON)


@pytest.mark.parametrize("status", OPEN)
def test_a_hold_keeps_the_status_and_is_taken_off_without_a_trace(status: Status) -> None:
    subject = job(status)
    held = fire(Trigger.HOLD, subject, ANA, Arguments(reason="  a nozzle "), facts())
    assert held.dest is status
    assert held.changes == {
        "held_at": NOW,
        "held_by": "Ana",
        "hold_reason": "a nozzle",
        "hold_shown": False,
    }
    on_hold = replace(subject, **held.changes)
    assert Trigger.HOLD not in allowed(on_hold, ActorKind.STAFF)
    assert Trigger.RELEASE in allowed(on_hold, ActorKind.STAFF)
    assert codes(Trigger.HOLD, on_hold) == ["on_hold"]
    released = fire(Trigger.RELEASE, on_hold, ANA, Arguments(), facts())
    assert replace(on_hold, **released.changes) == replace(subject, released_at=NOW)
    assert codes(Trigger.RELEASE, subject) == ["not_on_hold"]


@pytest.mark.parametrize("status", [status for status in Status if status.closed])
def test_what_is_over_is_not_held(status: Status) -> None:
    with pytest.raises(TransitionNotAllowed):
        fire(Trigger.HOLD, job(status), ANA, Arguments(reason="x"), facts())


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 10_000])
def test_a_hold_needs_a_reason_that_fits(reason: str) -> None:
    with pytest.raises(TransitionRefused) as refused:
        fire(Trigger.HOLD, job(), ANA, Arguments(reason=reason), facts())
    [why] = refused.value.refusals
    assert why.code == ("reason_too_long" if reason.strip() else "reason_missing")


def test_students_read_the_reason_only_if_staff_say_so() -> None:
    link = Arguments(consent=True, by_link=True)
    for shown in (False, True):
        held = job(Status.PENDING, **HELD, hold_shown=shown)
        with pytest.raises(TransitionRefused) as refused:
            fire(Trigger.CONFIRM, held, STUDENT, link, facts())
        [why] = refused.value.refusals
        assert ("a nozzle" in f"{why.message} {why.next_step}") is shown


def test_a_deadline_stands_still_while_on_hold() -> None:
    late = NOW + timedelta(days=30)
    held = job(Status.PENDING, **HELD)
    assert held.clock(late) == NOW - DAY
    assert job().clock(late) == late
    [extended] = fire(Trigger.RELEASE, held, ANA, Arguments(), facts(now=late)).effects
    assert extended == ExtendQuote(timedelta(days=31))
    declined = Arguments(by_link=True)
    given = facts(now=late, quote=quote())
    assert fire(Trigger.DECLINE, held, STUDENT, declined, given).dest is Status.REJECTED


def test_no_reminder_and_no_disposal_while_on_hold_nor_right_after() -> None:
    policy = PickUpPolicy(reminder_days=(7, 21), dispose_after_days=30)
    old = job(Status.COMPLETED, status_since=NOW - 40 * DAY)
    assert policy.reminder_due(old, NOW)
    assert not policy.reminder_due(replace(old, **HELD), NOW)
    reminded = replace(old, reminded_at=NOW - 20 * DAY)
    assert policy.disposal_at(reminded) == NOW - 10 * DAY
    assert policy.disposal_at(replace(reminded, released_at=NOW)) == NOW + 9 * DAY


def test_mails_of_holds() -> None:
    hold, tell = Arguments(reason="x"), Arguments(reason="x", notify=True)
    held = job(Status.READYTOPRINT, **HELD)
    assert mails(Trigger.HOLD, job(), hold) == []
    assert mails(Trigger.HOLD, job(), tell) == [MailTemplate.ON_HOLD]
    assert mails(Trigger.RELEASE, held, hold) == []
    assert mails(Trigger.RELEASE, held, tell) == [MailTemplate.RELEASED]
    # Nobody is told to come for a print that is not handed out: that waits for the release.
    printing = replace(job(Status.PRINTING), **HELD)
    assert mails(Trigger.COMPLETE, printing, Arguments()) == []
    done = job(Status.COMPLETED, **HELD, status_since=NOW)
    assert mails(Trigger.RELEASE, done, tell) == [MailTemplate.COMPLETED]
    told = job(Status.COMPLETED, **HELD, status_since=NOW - 2 * DAY)
    assert mails(Trigger.RELEASE, told, tell) == [MailTemplate.RELEASED]


# -- canceling ------------------------------------------------------------------------------------


def test_students_cancel_as_the_settings_say() -> None:
    ready = job(Status.READYTOPRINT)
    for setting, cancel, ask in (
        ("ask", ["cancel_by_staff"], []),
        ("until_print", [], []),
        ("no", ["cancel_by_staff"], ["cancel_by_staff"]),
    ):
        assert codes(Trigger.CANCEL, ready, STUDENT, students_cancel=setting) == cancel
        assert codes(Trigger.ASK_TO_CANCEL, ready, STUDENT, students_cancel=setting) == ask
        assert codes(Trigger.CANCEL, ready, ANA, students_cancel=setting) == []


def test_what_prints_is_not_canceled() -> None:
    for trigger, actor in ((Trigger.CANCEL, ANA), (Trigger.ASK_TO_CANCEL, STUDENT)):
        with pytest.raises(TransitionNotAllowed):
            fire(trigger, job(Status.PRINTING), actor, Arguments(reason="x"), facts())


def test_what_was_paid_is_refunded_first() -> None:
    ready = job(Status.READYTOPRINT)
    assert codes(Trigger.CANCEL, ready, held_cents=1) == ["paid"]
    assert codes(Trigger.CANCEL, ready, STUDENT, held_cents=425) == ["paid"]
    assert codes(Trigger.CANCEL, ready, paid_cents=425) == []  # waived, and refunded


def test_a_wish_waits_for_staff_and_keeps_the_print_from_starting() -> None:
    ready = job(Status.READYTOPRINT)
    asked = fire(Trigger.ASK_TO_CANCEL, ready, STUDENT, Arguments(text=" too late "), facts())
    assert asked.changes == {"cancel_asked_at": NOW, "cancel_reason": "too late"}
    waits = replace(ready, **asked.changes)
    assert codes(Trigger.START_PRINTING, waits) == ["cancel_asked"]
    assert codes(Trigger.ASK_TO_CANCEL, waits, STUDENT) == ["cancel_asked"]
    kept = fire(Trigger.KEEP, waits, ANA, Arguments(text="it's on the plate"), facts())
    assert replace(waits, **kept.changes) == ready
    assert codes(Trigger.KEEP, ready) == ["cancel_not_asked"]
    canceled = fire(Trigger.CANCEL, waits, ANA, Arguments(), facts())
    assert canceled.changes["reasons"] == ("Canceled at the student's request", "too late")
    assert canceled.changes["cancel_asked_at"] is None
    overridden = fire(Trigger.OVERRIDE, waits, ANA, good_arguments(Trigger.OVERRIDE), facts())
    assert overridden.changes["cancel_asked_at"] is None


def test_reasons_and_mails_of_canceling() -> None:
    ready, why = job(Status.READYTOPRINT), Arguments(reason="a mistake")
    canceled = fire(Trigger.CANCEL, ready, ANA, why, facts())
    assert canceled.changes["reasons"] == ("Canceled by the lab", "a mistake")
    assert mails(Trigger.CANCEL, ready, why) == [MailTemplate.CANCELED]
    own = fire(Trigger.CANCEL, ready, STUDENT, Arguments(text="a mistake"), facts())
    assert own.changes["reasons"] == ("Canceled by the student", "a mistake")
    assert mails(Trigger.CANCEL, ready, Arguments(), STUDENT) == [MailTemplate.STAFF_ALERT]
    for reason in ("", "x" * 10_000):
        with pytest.raises(TransitionRefused):
            fire(Trigger.CANCEL, ready, ANA, Arguments(reason=reason), facts())
    with pytest.raises(TransitionNotAllowed):
        fire(Trigger.CANCEL, ready, SYSTEM, why, facts())
