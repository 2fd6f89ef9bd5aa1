"""Queries on the lab's own facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, insert, or_, select, update

from ..domain.catalog_history import CatalogVersion
from ..domain.clock_slip import SLIP
from ..domain.heartbeat import Heartbeat
from ..domain.limits import Count
from .schema import catalog_versions, lab, limits, workers
from .upsert import insert_of, upsert

_NEWEST_CATALOG = select(func.max(catalog_versions.c.id))


class SqlLabRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fact(self, key: str) -> str | None:
        return self._connection.scalar(select(lab.c.value).where(lab.c.key == key))

    def set_fact(self, key: str, value: str | None, now: datetime) -> None:
        if value is None:
            self._connection.execute(delete(lab).where(lab.c.key == key))
        else:
            upsert(self._connection, lab, {"key": key}, {"value": value, "at": now})

    def catalog(self) -> tuple[int, Mapping[str, Any]] | None:
        query = (
            select(catalog_versions.c.id, catalog_versions.c.document)
            .order_by(catalog_versions.c.id.desc())
            .limit(1)
        )
        row = self._connection.execute(query).first()
        return (row.id, row.document) if row else None

    def catalog_versions(self, *, limit: int, upto: int | None = None) -> Sequence[CatalogVersion]:
        query = select(catalog_versions).order_by(catalog_versions.c.id.desc()).limit(limit)
        if upto is not None:
            query = query.where(catalog_versions.c.id <= upto)
        return [CatalogVersion(**row._mapping) for row in self._connection.execute(query)]

    def catalog_version(self) -> int:
        return int(self._connection.scalar(_NEWEST_CATALOG) or 0)

    def add_catalog(self, document: Mapping[str, Any], *, by: str, now: datetime) -> int:
        row = insert(catalog_versions).values(at=now, by=by, document=dict(document))
        return int(self._connection.scalar(row.returning(catalog_versions.c.id)) or 0)

    def counts(self, keys: Collection[str]) -> Mapping[str, Count]:
        query = select(limits).where(limits.c.key.in_(keys))
        rows = self._connection.execute(query)
        return {row.key: Count(row.times, row.until) for row in rows}

    def count_up(self, untils: Mapping[str, datetime], now: datetime) -> Mapping[str, Count]:
        # Sorted, so that two that count under the same keys never wait for each other.
        new = [{"key": key, "times": 1, "until": until} for key, until in sorted(untils.items())]
        row = insert_of(self._connection)(limits).values(new)
        # What ends far later than what begins now was begun by a clock that was ahead. What ends a
        # moment later was begun by someone who counted first, and looked at the clock second.
        ahead = (
            and_(limits.c.key == key, limits.c.until > until + SLIP)
            for key, until in sorted(untils.items())
        )
        over = or_(limits.c.until <= now, *ahead)
        counted = row.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "times": case((over, 1), else_=limits.c.times + 1),
                "until": case((over, row.excluded.until), else_=limits.c.until),
            },
        ).returning(limits.c.key, limits.c.times, limits.c.until)
        rows = self._connection.execute(counted).all()
        return {key: Count(times, until) for key, times, until in rows}

    def count_down(self, keys: Collection[str]) -> None:
        self._connection.execute(
            update(limits)
            .where(limits.c.key.in_(keys), limits.c.times > 0)
            .values(times=limits.c.times - 1)
        )

    def beat(self, name: str, started_at: datetime, now: datetime) -> None:
        values = {"started_at": started_at, "seen_at": now}
        upsert(self._connection, workers, {"name": name}, values)

    def beats(self) -> Sequence[Heartbeat]:
        query = select(workers).order_by(workers.c.name)
        return [Heartbeat(**row._mapping) for row in self._connection.execute(query)]

    def end_beat(self, name: str) -> None:
        self._connection.execute(delete(workers).where(workers.c.name == name))

    def forget_beats(self, before: datetime) -> None:
        self._connection.execute(delete(workers).where(workers.c.seen_at < before))

    def forget_counts(self, now: datetime) -> None:
        self._connection.execute(delete(limits).where(limits.c.until <= now))
