"""What a print costs: numbers as people type them, and the arithmetic, all in Decimal and cents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import pairwise

from . import numbers
from .currency import decimals, in_cents, of_cents
from .marking import complete, mark

MAX_GRAMS = Decimal(50_000)
MAX_HOURS = Decimal(1_000)
MAX_CENTS = 10_000_000
MAX_QUANTITY = 100
_SIGNS = ("$", "€", "£", "¥")
_THOUSANDTH = Decimal("0.001")
_LONGEST = 40
"""Characters of a number as people type it; more are refused before any pattern is tried."""
_UNITS = re.compile(
    r"(?:(?P<d>[0-9]{1,3})\s*d(?:ays?)?)?\s*"
    r"(?:(?P<h>[0-9]{1,4}(?:\.[0-9]{1,3}|,[0-9]{1,2})?)\s*(?:h|hrs?|hours?))?\s*"
    r"(?:(?P<m>[0-9]{1,4})\s*(?:m|mins?|minutes?))?\s*"
    r"(?:(?P<s>[0-9]{1,4})\s*(?:s|secs?|seconds?))?",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?P<h>[0-9]{1,4})(?::|h)(?P<m>[0-5][0-9])", re.IGNORECASE)


def plain_decimal(value: Decimal) -> Decimal:
    """The same number without trailing zeros or exponent: 2.500 is 2.5, and 1E+2 is 100."""
    whole = value.to_integral_value()
    return whole.quantize(Decimal(1)) if value == whole else value.normalize()


def _thousandths(value: Decimal) -> Decimal:
    return plain_decimal(value.quantize(_THOUSANDTH, ROUND_HALF_UP))


def _typed(value: object) -> str:
    """What was typed, trimmed; "" where it is far too long to be a number."""
    try:
        text = str(value)
    except ValueError:  # an int of thousands of digits
        return ""
    text = text.strip()
    return text if len(text) <= _LONGEST else ""


def parse_grams(typed: object) -> Decimal | None:
    """Grams as typed ("42.5", 42.5, Decimal), to the milligram; None if it is no such number.

    More than 0 and at most 50,000 g. Exponents are not taken.
    """
    number = numbers.typed(_typed(typed).removesuffix("g").strip())
    if number is None:
        return None
    grams = _thousandths(number)
    return grams if 0 < grams <= MAX_GRAMS else None


def parse_quantity(typed: object) -> int | None:
    """A number of copies as typed, from 1 to 100; None if it is no such number."""
    text = _typed(typed)
    if not re.fullmatch(r"[0-9]{1,3}", text):
        return None
    return int(text) if 1 <= int(text) <= MAX_QUANTITY else None


def parse_hours(typed: object) -> Decimal | None:
    """Print time in hours from "3.25", "2h 30m", "1d 2h 3m 4s", "45 min", "2:30" or "2h30".

    To the thousandth of an hour, more than 0 and at most 1,000 h; None if it is no such time.
    """
    text = _typed(typed)
    number = numbers.typed(text)
    if number is None and (clock := _CLOCK.fullmatch(text)):
        number = Decimal(clock["h"]) + Decimal(clock["m"]) / 60
    if number is None and text and (units := _UNITS.fullmatch(text)):
        number = (
            Decimal(units["d"] or 0) * 24
            + Decimal(numbers.pointed(units["h"] or "0"))
            + Decimal(units["m"] or 0) / 60
            + Decimal(units["s"] or 0) / 3600
        )
    if number is None:
        return None
    hours = _thousandths(number)
    return hours if 0 < hours <= MAX_HOURS else None


def typed_hours(hours: Decimal) -> str:
    """A print time as people type it: "7h 40m"; in hours where whole minutes don't give it."""
    whole, minutes = divmod(int((hours * 60).to_integral_value(ROUND_HALF_UP)), 60)
    parts = [f"{whole}h"] * bool(whole) + [f"{minutes}m"] * bool(minutes)
    text = " ".join(parts)
    return text if parse_hours(text) == hours else f"{plain_decimal(hours):f}"


def parse_cents(typed: object, currency: str = "USD") -> int | None:
    """An amount of money as typed ("3", "3.00", "$3.50") in integer cents, the smallest unit of the
    ``currency``; None if it is none.

    Zero or more, at most 10,000,000 cents; a fraction of a cent is refused, not rounded.
    """
    text = _typed(typed)
    number = numbers.typed(text[text[:1] in _SIGNS :].strip())
    if number is None:
        return None
    cents = in_cents(number, currency)
    if cents != cents.to_integral_value() or cents > MAX_CENTS:
        return None
    return int(cents)


def in_units(cents: int, currency: str = "USD") -> str:
    """Integer cents as people type them: 425 is "4.25", and "425" of a currency without decimals."""
    return f"{of_cents(cents, currency):f}"


class LineKind(StrEnum):
    """What a line of a price is for. The value is what quotes store."""

    WEIGHT = "weight"
    VOLUME = "volume"
    TIME = "time"
    PIECE = "piece"
    SETUP = "setup"
    PERCENT = "percent"
    """A surcharge, or below zero a discount: a share of what stands above it."""
    AMOUNT = "amount"
    """The same as an amount."""
    FREE_WEIGHT = "free_weight"
    """Grams that an allowance makes free, below zero."""
    FREE_VOLUME = "free_volume"
    """The same of what is charged by volume."""
    FREE_MONEY = "free_money"
    MINIMUM = "minimum"
    """What is added to reach the minimum charge."""
    COVERED = "covered"
    """What is taken off, because another model of the request was charged the minimum already."""
    TAX = "tax"
    ROUNDING = "rounding"

    @property
    def record(self) -> LineRecord:
        """Everything that is said of it."""
        return LINES[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRecord:
    """What is said of a kind of line. English; pages and emails translate the ``label``.

    ``unit`` is that of the quantity: "%" for a share of an amount, "" where the line is just an
    amount.
    """

    label: str
    unit: str


LINES: Mapping[LineKind, LineRecord] = complete(
    LineKind,
    {
        LineKind.WEIGHT: LineRecord(label=mark("Weight"), unit="g"),
        LineKind.VOLUME: LineRecord(label=mark("Material volume"), unit="mL"),
        LineKind.TIME: LineRecord(label=mark("Print time"), unit="h"),
        LineKind.PIECE: LineRecord(label=mark("Copies"), unit="×"),
        LineKind.SETUP: LineRecord(label=mark("Setup fee"), unit=""),
        LineKind.PERCENT: LineRecord(label=mark("Surcharge or discount"), unit="%"),
        LineKind.AMOUNT: LineRecord(label=mark("Surcharge or discount"), unit=""),
        LineKind.FREE_WEIGHT: LineRecord(label=mark("Free weight"), unit="g"),
        LineKind.FREE_VOLUME: LineRecord(label=mark("Free material volume"), unit="mL"),
        LineKind.FREE_MONEY: LineRecord(label=mark("Free allowance"), unit=""),
        LineKind.MINIMUM: LineRecord(label=mark("Added to reach the minimum charge"), unit=""),
        LineKind.COVERED: LineRecord(
            label=mark("Covered by the minimum charge for the whole request"), unit=""
        ),
        LineKind.TAX: LineRecord(label=mark("Tax"), unit="%"),
        LineKind.ROUNDING: LineRecord(label=mark("Rounding"), unit=""),
    },
)


FREE = (LineKind.FREE_WEIGHT, LineKind.FREE_VOLUME, LineKind.FREE_MONEY)
"""What allowances make free."""
_LEAST = (LineKind.MINIMUM, LineKind.COVERED)
_LAST = (LineKind.TAX, LineKind.ROUNDING)


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of a price: ``quantity`` in its kind's unit (1 where it has none), ``rate`` in
    currency units for each of them, ``amount`` in currency units, not rounded.

    A share has it as a fraction in ``quantity`` (0.1 is 10 %), of ``rate``. ``label`` is what the
    lab calls the line; "" stands for its kind's own.
    """

    kind: LineKind
    quantity: Decimal
    rate: Decimal
    label: str = ""

    @property
    def amount(self) -> Decimal:
        """What the line comes to."""
        return self.quantity * self.rate

    def cents_of(self, currency: str) -> int:
        """Its amount alone, in integer cents of a currency."""
        return _rounded((self,), decimals(currency))

    @classmethod
    def from_plain(cls, plain: Sequence[str]) -> PriceLine:
        """The line that :meth:`plain` gave."""
        kind, quantity, rate, *label = plain
        return cls(LineKind(kind), Decimal(quantity), Decimal(rate), *label)

    def plain(self) -> tuple[str, ...]:
        """Kind, quantity and rate as texts, for the database; the label where there is one."""
        label = (self.label,) if self.label else ()
        return (self.kind.value, str(self.quantity), str(self.rate), *label)


@dataclass(frozen=True, slots=True)
class Price:
    """A price and how it comes about; the lines add up to it, rounded half up once at the end.

    ``digits`` is how many its currency has behind the point: its "cents" are the smallest unit.
    """

    lines: tuple[PriceLine, ...]
    digits: int = 2

    @property
    def cents(self) -> int:
        """In integer cents."""
        return _rounded(self.lines, self.digits)

    @property
    def at_minimum(self) -> bool:
        """Whether the minimum charge is more than what was counted."""
        return any(line.kind is LineKind.MINIMUM for line in self.lines)

    @property
    def charged(self) -> Decimal:
        """What it comes to before tax and rounding, in currency units."""
        return sum((line.amount for line in self.lines if line.kind not in _LAST), Decimal())

    @property
    def counted(self) -> Decimal:
        """The same without what the minimum charge adds or covers."""
        apart = sum((line.amount for line in self.lines if line.kind in _LEAST), Decimal())
        return self.charged - apart

    @property
    def free(self) -> Decimal:
        """What allowances took off, in currency units."""
        return -sum((line.amount for line in self.lines if line.kind in FREE), Decimal())

    def each_in_cents(self) -> tuple[int, ...]:
        """The lines in integer cents, which add up to the price exactly: each is what the sum grows
        by, so that what rounding leaves of one line goes to the next.
        """
        sums = [_rounded(self.lines[:count], self.digits) for count in range(len(self.lines) + 1)]
        return tuple(after - before for before, after in pairwise(sums))


def _rounded(lines: Iterable[PriceLine], digits: int) -> int:
    exact = sum((line.amount for line in lines), Decimal()).scaleb(digits)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def shown_hours(hours: Decimal) -> Decimal:
    """Print time as people are told it: rounded up to the half hour, so nobody comes too early."""
    return (hours * 2).to_integral_value(ROUND_CEILING) / 2
