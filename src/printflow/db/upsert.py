"""A row that is changed where it is there, and else added: in one statement, no matter who else does so.

An update that meets nothing and then inserts is two statements, between which PostgreSQL lets
another process insert the same key.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Table


def upsert(
    connection: Connection,
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    only_new: Mapping[str, Any] | None = None,
) -> None:
    """Give the row of the unique ``key`` these values; ``only_new`` are those of a new row alone."""
    row = insert_of(connection)(table).values(**key, **values, **(only_new or {}))
    connection.execute(row.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def insert_of(connection: Connection) -> Any:
    """The ``insert`` of this database that knows what to do where the key is there already."""
    # Both put it alike; the one that is not in use would take as long to load as a page.
    kind = "postgresql" if connection.dialect.name == "postgresql" else "sqlite"
    return import_module(f"sqlalchemy.dialects.{kind}").insert
