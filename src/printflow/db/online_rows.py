"""Queries on what the payment service says was paid."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ..domain.online_payments import Finding, JobMoney, OnlinePayment, OnlineState
from ..domain.status import Status
from ..ports import DuplicateKey
from .schema import jobs, online_payments

_TABLE = online_payments.c
_MANY = 500
_MONEY = (jobs.c.id, jobs.c.status, jobs.c.currency, jobs.c.cost_cents)


class SqlOnlineRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, one: OnlinePayment) -> int:
        values = {
            column.name: getattr(one, column.name) for column in _TABLE if column.name != "id"
        }
        values |= {"finding": one.finding or "", "state": one.state.value}
        row = insert(online_payments).values(**values).returning(_TABLE.id)
        try:
            return int(self._connection.scalar(row) or 0)
        except IntegrityError as error:
            raise DuplicateKey("identity") from error

    def known(self, identities: Collection[str]) -> Mapping[str, OnlinePayment]:
        found: dict[str, OnlinePayment] = {}
        wanted = sorted(identities)
        for start in range(0, len(wanted), _MANY):
            some = wanted[start : start + _MANY]
            query = select(online_payments).where(_TABLE.identity.in_(some))
            for row in self._connection.execute(query):
                found[row.identity] = _made(row)
        return found

    def jobs(self, job_ids: Collection[str]) -> Mapping[str, JobMoney]:
        found: dict[str, JobMoney] = {}
        wanted = sorted(job_ids)
        for start in range(0, len(wanted), _MANY):
            query = select(*_MONEY).where(jobs.c.id.in_(wanted[start : start + _MANY]))
            for row in self._connection.execute(query):
                found[row.id] = JobMoney(
                    id=row.id,
                    status=Status(row.status),
                    currency=row.currency,
                    cost_cents=row.cost_cents or 0,
                )
        return found

    def get(self, online_id: int) -> OnlinePayment | None:
        row = self._connection.execute(
            select(online_payments).where(_TABLE.id == online_id)
        ).one_or_none()
        return _made(row) if row is not None else None

    def find(
        self, states: Collection[OnlineState], *, limit: int, before: int | None = None
    ) -> Sequence[OnlinePayment]:
        # By what it isn't: nearly all are done, and found sooner by walking back than in an index.
        others = [one.value for one in OnlineState if one not in states]
        wanted = [one.value for one in states]
        among = OnlineState.DONE in states
        query = select(online_payments).where(
            _TABLE.state.not_in(others) if among else _TABLE.state.in_(wanted)
        )
        if before is not None:
            query = query.where(_TABLE.id < before)
        rows = self._connection.execute(query.order_by(_TABLE.id.desc()).limit(limit))
        return [_made(row) for row in rows]

    def open(self) -> int:
        query = select(func.count()).where(_TABLE.state == OnlineState.OPEN.value)
        return int(self._connection.scalar(query) or 0)

    def settle(self, online_id: int, *, by: str, note: str, now: datetime) -> bool:
        row = (
            update(online_payments)
            .where(_TABLE.id == online_id, _TABLE.state == OnlineState.OPEN.value)
            .values(state=OnlineState.SETTLED.value, settled_by=by, note=note, settled_at=now)
        )
        return self._connection.execute(row).rowcount == 1


def _made(row: Any) -> OnlinePayment:
    values = dict(row._mapping)
    values["finding"] = Finding(row.finding) if row.finding else None
    values["state"] = OnlineState(row.state)
    return OnlinePayment(**values)
