"""What stands on the receipt of a payment."""

from __future__ import annotations

from dataclasses import dataclass

from .job import Job
from .ledger import Payment


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What was paid and waived of one job, in integer cents; ``file`` is the student's own name."""

    job_id: str
    file: str
    amount_cents: int
    waived_cents: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment with the jobs it is for, in the order of its shares."""

    payment: Payment
    jobs: tuple[Job, ...]

    @property
    def lines(self) -> tuple[ReceiptLine, ...]:
        """One for each job."""
        shares = [(job, self.payment.share_of(job.id)) for job in self.jobs]
        return tuple(
            ReceiptLine(
                job.id,
                job.original_name,
                share.amount_cents,
                0 if self.payment.refunds else share.waived_cents,
            )
            for job, share in shares
        )
