"""Queries on the ledger. Rows are only ever added; retention alone takes names out of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    insert,
    literal,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.exc import IntegrityError

from ..domain.attention import HANDED_OUT
from ..domain.budgets import ClaimState
from ..domain.debts import OWING, Debt
from ..domain.ledger import Entry, Payment, Share, Void
from ..domain.mailbox import mailbox
from ..domain.status import Status
from ..ports import DuplicateKey
from .alone import take_turns
from .schema import (
    JOBS_OWING,
    jobs,
    payer_claims,
    payment_shares,
    payment_voids,
    payments,
)

_VOID = tuple(
    payment_voids.c[name].label(f"void_{name}") for name in ("at", "by", "reason", "station")
)
_FIELDS = (
    "id", "at", "by", "station", "amount_cents", "currency", "method", "receipt", "payer",
    "account", "note", "waived", "kind", "hand_over",
)  # fmt: skip
_MANY = 500
_ENTRIES = (
    select(*(payments.c[name] for name in _FIELDS), *_VOID)
    .select_from(payments.outerjoin(payment_voids, payment_voids.c.payment_id == payments.c.id))
    .order_by(payments.c.id)
)
_SHARES = (
    select(payment_shares.c.job_id, payment_shares.c.amount_cents, payment_shares.c.waived_cents)
    .select_from(
        payment_shares.outerjoin(
            payment_voids, payment_voids.c.payment_id == payment_shares.c.payment_id
        )
    )
    .where(payment_voids.c.id.is_(None))
)
# What a payer has promised is as little the student's to pay as what was waived.
_CLAIMS = select(payer_claims.c.job_id, literal(0), payer_claims.c.cents).where(
    payer_claims.c.state == ClaimState.RESERVED.value
)
_ENTERED = union_all(_SHARES, _CLAIMS).subquery()
SETTLED = select(
    _ENTERED.c.job_id,
    func.sum(_ENTERED.c.amount_cents).label("paid"),
    func.sum(_ENTERED.c.waived_cents).label("waived"),
).group_by(_ENTERED.c.job_id)
# Put together once: every transition asks it.
_SETTLED_OF_ONE = SETTLED.where(_ENTERED.c.job_id == bindparam("job"))


_ADD = insert(payments).returning(payments.c.id)
_ADD_SHARE = insert(payment_shares)


def of_the_job(cents: ColumnElement[int] | None = None) -> ColumnElement[int]:
    """What was entered for the job that the query around it has at hand: ``cents`` of the payments
    that count; without it all that is not due any more, with what was waived and reserved.
    """
    if cents is not None:
        return _own(_SHARES, cents)
    entered = payment_shares.c.amount_cents + payment_shares.c.waived_cents
    return _own(_SHARES, entered) + _own(_CLAIMS, payer_claims.c.cents)


def _own(entered: Select[Any], cents: ColumnElement[int]) -> ColumnElement[int]:
    job_id = entered.selected_columns[0]
    own = entered.with_only_columns(func.sum(cents)).where(job_id == jobs.c.id)
    return func.coalesce(own.correlate(jobs).scalar_subquery(), 0)


_OWING = text(JOBS_OWING)
"""Jobs that may owe, in the words of their index, which no parameter matches."""
# Asked job by job: of all who ever paid, those who may still owe are few.
_OWED = select(
    *(
        jobs.c[name]
        for name in (
            "id", "status", "student_name", "student_email", "original_name", "status_since",
            "currency",
        )
    ),
    (jobs.c.cost_cents - of_the_job()).label("due_cents"),
).where(_OWING, jobs.c.cost_cents > of_the_job())  # fmt: skip
UNPAID = select(jobs.c.id).where(
    _OWING,
    # By what it isn't, so that no database looks for it in an index of statuses instead.
    jobs.c.status.not_in([status.value for status in OWING if status not in HANDED_OUT]),
    jobs.c.cost_cents > of_the_job(),
)
"""The ids of the jobs that were handed out with something still due."""


class SqlLedgerRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, payment: Payment, key: str = "", fingerprint: str = "") -> int:
        values = {name: getattr(payment, name) for name in _FIELDS if name != "id"}
        values["kind"] = payment.kind.value
        row = {**values, "idempotency_key": key or None, "fingerprint": fingerprint}
        try:
            payment_id = int(self._connection.scalar(_ADD, row) or 0)
        except IntegrityError as error:
            raise DuplicateKey("idempotency_key") from error
        self._connection.execute(
            _ADD_SHARE,
            [
                {
                    "payment_id": payment_id,
                    "job_id": share.job_id,
                    "event_id": share.event_id,
                    "amount_cents": share.amount_cents,
                    "waived_cents": share.waived_cents,
                }
                for share in payment.shares
            ],
        )
        return payment_id

    def void(self, payment_id: int, void: Void) -> None:
        row = insert(payment_voids).values(
            payment_id=payment_id,
            at=void.at,
            by=void.by,
            station=void.station,
            reason=void.reason,
        )
        try:
            self._connection.execute(row)
        except IntegrityError as error:
            raise DuplicateKey("payment_id") from error

    def get(self, payment_id: int) -> Payment | None:
        return next(iter(self._where(payments.c.id == payment_id)), None)

    def of_key(self, key: str) -> tuple[Payment, str] | None:
        query = select(payments.c.fingerprint).where(payments.c.idempotency_key == key)
        fingerprint = self._connection.scalar(query)
        found = self._where(payments.c.idempotency_key == key)
        return (found[0], str(fingerprint)) if found else None

    def of_job(self, job_id: str) -> Sequence[Payment]:
        return self._where(payments.c.id.in_(_of(payment_shares.c.job_id == job_id)))

    def of_event(self, job_id: str, event_id: int) -> Sequence[Payment]:
        mine = _of(payment_shares.c.job_id == job_id, payment_shares.c.event_id == event_id)
        return self._where(payments.c.id.in_(mine))

    def of_hand_over(self, hand_over: str) -> Sequence[Payment]:
        return self._where(payments.c.hand_over == hand_over) if hand_over else []

    def of_receipt(self, receipt: str) -> Payment | None:
        take_turns(self._connection, f"receipt {receipt}")
        found = self._where(payments.c.receipt == receipt, payment_voids.c.id.is_(None))
        return next(iter(found), None)

    def taken(self, since: datetime, until: datetime) -> Sequence[Payment]:
        return self._where(payments.c.at >= since, payments.c.at < until)

    def voided(self, since: datetime, until: datetime) -> Sequence[Payment]:
        return self._where(payment_voids.c.at >= since, payment_voids.c.at < until)

    def settled(self, job_id: str) -> tuple[int, int]:
        row = self._connection.execute(_SETTLED_OF_ONE, {"job": job_id}).first()
        return (int(row[1]), int(row[2])) if row else (0, 0)

    def settled_of(self, job_ids: Collection[str]) -> Mapping[str, tuple[int, int]]:
        rows = self._connection.execute(SETTLED.where(_ENTERED.c.job_id.in_(job_ids)))
        return {job_id: (int(paid), int(waived)) for job_id, paid, waived in rows}

    def owed(
        self, *, after: tuple[datetime, str] | None = None, limit: int | None = None
    ) -> Sequence[Debt]:
        query = _OWED.order_by(jobs.c.status_since, jobs.c.id).limit(limit)
        if after is not None:
            query = query.where(
                tuple_(jobs.c.status_since, jobs.c.id)
                > tuple_(
                    literal(after[0], jobs.c.status_since.type), literal(after[1], jobs.c.id.type)
                )
            )
        return self._debts(query)

    def owed_from(self, addresses: Collection[str]) -> Sequence[Debt]:
        wanted = {mailbox(address) for address in addresses}
        return self._debts(_OWED.where(jobs.c.mailbox.in_(wanted)))

    def _debts(self, query: Select[Any]) -> Sequence[Debt]:
        return [
            Debt(
                job_id=row.id,
                status=Status(row.status),
                student_name=row.student_name,
                student_email=row.student_email,
                original_name=row.original_name,
                since=row.status_since,
                currency=row.currency,
                due_cents=int(row.due_cents),
            )
            for row in self._connection.execute(query)
        ]

    def _where(self, *conditions: ColumnElement[bool]) -> list[Payment]:
        rows = self._connection.execute(_ENTRIES.where(*conditions)).all()
        shares = self._shares([row.id for row in rows])
        return [_payment(row, shares[row.id]) for row in rows]

    def _shares(self, ids: list[int]) -> dict[int, list[Share]]:
        found: dict[int, list[Share]] = defaultdict(list)
        table = payment_shares.c
        for start in range(0, len(ids), _MANY):
            query = (
                select(payment_shares)
                .where(table.payment_id.in_(ids[start : start + _MANY]))
                .order_by(table.id)
            )
            for row in self._connection.execute(query):
                found[row.payment_id].append(
                    Share(
                        job_id=row.job_id,
                        amount_cents=row.amount_cents,
                        waived_cents=row.waived_cents,
                        event_id=row.event_id,
                    )
                )
        return found


def _of(*conditions: ColumnElement[bool]) -> Any:
    return select(payment_shares.c.payment_id).where(*conditions)


def _payment(row: Any, shares: Sequence[Share]) -> Payment:
    void = None
    if row.void_at is not None:
        void = Void(
            at=row.void_at, by=row.void_by, reason=row.void_reason, station=row.void_station
        )
    fields = {name: getattr(row, name) for name in _FIELDS}
    fields["kind"] = Entry(fields["kind"])
    return Payment(**fields, shares=tuple(shares), void=void)
