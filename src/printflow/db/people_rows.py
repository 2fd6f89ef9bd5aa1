"""Queries on staff names, stations, sessions, and changes of the lab itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from ..domain.people import Change, ChangeKind, ChangeQuery, Door, StaffName, StaffSession, Station
from .alone import take_turns
from .schema import catalog_versions, changes, sessions, staff, stations
from .upsert import upsert

_SESSIONS = (
    select(
        sessions.c.id,
        sessions.c.name,
        func.coalesce(stations.c.name, sessions.c.source).label("station"),
        func.coalesce(sessions.c.role, stations.c.role, "").label("role"),
        sessions.c.source,
        sessions.c.confirmed_at,
        select(func.max(catalog_versions.c.id)).scalar_subquery().label("catalog_version"),
        sessions.c.address,
        sessions.c.started_at,
        sessions.c.expires_at,
        staff.c.language,
    )
    .join(stations, stations.c.id == sessions.c.station_id, isouter=True)
    .join(staff, staff.c.name == sessions.c.name)
    .where(
        staff.c.deactivated_at.is_(None),
        sessions.c.expires_at > bindparam("now"),
        or_(stations.c.id.is_not(None), sessions.c.source != ""),
        or_(stations.c.revoked_at.is_(None), stations.c.revoked_at > bindparam("now")),
    )
)
# Put together once: every request of staff asks it.
_SESSION = _SESSIONS.where(sessions.c.key_hash == bindparam("key"))


class SqlPeopleRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- names ------------------------------------------------------------------------------------

    def names(self) -> Sequence[StaffName]:
        query = select(staff.c.name, staff.c.added_at, staff.c.deactivated_at)
        rows = self._connection.execute(query.order_by(staff.c.name))
        return [StaffName(**row._mapping) for row in rows]

    def add(self, name: str, now: datetime) -> None:
        values, new = {"deactivated_at": None}, {"added_at": now}
        upsert(self._connection, staff, {"name": name}, values, only_new=new)

    def deactivate(self, name: str, now: datetime) -> bool:
        gone = self._connection.execute(
            update(staff)
            .where(staff.c.name == name, staff.c.deactivated_at.is_(None))
            .values(deactivated_at=now)
        )
        return gone.rowcount == 1

    def speak(self, name: str, language: str) -> None:
        self._connection.execute(
            update(staff).where(staff.c.name == name).values(language=language)
        )

    # -- stations ---------------------------------------------------------------------------------

    def take_turns(self) -> None:
        take_turns(self._connection, "stations")

    def stations(self, now: datetime) -> Sequence[Station]:
        open_ones = (
            select(func.count())
            .where(sessions.c.station_id == stations.c.id, sessions.c.expires_at > now)
            .scalar_subquery()
        )
        query = select(
            stations.c.id,
            stations.c.name,
            stations.c.role,
            stations.c.changed_at,
            stations.c.revoked_at,
            open_ones.label("sessions"),
        )
        rows = self._connection.execute(query.order_by(stations.c.id))
        return [Station(**row._mapping) for row in rows]

    def doors(self) -> Sequence[Door]:
        query = (
            select(stations.c.id, stations.c.name, stations.c.password_hash)
            .where(stations.c.revoked_at.is_(None))
            .order_by(stations.c.id)
        )
        return [Door(**row._mapping) for row in self._connection.execute(query)]

    def set_station(self, name: str, password_hash: str, *, role: str, now: datetime) -> None:
        values = {
            "password_hash": password_hash,
            "role": role,
            "changed_at": now,
            "revoked_at": None,
        }
        upsert(self._connection, stations, {"name": name}, values)

    def set_role(self, name: str, role: str) -> None:
        self._connection.execute(update(stations).where(stations.c.name == name).values(role=role))

    def revoke_station(self, name: str, now: datetime) -> None:
        self._connection.execute(
            update(stations).where(stations.c.name == name).values(revoked_at=now)
        )

    # -- sessions ---------------------------------------------------------------------------------

    def begin_session(
        self,
        key_hash: str,
        *,
        station: str,
        name: str,
        address: str,
        now: datetime,
        expires_at: datetime,
        source: str = "",
        role: str | None = None,
    ) -> None:
        station_id = select(stations.c.id).where(stations.c.name == station).scalar_subquery()
        self._connection.execute(
            insert(sessions).values(
                key_hash=key_hash,
                station_id=station_id if station else None,
                source=source,
                role=role,
                name=name,
                address=address,
                started_at=now,
                expires_at=expires_at,
                confirmed_at=now,
            )
        )

    def session(self, key_hash: str, now: datetime) -> StaffSession | None:
        row = self._connection.execute(_SESSION, {"key": key_hash, "now": now}).first()
        return _session(row) if row else None

    def sessions(self, now: datetime) -> Sequence[StaffSession]:
        query = _SESSIONS.order_by(sessions.c.id.desc())
        rows = self._connection.execute(query, {"now": now})
        return [_session(row) for row in rows]

    def act_as(self, key_hash: str, name: str) -> None:
        self._connection.execute(
            update(sessions).where(sessions.c.key_hash == key_hash).values(name=name)
        )

    def confirm_session(self, key_hash: str, now: datetime) -> None:
        self._connection.execute(
            update(sessions).where(sessions.c.key_hash == key_hash).values(confirmed_at=now)
        )

    def end_session(self, key_hash: str) -> None:
        self._connection.execute(delete(sessions).where(sessions.c.key_hash == key_hash))

    def end_sessions(
        self,
        *,
        session_id: int | None = None,
        name: str = "",
        station: str = "",
        but: str = "",
    ) -> int:
        wanted = []
        if session_id is not None:
            wanted.append(sessions.c.id == session_id)
        if name:
            wanted.append(sessions.c.name == name)
        if station:
            found = select(stations.c.id).where(stations.c.name == station)
            wanted.append(sessions.c.station_id.in_(found))
        if but:
            wanted.append(sessions.c.key_hash != but)
        query = delete(sessions).where(and_(True, *wanted))
        return self._connection.execute(query).rowcount

    def forget_sessions(self, before: datetime) -> None:
        self._connection.execute(delete(sessions).where(sessions.c.expires_at < before))

    # -- changes ----------------------------------------------------------------------------------

    def add_change(
        self,
        kind: ChangeKind,
        *,
        at: datetime,
        by: str,
        station: str,
        subject: str,
        details: Mapping[str, Any],
        address: str = "",
        right: str = "",
        times: int = 1,
    ) -> None:
        # One at a time until the commit, so that ids grow as entries become visible: who goes on
        # after the last id that was read misses none.
        take_turns(self._connection, "changes")
        self._connection.execute(
            insert(changes).values(
                at=at,
                by=by,
                station=station,
                address=address,
                right=right,
                times=times,
                kind=kind.value,
                subject=subject,
                details=dict(details),
            )
        )

    def changes(
        self, query: ChangeQuery, *, limit: int, before: int | None = None, after: int | None = None
    ) -> Sequence[Change]:
        rows = select(changes)
        if query.kind is not None:
            rows = rows.where(changes.c.kind == query.kind.value)
        if query.name:
            rows = rows.where(or_(changes.c.by == query.name, changes.c.subject == query.name))
        if query.since is not None:
            rows = rows.where(changes.c.at >= query.since)
        if before is not None:
            rows = rows.where(changes.c.id < before)
        if after is not None:
            rows = rows.where(changes.c.id > after)
        order = changes.c.id.desc() if after is None else changes.c.id
        found = self._connection.execute(rows.order_by(order).limit(limit))
        return [
            Change(**{**row._mapping, "kind": ChangeKind(row._mapping["kind"])}) for row in found
        ]

    def old_changes(self, before: datetime) -> int:
        query = select(func.count()).select_from(changes).where(changes.c.at < before)
        return int(self._connection.scalar(query) or 0)

    def forget_changes(self, before: datetime, *, limit: int | None = None) -> int:
        old = select(changes.c.id).where(changes.c.at < before).order_by(changes.c.id).limit(limit)
        return self._connection.execute(delete(changes).where(changes.c.id.in_(old))).rowcount


def _session(row: Any) -> StaffSession:
    values = dict(row._mapping)
    return StaffSession(**{**values, "catalog_version": values["catalog_version"] or 0})
