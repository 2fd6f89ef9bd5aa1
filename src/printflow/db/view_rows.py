"""Queries on the lists that staff named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from ..domain.saved_view import SavedView, names_person
from .schema import saved_views


class SqlViewRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def shown_to(self, name: str) -> Sequence[SavedView]:
        query = (
            select(saved_views)
            .where(or_(saved_views.c.owner == name, saved_views.c.shared))
            .order_by(saved_views.c.name, saved_views.c.id)
        )
        return [SavedView(**row._mapping) for row in self._connection.execute(query)]

    def add(self, values: Mapping[str, Any], *, owner: str, now: datetime) -> int:
        made = self._connection.execute(
            insert(saved_views).values(owner=owner, made_at=now, **values)
        )
        (number,) = made.inserted_primary_key or (0,)
        return int(number)

    def change(self, view_id: int, values: Mapping[str, Any]) -> None:
        self._connection.execute(
            update(saved_views).where(saved_views.c.id == view_id).values(**values)
        )

    def delete(self, view_id: int) -> None:
        self._connection.execute(delete(saved_views).where(saved_views.c.id == view_id))

    def forget(self, name: str, email: str) -> None:
        rows = self._connection.execute(
            select(saved_views.c.id, saved_views.c.name, saved_views.c.search)
        ).all()
        for row in rows:
            if names_person(f"{row.name} {row.search}", name, email):
                self.delete(row.id)
