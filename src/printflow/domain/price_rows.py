"""The lab's price list: rows that say what is charged for what, and the one rule that reads them.

Rows are tried in order. Of the rows for material, time, pieces, setup, the minimum charge and tax the
first that fits counts, so that an exception stands above the rule that it is from; surcharges and
discounts all count, each on what has come together above it. Then the minimum charge, tax, and last
the rounding. Pure; amounts are exact Decimals in currency units until the price is read in cents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from .marking import complete, mark
from .pricing import LineKind, Price, PriceLine

_HUNDRED = Decimal(100)
_ZERO = Decimal()


class Slot(StrEnum):
    """Rows of one slot stand for each other: the first that fits counts. ``CHANGE`` is the exception,
    whose rows all count.
    """

    MATERIAL = "material"
    TIME = "time"
    PIECE = "piece"
    SETUP = "setup"
    CHANGE = "change"
    MINIMUM = "minimum"
    TAX = "tax"


class Charge(StrEnum):
    """What a row charges. The value is what catalogs store."""

    GRAM = "per_gram"
    ML = "per_ml"
    HOUR = "per_hour"
    PIECE = "per_piece"
    SETUP = "setup"
    PERCENT = "percent"
    AMOUNT = "amount"
    MINIMUM = "minimum"
    TAX = "tax"

    @property
    def record(self) -> ChargeRecord:
        """Everything that is said of it."""
        return CHARGES[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRecord:
    """What is said of a charge (English; pages translate it), which slot its rows fill, the kind of
    line that it gives, and whether its number may be below zero.
    """

    label: str
    unit: str
    """Of what the number is: "/g", "%", "" for a plain amount."""
    slot: Slot
    line: LineKind
    signed: bool = False


CHARGES: Mapping[Charge, ChargeRecord] = complete(
    Charge,
    {
        Charge.GRAM: ChargeRecord(
            label=mark("Price per gram"), unit="/g", slot=Slot.MATERIAL, line=LineKind.WEIGHT
        ),
        Charge.ML: ChargeRecord(
            label=mark("Price per mL"), unit="/mL", slot=Slot.MATERIAL, line=LineKind.VOLUME
        ),
        Charge.HOUR: ChargeRecord(
            label=mark("Price per hour"), unit="/h", slot=Slot.TIME, line=LineKind.TIME
        ),
        Charge.PIECE: ChargeRecord(
            label=mark("Price per copy"), unit="", slot=Slot.PIECE, line=LineKind.PIECE
        ),
        Charge.SETUP: ChargeRecord(
            label=mark("Setup fee per job"), unit="", slot=Slot.SETUP, line=LineKind.SETUP
        ),
        Charge.PERCENT: ChargeRecord(
            label=mark("Surcharge (+) or discount (−) in percent"),
            unit="%",
            slot=Slot.CHANGE,
            line=LineKind.PERCENT,
            signed=True,
        ),
        Charge.AMOUNT: ChargeRecord(
            label=mark("Surcharge (+) or discount (−) per job"),
            unit="",
            slot=Slot.CHANGE,
            line=LineKind.AMOUNT,
            signed=True,
        ),
        Charge.MINIMUM: ChargeRecord(
            label=mark("Minimum charge"), unit="", slot=Slot.MINIMUM, line=LineKind.MINIMUM
        ),
        Charge.TAX: ChargeRecord(
            label=mark("Tax in percent"), unit="%", slot=Slot.TAX, line=LineKind.TAX
        ),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """One row: a ``charge``, its ``amount`` (currency units, or percent), and what it is for.

    Each list of names that is not empty must hold the job's; ``courses`` are compared without regard
    to case, spaces and dashes. ``label`` is what quotes call the line ("" = the charge's own name).
    """

    charge: Charge
    amount: Decimal
    label: str = ""
    methods: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    printers: tuple[str, ...] = ()
    colors: tuple[str, ...] = ()
    courses: tuple[str, ...] = ()

    def fits(self, what: Priced) -> bool:
        """Whether the row is for this."""
        return (
            _among(what.method, self.methods)
            and _among(what.material, self.materials)
            and _among(what.printer, self.printers)
            and _among(what.color, self.colors)
            and (not self.courses or course_key(what.course) in map(course_key, self.courses))
        )


def _among(name: str, names: Sequence[str]) -> bool:
    return not names or name in names


def course_key(typed: str) -> str:
    """What counts of a class number or course code: "arch-4000" is "ARCH 4000"."""
    return re.sub(r"[\W_]+", "", typed).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the other jobs of the same request come to, where the minimum is per request.

    Both in currency units and before tax: ``counted`` without what the minimum added or covered,
    ``charged`` with it, as they were quoted.
    """

    counted: Decimal = _ZERO
    charged: Decimal = _ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """What is to be priced: all its ``copies`` together take so many ``grams`` and ``hours``.

    ``ml`` is the volume that the material takes, in mL (cm³).
    """

    method: str = ""
    material: str = ""
    printer: str = ""
    color: str = ""
    course: str = ""
    grams: Decimal = _ZERO
    ml: Decimal = _ZERO
    hours: Decimal = _ZERO
    copies: int = 1
    beside: Beside | None = None
    """None where the minimum is per job."""


def price_by(rows: Iterable[PriceRow], what: Priced, *, step_cents: int = 1) -> Price:
    """The price by the rows that fit, and the lines that add up to it; never below zero.

    ``step_cents`` is what prices are rounded to, half up: 1, 5, 25 …
    """
    found: dict[Slot, PriceRow] = {}
    changes: list[PriceRow] = []
    for row in rows:
        slot = row.charge.record.slot
        if (slot is Slot.CHANGE or slot not in found) and row.fits(what):
            if slot is Slot.CHANGE:
                changes.append(row)
            else:
                found[slot] = row
    lines = [
        line
        for slot in (Slot.MATERIAL, Slot.TIME, Slot.PIECE, Slot.SETUP)
        if slot in found and (line := _counted(found[slot], what)) is not None
    ]
    for row in changes:
        lines += _changed(row, _sum(lines))
    lines += _to_minimum(found.get(Slot.MINIMUM), lines, what.beside)
    if Slot.TAX in found and (base := _sum(lines)):
        lines.append(_percent(found[Slot.TAX], base))
    lines += _to_step(lines, step_cents)
    return Price(tuple(lines))


def _counted(row: PriceRow, what: Priced) -> PriceLine | None:
    quantity = {
        Charge.GRAM: what.grams,
        Charge.ML: what.ml,
        Charge.HOUR: what.hours,
        Charge.PIECE: Decimal(what.copies),
    }.get(row.charge, Decimal(1))
    if not row.amount and row.charge.record.slot is not Slot.MATERIAL:
        return None
    return PriceLine(row.charge.record.line, quantity, row.amount, row.label)


def _changed(row: PriceRow, base: Decimal) -> list[PriceLine]:
    line = (
        _percent(row, base)
        if row.charge is Charge.PERCENT
        else PriceLine(LineKind.AMOUNT, Decimal(1), row.amount, row.label)
    )
    if base + line.amount < 0:  # nobody is paid for a print
        line = PriceLine(LineKind.AMOUNT, Decimal(1), -base, row.label)
    return [line] if line.amount else []


def _percent(row: PriceRow, base: Decimal) -> PriceLine:
    return PriceLine(row.charge.record.line, row.amount / _HUNDRED, base, row.label)


def _to_minimum(
    row: PriceRow | None, lines: Sequence[PriceLine], beside: Beside | None
) -> list[PriceLine]:
    """What is added to reach the minimum, or, where the request has paid it already, taken off."""
    if row is None:
        return []
    own = _sum(lines)
    if beside is None or not beside.charged:
        missing = row.amount - own
        short = _cents(own) < _cents(row.amount)
        return [PriceLine(LineKind.MINIMUM, Decimal(1), missing, row.label)] if short else []
    due = max(row.amount, beside.counted + own) - beside.charged
    difference = max(due, _ZERO) - own
    kind = LineKind.MINIMUM if difference > 0 else LineKind.COVERED
    return [PriceLine(kind, Decimal(1), difference)] if difference else []


def _to_step(lines: Sequence[PriceLine], step_cents: int) -> list[PriceLine]:
    exact = _sum(lines)
    stepped = (exact * _HUNDRED / step_cents).quantize(Decimal(1), ROUND_HALF_UP) * step_cents
    if step_cents == 1 or stepped == _cents(exact):
        return []
    return [PriceLine(LineKind.ROUNDING, Decimal(1), stepped / _HUNDRED - exact)]


def _sum(lines: Iterable[PriceLine]) -> Decimal:
    return sum((line.amount for line in lines), _ZERO)


def _cents(amount: Decimal) -> int:
    return int((amount * _HUNDRED).quantize(Decimal(1), ROUND_HALF_UP))
