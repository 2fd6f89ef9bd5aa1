"""Payments that the lab's payment service takes: what is asked for, and what is made of its word.

A reference names a job and the amount that was due when it was made. Money that was paid is never
lost: it goes into the ledger of its job, or is kept for staff with what is wrong. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .debts import OWING
from .job import Job
from .ledger import PAYABLE
from .marking import complete, mark
from .status import Status

BY_LINK = "online"
"""How such a payment was made, in the ledger."""
PAYMENT_SERVICE = "Payment service"
"""Who takes it, in the job's history."""
_REFERENCE = re.compile(r"([0-9A-Z]{8})-([0-9]{1,9})-([A-Z]{3})-([A-Z2-7]{16})")


class PayFrom(StrEnum):
    """From when a job's student is asked to pay online; the values are those of the setting."""

    CONFIRMED = "confirmed"
    """As soon as the student has agreed to the price."""
    COMPLETED = "completed"
    """Once the print is finished: its price won't change."""


def asks_online(job: Job, due_cents: int, since: PayFrom) -> bool:
    """Whether its student is asked to pay online now."""
    statuses = PAYABLE if since is PayFrom.CONFIRMED else OWING
    return due_cents > 0 and job.status in statuses and job.cancel_asked_at is None


@dataclass(frozen=True, slots=True)
class Reference:
    """What a payment is for: a job, and what was due of it, in integer cents of the currency."""

    job_id: str
    cents: int
    currency: str

    def text(self, seal: str) -> str:
        """As it is given to the payment service; nobody can make up the ``seal``."""
        return f"{self.job_id}-{self.cents}-{self.currency}-{seal}"


def read_reference(typed: str) -> tuple[Reference, str] | None:
    """The reference and its seal, in any case; None for what is none."""
    found = _REFERENCE.fullmatch(typed.strip().upper())
    if found is None:
        return None
    return Reference(found[1], int(found[2]), found[3]), found[4]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord:
    """Everything that is said of a finding. Texts are English; pages translate them.

    ``booked`` says whether the money is in the ledger nevertheless.
    """

    booked: bool
    sentence: str
    next_step: str


class Finding(StrEnum):
    """What staff have to look at; the value is stored."""

    UNKNOWN = "unknown"
    CURRENCY = "currency"
    ARCHIVED = "archived"
    CHANGED = "changed"
    NOT_DUE = "not_due"
    OVER = "over"
    AMOUNT = "amount"

    @property
    def record(self) -> FindingRecord:
        """Everything that is said of it."""
        return FINDINGS[self]


FINDINGS: Mapping[Finding, FindingRecord] = complete(
    Finding,
    {
        Finding.UNKNOWN: FindingRecord(
            booked=False,
            sentence=mark("No job has this reference."),
            next_step=mark("Find the job and take the payment there, or refund it."),
        ),
        Finding.CURRENCY: FindingRecord(
            booked=False,
            sentence=mark("It was paid in another currency than the job's price."),
            next_step=mark("Take the payment on the job's page, or refund it."),
        ),
        Finding.ARCHIVED: FindingRecord(
            booked=False,
            sentence=mark("The job is archived, so its payments can't change."),
            next_step=mark("Refund it at the payment service."),
        ),
        Finding.CHANGED: FindingRecord(
            booked=False,
            sentence=mark("This transaction was recorded before, with another amount."),
            next_step=mark("Check the transaction at the payment service."),
        ),
        Finding.NOT_DUE: FindingRecord(
            booked=True,
            sentence=mark("Nothing was to be paid for this job."),
            next_step=mark("It's in the ledger. Refund it at the payment service and on the job."),
        ),
        Finding.OVER: FindingRecord(
            booked=True,
            sentence=mark("More was paid than was due."),
            next_step=mark(
                "It's in the ledger. Refund the difference at the payment service and on the job."
            ),
        ),
        Finding.AMOUNT: FindingRecord(
            booked=True,
            sentence=mark("Another amount was paid than the link asked for."),
            next_step=mark("It's in the ledger. Check the transaction at the payment service."),
        ),
    },
)


def judged(
    job: Job | JobMoney | None, asked_cents: int | None, due_cents: int, cents: int, currency: str
) -> Finding | None:
    """What is wrong with money that was paid for a job; None where nothing is.

    ``asked_cents`` is what its reference asked for; None where it had none. An amount that was due
    when the reference was made is right, whatever is due by now, up to that.
    """
    if job is None:
        return Finding.UNKNOWN
    if currency != job.currency:
        return Finding.CURRENCY
    if job.status is Status.ARCHIVED:
        return Finding.ARCHIVED
    if job.status not in PAYABLE:
        return Finding.NOT_DUE
    if cents > due_cents:
        return Finding.OVER
    if asked_cents is not None and cents != asked_cents:
        return Finding.AMOUNT
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobMoney:
    """What of a job says whether money for it can be entered."""

    id: str
    status: Status
    currency: str
    cost_cents: int


class OnlineState(StrEnum):
    """Whether staff have to look at it; the value is stored."""

    DONE = "done"
    OPEN = "open"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlinePayment:
    """What the payment service said was paid. ``identity`` is by what it is known again.

    ``payment_id`` is its entry of the ledger; None where there is none.
    """

    id: int
    identity: str
    at: datetime
    source: str
    """From where it is known: "callback", "report", or "papercut"."""
    reference: str
    transaction_id: str
    job_id: str | None
    amount_cents: int
    currency: str
    finding: Finding | None
    state: OnlineState
    payment_id: int | None = None
    settled_at: datetime | None = None
    settled_by: str = ""
    note: str = ""
