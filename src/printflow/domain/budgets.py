"""What payers owe for jobs: reserved with the quote, used at the hand-out, else released. Pure.

A claim is one payer's part of one job's price. Its amount counts against the budget while it is
reserved or used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .marking import complete, mark
from .payers import Payer
from .status import Stage, Status


class ClaimState(StrEnum):
    """How a claim stands. The value is what is stored."""

    ASKED = "asked"
    """The student entered the code; there is no price yet."""
    RESERVED = "reserved"
    USED = "used"
    RELEASED = "released"
    REFUSED = "refused"
    """The payer's approver said no."""

    @property
    def label(self) -> str:
        """What people call it (English; pages translate it)."""
        return _LABELS[self]

    @property
    def counts(self) -> bool:
        """Whether its amount is taken from the budget."""
        return self in (ClaimState.RESERVED, ClaimState.USED)


_LABELS = complete(
    ClaimState,
    {
        ClaimState.ASKED: mark("No price yet"),
        ClaimState.RESERVED: mark("Reserved"),
        ClaimState.USED: mark("Paid"),
        ClaimState.RELEASED: mark("Released"),
        ClaimState.REFUSED: mark("Not approved"),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What ``payer`` pays of a job, in integer cents; times are UTC.

    ``term`` names the lab's term in which it was reserved ("" between terms). ``wanted_at`` is when the
    approver was asked, ``approved_at`` when they said yes, ``answered_by`` who did.
    """

    id: int = 0
    payer: Payer
    job_id: str
    state: ClaimState = ClaimState.ASKED
    cents: int = 0
    term: str = ""
    at: datetime | None = None
    """When its state began."""
    asked_at: datetime | None = None
    approved_at: datetime | None = None
    answered_by: str = ""

    @property
    def waits(self) -> bool:
        """Whether nothing may be printed until the approver has answered."""
        return bool(
            self.state is ClaimState.RESERVED
            and self.cents
            and self.payer.approver
            and self.approved_at is None
        )

    @property
    def open(self) -> bool:
        """Whether a new quote asks it to pay."""
        return self.state in (ClaimState.ASKED, ClaimState.RESERVED, ClaimState.RELEASED)


BY_BUDGET = "budget"
"""The payment method of what payers paid, in the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One job on a payer's statement; ``by`` is the student's name, ``day`` when its state began."""

    job_id: str
    by: str
    file: str
    at: datetime
    state: ClaimState
    cents: int
    currency: str
    term: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What counts against a payer's limits besides one job: in all, and that student's part."""

    cents: int = 0
    by_student: int = 0


def room(payer: Payer, spent: Spent) -> int | None:
    """How many cents the payer can still pay for a job of that student; None = without end."""
    left = [
        max(0, most - gone)
        for most, gone in (
            (payer.budget_cents, spent.cents),
            (payer.each_cents, spent.by_student),
        )
        if most is not None
    ]
    return min(left) if left else None


def allot(price_cents: int, rooms: Sequence[int | None]) -> tuple[int, ...]:
    """What each payer pays of a price, in their order: as much as it can of what is left."""
    left, parts = price_cents, []
    for one in rooms:
        part = left if one is None else min(left, one)
        parts.append(part)
        left -= part
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class Split:
    """Who pays what of a price: the payers' claims that count, and the student's own cents."""

    paid_by: tuple[Claim, ...]
    own_cents: int


def split(price_cents: int, claims: Iterable[Claim]) -> Split:
    """How a price is paid: what no payer has reserved or paid is the student's."""
    paid_by = tuple(one for one in claims if one.state.counts and one.cents)
    return Split(paid_by, max(0, price_cents - sum(one.cents for one in paid_by)))


def used_cents(claims: Iterable[Claim], due_cents: int) -> dict[int, int]:
    """What of each reserved claim, by id, is used when a job is handed out that is due that much
    before its payers pay: never more than was reserved, nor together more than is due.
    """
    left, found = due_cents, {}
    for claim in claims:
        if claim.state is ClaimState.RESERVED:
            found[claim.id] = min(left, claim.cents)
            left -= found[claim.id]
    return found


class Follow(StrEnum):
    """What becomes of a job's reserved claims when it comes to a status."""

    KEEP = "keep"
    USE = "use"
    RELEASE = "release"


def follow(status: Status) -> Follow:
    """Handed out: used. Over without that, or not quoted yet: released."""
    record = status.record
    if record.handed_out:
        return Follow.USE
    if record.refused or record.stage is Stage.CLOSED or status is Status.UPLOADED:
        return Follow.RELEASE
    return Follow.KEEP
