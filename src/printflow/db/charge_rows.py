"""Queries on the charges to PaperCut accounts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ..domain.papercut import OPEN, Charge, ChargeState
from ..ports import DuplicateKey
from .schema import papercut_charges

_TABLE = papercut_charges.c
_SHOWN = tuple(column for column in _TABLE if column.name != "open_for")
_PENDING = (ChargeState.WAITING.value, ChargeState.SENT.value)


class SqlChargeRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, one: Charge) -> int:
        values = {column.name: getattr(one, column.name) for column in _SHOWN}
        del values["id"]
        values |= {"state": one.state.value, "open_for": one.job_id if one.open else None}
        row = insert(papercut_charges).values(**values).returning(_TABLE.id)
        try:
            return int(self._connection.scalar(row) or 0)
        except IntegrityError as error:
            raise DuplicateKey("reference") from error

    def get(self, charge_id: int) -> Charge | None:
        found = self._found(select(*_SHOWN).where(_TABLE.id == charge_id))
        return found[0] if found else None

    def of_job(self, job_id: str) -> Sequence[Charge]:
        return self._found(select(*_SHOWN).where(_TABLE.job_id == job_id).order_by(_TABLE.id))

    def find(self, states: Collection[ChargeState], *, limit: int) -> Sequence[Charge]:
        wanted = [state.value for state in states]
        query = select(*_SHOWN).where(_TABLE.state.in_(wanted))
        return self._found(query.order_by(_TABLE.id.desc()).limit(limit))

    def pending(self, *, limit: int) -> Sequence[Charge]:
        query = select(*_SHOWN).where(_TABLE.state.in_(_PENDING))
        return self._found(query.order_by(_TABLE.id).limit(limit))

    def unknown(self) -> int:
        query = select(func.count()).where(_TABLE.state == ChargeState.UNKNOWN.value)
        return int(self._connection.scalar(query) or 0)

    def move(
        self, charge_id: int, sources: Collection[ChargeState], state: ChargeState, **values: Any
    ) -> bool:
        if state not in OPEN:
            values["open_for"] = None
        row = (
            update(papercut_charges)
            .where(_TABLE.id == charge_id, _TABLE.state.in_([one.value for one in sources]))
            .values(state=state.value, **values)
        )
        return self._connection.execute(row).rowcount == 1

    def _found(self, query: Any) -> list[Charge]:
        return [
            Charge(**{**row._mapping, "state": ChargeState(row.state)})
            for row in self._connection.execute(query)
        ]
