"""The lab's price list: rows that say what is charged for what, and the one rule that reads them.

Rows are tried in order. Of the rows for material, time, pieces, setup, the minimum charge and tax the
first that fits counts, so that an exception stands above the rule that it is from; surcharges and
discounts all count, each on what has come together above it. Free grams come off the material before
them, free money after them. Then the minimum charge, tax, and last the rounding. Pure; amounts are exact Decimals in currency units until the price is read in cents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from enum import StrEnum

from .allowances import Allowance, Unit
from .marking import complete, mark
from .pricing import FREE, LineKind, Price, PriceLine

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
    groups: tuple[str, ...] = ()
    rush: bool = False
    """Whether it's only for rush jobs."""

    def fits(self, what: Priced) -> bool:
        """Whether the row is for this."""
        return (
            _among(what.method, self.methods)
            and _among(what.material, self.materials)
            and _among(what.printer, self.printers)
            and _among(what.color, self.colors)
            and _among(what.group, self.groups)
            and (what.rush or not self.rush)
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

    All in currency units and before tax: ``counted`` without what the minimum added or covered,
    ``charged`` with it, as they were quoted; ``free`` is what allowances took off both.
    """

    counted: Decimal = _ZERO
    charged: Decimal = _ZERO
    free: Decimal = _ZERO


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
    group: str = ""
    rush: bool = False
    own_material: bool = False
    """Whether the person brings the material: rows for material don't count."""
    grams: Decimal = _ZERO
    ml: Decimal = _ZERO
    hours: Decimal = _ZERO
    copies: int = 1
    beside: Beside | None = None
    """None where the minimum is per job."""
    free: tuple[tuple[Allowance, Decimal], ...] = ()
    """Free allowances that may fit, each with what is left of it."""


def price_by(
    rows: Iterable[PriceRow],
    what: Priced,
    *,
    step_cents: int = 1,
    digits: int = 2,
    up: bool = False,
) -> Price:
    """The price by the rows that fit, and the lines that add up to it; never below zero.

    ``step_cents`` is what prices are rounded to, half up or always ``up``: 1, 5, 25 …, in the smallest
    unit of a currency that has so many ``digits`` behind its point.
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
    if what.own_material:
        found.pop(Slot.MATERIAL, None)
    lines = [
        line
        for slot in (Slot.MATERIAL, Slot.TIME, Slot.PIECE, Slot.SETUP)
        if slot in found and (line := _counted(found[slot], what)) is not None
    ]
    lines += _free_material(what, lines)
    for row in changes:
        lines += _changed(row, _sum(lines))
    lines += _free_money(what, _sum(lines))
    lines += _to_minimum(found.get(Slot.MINIMUM), lines, what.beside, digits)
    if Slot.TAX in found and (base := _sum(lines)):
        lines.append(_percent(found[Slot.TAX], base))
    lines += _to_step(lines, step_cents, digits, up)
    return Price(tuple(lines), digits)


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


def _fitting(what: Priced, unit: Unit) -> Iterable[tuple[Allowance, Decimal]]:
    return (
        (one, left)
        for one, left in what.free
        if one.unit is unit
        and left > 0
        and _among(what.group, one.groups)
        and _among(what.method, one.methods)
        and _among(what.material, one.materials)
    )


def _free_material(what: Priced, lines: Sequence[PriceLine]) -> list[PriceLine]:
    """What is free of the material: grams of an allowance, or their share of its mL."""
    material = next((line for line in lines if line.kind in _MATERIAL and line.amount), None)
    if material is None or not what.grams:
        return []
    found: list[PriceLine] = []
    rest = what.grams
    for one, left in _fitting(what, Unit.GRAMS):
        if one.only_whole and left < what.grams:
            continue
        grams = min(left, rest)
        if not grams:
            break
        quantity = (
            grams
            if material.kind is LineKind.WEIGHT
            else _to_thousandth(material.quantity * grams / what.grams)
        )
        if grams == rest:  # the last of it: exactly what is left
            quantity = material.quantity - sum((line.quantity for line in found), _ZERO)
        found.append(PriceLine(_MATERIAL[material.kind], quantity, -material.rate, one.name))
        rest -= grams
    return found


_MATERIAL = {LineKind.WEIGHT: LineKind.FREE_WEIGHT, LineKind.VOLUME: LineKind.FREE_VOLUME}


def _free_money(what: Priced, base: Decimal) -> list[PriceLine]:
    found, rest = [], base
    for one, left in _fitting(what, Unit.MONEY):
        if one.only_whole and left < base:
            continue
        amount = min(left, rest)
        if amount <= 0:
            break
        found.append(PriceLine(LineKind.FREE_MONEY, Decimal(1), -amount, one.name))
        rest -= amount
    return found


def _to_thousandth(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.001"), ROUND_HALF_UP)


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
    row: PriceRow | None, lines: Sequence[PriceLine], beside: Beside | None, digits: int
) -> list[PriceLine]:
    """What is added to reach the minimum, or, where the request has paid it already, taken off.

    What an allowance makes free counts toward the minimum; where everything is free, there is none.
    """
    if row is None:
        return []
    own, free = _sum(lines), -_sum(line for line in lines if line.kind in FREE)
    others = beside or Beside()
    if (free or others.free) and own <= 0 and others.counted <= 0:
        return []
    if not others.charged:
        whole = own + free + others.free
        short = _cents(whole, digits) < _cents(row.amount, digits)
        missing = row.amount - whole
        return [PriceLine(LineKind.MINIMUM, Decimal(1), missing, row.label)] if short else []
    whole = others.counted + others.free + own + free
    due = max(row.amount, whole) - others.free - free - others.charged
    difference = max(due, _ZERO) - own
    kind = LineKind.MINIMUM if difference > 0 else LineKind.COVERED
    return [PriceLine(kind, Decimal(1), difference)] if difference else []


def _to_step(lines: Sequence[PriceLine], step_cents: int, digits: int, up: bool) -> list[PriceLine]:
    exact = _sum(lines).scaleb(digits)
    way = ROUND_CEILING if up else ROUND_HALF_UP
    stepped = (exact / step_cents).quantize(Decimal(1), way) * step_cents
    if stepped == exact.quantize(Decimal(1), ROUND_HALF_UP):
        return []
    return [PriceLine(LineKind.ROUNDING, Decimal(1), (stepped - exact).scaleb(-digits))]


def _sum(lines: Iterable[PriceLine]) -> Decimal:
    return sum((line.amount for line in lines), _ZERO)


def _cents(amount: Decimal, digits: int) -> int:
    return int(amount.scaleb(digits).quantize(Decimal(1), ROUND_HALF_UP))
