"""A payment's receipt: on paper, and by email."""

from __future__ import annotations

from collections.abc import Callable

from ..domain.effects import MailTemplate
from ..domain.receipt import Receipt
from ..domain.rights import Right
from ..errors import InvalidInput
from ..ports import Clock, Database, Transaction
from ..runtime.permits import needs
from ..said import say
from .acting import staff_actor
from .addresses import email_problem, normal_email
from .mail_queue import MailQueue
from .payments import no_payment
from .receipt_numbers import receipt_of


class Receipts:
    """Receipts."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        mails: MailQueue,
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._mails = mails
        self._wake = wake

    @needs(Right.SEE)
    def get(self, payment_id: int) -> Receipt:
        """The receipt of a payment, void or not; raises NotFound."""
        with self._database.read() as tx:
            return _receipt(tx, payment_id)

    @needs(Right.PAYMENTS)
    def mail(self, payment_id: int, *, by: str, station: str = "", to: str = "") -> str:
        """Mail the receipt to the student of its (first) job, or to another address; gives it.

        Raises NotFound, InvalidInput for an address that is none, or where there is none any more.
        """
        actor = staff_actor(by, station)
        with self._database.write() as tx:
            now, found = self._clock(), _receipt(tx, payment_id)
            address = normal_email(to) or found.jobs[0].student_email
            if problem := email_problem(address, ()):
                raise InvalidInput.of("to", "address_invalid", problem)
            for job in found.jobs:
                text = say(
                    "Receipt {number} emailed to {address}.",
                    number=found.payment.number,
                    address=address,
                )
                tx.history.add_note(job.id, at=now, author=actor.name, text=text, for_student=False)
            self._mails.add(
                tx,
                template=MailTemplate.RECEIPT,
                recipient=address,
                job_id=found.jobs[0].id,
                event_id=None,
                confirmation_id=None,
                context={"payment_id": payment_id},
                now=now,
            )
        self._wake()
        return address


def _receipt(tx: Transaction, payment_id: int) -> Receipt:
    payment = tx.ledger.get(payment_id)
    if payment is None:
        raise no_payment()
    return receipt_of(tx, payment)
