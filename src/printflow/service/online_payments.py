"""Payments by link: where students pay, what the payment service says, and what staff look at."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ..domain.job import Actor, Job
from ..domain.limits import Limit
from ..domain.online_payments import (
    PAYMENT_SERVICE,
    OnlinePayment,
    OnlineState,
)
from ..domain.people import ChangeKind
from ..domain.pricing import MAX_CENTS, parse_cents
from ..domain.rights import Right
from ..domain.status import ActorKind
from ..domain.text import clean_line
from ..errors import CallbackRefused, InvalidInput, NotFound
from ..ports import Clock, Database, Transaction
from ..runtime.payment_signature import is_signed, is_timely
from ..runtime.permits import needs
from ..said import say
from ..settings import Settings
from .acting import staff_actor
from .changes import ChangedBy
from .limits import check, count
from .lookup import balance_of, job_of_link, no_link
from .money_writer import written
from .online_booking import Told, book
from .pay_links import PayLinks
from .receipt_mails import ReceiptMails

_BOTH = (OnlineState.DONE, OnlineState.SETTLED)
_UNSIGNED = Limit("payment callbacks unsigned", 60, timedelta(hours=1))
_SIGNED = Limit("payment callbacks", 6000, timedelta(hours=1))
_TOO_MANY = say("Too many payment messages.")
_FIELD, _NOTE = 100, 200
_CURRENCY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PayOffer:
    """What a student can pay for a job now; ``url`` is the payment service's, "" for nothing."""

    job: Job
    due_cents: int
    url: str
    shown_url: str
    """Our own address that leads there as long as that is due; "" for nothing."""

    def is_for(self, shown: str) -> bool:
        """Whether what is due is still the amount that was shown, in cents as it was written."""
        return shown == str(self.due_cents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What was made of a payment: ``due_cents`` of the job's currency is left to pay."""

    payment: OnlinePayment
    due_cents: int
    repeated: bool

    @property
    def booked(self) -> bool:
        """Whether it is in the ledger."""
        return self.payment.payment_id is not None


class OnlinePayments:
    """What students pay at the lab's payment service."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        pay_links: PayLinks,
        receipts: ReceiptMails,
    ) -> None:
        self._receipts = receipts
        self._database = database
        self._clock = clock
        self._pay_links = pay_links
        secret = settings.payment.secret
        self._secret = secret.get_secret_value() if secret is not None else ""
        self._within = timedelta(minutes=settings.payment.callback_minutes)

    @property
    def on(self) -> bool:
        """Whether students can pay online."""
        return self._pay_links.on

    def offer(self, token: str) -> PayOffer:
        """What can be paid now for the job of a status page's link; raises NotFound."""
        if not self.on:
            raise no_link()
        with self._database.read() as tx:
            job = job_of_link(tx, token)
            due = balance_of(tx, job).due_cents
        return PayOffer(
            job=job,
            due_cents=due,
            url=self._pay_links.away(job, due),
            shown_url=self._pay_links.of(job, due),
        )

    def receive(self, body: bytes, *, timestamp: str, signature: str, sender: str = "") -> Received:
        """Take what the payment service says was paid; said twice, it is entered once.

        ``body`` is JSON as docs/online-payments.md says; ``sender`` the network address to count
        by. Raises NotFound where the lab has no secret for it, CallbackRefused without a right
        signature of the last minutes, InvalidInput for what can't be read, TooManyRequests,
        DatabaseBusy. After any of them nothing has changed.
        """
        if not self._secret:
            raise NotFound(say("This lab doesn't take payment messages."))
        self._expect_signed(body, timestamp, signature, sender)
        told = _read(body)

        def enter(tx: Transaction) -> Received:
            now = self._clock()
            count(tx, _SIGNED.for_account("all"), now, _TOO_MANY)
            actor = Actor(ActorKind.SYSTEM, PAYMENT_SERVICE)
            return self._received(tx, *book(tx, told, self._pay_links, self._receipts, actor, now))

        return written(self._database, enter)

    def _received(self, tx: Transaction, payment: OnlinePayment, repeated: bool) -> Received:
        job = tx.jobs.get(payment.job_id) if payment.job_id else None
        due = balance_of(tx, job).due_cents if job is not None else 0
        return Received(payment=payment, due_cents=due, repeated=repeated)

    def _expect_signed(self, body: bytes, timestamp: str, signature: str, sender: str) -> None:
        bounds = _UNSIGNED.for_address(sender)
        with self._database.read() as tx:
            check(tx, bounds, self._clock(), _TOO_MANY)
        now = self._clock()
        if not is_signed(self._secret, timestamp, signature, body):
            why = say("The payment message's signature is wrong.")
        elif not is_timely(timestamp, now, self._within):
            why = say("The payment message was signed too long ago, or by a clock that's wrong.")
        else:
            return
        with self._database.write() as tx:
            count(tx, bounds, now, _TOO_MANY)
            ChangedBy("").record_counted(tx, ChangeKind.REFUSED, why, now)
        raise CallbackRefused(
            why, next_step=say("Sign it again as docs/online-payments.md says, and resend it.")
        )

    @needs(Right.PAYMENTS)
    def find(
        self, *, waiting: bool = False, limit: int = 50, before: int | None = None
    ) -> list[OnlinePayment]:
        """Newest first: those that staff have to look at (``waiting``), or all others."""
        states = (OnlineState.OPEN,) if waiting else _BOTH
        with self._database.read() as tx:
            return list(tx.online.find(states, limit=limit, before=before))

    @needs(Right.PAYMENTS)
    def waiting(self) -> int:
        """How many staff have to look at, charges to PaperCut accounts among them."""
        with self._database.read() as tx:
            return tx.online.open() + tx.papercut.unknown()

    @needs(Right.PAYMENTS)
    def settle(self, online_id: int, *, note: str, by: str, station: str = "") -> OnlinePayment:
        """Staff have looked at it; ``note`` says what they did.

        Raises NotFound, InvalidInput without a note. Repeated, the first note stays.
        """
        actor, said = staff_actor(by, station), clean_line(note)
        if not said or len(said) > _NOTE:
            raise InvalidInput.of(
                "note",
                "note_missing",
                say("Say what you did, in up to {most} characters.", most=_NOTE),
            )
        with self._database.write() as tx:
            tx.online.settle(online_id, by=actor.name, note=said, now=self._clock())
            found = tx.online.get(online_id)
        if found is None:
            raise NotFound(say("There's no such online payment."))
        return found


def _read(body: bytes) -> Told:
    """What a message says. Raises InvalidInput."""
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise _unreadable("", say("The payment message isn't a JSON object."))
    reference, transaction = _text(said, "reference"), _text(said, "transaction")
    currency = _text(said, "currency").upper()
    if len(currency) != _CURRENCY or not (currency.isascii() and currency.isalpha()):
        raise _unreadable(
            "currency", say("{field}: a code of three letters is needed.", field="currency")
        )
    whole, amount = said.get("amount_cents"), said.get("amount")
    cents = None
    if isinstance(whole, int) and not isinstance(whole, bool):
        cents = whole if whole <= MAX_CENTS else None
    if isinstance(amount, str):
        typed = parse_cents(amount, currency)
        cents = typed if cents in (None, typed) and whole in (None, typed) else None
    if not cents or cents < 0:
        raise _unreadable(
            "amount",
            say(
                "{field}: an amount above 0 is needed, as text such as {example}, or {other}.",
                field="amount",
                example='"3.00"',
                other="amount_cents",
            ),
        )
    return Told("callback", reference, "", transaction, cents, currency)


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    text = clean_line(value) if isinstance(value, str) else ""
    if not text or len(text) > _FIELD:
        raise _unreadable(
            name, say("{field}: text of 1 to {most} characters is needed.", field=name, most=_FIELD)
        )
    return text


def _unreadable(field: str, message: str) -> InvalidInput:
    return InvalidInput.of(field, "callback_invalid", message, say("See docs/online-payments.md."))
