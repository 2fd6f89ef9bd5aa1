"""Column types that keep the program's promises: UTC times, exact decimals, plain JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, DateTime, Integer, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from ..domain.pricing import PriceLine, plain_decimal
from ..said import packed, packed_text, unpacked, unpacked_text


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC time. PostgreSQL stores ``timestamptz``; SQLite stores it naive, in UTC."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without its zone cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], datetime | None] | None:
        """A page of a list reads hundreds of times: SQLite's texts become aware ones in one call."""
        return _aware if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _aware(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


class Thousandths(TypeDecorator[Decimal]):
    """A Decimal with three places (g, h), stored as an integer, so that sums are exact."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _dialect: Dialect) -> int | None:
        if value is None:
            return None
        return int((value * 1000).to_integral_value(ROUND_HALF_UP))

    def process_result_value(self, value: int | None, _dialect: Dialect) -> Decimal | None:
        return None if value is None else plain_decimal(Decimal(value).scaleb(-3))


class DayOrNever(TypeDecorator[date]):
    """A day, or none. None is stored as the last day there is, so that lists in the order of days
    end with what has none.
    """

    impl = Date
    cache_ok = True

    def process_bind_param(self, value: date | None, _dialect: Dialect) -> date:
        return value or date.max

    def process_result_value(self, value: date | None, _dialect: Dialect) -> date | None:
        return None if value == date.max else value


class PriceLines(TypeDecorator[tuple[PriceLine, ...]]):
    """The lines of a price, stored as a JSON list of their plain forms."""

    impl = JSON
    cache_ok = True

    def process_bind_param(
        self, value: tuple[PriceLine, ...] | None, _dialect: Dialect
    ) -> list[tuple[str, ...]]:
        return [line.plain() for line in value or ()]

    def process_result_value(
        self, value: list[list[str]] | None, _dialect: Dialect
    ) -> tuple[PriceLine, ...]:
        return tuple(PriceLine.from_plain(plain) for plain in value or ())


class SaidText(TypeDecorator[str]):
    """A text that keeps its template and parameters, so that it can be shown in any language.

    Plain texts, and those of before, are stored and read as they are. What is too long is cut.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else packed_text(value, getattr(self.impl, "length", None))

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else unpacked_text(value)


class LongSaidText(SaidText):
    """The same without a limit."""

    impl = Text
    cache_ok = True


class SaidJSON(TypeDecorator[Any]):
    """JSON whose texts keep their templates and parameters, as those of :class:`SaidText` do."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> Any:
        return packed(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> Any:
        return unpacked(value)

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        return self.impl_instance.coerce_compared_value(op, value)


RowId = BigInteger().with_variant(Integer, "sqlite")
"""A growing row number; SQLite's rowid alias needs the plain INTEGER."""
