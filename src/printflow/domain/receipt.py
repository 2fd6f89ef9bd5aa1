"""What stands on the receipt of a payment, or of those of one hand-over."""

from __future__ import annotations

from dataclasses import dataclass

from .job import Job
from .ledger import Payment


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What was paid and waived of one job, in integer cents; ``file`` is the student's own name.

    ``number`` is that of its own entry in the ledger; ``void`` that it doesn't count, where others
    of the hand-over do.
    """

    job_id: str
    file: str
    amount_cents: int
    waived_cents: int
    number: str = ""
    void: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment with the jobs it is for, in the order of its shares; with the other payments of the
    same hand-over, where there are any, and their jobs.
    """

    payment: Payment
    jobs: tuple[Job, ...]
    others: tuple[Payment, ...] = ()

    @property
    def payments(self) -> tuple[Payment, ...]:
        """All that it shows, oldest first."""
        return tuple(sorted((self.payment, *self.others), key=lambda one: one.id))

    @property
    def total_cents(self) -> int:
        """What it comes to: of several payments, those that count."""
        if not self.others:
            return self.payment.amount_cents
        return sum(one.amount_cents for one in self.payments if one.void is None)

    @property
    def lines(self) -> tuple[ReceiptLine, ...]:
        """One for each job of each payment."""
        jobs = {job.id: job for job in self.jobs}
        return tuple(
            ReceiptLine(
                share.job_id,
                jobs[share.job_id].original_name,
                share.amount_cents,
                0 if one.refunds else share.waived_cents,
                one.number,
                bool(self.others) and one.void is not None,
            )
            for one in self.payments
            for share in one.shares
            if share.job_id in jobs
        )
