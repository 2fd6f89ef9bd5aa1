"""The ledger: what was paid for jobs, how and by whom, and what was waived.

All money is in integer cents. Nothing in the ledger is ever changed: a payment that was wrong is
voided by an entry of its own, dated when that happened, and taken again. So each day's entries add
up to the same sum whenever they are added, and all days together to what stands on the jobs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from .status import Status

PAYABLE = tuple(status for status in Status if status.record.payable)
"""Where a payment can be taken: from the student's agreement to the price until it is archived."""


class Entry(StrEnum):
    """What an entry of the ledger is; the value is stored."""

    PAYMENT = "payment"
    """Money taken, or waived when it was due."""
    REFUND = "refund"
    """Money given back: its amounts are below 0, and its job is not due again."""
    WRITE_OFF = "write_off"
    """A debt that won't be paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What of a payment is for one job: paid, and waived. ``event_id`` is the event that tells it."""

    job_id: str
    amount_cents: int
    waived_cents: int = 0
    event_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """A payment does not count from this moment (UTC) on."""

    at: datetime
    by: str
    reason: str
    station: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One entry: money taken for one job or several, or with 0 why none was (``waived``).

    ``id`` is the number on its receipt; ``receipt`` is that of the lab's receipt book or card
    terminal, ``account`` the account, course or grant that pays.
    """

    id: int
    at: datetime
    by: str
    amount_cents: int
    currency: str
    method: str
    shares: tuple[Share, ...]
    station: str = ""
    receipt: str = ""
    payer: str = ""
    account: str = ""
    note: str = ""
    waived: str = ""
    """Why: it was waived, refunded, or written off."""
    void: Void | None = None
    kind: Entry = Entry.PAYMENT
    hand_over: str = ""
    """What it shares with the payments of the jobs that were handed over with it; "" alone."""

    @property
    def waived_cents(self) -> int:
        """What it waives of all its jobs."""
        return sum(share.waived_cents for share in self.shares)

    @property
    def refunds(self) -> bool:
        """Whether money was given back."""
        return self.kind is Entry.REFUND

    @property
    def number(self) -> str:
        """The number as receipts show it."""
        return f"{self.id:06d}"

    @property
    def job_ids(self) -> tuple[str, ...]:
        """The jobs it is for."""
        return tuple(share.job_id for share in self.shares)

    def share_of(self, job_id: str) -> Share:
        """What of it is for one job; nothing, where it is for others."""
        mine = (share for share in self.shares if share.job_id == job_id)
        return next(mine, Share(job_id=job_id, amount_cents=0))


@dataclass(frozen=True, slots=True)
class Balance:
    """How a job's money stands."""

    price_cents: int
    paid_cents: int = 0
    """What the lab has of it: what was taken less what was refunded."""
    waived_cents: int = 0
    """What is not due: waived, written off, or not due again after a refund."""
    refunded_cents: int = 0
    forgone_cents: int = 0
    """What of ``waived_cents`` is not due because it was refunded."""
    covered_cents: int = 0
    """What payers have reserved."""

    @property
    def due_cents(self) -> int:
        """What is still to pay; never below 0."""
        settled = self.paid_cents + self.waived_cents + self.covered_cents
        return max(0, self.price_cents - settled)

    @property
    def over_cents(self) -> int:
        """What was paid above the price, because the price was lowered since; never below 0."""
        return max(0, self.paid_cents - self.price_cents)


def balance(job_id: str, price_cents: int | None, payments: Iterable[Payment]) -> Balance:
    """The price less the job's shares of all payments that are not void."""
    counts = [one for one in payments if one.void is None]
    shares = [one.share_of(job_id) for one in counts]
    back = [one.share_of(job_id) for one in counts if one.refunds]
    return Balance(
        price_cents or 0,
        sum(share.amount_cents for share in shares),
        sum(share.waived_cents for share in shares),
        -sum(share.amount_cents for share in back),
        sum(share.waived_cents for share in back),
    )


def spread(amount_cents: int, due: Mapping[str, int]) -> dict[str, int]:
    """An amount over jobs in their order: each gets what it is due until nothing is left.

    Raises ValueError for more than all of them are due.
    """
    left, shares = amount_cents, {}
    for job_id, cents in due.items():
        shares[job_id] = min(left, cents)
        left -= shares[job_id]
    if left:
        raise ValueError(f"{left} cents are left over")
    return shares


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodSum:
    """A day's sums of one way of payment (``method`` "" where all was waived) and currency."""

    method: str
    currency: str
    payments: int = 0
    taken_cents: int = 0
    voids: int = 0
    voided_cents: int = 0
    """What was voided; a voided refund counts below 0."""
    waived_cents: int = 0
    """Waived less what of it was voided."""
    refunds: int = 0
    refunded_cents: int = 0
    written_off_cents: int = 0
    """Written off less what of it was voided."""

    @property
    def total_cents(self) -> int:
        """What was taken less what was refunded and voided; below 0 where more was given back."""
        return self.taken_cents - self.refunded_cents - self.voided_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class DayClose:
    """A day of the lab's time zone: what was taken, what was voided, and the sums of both."""

    day: date
    payments: tuple[Payment, ...]
    """Taken on the day, oldest first; those voided since, too."""
    voids: tuple[Payment, ...]
    """Voided on the day, whenever they were taken."""
    sums: tuple[MethodSum, ...]

    @property
    def before(self) -> date:
        """The day before it."""
        return self.day - timedelta(days=1)

    @property
    def after(self) -> date:
        """The day after it."""
        return self.day + timedelta(days=1)

    @property
    def groups(self) -> tuple[tuple[Payment, ...], ...]:
        """The payments, those of one hand-over together, by the first of each."""
        found: dict[str, list[Payment]] = {}
        for one in self.payments:
            found.setdefault(one.hand_over or one.number, []).append(one)
        return tuple(tuple(group) for group in found.values())

    @property
    def totals(self) -> dict[str, int]:
        """What the day comes to, by currency."""
        found: dict[str, int] = {}
        for one in self.sums:
            found[one.currency] = found.get(one.currency, 0) + one.total_cents
        return found


def day_close(day: date, taken: Iterable[Payment], voided: Iterable[Payment]) -> DayClose:
    """Add a day up by way of payment."""
    payments, voids = tuple(taken), tuple(voided)
    sums = []
    for currency, method in sorted({(one.currency, one.method) for one in (*payments, *voids)}):
        ins, outs = (
            [one for one in entries if (one.currency, one.method) == (currency, method)]
            for entries in (payments, voids)
        )
        taken = [one for one in ins if one.kind is Entry.PAYMENT]
        refunds = [one for one in ins if one.refunds]
        sums.append(
            MethodSum(
                method=method,
                currency=currency,
                payments=len(taken),
                taken_cents=sum(one.amount_cents for one in taken),
                voids=len(outs),
                voided_cents=sum(one.amount_cents for one in outs),
                waived_cents=_waived(taken) - _waived(outs, Entry.PAYMENT),
                refunds=len(refunds),
                refunded_cents=-sum(one.amount_cents for one in refunds),
                written_off_cents=_waived(ins, Entry.WRITE_OFF) - _waived(outs, Entry.WRITE_OFF),
            )
        )
    return DayClose(day=day, payments=payments, voids=voids, sums=tuple(sums))


def _waived(entries: Iterable[Payment], kind: Entry = Entry.PAYMENT) -> int:
    return sum(one.waived_cents for one in entries if one.kind is kind)
