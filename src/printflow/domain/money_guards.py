"""What must hold of a payment before it is taken, alone or at pick-up. As in ``guards``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..errors import Refusal
from .attempt import Attempt
from .catalog import Catalog
from .guards import choice
from .job import Job
from .ledger import PAYABLE, Payment
from .pricing import in_units, parse_cents
from .status import Status
from .text import clean_line, clean_text

_LIMITS = {"receipt": 40, "payer": 100, "account": 60, "note": 200, "reason": 200}
"""Characters of each text that goes with a payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """A payment as somebody typed it."""

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
                f"{in_units(due)} {attempt.subject.currency} are due.",
                "amount",
                "Enter the payment, or waive it with a reason.",
            )
        return
    amount = parse_cents(args.amount)
    if amount is None:
        yield _no_amount()
    elif amount != due and not (amount < due and clean_text(args.waive)):
        yield Refusal(
            "amount_differs",
            f"{in_units(amount)} is not the {in_units(due)} {attempt.subject.currency} that is due.",
            "amount",
            "Enter what is due, or waive the rest with a reason.",
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
    due, waive = f"{in_units(due_cents)} {currency}", clean_text(tender.waive)
    amount = parse_cents(tender.amount or "0")
    if due_cents == 0:
        yield Refusal("nothing_due", "Nothing is due.", "amount", "The balance is settled.")
    elif amount is None:
        yield _no_amount()
    elif amount > due_cents:
        yield Refusal(
            "amount_over",
            f"{in_units(amount)} is more than the {due} that is due.",
            "amount",
            "Take what is due. A payment that was wrong is voided and taken again.",
        )
    elif amount == 0 and not waive:
        yield Refusal(
            "payment_missing",
            f"{due} are due.",
            "amount",
            "Enter what is paid, all of it or a part, or waive it with a reason.",
        )
    elif amount == due_cents and waive:
        yield Refusal("nothing_to_waive", "All is paid; nothing is left to waive.", "waive")
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
                f"For job {job.id}, {in_units(due[job.id])} {job.currency} is due now, not the "
                f"{in_units(shown[job.id])} that was shown.",
                "jobs",
                "Check the amount, then send the form again.",
            )


def payable(jobs: Sequence[Job]) -> Iterator[Refusal]:
    """Each job is there once, its student agreed to its price, and all prices are of one currency."""
    if len({job.id for job in jobs}) < len(jobs):
        yield Refusal("job_twice", "A job is named twice.", "jobs")
    if len({job.currency for job in jobs}) > 1:
        yield Refusal(
            "currencies",
            "These jobs have prices in different currencies.",
            "jobs",
            "Take a payment for each currency.",
        )
    for job in jobs:
        if job.status not in PAYABLE:
            yield Refusal(
                "not_payable",
                f"Job {job.id} is “{job.status.label}”: nothing can be paid for it.",
                "jobs",
                "A payment needs a price that the student agreed to.",
            )


def parts(typed: Mapping[str, object], due: Mapping[str, int], amount: str) -> Iterator[Refusal]:
    """What each job gets is an amount, not more than it is due, and together what is paid."""
    cents = {job_id: parse_cents(figure) for job_id, figure in typed.items()}
    for job_id, part in cents.items():
        if part is None:
            yield _no_amount()
        elif part > due[job_id]:
            yield Refusal(
                "amount_over",
                f"{in_units(part)} is more than the {in_units(due[job_id])} that job {job_id} is due.",
                "amount",
            )
    total = sum(part or 0 for part in cents.values())
    if amount and parse_cents(amount) != total:
        yield Refusal(
            "amount_differs", f"The parts come to {in_units(total)}, not to {amount}.", "amount"
        )


def voidable(payment: Payment, jobs: Sequence[Job], reason: str) -> Iterator[Refusal]:
    """It counts still, there is a reason, and none of its jobs is archived."""
    if payment.void is not None:
        yield Refusal(
            "payment_void",
            f"{payment.void.by} voided this payment already: {payment.void.reason}",
        )
        return
    if not reason:
        yield Refusal("reason_missing", "Say why.", "reason", "A few words for the ledger.")
    yield from short(reason, "reason")
    for job in jobs:
        if job.status is Status.ARCHIVED:
            yield Refusal(
                "job_archived", f"Job {job.id} is archived; its payments stay as they are."
            )


def _how_paid(tender: Tender, catalog: Catalog, receipt_used: str) -> Iterator[Refusal]:
    yield from choice(tender.method, catalog.payment_methods, "method", "way of payment")
    rules = catalog.payments
    if tender.method in rules.receipt_methods and not clean_line(tender.receipt):
        yield Refusal(
            "receipt_missing", f"Enter the receipt number: {tender.method} wants one.", "receipt"
        )
    if tender.method in rules.account_methods and not clean_line(tender.account):
        yield Refusal(
            "account_missing", f"Enter the account or code: {tender.method} wants one.", "account"
        )
    if receipt_used and rules.unique_receipts:
        yield Refusal(
            "receipt_used",
            f"The receipt number {clean_line(tender.receipt)} was used for {receipt_used}.",
            "receipt",
            "Look at the receipt once more; if the earlier payment was wrong, void it.",
        )
    for field in ("receipt", "payer", "account"):
        yield from short(getattr(tender, field), field)


def short(typed: str, field: str) -> Iterator[Refusal]:
    """The text fits into its field."""
    length, limit = len(clean_line(typed)), _LIMITS[field]
    if length > limit:
        yield Refusal(
            f"{field}_too_long", f"That is {length} characters; at most {limit} fit.", field
        )


def _no_amount() -> Refusal:
    return Refusal("amount_invalid", "Enter the amount as a number, for example 3.00.", "amount")
