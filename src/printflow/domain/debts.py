"""Who owes the lab money: finished prints that are not paid for, by person. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .status import Status

OWING = tuple(status for status in Status if status.record.owes)
"""In these a job's open amount is due: its print is finished, or handed out already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """What is due of one job, in integer cents of ``currency``; ``since`` when its status began."""

    job_id: str
    status: Status
    student_name: str
    student_email: str
    original_name: str
    since: datetime
    currency: str
    due_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """A person, known by the email address, and everything that they owe, oldest first.

    ``name`` is that of their newest job.
    """

    name: str
    email: str
    debts: tuple[Debt, ...]

    @property
    def place(self) -> tuple[datetime, str]:
        """Its place among all: that of the oldest debt."""
        return self.debts[0].since, self.debts[0].job_id

    @property
    def since(self) -> datetime:
        """Since when the oldest amount is due."""
        return self.debts[0].since

    @property
    def totals(self) -> dict[str, int]:
        """What it comes to, by currency."""
        found: dict[str, int] = {}
        for debt in self.debts:
            found[debt.currency] = found.get(debt.currency, 0) + debt.due_cents
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtorPage:
    """Some of the people who owe, longest first. ``next`` is the cursor of the page after, or ""."""

    debtors: tuple[Debtor, ...]
    next: str = ""


def debtors(debts: Iterable[Debt]) -> tuple[Debtor, ...]:
    """The people behind the debts; who has owed for the longest time comes first."""
    found: dict[str, list[Debt]] = defaultdict(list)
    for debt in sorted(debts, key=lambda one: (one.since, one.job_id)):
        # Without an address nobody knows whether two jobs are one person's.
        found[debt.student_email.casefold() or debt.job_id].append(debt)
    people = (
        Debtor(name=own[-1].student_name, email=own[-1].student_email, debts=tuple(own))
        for own in found.values()
    )
    return tuple(sorted(people, key=lambda one: one.place))
