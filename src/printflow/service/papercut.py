"""Charges to students' PaperCut accounts: asked for by staff, sent once by a worker, and booked.

A charge is marked as sent before it's sent. So one that a crash or a lost connection left without
an answer is never sent again: staff look in PaperCut and say what happened.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass

from ..domain import money_guards
from ..domain.job import Actor, Job
from ..domain.naming import job_id_from
from ..domain.papercut import (
    BY_PAPERCUT,
    NO_ANSWER,
    NOT_REACHED,
    USERNAME,
    Charge,
    ChargeState,
    UsernameFrom,
    adjustment,
    is_lost,
    not_enough,
    reason_against,
    refused,
    unclear,
    unknown_user,
    username_of,
)
from ..domain.rights import Right
from ..domain.status import ActorKind
from ..domain.text import clean_line
from ..errors import InvalidInput, NotFound, PrintflowError, Refusal, TransitionRefused
from ..ports import (
    Clock,
    Database,
    Ids,
    PaperCutFailure,
    PaperCutFault,
    PaperCutServer,
    PaperCutUnreachable,
    Transaction,
)
from ..runtime.permits import needs
from ..said import Said, say
from ..settings.papercut import PaperCutSettings
from .acting import staff_actor
from .lookup import balance_of, job_of
from .money_writer import written
from .online_booking import Told, book
from .pay_links import PayLinks
from .receipt_mails import ReceiptMails

_log = logging.getLogger(__name__)

_AT_ONCE = 20
_ANSWERABLE = (ChargeState.SENT, ChargeState.UNKNOWN)
_LATE = (*_ANSWERABLE, ChargeState.REFUSED)
"""Where PaperCut's own word that it charged still counts: only staff refuse one that was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeOffer:
    """What can be charged for a job now, and the username that the settings suggest ("" for none)."""

    job: Job
    due_cents: int
    username: str


class PaperCut:
    """Charging students' PaperCut accounts."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: PaperCutSettings,
        server: PaperCutServer,
        pay_links: PayLinks,
        receipts: ReceiptMails,
        ids: Ids,
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._on = settings.on
        self._username_from = UsernameFrom(settings.username_from)
        self._server = server
        self._pay_links = pay_links
        self._receipts = receipts
        self._ids = ids
        self._wake = wake

    @property
    def on(self) -> bool:
        """Whether accounts can be charged."""
        return self._on

    # -- staff --------------------------------------------------------------------------------------

    @needs(Right.PAYMENTS)
    def offer(self, job_id: str) -> ChargeOffer:
        """What can be charged for a job now; raises NotFound."""
        self._expect_on()
        with self._database.read() as tx:
            job = job_of(tx, job_id)
            due = balance_of(tx, job).due_cents
            return ChargeOffer(job=job, due_cents=due, username=self._suggested(tx, job))

    @needs(Right.PAYMENTS)
    def charge(
        self,
        job_id: str,
        *,
        by: str,
        station: str = "",
        username: str = "",
        expected_due: int | None = None,
    ) -> Charge:
        """Have what is due charged to the student's account; a worker sends it soon.

        ``username`` replaces the one that the settings suggest. ``expected_due`` is what was shown
        as due, in integer cents: where another amount is due by now, it's refused (code
        ``due_changed``). Raises NotFound, InvalidInput without a username, DatabaseBusy, and
        TransitionRefused: nothing is due, or a charge for the job is open. After any of them nothing
        has changed.
        """
        self._expect_on()
        actor, typed = staff_actor(by, station), clean_line(username)

        def enter(tx: Transaction) -> Charge:
            job = job_of(tx, job_id)
            due = balance_of(tx, job).due_cents
            shown = {} if expected_due is None else {job.id: expected_due}
            refusals = [
                *money_guards.due_as_shown([job], {job.id: due}, shown),
                *money_guards.payable([job]),
                *self._in_the_way(tx, job, due),
            ]
            if refusals:
                raise TransitionRefused(refusals)
            charge = Charge(
                id=0,
                reference=f"PC-{job.id}-{job_id_from(self._ids(40))}",
                job_id=job.id,
                amount_cents=due,
                currency=job.currency,
                username=_expect_username(typed or self._suggested(tx, job)),
                state=ChargeState.WAITING,
                asked_at=self._clock(),
                asked_by=actor.name,
                station=actor.station,
            )
            return _sure(tx.papercut.get(tx.papercut.add(charge)))

        charge = written(self._database, enter)
        self._wake()
        return charge

    def _in_the_way(self, tx: Transaction, job: Job, due: int) -> list[Refusal]:
        if any(one.open for one in tx.papercut.of_job(job.id)):
            return [
                Refusal(
                    "charge_open",
                    say("A PaperCut charge for this job is already underway."),
                    "",
                    say("See what came of it on the job's page, or under Online payments."),
                )
            ]
        return [] if due else [Refusal("nothing_due", say("Nothing is due for this job."), "")]

    def _suggested(self, tx: Transaction, job: Job) -> str:
        sender = tx.identity.sender(job.id)
        subject = sender.subject if sender is not None else ""
        return username_of(self._username_from, job.student_email, subject)

    @needs(Right.PAYMENTS)
    def find(self, *, waiting: bool = False, limit: int = 50) -> list[Charge]:
        """Newest first: those that staff have to look at (``waiting``), or all."""
        states = (ChargeState.UNKNOWN,) if waiting else tuple(ChargeState)
        with self._database.read() as tx:
            return list(tx.papercut.find(states, limit=limit))

    @needs(Right.PAYMENTS)
    def settle(self, charge_id: int, *, charged: bool, by: str, station: str = "") -> Charge:
        """Staff have looked in PaperCut: it was ``charged``, and is entered, or it wasn't.

        Raises NotFound, DatabaseBusy, and TransitionRefused when it was settled otherwise.
        """
        actor = staff_actor(by, station)
        with self._database.read() as tx:
            charge = _sure(tx.papercut.get(charge_id))
        if charged:
            self._book(charge, (ChargeState.UNKNOWN,), actor, settled_by=actor.name)
        else:
            said = say("{name} checked: it wasn't charged.", name=actor.name)
            self._refuse(charge, (ChargeState.UNKNOWN,), said, settled_by=actor.name)
        with self._database.read() as tx:
            found = _sure(tx.papercut.get(charge_id))
        if found.state is not (ChargeState.CHARGED if charged else ChargeState.REFUSED):
            raise TransitionRefused(
                [Refusal("charge_settled", say("This charge doesn't need a look anymore."), "")]
            )
        return found

    # -- in the background ----------------------------------------------------------------------------

    def work(self) -> bool:
        """Send the charges that wait; says whether there were any. Each is sent by one process."""
        if not self._on:
            return False
        with self._database.read() as tx:
            pending = tx.papercut.pending(limit=_AT_ONCE)
        waiting = [one for one in pending if one.state is ChargeState.WAITING]
        for charge in pending:
            if charge.state is ChargeState.SENT and is_lost(charge, self._clock()):
                self._leave_unknown(charge, NO_ANSWER)
        for charge in waiting:
            self._send(charge)
        return bool(waiting)

    def _send(self, charge: Charge) -> None:
        if (why := self._unknown_there(charge)) is not None:
            self._refuse(charge, (ChargeState.WAITING,), why)
            return
        if not self._mark_sent(charge):
            return
        amount = adjustment(charge.amount_cents, charge.currency)
        try:
            took = self._server.adjust(charge.username, amount, f"3D print {charge.reference}")
        except PaperCutUnreachable as failure:
            _log.warning("PaperCut: %s", failure)
            self._refuse(charge, _ANSWERABLE, NOT_REACHED)
        except PaperCutFault as fault:
            if fault.changed_nothing:
                self._refuse(charge, _ANSWERABLE, refused(str(fault)))
            else:
                self._leave_unknown(charge, unclear(str(fault)))
        except PaperCutFailure as failure:
            _log.warning("PaperCut: charge %s: %s", charge.reference, failure)
            self._leave_unknown(charge, NO_ANSWER)
        else:
            if took:
                self._took(charge)
            else:
                self._refuse(charge, _ANSWERABLE, self._not_enough(charge))

    def _unknown_there(self, charge: Charge) -> Said | None:
        """Why it can't be charged, asked before anything is sent; None where it can."""
        try:
            return None if self._server.knows(charge.username) else unknown_user(charge)
        except PaperCutFault as fault:
            return refused(str(fault))
        except PaperCutFailure as failure:
            _log.warning("PaperCut: %s", failure)
            return NOT_REACHED

    def _mark_sent(self, charge: Charge) -> bool:
        """Whether this process is the one that sends it, and may."""
        with self._database.write() as tx:
            now = self._clock()
            job = job_of(tx, charge.job_id)
            why = reason_against(charge, job, balance_of(tx, job).due_cents, now)
            if why is None:
                return tx.papercut.move(
                    charge.id, (ChargeState.WAITING,), ChargeState.SENT, sent_at=now
                )
        self._refuse(charge, (ChargeState.WAITING,), why)
        return False

    def _not_enough(self, charge: Charge) -> Said:
        try:
            return not_enough(charge, self._server.balance(charge.username))
        except PaperCutFailure as failure:
            _log.warning("PaperCut: %s", failure)
            return not_enough(charge, None)

    def _took(self, charge: Charge) -> None:
        try:
            self._book(charge, _LATE, Actor(ActorKind.STAFF, charge.asked_by, charge.station))
        except PrintflowError:
            # It stays as sent, so staff are told to look; here is what they'll find.
            _log.exception("PaperCut charged %s, which can't be entered", charge.reference)

    # -- what becomes of one --------------------------------------------------------------------------

    def _book(
        self,
        charge: Charge,
        sources: Collection[ChargeState],
        actor: Actor,
        *,
        settled_by: str = "",
    ) -> None:
        """Into the ledger, in the transaction that says that it was charged."""
        told = Told(
            source="papercut",
            reference="",
            job_id=charge.job_id,
            transaction_id=charge.reference,
            cents=charge.amount_cents,
            currency=charge.currency,
            method=BY_PAPERCUT,
        )

        def enter(tx: Transaction) -> None:
            now, state = self._clock(), ChargeState.CHARGED
            said = {"answer": "", "answered_at": now, "settled_by": settled_by}
            if tx.papercut.move(charge.id, sources, state, **said):
                payment, _known = book(tx, told, self._pay_links, self._receipts, actor, now)
                tx.papercut.move(charge.id, (state,), state, payment_id=payment.payment_id)

        written(self._database, enter)

    def _refuse(
        self, charge: Charge, sources: Collection[ChargeState], why: Said, *, settled_by: str = ""
    ) -> None:
        said = {"answer": why, "answered_at": self._clock(), "settled_by": settled_by}
        with self._database.write() as tx:
            tx.papercut.move(charge.id, sources, ChargeState.REFUSED, **said)

    def _leave_unknown(self, charge: Charge, why: Said) -> None:
        with self._database.write() as tx:
            tx.papercut.move(charge.id, (ChargeState.SENT,), ChargeState.UNKNOWN, answer=why)

    def _expect_on(self) -> None:
        if not self._on:
            raise NotFound(
                say("This lab doesn't charge PaperCut accounts."),
                next_step=say("An administrator can set papercut.server_url."),
            )


def _expect_username(typed: str) -> str:
    if not typed or len(typed) > USERNAME:
        raise InvalidInput.of(
            "username",
            "username_missing",
            say(
                "Enter the student's PaperCut username. It can have up to {most} characters.",
                most=USERNAME,
            ),
        )
    return typed


def _sure(charge: Charge | None) -> Charge:
    if charge is None:
        raise NotFound(say("There's no such PaperCut charge."))
    return charge
