"""The last rows of a long history, or all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select


class Part:
    """A history, or its last rows. The statement for all of it is put together once."""

    def __init__(self, every: Select[Any], key: ColumnElement[int]) -> None:
        self._every = every
        self._key = key
        self._whole = every.order_by(key)

    def rows(
        self,
        connection: Connection,
        values: Mapping[str, Any],
        newest: int | None = None,
        before: int | None = None,
    ) -> Sequence[Row[Any]]:
        """The rows in the order of their key; with ``newest`` only the last so many of them, or of
        those whose key is below ``before``. ``values`` are those of the statement's parameters.
        """
        if newest is None and before is None:
            return connection.execute(self._whole, values).all()
        every = self._every if before is None else self._every.where(self._key < before)
        if newest is None:
            return connection.execute(every.order_by(self._key), values).all()
        last = every.order_by(self._key.desc()).limit(newest)
        return connection.execute(last, values).all()[::-1]
