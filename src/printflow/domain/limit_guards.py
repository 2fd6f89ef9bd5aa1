"""Conditions that the lab's limits set, when a request comes in and when it is approved.

A student who isn't known is refused only what everyone would be: what depends on their jobs, debts
or blocks lets the request in, and staff decide. As in ``guards``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..errors import Refusal
from ..said import say, sentences
from .attempt import Attempt
from .budget_guards import lapsed
from .currency import of_cents
from .effects import CountLimits
from .groups import membership
from .limit_check import Asked, LimitFinding, asked_of, check, size_of
from .limit_codes import LimitAction
from .limit_counts import LimitOutcome
from .pricing import parse_grams, parse_hours
from .quoted_price import group_of, price_of_attempt
from .status import ActorKind, Trigger
from .text import clean_line

PREFIX = "limit_"
"""Codes of refusals by a limit begin so."""
OVER_LIMIT, REASON = "over_limit", "limit_reason"
REASON_LENGTH = 300


def of_form(attempt: Attempt) -> tuple[LimitFinding, ...]:
    """The limits that the form's request is over."""
    form, facts = attempt.args.submission, attempt.facts
    if form is None:
        return ()
    staff = attempt.actor.kind is ActorKind.STAFF
    found = membership(
        facts.catalog.groups,
        facts.catalog.default_group,
        email=form.student_email,
        roles=form.roles,
        chosen=form.group,
    )
    asked = Asked(
        email=form.student_email,
        group=form.group if staff and form.group else found.group,
        course=form.class_number,
        models=facts.models,
        copies=facts.copies,
    )
    return check(facts.catalog, asked, facts.standing, facts.now)


def of_quote(attempt: Attempt) -> tuple[LimitFinding, ...]:
    """The limits that the job is over with the figures of the quote."""
    args, facts, job = attempt.args, attempt.facts, attempt.subject
    price = price_of_attempt(attempt)
    asked = Asked(
        email=job.student_email,
        group=group_of(facts.catalog, job),
        course=job.class_number,
        copies=job.quantity,
        grams=parse_grams(args.weight),
        hours=parse_hours(args.hours),
        price=None if price is None else of_cents(price.cents, facts.catalog.currency),
        size=size_of(job),
    )
    return check(facts.catalog, asked, facts.standing, facts.now)


def refused(attempt: Attempt) -> tuple[LimitFinding, ...]:
    """Those for which the form is refused: what is told must be told to the right person."""
    if attempt.actor.kind is ActorKind.STAFF:
        return ()
    known = attempt.facts.person_known
    return tuple(
        one for one in of_form(attempt) if one.action is LimitAction.REFUSE and (one.alone or known)
    )


def request_within_limits(attempt: Attempt) -> Iterator[Refusal]:
    """The request is within the lab's limits, or staff decide."""
    for one in refused(attempt):
        yield Refusal(f"{PREFIX}{one.code.value}", one.student, "", one.code.record.next_step)


def job_within_limits(attempt: Attempt) -> Iterator[Refusal]:
    """The job is within the lab's limits, or staff give a reason."""
    over = [one for one in of_quote(attempt) if one.action.holds]
    if not over:
        return
    if not attempt.args.over_limit:
        yield Refusal(
            f"{PREFIX}{over[0].code.value}",
            sentences(one.staff for one in over),
            OVER_LIMIT,
            say("Select “Approve over the limit” and enter a reason, or reject the job."),
        )
    elif not clean_line(attempt.args.limit_reason):
        yield Refusal(
            "limit_reason_missing", say("Enter why it's approved over the limit."), REASON
        )
    elif len(clean_line(attempt.args.limit_reason)) > REASON_LENGTH:
        yield Refusal(
            "limit_reason_too_long",
            say("Use at most {most} characters.", most=REASON_LENGTH),
            REASON,
        )


def still_within_limits(attempt: Attempt) -> Iterator[Refusal]:
    """A quote that expired, whose job hasn't counted since, is within the lab's limits again."""
    if not lapsed(attempt):
        return
    facts, staff = attempt.facts, attempt.actor.kind is ActorKind.STAFF
    asked = asked_of(facts.catalog, attempt.subject)
    for one in check(facts.catalog, asked, facts.standing, facts.now):
        if one.action.holds:
            yield Refusal(
                f"{PREFIX}{one.code.value}",
                one.staff if staff else one.student,
                "",
                say("Use “{action}” to send a new quote.", action=Trigger.REQUOTE.label)
                if staff
                else say("The lab needs to send a new quote."),
            )


def mark_over_limit(attempt: Attempt) -> None:
    """Staff see which limits the request is over."""
    found = of_form(attempt)
    held = [one for one in found if one.action.holds]
    attempt.changes.update(over_limit=",".join(dict.fromkeys(one.code.value for one in held)))
    if found:
        attempt.details.update(limits=_kept(found), limits_told=attempt.facts.person_known)
    outcomes = [
        (LimitOutcome.LET_IN if one in held else LimitOutcome.WARNED, one.code.value, one.rule)
        for one in found
    ]
    _count(attempt, outcomes)


def decide_over_limit(attempt: Attempt) -> None:
    """The job is approved over the limits; the history keeps why."""
    over = [one for one in of_quote(attempt) if one.action.holds]
    if attempt.subject.over_limit:
        attempt.changes.update(over_limit="")
    if over:
        reason = clean_line(attempt.args.limit_reason)
        attempt.details.update(limits=_kept(over), limit_reason=reason)
        _count(attempt, [(LimitOutcome.APPROVED, one.code.value, one.rule) for one in over])


def _kept(found: Iterable[LimitFinding]) -> list[dict[str, Any]]:
    return [{"code": one.code.value, "action": one.action.value} for one in found]


def _count(attempt: Attempt, counts: Iterable[tuple[LimitOutcome, str, str]]) -> None:
    counted = tuple(counts)
    if counted:
        attempt.effects.append(CountLimits(counted))
