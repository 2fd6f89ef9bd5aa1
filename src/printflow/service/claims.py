"""What payers pay of a job, as the job goes on: looked up, reserved, used and released."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..domain.budgets import (
    BY_BUDGET,
    Claim,
    ClaimState,
    Follow,
    follow,
    room,
    used_cents,
)
from ..domain.catalog import Catalog
from ..domain.effects import AskPayer, ReserveBudget
from ..domain.event_kind import Correction
from ..domain.job import Actor, Job, Quote
from ..domain.ledger import Balance, Payment, Share
from ..domain.marking import mark
from ..domain.status import ActorKind, Trigger
from ..domain.terms import term_of
from ..errors import Refusal, TransitionRefused
from ..ports import Transaction
from ..runtime.tokens import Tokens, token_hash
from ..said import say
from .addresses import mailbox_of

EXPIRY = Actor(ActorKind.SYSTEM, mark("Printflow"))


def claim_facts(
    tx: Transaction,
    job: Job,
    trigger: Trigger,
    catalog: Catalog,
    now: datetime,
    *,
    again: bool = False,
) -> Mapping[str, Any]:
    """What the guards ask of the job's payers. Where it reserves, whoever else would reserve of the
    same budgets waits until this transaction ends.
    """
    claims = tuple(tx.payers.of_job(job.id))
    reserves = trigger.record.prices or trigger is Trigger.RESEND or again
    if not claims or not reserves:
        return {"claims": claims}
    payer_ids = [one.payer.id for one in claims]
    tx.payers.take_turns(payer_ids)
    for quote in tx.quotes.lapsed(now, payer_ids):
        if quote.job_id != job.id:
            lapse(tx, quote, now)
    term = term_name(catalog, now)
    rooms = {
        one.id: room(
            one.payer, tx.payers.spent(one.payer, term, mailbox_of(job.student_email), job.id)
        )
        for one in claims
    }
    return {"claims": tuple(tx.payers.of_job(job.id)), "rooms": rooms}


def lapse(tx: Transaction, quote: Quote, now: datetime) -> bool:
    """Nobody answered the quote in time: what was reserved for it is released, and the history says
    so. False where someone answered or changed the job meanwhile.
    """
    job, newest = tx.jobs.get(quote.job_id), tx.quotes.newest(quote.job_id)
    if job is None or newest is None or newest.id != quote.id or not newest.lapsed(job, now):
        return False
    if not tx.jobs.update(job, now=now, actor=EXPIRY.name, status=job.status, values={}):
        return False
    tx.history.add_event(
        job.id,
        at=now,
        trigger=Correction.LAPSE,
        source=job.status,
        dest=job.status,
        actor=EXPIRY,
        details={},
    )
    for claim in tx.payers.of_job(job.id):
        if claim.state is ClaimState.RESERVED:
            tx.payers.becomes(claim, ClaimState.RELEASED, claim.cents, now)
    return True


def term_name(catalog: Catalog, now: datetime) -> str:
    """The lab's term of now; "" between terms."""
    term = term_of(catalog.terms, now.astimezone(ZoneInfo(catalog.time_zone)).date())
    return term.name if term else ""


def write_claims(
    tx: Transaction, job: Job, effect: AskPayer | ReserveBudget, tokens: Tokens, now: datetime
) -> None:
    """Write who is to pay, or what is reserved; an approver's link is new where the amount is."""
    if isinstance(effect, AskPayer):
        tx.payers.ask(effect.payer_id, job.id, now)
        return
    known = {one.id: one for one in tx.payers.of_job(job.id)}
    for claim_id, cents in effect.parts:
        claim = known[claim_id]
        same = claim.state is ClaimState.RESERVED and claim.cents == cents
        tx.payers.becomes(claim, ClaimState.RESERVED, cents, now, term=effect.term)
        if claim.payer.approver and cents and not (same and claim.approved_at):
            token = tokens.of_claim(job.id, claim_id, now)
            tx.payers.approval_asked(claim_id, token_hash(token), now)


def follow_job(tx: Transaction, job: Job, actor: Actor, event_id: int, now: datetime) -> None:
    """The job has come to its status: what was reserved is used, released, or left as it is."""
    does = follow(job.status)
    if does is Follow.KEEP:
        return
    claims = [one for one in tx.payers.of_job(job.id) if one.state is ClaimState.RESERVED]
    if not claims:
        return
    if does is Follow.RELEASE:
        for claim in claims:
            tx.payers.becomes(claim, ClaimState.RELEASED, claim.cents, now)
        return
    paid, covered = tx.ledger.settled(job.id)
    own = sum(one.cents for one in claims)
    due = Balance(job.cost_cents or 0, paid, covered - own).due_cents
    amounts = used_cents(claims, due)
    for claim in claims:
        cents = amounts[claim.id]
        state = ClaimState.USED if cents else ClaimState.RELEASED
        tx.payers.becomes(claim, state, cents, now)
        if cents:
            tx.ledger.add(_payment(job, claim, cents, actor, event_id, now))


def _payment(
    job: Job, claim: Claim, cents: int, actor: Actor, event_id: int, now: datetime
) -> Payment:
    return Payment(
        id=0,
        at=now,
        by=actor.name,
        station=actor.station,
        amount_cents=cents,
        currency=job.currency,
        method=BY_BUDGET,
        payer=claim.payer.title or claim.payer.code,
        account=claim.payer.code,
        shares=(Share(job_id=job.id, amount_cents=cents, event_id=event_id),),
    )


def give_back(tx: Transaction, job: Job, payment: Payment, cents: int, now: datetime) -> None:
    """What a payment by budget was refunded or voided can be used again."""
    if payment.method != BY_BUDGET:
        return
    for claim in reversed(tx.payers.of_job(job.id)):
        mine = payment.account in ("", claim.payer.code)
        if claim.state is ClaimState.USED and mine and cents > 0:
            part = min(cents, claim.cents)
            state = ClaimState.USED if part < claim.cents else ClaimState.RELEASED
            left = claim.cents - part
            tx.payers.becomes(claim, state, left or claim.cents, now)
            cents -= part


def take_back(tx: Transaction, job: Job, at: datetime, catalog: Catalog, now: datetime) -> None:
    """What an undone event made of the job's claims is as before.

    Raises TransitionRefused where what it released was reserved for another job since.
    """
    claims = tx.payers.of_job(job.id)
    if not claims:
        return
    tx.payers.take_turns([one.payer.id for one in claims])
    tx.payers.take_back(job.id, at, now)
    for claim in tx.payers.of_job(job.id):
        spent = tx.payers.spent(
            claim.payer,
            claim.term or term_name(catalog, now),
            mailbox_of(job.student_email),
            job.id,
        )
        left = room(claim.payer, spent)
        if claim.state is ClaimState.RESERVED and left is not None and left < claim.cents:
            raise TransitionRefused(
                [
                    Refusal(
                        "budget_short",
                        say(
                            "{code}'s budget was used for another job since.", code=claim.payer.code
                        ),
                    )
                ]
            )
