"""About what a model will cost, from its volume alone, before anyone has sliced it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from . import numbers
from .catalog import Catalog
from .pricing import MAX_GRAMS, Price, parse_quantity, price

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

    @property
    def minimum(self) -> bool:
        """Whether the minimum charge is all that it comes to."""
        return self.from_minimum and self.low_cents == self.high_cents

    @property
    def shown_cents(self) -> tuple[int, int]:
        """Both ends, rounded outward to whole units: nobody knows more exactly yet. The minimum
        charge is exact.
        """
        low = self.low_cents if self.from_minimum else self.low_cents // 100 * 100
        return low, low if self.minimum else -(-self.high_cents // 100) * 100


def price_range(
    catalog: Catalog, *, method: str, printer: str, volume_mm3: object, quantity: object
) -> PriceRange | None:
    """The range for a closed mesh of a volume in mm³, in so many copies, on the printers of a
    method (or one of them): between its least and its most usual infill.

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
    rates = [one.rate_per_gram for one in printers]
    low = _weight_price(grams * way.fill[0], min(rates), catalog)
    high = _weight_price(grams * way.fill[1], max(rates), catalog)
    return PriceRange(
        low.cents,
        high.cents,
        from_minimum=low.cents <= catalog.minimum_charge_cents,
        hours=any(one.rate_per_hour for one in printers),
    )


def _weight_price(grams: Decimal, rate_per_gram: Decimal, catalog: Catalog) -> Price:
    return price(
        grams,
        Decimal(),
        rate_per_gram=rate_per_gram,
        rate_per_hour=Decimal(),
        minimum_cents=catalog.minimum_charge_cents,
    )
