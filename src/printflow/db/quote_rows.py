"""Queries on confirmation links."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from ..domain.budgets import ClaimState
from ..domain.event_kind import Correction
from ..domain.job import Quote
from ..domain.status import Status
from .schema import confirmations, events, jobs, payer_claims

_FIELDS = tuple(field.name for field in fields(Quote))


def _quote(row: Row[Any]) -> Quote:
    return Quote(**{name: getattr(row, name) for name in _FIELDS})


# Put together once: every transition, or the page of every quote, asks them.
_OF_TOKEN = (
    select(confirmations)
    .where(confirmations.c.token_hash == bindparam("token"))
    .order_by(confirmations.c.id.desc())
    .limit(1)
)
_OF_JOB = (
    select(confirmations)
    .where(confirmations.c.job_id == bindparam("job"))
    .order_by(confirmations.c.id)
)
_NEWEST = (
    select(confirmations)
    .where(confirmations.c.job_id == bindparam("job"))
    .order_by(confirmations.c.id.desc())
    .limit(1)
)
_ISSUE = insert(confirmations).returning(confirmations.c.id)
_SET_TOKEN = update(confirmations).where(confirmations.c.id == bindparam("quote"))
_VOID_OPEN = update(confirmations).where(
    confirmations.c.job_id == bindparam("job"),
    confirmations.c.used_at.is_(None),
    confirmations.c.voided_at.is_(None),
)


class SqlQuoteRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def issue(self, quote: Quote) -> int:
        values = {name: getattr(quote, name) for name in _FIELDS if name != "id"}
        return int(self._connection.scalar(_ISSUE, values) or 0)

    def set_token(self, quote_id: int, token_hash: str) -> None:
        self._connection.execute(_SET_TOKEN, {"quote": quote_id, "token_hash": token_hash})

    def _first(self, condition: Any) -> Quote | None:
        query = select(confirmations).where(condition).order_by(confirmations.c.id.desc()).limit(1)
        row = self._connection.execute(query).first()
        return _quote(row) if row else None

    def get(self, quote_id: int) -> Quote | None:
        return self._first(confirmations.c.id == quote_id)

    def of_token(self, token_hash: str) -> Quote | None:
        row = self._connection.execute(_OF_TOKEN, {"token": token_hash}).first()
        return _quote(row) if row else None

    def newest(self, job_id: str) -> Quote | None:
        row = self._connection.execute(_NEWEST, {"job": job_id}).first()
        return _quote(row) if row else None

    def of_job(self, job_id: str) -> Sequence[Quote]:
        return [_quote(row) for row in self._connection.execute(_OF_JOB, {"job": job_id})]

    def void_open(self, job_id: str, now: datetime) -> None:
        self._connection.execute(_VOID_OPEN, {"job": job_id, "voided_at": now})

    def say_as_is(self, job_id: str, *, color: str, printer: str) -> None:
        self._connection.execute(
            update(confirmations)
            .where(
                confirmations.c.job_id == job_id,
                confirmations.c.used_at.is_(None),
                confirmations.c.voided_at.is_(None),
            )
            .values(color=color, printer=printer)
        )

    def expire_at(self, quote_id: int, expires_at: datetime) -> None:
        self._connection.execute(
            update(confirmations)
            .where(confirmations.c.id == quote_id)
            .values(expires_at=expires_at)
        )

    def latest(self, limit: int) -> Sequence[Quote]:
        newest = (
            select(func.max(confirmations.c.id))
            .where(confirmations.c.id > self._id_of(4 * limit))
            .group_by(confirmations.c.job_id)
        )
        query = (
            select(confirmations)
            .where(confirmations.c.id.in_(newest))
            .order_by(confirmations.c.id.desc())
            .limit(limit)
        )
        return [_quote(row) for row in self._connection.execute(query)]

    def _id_of(self, back: int) -> int:
        """The id before the newest so many; 0 where there are fewer."""
        query = select(confirmations.c.id).order_by(confirmations.c.id.desc()).offset(back).limit(1)
        return int(self._connection.scalar(query) or 0)

    def to_remind(self, before: datetime, now: datetime) -> Sequence[Quote]:
        query = (
            select(confirmations)
            .where(
                confirmations.c.used_at.is_(None),
                confirmations.c.voided_at.is_(None),
                confirmations.c.reminded_at.is_(None),
                confirmations.c.expires_at > now,
                confirmations.c.expires_at <= before,
                ~exists().where(jobs.c.id == confirmations.c.job_id, jobs.c.held_at.is_not(None)),
            )
            .order_by(confirmations.c.id)
            .limit(200)
        )
        return [_quote(row) for row in self._connection.execute(query)]

    def lapsed(self, now: datetime, payer_ids: Collection[int] = ()) -> Sequence[Quote]:
        claim = payer_claims.c
        reserved = exists().where(
            claim.job_id == confirmations.c.job_id, claim.state == ClaimState.RESERVED.value
        )
        if payer_ids:
            held: ColumnElement[bool] = reserved.where(claim.payer_id.in_(payer_ids))
        else:
            released = exists().where(
                events.c.job_id == confirmations.c.job_id,
                events.c.trigger == Correction.LAPSE.value,
                events.c.at >= confirmations.c.expires_at,
            )
            free = cast(confirmations.c.price_lines, Text).contains('"free_')
            held = or_(reserved, and_(free, ~released))
        query = (
            select(confirmations)
            .join(jobs, jobs.c.id == confirmations.c.job_id)
            .where(
                confirmations.c.used_at.is_(None),
                confirmations.c.voided_at.is_(None),
                confirmations.c.expires_at <= now,
                jobs.c.status == Status.PENDING.value,
                jobs.c.held_at.is_(None),
                held,
            )
            .order_by(confirmations.c.id)
            .limit(200)
        )
        return [_quote(row) for row in self._connection.execute(query)]

    def remind(self, quote_id: int, now: datetime) -> bool:
        marked = self._connection.execute(
            update(confirmations)
            .where(confirmations.c.id == quote_id, confirmations.c.reminded_at.is_(None))
            .values(reminded_at=now)
        )
        return marked.rowcount == 1

    def use(self, quote_id: int, now: datetime, by: str) -> None:
        self._connection.execute(
            update(confirmations)
            .where(confirmations.c.id == quote_id)
            .values(used_at=now, used_by=by)
        )

    def take_back(self, job_id: str, at: datetime, *, now: datetime) -> None:
        mine = confirmations.c.job_id == job_id
        for closed in ("used_at", "voided_at"):
            self._connection.execute(
                update(confirmations)
                .where(mine, confirmations.c[closed] == at)
                .values({closed: None, "used_by": ""})
            )
        self._connection.execute(
            update(confirmations)
            .where(mine, confirmations.c.issued_at == at, confirmations.c.voided_at.is_(None))
            .values(voided_at=now)
        )
