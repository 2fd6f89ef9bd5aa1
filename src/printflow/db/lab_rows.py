"""Queries on the lab's own facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from .schema import catalog_versions, lab, staff, stations, throttles


class SqlLabRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fact(self, key: str) -> str | None:
        return self._connection.scalar(select(lab.c.value).where(lab.c.key == key))

    def set_fact(self, key: str, value: str | None, now: datetime) -> None:
        self._connection.execute(delete(lab).where(lab.c.key == key))
        if value is not None:
            self._connection.execute(insert(lab).values(key=key, value=value, at=now))

    def catalog(self) -> tuple[int, Mapping[str, Any]] | None:
        query = (
            select(catalog_versions.c.id, catalog_versions.c.document)
            .order_by(catalog_versions.c.id.desc())
            .limit(1)
        )
        row = self._connection.execute(query).first()
        return (row.id, row.document) if row else None

    def catalog_version(self) -> int:
        return int(self._connection.scalar(select(func.max(catalog_versions.c.id))) or 0)

    def add_catalog(self, document: Mapping[str, Any], *, by: str, now: datetime) -> int:
        row = insert(catalog_versions).values(at=now, by=by, document=dict(document))
        return int(self._connection.scalar(row.returning(catalog_versions.c.id)) or 0)

    def station_hashes(self) -> Mapping[str, str]:
        query = select(stations.c.name, stations.c.password_hash).order_by(stations.c.id)
        return {row.name: row.password_hash for row in self._connection.execute(query)}

    def set_station(self, name: str, password_hash: str, now: datetime) -> None:
        values = {"password_hash": password_hash, "changed_at": now}
        changed = self._connection.execute(
            update(stations).where(stations.c.name == name).values(**values)
        )
        if changed.rowcount == 0:
            self._connection.execute(insert(stations).values(name=name, **values))

    def staff_names(self) -> Sequence[str]:
        query = select(staff.c.name).where(staff.c.deactivated_at.is_(None)).order_by(staff.c.name)
        return list(self._connection.scalars(query))

    def add_staff(self, name: str, now: datetime) -> None:
        back = self._connection.execute(
            update(staff).where(staff.c.name == name).values(deactivated_at=None)
        )
        if back.rowcount == 0:
            self._connection.execute(insert(staff).values(name=name, added_at=now))

    def deactivate_staff(self, name: str, now: datetime) -> bool:
        gone = self._connection.execute(
            update(staff)
            .where(staff.c.name == name, staff.c.deactivated_at.is_(None))
            .values(deactivated_at=now)
        )
        return gone.rowcount == 1

    def count(self, key: str, since: datetime) -> tuple[int, datetime | None]:
        query = select(func.count(), func.min(throttles.c.at)).where(
            throttles.c.key == key, throttles.c.at > since
        )
        row = self._connection.execute(query).one()
        return int(row[0]), row[1]

    def add_count(self, key: str, now: datetime) -> None:
        self._connection.execute(insert(throttles).values(key=key, at=now))

    def forget_counts(self, before: datetime) -> None:
        self._connection.execute(delete(throttles).where(throttles.c.at < before))
