"""Conditions for a payment, alone or at pickup. As in ``guards``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..errors import Refusal
from ..said import Money, Said, say
from .attempt import Attempt
from .catalog import Catalog
from .debts import OWING
from .guards import TEXT_LIMIT, choice, too_long
from .job import Job
from .ledger import PAYABLE, Balance, Payment
from .pricing import parse_cents
from .status import Status
from .text import clean_line, clean_text

_LIMITS = {"receipt": 40, "payer": 100, "account": 60, "note": 200, "reason": 200}
"""Characters of each text that goes with a payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """A payment as someone typed it."""

    amount: str = ""
    method: str = ""
    receipt: str = ""
    payer: str = ""
    account: str = ""
    waive: str = ""
    note: str = ""


def payment_or_waiver(attempt: Attempt) -> Iterator[Refusal]:
    """The balance is paid, or waived with a reason."""
    args, facts = attempt.args, attempt.facts
    due = attempt.due_cents
    if not args.amount:
        if not clean_text(args.waive) and due > 0:
            yield Refusal(
                "payment_missing",
                _due(due, attempt.subject.currency),
                "amount",
                say("Enter the payment, or waive it with a reason."),
            )
        return
    amount = parse_cents(args.amount, attempt.subject.currency)
    if amount is None:
        yield _no_amount()
    elif amount != due and not (amount < due and clean_text(args.waive)):
        yield Refusal(
            "amount_differs",
            _due(due, attempt.subject.currency),
            "amount",
            say("Enter that amount, or waive the rest with a reason."),
        )
    if amount != 0:
        tender = Tender(
            method=args.method, receipt=args.receipt, payer=args.payer, account=args.account
        )
        yield from _how_paid(tender, facts.catalog, facts.receipt_used)


def payment(
    tender: Tender, due_cents: int, currency: str, catalog: Catalog, receipt_used: str
) -> Iterator[Refusal]:
    """Not more than is due is paid, or the rest is waived with a reason; ``receipt_used`` says
    which payment has the receipt's number already.
    """
    waive = clean_text(tender.waive)
    amount = parse_cents(tender.amount or "0", currency)
    if due_cents == 0:
        yield Refusal("nothing_due", say("Nothing is due."), "amount", say("Everything is paid."))
    elif amount is None:
        yield _no_amount()
    elif amount > due_cents:
        yield Refusal(
            "amount_over",
            say("Only {due} is due.", due=Money(due_cents, currency)),
            "amount",
            say("Enter at most that. If an earlier payment was wrong, void it and enter it again."),
        )
    elif amount == 0 and not waive:
        yield Refusal(
            "payment_missing",
            _due(due_cents, currency),
            "amount",
            say("Enter a full or partial payment, or waive it with a reason."),
        )
    elif amount == due_cents and waive:
        yield Refusal(
            "nothing_to_waive",
            say("This pays the full amount, so there's nothing to waive."),
            "waive",
        )
    if amount != 0:
        yield from _how_paid(tender, catalog, receipt_used)
    yield from short(tender.note, "note")


def due_as_shown(
    jobs: Sequence[Job], due: Mapping[str, int], shown: Mapping[str, int]
) -> Iterator[Refusal]:
    """What is due for each job, in integer cents, is what the form showed for it."""
    for job in jobs:
        if shown.get(job.id, due[job.id]) != due[job.id]:
            yield Refusal(
                "due_changed",
                say(
                    "For job {job_id}, {now} is due now, not {shown} as shown before.",
                    job_id=job.id,
                    now=Money(due[job.id], job.currency),
                    shown=Money(shown[job.id], job.currency),
                ),
                "jobs",
                say("Check the amount, then send the form again."),
            )


def payable(jobs: Sequence[Job]) -> Iterator[Refusal]:
    """Each job is there once, its student agreed to its price, and all prices are of one currency."""
    if len({job.id for job in jobs}) < len(jobs):
        yield Refusal("job_twice", say("The same job is selected twice."), "jobs")
    if len({job.currency for job in jobs}) > 1:
        yield Refusal(
            "currencies",
            say("These jobs have prices in different currencies."),
            "jobs",
            say("Enter one payment for each currency."),
        )
    for job in jobs:
        if job.status not in PAYABLE:
            yield Refusal(
                "not_payable",
                say(
                    "Job {job_id} can't be paid while its status is “{status}”.",
                    job_id=job.id,
                    status=job.status.label,
                ),
                "jobs",
                say("The student needs to approve the price first."),
            )


def parts(
    typed: Mapping[str, object], due: Mapping[str, int], amount: str, currency: str
) -> Iterator[Refusal]:
    """What each job gets is an amount, not more than it is due, and together what is paid."""
    cents = {job_id: parse_cents(figure, currency) for job_id, figure in typed.items()}
    for job_id, part in cents.items():
        if part is None:
            yield _no_amount()
        elif part > due[job_id]:
            yield Refusal(
                "amount_over",
                say(
                    "For job {job_id}, only {due} is due.",
                    job_id=job_id,
                    due=Money(due[job_id], currency),
                ),
                "amount",
            )
    total = sum(part or 0 for part in cents.values())
    if amount and parse_cents(amount, currency) != total:
        yield Refusal(
            "amount_differs",
            say(
                "The amounts for each job add up to {total}, not {amount}.",
                total=Money(total, currency),
                amount=amount,
            ),
            "amount",
        )


def voidable(payment: Payment, jobs: Sequence[Job], reason: str) -> Iterator[Refusal]:
    """It counts still, there is a reason, and none of its jobs is archived."""
    if payment.void is not None:
        yield Refusal(
            "payment_void",
            say(
                "{name} already voided this payment. Reason: {reason}",
                name=payment.void.by,
                reason=payment.void.reason,
            ),
        )
        return
    if not reason:
        yield Refusal(
            "reason_missing",
            say("Enter a reason."),
            "reason",
            say("A few words for the ledger are enough."),
        )
    yield from short(reason, "reason")
    for job in jobs:
        if job.status is Status.ARCHIVED:
            yield _archived(job)


def refundable(
    job: Job, balance: Balance, tender: Tender, catalog: Catalog, shown_cents: int | None
) -> Iterator[Refusal]:
    """Money was paid, it is not less than what is refunded, and there is a reason.

    ``shown_cents`` is what the form showed as paid; None where it showed nothing.
    """
    paid, amount = balance.paid_cents, parse_cents(tender.amount, job.currency)
    if job.status is Status.ARCHIVED:
        yield _archived(job)
    elif paid <= 0:
        yield Refusal(
            "nothing_paid",
            say("Nothing was paid for job {job_id}.", job_id=job.id),
            "amount",
            say("There's nothing to refund."),
        )
    elif shown_cents not in (None, paid):
        yield Refusal(
            "paid_changed",
            say("{paid} is paid now, not as shown before.", paid=Money(paid, job.currency)),
            "amount",
            say("Check the amount, then send the form again."),
        )
    elif not amount:
        yield _no_amount()
    elif amount > paid:
        yield Refusal(
            "refund_over",
            say("Only {paid} was paid.", paid=Money(paid, job.currency)),
            "amount",
            say("Enter at most that."),
        )
    yield from _why(tender.waive)
    if tender.method:
        yield from choice(tender.method, catalog.payment_methods, "method")
    yield from short(tender.note, "note")


def written_off(jobs: Sequence[Job], due: Mapping[str, int], reason: str) -> Iterator[Refusal]:
    """Each job is there once and owes something, and there is a reason."""
    if len({job.id for job in jobs}) < len(jobs):
        yield Refusal("job_twice", say("The same job is selected twice."), "jobs")
    if len({job.currency for job in jobs}) > 1:
        yield Refusal("currencies", say("These jobs have prices in different currencies."), "jobs")
    for job in jobs:
        if job.status not in OWING or not due[job.id]:
            yield Refusal(
                "nothing_due",
                say("Job {job_id} owes nothing.", job_id=job.id),
                "jobs",
                say("Only what is due for a finished print can be written off."),
            )
    yield from _why(reason)


def _why(reason: str) -> Iterator[Refusal]:
    length = len(clean_text(reason))
    if not length:
        yield Refusal(
            "reason_missing",
            say("Enter a reason."),
            "reason",
            say("A few words for the ledger are enough."),
        )
    elif length > TEXT_LIMIT:
        yield Refusal("reason_too_long", too_long(length, TEXT_LIMIT), "reason")


def _archived(job: Job) -> Refusal:
    return Refusal(
        "job_archived",
        say("Job {job_id} is archived, so its payments can't change.", job_id=job.id),
    )


def covers_refunds(
    payment: Payment, jobs: Sequence[Job], paid: Mapping[str, int]
) -> Iterator[Refusal]:
    """Without the payment no more was refunded than was paid; ``paid`` in integer cents by job."""
    for job in jobs:
        if paid[job.id] < payment.share_of(job.id).amount_cents:
            yield Refusal(
                "refunded",
                say("Part of this payment was refunded for job {job_id}.", job_id=job.id),
                "",
                say("Void the refund first."),
            )


def _how_paid(tender: Tender, catalog: Catalog, receipt_used: str) -> Iterator[Refusal]:
    yield from choice(tender.method, catalog.payment_methods, "method")
    rules = catalog.payments
    if tender.method in rules.receipt_methods and not clean_line(tender.receipt):
        yield Refusal(
            "receipt_missing",
            say(
                "Enter the receipt number. {payment_method} needs one.",
                payment_method=tender.method,
            ),
            "receipt",
        )
    if tender.method in rules.account_methods and not clean_line(tender.account):
        yield Refusal(
            "account_missing",
            say(
                "Enter the account or code. {payment_method} needs one.",
                payment_method=tender.method,
            ),
            "account",
        )
    if receipt_used and rules.unique_receipts:
        yield Refusal(
            "receipt_used",
            say(
                "Receipt number {number} was already used for {payment}.",
                number=clean_line(tender.receipt),
                payment=receipt_used,
            ),
            "receipt",
            say("Check the receipt. If the earlier payment was wrong, void it."),
        )
    for field in ("receipt", "payer", "account"):
        yield from short(getattr(tender, field), field)


def short(typed: str, field: str) -> Iterator[Refusal]:
    """The text fits into its field."""
    length, limit = len(clean_line(typed)), _LIMITS[field]
    if length > limit:
        yield Refusal(f"{field}_too_long", too_long(length, limit), field)


def _no_amount() -> Refusal:
    return Refusal("amount_invalid", say("Enter the amount as a number, like 3.00."), "amount")


def _due(cents: int, currency: str) -> Said:
    if cents == 0:
        return say("Nothing is due.")
    return say("{amount} is due.", amount=Money(cents, currency))
