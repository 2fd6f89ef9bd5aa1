"""The last rows of a long history, or all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select


def part(
    connection: Connection,
    every: Select[Any],
    key: ColumnElement[int],
    newest: int | None,
    before: int | None,
) -> Sequence[Row[Any]]:
    """The rows of ``every`` in the order of ``key``; with ``newest`` only the last so many of them,
    or of those whose key is below ``before``.
    """
    if before is not None:
        every = every.where(key < before)
    if newest is None:
        return connection.execute(every.order_by(key)).all()
    return connection.execute(every.order_by(key.desc()).limit(newest)).all()[::-1]
