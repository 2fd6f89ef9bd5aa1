"""The receipt of a payment: on paper, and by mail."""

from __future__ import annotations

from ..domain.effects import MailTemplate
from ..domain.receipt import Receipt
from ..errors import InvalidInput
from ..ports import Transaction
from .acting import staff_actor
from .addresses import email_problem, normal_email
from .carry_out import add_mail
from .desk import Desk
from .payments import no_payment


class ReceiptDesk(Desk):
    """Receipts."""

    def receipt(self, payment_id: int) -> Receipt:
        """The receipt of a payment, void or not; raises NotFound."""
        with self._ports.database.read() as tx:
            return _receipt(tx, payment_id)

    def mail_receipt(self, payment_id: int, *, by: str, station: str = "", to: str = "") -> str:
        """Mail the receipt to the student of its (first) job, or to another address; gives it.

        Raises NotFound, InvalidInput for an address that is none, or where there is none any more.
        """
        actor = staff_actor(by, station)
        with self._ports.database.write() as tx:
            now, found = self._ports.clock(), _receipt(tx, payment_id)
            address = normal_email(to) or found.jobs[0].student_email
            if problem := email_problem(address, ()):
                raise InvalidInput.of("to", "address_invalid", problem)
            for job in found.jobs:
                text = f"Receipt {found.payment.number} mailed to {address}."
                tx.history.add_note(job.id, at=now, author=actor.name, text=text, for_student=False)
            add_mail(
                self._ports,
                tx,
                template=MailTemplate.RECEIPT,
                recipient=address,
                job_id=found.jobs[0].id,
                event_id=None,
                confirmation_id=None,
                context={"payment_id": payment_id},
                now=now,
            )
        self._ports.dispatcher.wake()
        return address


def _receipt(tx: Transaction, payment_id: int) -> Receipt:
    payment = tx.ledger.get(payment_id)
    if payment is None:
        raise no_payment()
    jobs = [tx.jobs.get(job_id) for job_id in payment.job_ids]
    return Receipt(payment, tuple(job for job in jobs if job is not None))
