"""About what a model will cost, from its volume alone, before anyone has sliced it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from . import numbers
from .allowances import Allowance
from .catalog import Catalog, Method, Printer
from .currency import decimals
from .price_rows import Charge, Priced
from .pricing import MAX_GRAMS, Price, parse_quantity
from .quoted_price import priced

_MM3_PER_CM3 = 1000


@dataclass(frozen=True, slots=True)
class PriceRange:
    """What the weight of a model costs at least and at most, in integer cents.

    ``minimum`` says that both are the minimum charge, ``from_minimum`` that the lower one is;
    ``hours`` that print time comes on top.
    """

    low_cents: int
    high_cents: int
    from_minimum: bool
    hours: bool
    allowance: bool = False
    """Whether a free allowance may take something off, if the person has any of it left."""
    unit_cents: int = 100
    """So many cents are a whole unit of the currency."""

    @property
    def minimum(self) -> bool:
        """Whether the minimum charge is all that it comes to."""
        return self.from_minimum and self.low_cents == self.high_cents

    @property
    def shown_cents(self) -> tuple[int, int]:
        """Both ends, rounded outward to whole units: nobody knows more exactly yet. The minimum
        charge is exact.
        """
        unit = self.unit_cents
        low = self.low_cents if self.from_minimum else self.low_cents // unit * unit
        return low, low if self.minimum else -(-self.high_cents // unit) * unit


def price_range(
    catalog: Catalog,
    *,
    method: str,
    printer: str,
    volume_mm3: object,
    quantity: object,
    color_name: str = "",
    course: str = "",
    group: str = "",
    rush: bool = False,
    own_material: bool = False,
    free: tuple[tuple[Allowance, Decimal], ...] = (),
) -> PriceRange | None:
    """The range for a closed mesh of a volume in mm³, in so many copies, on the printers of a
    method (or one of them), in all its materials and colors (or one color): between its least and its
    most usual infill. By the price list of a quote, without print time, for a ``course``, a ``group``,
    a ``rush`` job, and the person's ``own_material``. What is left of ``free`` allowances isn't known
    yet: the range is without them, and says whether they may count.

    None where one of them is none, or the model is heavier than anything that can be quoted.
    """
    way, copies = catalog.method(method), parse_quantity(quantity)
    volume = numbers.typed(str(volume_mm3))
    printers = [one for one in catalog.printers_for(method) if printer in ("", one.name)]
    if way is None or copies is None or volume is None or volume <= 0 or not printers:
        return None
    grams = volume / _MM3_PER_CM3 * way.density * copies
    if grams > MAX_GRAMS:
        return None
    every = [
        Priced(
            method=method,
            material=material,
            printer=one.name,
            color=color,
            course=course,
            group=group,
            rush=rush,
            own_material=own_material,
            grams=grams * share,
            copies=copies,
        )
        for one in printers
        for material in way.materials
        for color in _colors(catalog, way, color_name)
        for share in way.fill
    ]
    ends = [priced(catalog, what) for what in every]
    low, high = min(ends, key=_cents), max(ends, key=_cents)
    return PriceRange(
        low.cents,
        high.cents,
        from_minimum=low.at_minimum or low.cents == catalog.minimum_charge_cents,
        hours=any(
            row.charge is Charge.HOUR and row.amount and _names_one(row.printers, printers)
            for row in catalog.price_list
        ),
        allowance=bool(free)
        and any(priced(catalog, replace(what, free=free)).free for what in every),
        unit_cents=10 ** decimals(catalog.currency),
    )


def _cents(price: Price) -> int:
    return price.cents


def _colors(catalog: Catalog, method: Method, chosen: str) -> Iterable[str]:
    """The chosen color, else those whose price may differ, and one that stands for all others."""
    if chosen:
        return (chosen,)
    named = {name for row in catalog.prices for name in row.colors}
    others = [name for name in method.color_names if name not in named]
    return (*(name for name in method.color_names if name in named), *others[:1])


def _names_one(names: Sequence[str], printers: Iterable[Printer]) -> bool:
    return not names or any(one.name in names for one in printers)
