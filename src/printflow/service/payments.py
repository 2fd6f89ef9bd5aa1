"""Takes and voids payments: entries in the ledger and in the jobs' histories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ..catalogs.cache import CatalogCache
from ..domain import money_guards
from ..domain.debts import Debtor, DebtorPage, debtors
from ..domain.event_kind import Correction
from ..domain.job import Actor, Job
from ..domain.ledger import PAYABLE, Balance, Entry, Payment, Share, Void, spread
from ..domain.money_guards import Tender
from ..domain.pricing import in_units, parse_cents
from ..domain.rights import Right
from ..domain.text import clean_line, clean_text
from ..domain.worklist import Sort, cursor_at, place_of
from ..errors import InvalidInput, NotFound, Refusal, TransitionRefused
from ..ports import Clock, Database, Transaction
from ..reports.period import midnights, today
from ..runtime.permits import needs, require
from ..said import Money, say
from .acting import staff_actor
from .claims import give_back
from .jobs import Figure
from .lookup import balance_of, job_of
from .money_writer import tell, written
from .receipt_mails import ReceiptMails
from .receipt_numbers import receipt_used
from .repeats import fingerprint

_KEY_LIMIT = 64
JOBS_LIMIT = 50
"""How many jobs one payment can be for."""


@dataclass(frozen=True, slots=True)
class OpenBalance:
    """A job and how its money stands."""

    job: Job
    balance: Balance


class Payments:
    """Money, apart from the pick-up: before it, after it, in parts, for several jobs at once."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogs: CatalogCache,
        receipts: ReceiptMails,
    ) -> None:
        self._receipts = receipts
        self._database = database
        self._clock = clock
        self._catalogs = catalogs

    @needs(Right.PAYMENTS)
    def take(
        self,
        jobs: str | Iterable[str] | Mapping[str, Figure],
        *,
        by: str,
        amount: Figure = "",
        method: str = "",
        receipt: str = "",
        payer: str = "",
        account: str = "",
        waive: str = "",
        note: str = "",
        station: str = "",
        key: str = "",
        expected_due: Mapping[str, int] | None = None,
    ) -> Payment:
        """Enter a payment for a job or several; gives it as it stands in the ledger.

        ``amount`` goes to the jobs in their order, each up to what it is due; a mapping says what
        each job gets. With ``waive``, a reason, what is left of what these jobs are due is waived.
        ``expected_due`` is what was shown as due, in integer cents by job id: where another amount
        is due by now, the payment is refused (code ``due_changed``).
        The call that the same person repeats with its ``key`` gives the payment that was entered
        first; with the same key and anything else in it, it is refused, and says what was entered.

        Raises NotFound, InvalidInput, DatabaseBusy, and TransitionRefused with all reasons: more
        than is due, no price that the student agreed to, no such way of payment, a receipt number
        that is missing or was used. After any of them nothing has changed.
        """
        if waive:
            require(Right.WAIVE)
        actor = staff_actor(by, station)
        ids, parts = _wanted(jobs)
        tender = Tender(
            amount=str(amount),
            method=method,
            receipt=receipt,
            payer=payer,
            account=account,
            waive=waive,
            note=note,
        )
        _expect_short(key)

        each = parts.values() if parts is not None else ()
        told = fingerprint([actor.name, len(ids), *ids, *each, *astuple(tender)])

        def enter(tx: Transaction) -> Payment:
            if key and (known := tx.ledger.of_key(key)):
                _expect_repeated(*known, told)
                return known[0]
            paid_for = [job_of(tx, one) for one in ids]
            due = {job.id: balance_of(tx, job).due_cents for job in paid_for}
            _refuse(money_guards.due_as_shown(paid_for, due, expected_due or {}))
            return self._enter(tx, paid_for, due, parts, tender, actor, (key, told))

        return written(self._database, enter)

    @needs(Right.VOID)
    def refund(
        self,
        job_id: str,
        *,
        amount: Figure,
        reason: str,
        by: str,
        method: str = "",
        note: str = "",
        station: str = "",
        key: str = "",
        expected_paid: int | None = None,
    ) -> Payment:
        """Enter that money was given back for a job, all or a part; gives the entry, whose amounts
        are below 0. The job is not due again.

        ``method`` is how it was given back: without it, as the newest payment was made.
        ``expected_paid`` is what was shown as paid, in integer cents: where another amount is paid
        by now, the refund is refused (code ``paid_changed``). ``key`` is as that of :meth:`take`.
        Raises NotFound, InvalidInput, DatabaseBusy, and TransitionRefused with all reasons: nothing
        was paid, more than was paid, no reason, a job that is archived.
        """
        actor = staff_actor(by, station)
        tender = Tender(amount=str(amount), method=method, waive=reason, note=note)
        _expect_short(key)
        told = fingerprint([actor.name, Entry.REFUND, job_id, *astuple(tender)])

        def enter(tx: Transaction) -> Payment:
            if key and (known := tx.ledger.of_key(key)):
                _expect_repeated(*known, told)
                return known[0]
            job, catalog = job_of(tx, job_id), self._catalogs.within(tx)
            balance = balance_of(tx, job)
            _refuse(money_guards.refundable(job, balance, tender, catalog, expected_paid))
            cents = parse_cents(tender.amount, job.currency) or 0
            said = clean_text(reason)
            way = method or _last_method(tx, job)
            now = self._clock()
            details = {"refunded_cents": cents, "method": way, "reason": said}
            share = Share(
                job_id=job.id,
                amount_cents=-cents,
                waived_cents=max(0, cents - balance.over_cents),
                event_id=tell(tx, job, Correction.REFUND, details, actor, now),
            )
            entry = Payment(
                id=0,
                at=now,
                by=actor.name,
                station=actor.station,
                amount_cents=-cents,
                currency=job.currency,
                method=way,
                note=clean_line(note),
                waived=said,
                shares=(share,),
                kind=Entry.REFUND,
            )
            give_back(tx, job, entry, cents, now)
            payment_id = tx.ledger.add(entry, key, told if key else "")
            self._receipts.add(tx, payment_id, now)
            return _sure(tx.ledger.get(payment_id))

        return written(self._database, enter)

    @needs(Right.WAIVE)
    def write_off(
        self,
        jobs: str | Iterable[str],
        *,
        reason: str,
        by: str,
        station: str = "",
        key: str = "",
        expected_due: Mapping[str, int] | None = None,
    ) -> Payment:
        """Enter that what is due for these jobs won't be paid; gives the entry of the ledger.

        ``expected_due`` and ``key`` are as those of :meth:`take`. Raises NotFound, InvalidInput,
        DatabaseBusy, and TransitionRefused with all reasons: a job that owes nothing, no reason.
        """
        actor = staff_actor(by, station)
        ids, _parts = _wanted(jobs)
        _expect_short(key)
        told = fingerprint([actor.name, Entry.WRITE_OFF, len(ids), *ids, reason])

        def enter(tx: Transaction) -> Payment:
            if key and (known := tx.ledger.of_key(key)):
                _expect_repeated(*known, told)
                return known[0]
            found = [job_of(tx, one) for one in ids]
            due = {job.id: balance_of(tx, job).due_cents for job in found}
            _refuse(
                [
                    *money_guards.due_as_shown(found, due, expected_due or {}),
                    *money_guards.written_off(found, due, reason),
                ]
            )
            now, said = self._clock(), clean_text(reason)
            shares = []
            for job in sorted(found, key=lambda job: job.id):
                details = {"waived_cents": due[job.id], "reason": said}
                event_id = tell(tx, job, Correction.WRITE_OFF, details, actor, now)
                shares.append(
                    Share(
                        job_id=job.id,
                        amount_cents=0,
                        waived_cents=due[job.id],
                        event_id=event_id,
                    )
                )
            entry = Payment(
                id=0,
                at=now,
                by=actor.name,
                station=actor.station,
                amount_cents=0,
                currency=found[0].currency,
                method="",
                waived=said,
                shares=tuple(shares),
                kind=Entry.WRITE_OFF,
            )
            return _sure(tx.ledger.get(tx.ledger.add(entry, key, told if key else "")))

        return written(self._database, enter)

    @needs(Right.VOID)
    def void(self, payment_id: int, *, reason: str, by: str, station: str = "") -> Payment:
        """Enter that a payment does not count, and why; gives it as it stands afterwards.

        Its jobs are due again. Repeated by the same person for the same reason, nothing happens.
        Raises NotFound, TransitionRefused: no reason, void already, a job that is archived.
        """
        actor, said = staff_actor(by, station), clean_line(reason)

        def enter(tx: Transaction) -> Payment:
            payment = tx.ledger.get(payment_id)
            if payment is None:
                raise no_payment()
            if payment.void and (payment.void.by, payment.void.reason) == (actor.name, said):
                return payment
            jobs = [job_of(tx, job_id) for job_id in payment.job_ids]
            paid = {job.id: balance_of(tx, job).paid_cents for job in jobs}
            _refuse(
                [
                    *money_guards.voidable(payment, jobs, said),
                    *money_guards.covers_refunds(payment, jobs, paid),
                ]
            )
            now = self._clock()
            for job in sorted(jobs, key=lambda job: job.id):
                share = payment.share_of(job.id)
                told = {
                    "payment": payment.id,
                    "amount_cents": share.amount_cents,
                    "waived_cents": share.waived_cents,
                    "method": payment.method,
                    "reason": said,
                }
                tell(tx, job, Correction.VOID, told, actor, now)
                give_back(tx, job, payment, share.amount_cents, now)
            void = Void(at=now, by=actor.name, station=actor.station, reason=said)
            tx.ledger.void(payment.id, void)
            return _sure(tx.ledger.get(payment.id))

        return written(self._database, enter)

    @needs(Right.SEE)
    def get(self, payment_id: int) -> Payment:
        """One entry of the ledger; raises NotFound."""
        with self._database.read() as tx:
            found = tx.ledger.get(payment_id)
        if found is None:
            raise no_payment()
        return found

    @needs(Right.SEE)
    def find(self, *, day: date | None = None, job_id: str = "") -> list[Payment]:
        """Payments, the void ones too, oldest first: of a job, or of a day (today).

        Raises NotFound.
        """
        with self._database.read() as tx:
            if job_id:
                return list(tx.ledger.of_job(job_of(tx, job_id).id))
            zone = ZoneInfo(self._catalogs.within(tx).time_zone)
            return list(tx.ledger.taken(*midnights(day or today(self._clock(), zone), zone)))

    @needs(Right.SEE)
    def open_balances(self, job_id: str) -> tuple[OpenBalance, ...]:
        """The job and its student's other jobs that something can be paid for, that one first.

        Raises NotFound.
        """
        with self._database.read() as tx:
            first = job_of(tx, job_id)
            others = tx.jobs.of_email(first.student_email) if first.student_email else ()
            jobs = (first, *(job for job in others if job.id != first.id))
            found = [OpenBalance(job, balance_of(tx, job)) for job in jobs]
        return tuple(
            one
            for one in found
            if one.job.id == first.id or (one.job.status in PAYABLE and one.balance.due_cents)
        )

    @needs(Right.PAYMENTS)
    def owes(self) -> tuple[Debtor, ...]:
        """Who owes the lab money for prints that are finished or handed out, longest first."""
        with self._database.read() as tx:
            return debtors(tx.ledger.owed())

    @needs(Right.PAYMENTS)
    def owing(self, *, after: str = "", limit: int = 36) -> DebtorPage:
        """A page of them, each with all that they owe; ``after`` is the ``next`` of the page before.

        Raises InvalidInput for a cursor that is none.
        """
        start, found = place_of(after, Sort.WAITING), list[Debtor]()
        place = (datetime.fromisoformat(start[0]), start[1]) if start else None
        with self._database.read() as tx:
            while len(found) <= limit:
                some = tx.ledger.owed(after=place, limit=2 * limit)
                begun = {(debt.since, debt.job_id) for debt in some}
                nameless = [debt for debt in some if not debt.student_email]
                known = tx.ledger.owed_from({debt.student_email for debt in some} - {""})
                # Who owes something older was on a page before.
                found += [one for one in debtors([*nameless, *known]) if one.place in begun]
                if len(some) < 2 * limit:
                    break
                place = (some[-1].since, some[-1].job_id)
        if len(found) <= limit:
            return DebtorPage(debtors=tuple(found))
        since, job_id = found[limit - 1].place
        return DebtorPage(debtors=tuple(found[:limit]), next=cursor_at(since.isoformat(), job_id))

    @needs(Right.SEE)
    def balances(self, job_ids: Iterable[str]) -> tuple[OpenBalance, ...]:
        """How the money of these jobs stands; raises NotFound."""
        with self._database.read() as tx:
            jobs = [job_of(tx, job_id) for job_id in job_ids]
            return tuple(OpenBalance(job, balance_of(tx, job)) for job in jobs)

    # -- writing ----------------------------------------------------------------------------------

    def _enter(
        self,
        tx: Transaction,
        jobs: list[Job],
        due: Mapping[str, int],
        parts: Mapping[str, Figure] | None,
        tender: Tender,
        actor: Actor,
        key: tuple[str, str],
    ) -> Payment:
        catalog, now = self._catalogs.within(tx), self._clock()
        _refuse(money_guards.payable(jobs))
        shares = None
        if parts is not None:
            typed = dict(zip(due, parts.values(), strict=True))
            _refuse(money_guards.parts(typed, due, tender.amount, jobs[0].currency))
            shares = {
                job_id: parse_cents(figure, jobs[0].currency) or 0
                for job_id, figure in typed.items()
            }
            tender = replace(tender, amount=in_units(sum(shares.values()), jobs[0].currency))
        used = receipt_used(tx, tender.receipt)
        _refuse(money_guards.payment(tender, sum(due.values()), jobs[0].currency, catalog, used))
        amount = parse_cents(tender.amount or "0", jobs[0].currency) or 0
        shares = spread(amount, due) if shares is None else shares
        waived = clean_text(tender.waive)
        rest = {job_id: due[job_id] - cents if waived else 0 for job_id, cents in shares.items()}
        payment = Payment(
            id=0,
            at=now,
            by=actor.name,
            station=actor.station,
            amount_cents=amount,
            currency=jobs[0].currency,
            method=tender.method if amount else "",
            receipt=clean_line(tender.receipt) if amount else "",
            payer=clean_line(tender.payer) if amount else "",
            account=clean_line(tender.account) if amount else "",
            note=clean_line(tender.note),
            waived=waived,
            shares=tuple(
                self._share(tx, job, shares[job.id], rest[job.id], tender, actor, now)
                for job in sorted(jobs, key=lambda job: job.id)
                if shares[job.id] or rest[job.id]
            ),
        )
        payment_id = tx.ledger.add(payment, *key)
        self._receipts.add(tx, payment_id, now)
        return _sure(tx.ledger.get(payment_id))

    def _share(
        self,
        tx: Transaction,
        job: Job,
        cents: int,
        rest: int,
        tender: Tender,
        actor: Actor,
        now: datetime,
    ) -> Share:
        """The share, told in the job's history."""
        told = {
            "amount_cents": cents,
            "waived_cents": rest,
            "method": tender.method if cents else "",
            "waived": clean_text(tender.waive),
            "receipt": clean_line(tender.receipt),
            "payer": clean_line(tender.payer),
            "account": clean_line(tender.account),
        }
        kept = {name: said for name, said in told.items() if said}
        kind = Correction.PAYMENT if cents else Correction.WAIVER
        event_id = tell(tx, job, kind, kept, actor, now)
        return Share(job_id=job.id, amount_cents=cents, waived_cents=rest, event_id=event_id)


def _last_method(tx: Transaction, job: Job) -> str:
    """How the newest payment of the job was made that counts."""
    made = (one for one in reversed(tx.ledger.of_job(job.id)) if one.void is None)
    return next((one.method for one in made if one.share_of(job.id).amount_cents > 0), "")


def _expect_short(key: str) -> None:
    if len(key) > _KEY_LIMIT:
        raise InvalidInput.of(
            "key", "key_too_long", say("Use at most {most} characters.", most=_KEY_LIMIT)
        )


# -- what was asked for -----------------------------------------------------------------------


def _wanted(
    jobs: str | Iterable[str] | Mapping[str, Figure],
) -> tuple[list[str], Mapping[str, Figure] | None]:
    """The ids as typed, and what each gets, where that was said."""
    if isinstance(jobs, Mapping):
        ids: list[str] = list(jobs)
        parts = jobs
    else:
        ids, parts = ([jobs] if isinstance(jobs, str) else list(jobs)), None
    if not ids or len(ids) > JOBS_LIMIT:
        raise InvalidInput.of(
            "jobs", "jobs_missing", say("Choose up to {most} jobs to pay for.", most=JOBS_LIMIT)
        )
    return ids, parts


_USED = say(
    "This form was already used for a payment (receipt {number}, {amount}, by {name}). "
    "Nothing more was entered."
)
_USED_AND_VOIDED = say(
    "This form was already used for a payment (receipt {number}, {amount}, by {name}) that has "
    "been voided. Nothing more was entered."
)


def _expect_repeated(known: Payment, entered: str, told: str) -> None:
    """Whether a key came back with what it was entered with, and that still counts; raises
    InvalidInput if not."""
    if entered == told and known.void is None:
        return
    used = _USED if known.void is None else _USED_AND_VOIDED
    raise InvalidInput.of(
        "",
        "form_used",
        used.having(
            number=known.number, amount=Money(known.amount_cents, known.currency), name=known.by
        ),
        say("To enter another payment, open the form again on the job's page."),
    )


def _refuse(refusals: Iterable[Refusal]) -> None:
    if found := list(refusals):
        raise TransitionRefused(found)


def _sure(payment: Payment | None) -> Payment:
    """What was written a moment ago."""
    if payment is None:
        raise no_payment()
    return payment


def no_payment() -> NotFound:
    """Says the same for unknown and malformed numbers."""
    return NotFound(
        say("There's no such payment."), next_step=say("Check the number on the receipt.")
    )
