"""Conditions that payers set: codes on the form, budgets, approvers. As in ``guards``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from ..errors import Refusal
from ..said import Money, say
from .allowances import given, used
from .attempt import Attempt
from .budgets import Claim, ClaimState, allot
from .currency import decimals
from .payers import code_refusal
from .pricing import Price
from .quoted_price import price_of_attempt
from .status import ActorKind, Trigger
from .text import clean_line

BUDGET_SHORT = "budget_short"


def lab_day(attempt: Attempt) -> date:
    """The day in the lab's time zone."""
    return attempt.facts.now.astimezone(ZoneInfo(attempt.facts.catalog.time_zone)).date()


def known_payer(attempt: Attempt) -> Iterator[Refusal]:
    """The code that is to pay, if any, is known, in its term, and for this student."""
    form = attempt.args.submission
    if form is None or not clean_line(form.payer_code):
        return
    refusal = code_refusal(attempt.facts.payer, form.student_email, lab_day(attempt))
    if refusal is not None:
        yield refusal


def open_claims(attempt: Attempt) -> tuple[Claim, ...]:
    """The payers that a quote asks to pay."""
    return tuple(one for one in attempt.facts.claims if one.open)


def parts_of(attempt: Attempt, price_cents: int) -> tuple[tuple[Claim, int], ...]:
    """What each payer pays of the price."""
    claims = open_claims(attempt)
    rooms = [attempt.facts.rooms.get(one.id) for one in claims]
    return tuple(zip(claims, allot(price_cents, rooms), strict=True))


def budget_covers(attempt: Attempt) -> Iterator[Refusal]:
    """The budgets of the job's payers cover the price, or the student pays the rest."""
    price = price_of_attempt(attempt)
    if price is None or not open_claims(attempt) or attempt.args.student_pays_rest:
        return
    parts = parts_of(attempt, price.cents)
    if sum(cents for _claim, cents in parts) >= price.cents:
        return
    currency = attempt.facts.catalog.currency
    claim, left = parts[-1]
    yield Refusal(
        BUDGET_SHORT,
        say(
            "{code} has {left} left for this student's job, and the price is {price}.",
            code=claim.payer.code,
            left=Money(left, currency),
            price=Money(price.cents, currency),
        ),
        "student_pays_rest",
        say("Let the student pay the rest, or change the budget first."),
    )


def lapsed(attempt: Attempt) -> bool:
    """Whether the job's quote was not answered in time."""
    quote = attempt.facts.quote
    return quote is not None and quote.lapsed(attempt.subject, attempt.facts.now)


def allowance_still_there(attempt: Attempt) -> Iterator[Refusal]:
    """What allowances gave to a quote that expired was not used for another job since."""
    quote = attempt.facts.quote
    if quote is None or not lapsed(attempt):
        return
    price = Price(quote.price_lines, decimals(quote.currency))
    left = {one.name: (one, rest) for one, rest in attempt.facts.free}
    for name, part in given(price, quote.grams).items():
        one, rest = left.get(name, (None, Decimal()))
        if (part.grams or part.cents) and (one is None or used(price, one, quote.grams) > rest):
            yield Refusal(
                "allowance_used",
                say("“{name}” was used for another print since this quote expired.", name=name),
                "",
                say("The lab needs to send a new quote."),
            )


def budget_still_covers(attempt: Attempt) -> Iterator[Refusal]:
    """The budgets still cover what they did when the price was quoted."""
    if attempt.trigger is Trigger.CONFIRM and not lapsed(attempt):
        return  # it is reserved
    claims = open_claims(attempt)
    wanted = min(sum(one.cents for one in claims), attempt.subject.cost_cents or 0)
    if sum(cents for _claim, cents in parts_of(attempt, wanted)) < wanted:
        yield Refusal(
            BUDGET_SHORT,
            say(
                "{code} can't pay as much of this price as when it was quoted.",
                code=claims[0].payer.code,
            ),
            "",
            say("The lab needs to send a new quote."),
        )


def _quoted_since(attempt: Attempt, claim: Claim) -> bool:
    """Whether the student had a new quote since the payer said no."""
    quote = attempt.facts.quote
    return quote is not None and claim.at is not None and quote.issued_at > claim.at


def payers_approved(attempt: Attempt) -> Iterator[Refusal]:
    """Where a payer wants to approve what it pays, it has."""
    for claim in attempt.facts.claims:
        if claim.waits:
            yield Refusal(
                "payer_waits",
                say(
                    "{code} hasn't approved this print yet. We asked {address}.",
                    code=claim.payer.code,
                    address=claim.payer.approver,
                ),
                "",
                say("Wait for the answer, or ask them to use the link in our email."),
            )


def payers_did_not_refuse(attempt: Attempt) -> Iterator[Refusal]:
    """No payer has said no to the price of the newest quote."""
    for claim in attempt.facts.claims:
        if claim.state is ClaimState.REFUSED and not _quoted_since(attempt, claim):
            yield Refusal(
                "payer_refused",
                say("{code} doesn't pay for this print.", code=claim.payer.code),
                "",
                say("Use “{action}”: the student then pays.", action=Trigger.REQUOTE.label)
                if attempt.actor.kind is ActorKind.STAFF
                else say("The lab needs to send a new quote."),
            )
