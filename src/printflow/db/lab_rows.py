"""Queries on the lab's own facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from ..domain.catalog_history import CatalogVersion
from ..domain.heartbeat import Heartbeat
from .alone import take_turns
from .schema import catalog_versions, lab, throttles, workers
from .upsert import upsert

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

    def count(self, key: str, since: datetime) -> tuple[int, datetime | None]:
        take_turns(self._connection, f"count {key}")
        query = select(func.count(), func.min(throttles.c.at)).where(
            throttles.c.key == key, throttles.c.at > since
        )
        row = self._connection.execute(query).one()
        return int(row[0]), row[1]

    def add_count(self, key: str, now: datetime) -> None:
        self._connection.execute(insert(throttles).values(key=key, at=now))

    def clear_count(self, key: str) -> None:
        self._connection.execute(delete(throttles).where(throttles.c.key == key))

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

    def forget_counts(self, before: datetime) -> None:
        self._connection.execute(delete(throttles).where(throttles.c.at < before))
