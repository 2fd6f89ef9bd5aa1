"""How a price comes about, in words: "42.5 g × $0.10 + 3.25 h × $0.50 = $5.88"."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_currency
from flask_babel import gettext as _

from printflow import LineKind, Price, PriceLine, PriceRange, money

_RATE = "¤#,##0.00##"
"""A rate may be finer than a cent."""


def rate_words(rate: Decimal, currency: str) -> str:
    """A rate with as many digits as it needs."""
    return str(format_currency(rate, currency, _RATE, locale="en_US", currency_digits=False))


def price_words(price: Price, currency: str) -> str:
    """The lines of a price as one sum."""
    parts = [_line(line, currency) for line in price.lines if line.kind is not LineKind.MINIMUM]
    total = Price(tuple(line for line in price.lines if line.kind is not LineKind.MINIMUM)).cents
    summed = f"{' + '.join(parts)} = {money(total, currency)}"
    if total == price.cents:
        return summed
    return str(_("%(sum)s, so the minimum charge applies.", sum=summed))


def _line(line: PriceLine, currency: str) -> str:
    unit = "g" if line.kind is LineKind.WEIGHT else "h"
    quantity = f"{line.quantity.quantize(Decimal('0.01')).normalize():f}"
    return f"{quantity} {unit} × {rate_words(line.rate, currency)}"


def range_words(found: PriceRange, currency: str) -> str:
    """About what a model costs: "usually $3–$8, plus the price of the print time"."""
    low, high = money(found.low_cents, currency), _whole(found.high_cents, currency)
    if not found.from_minimum:
        low = _whole(found.low_cents, currency, up=False)
    if found.minimum:
        words = _("usually %(low)s, the minimum charge", low=low)
    elif low == high:
        words = _("usually about %(low)s", low=low)
    else:
        words = _("usually %(low)s–%(high)s", low=low, high=high)
    return (
        str(_("%(price)s, plus the price of the print time", price=words))
        if found.hours
        else str(words)
    )


def _whole(cents: int, currency: str, *, up: bool = True) -> str:
    """Rounded to whole units: nobody knows more exactly yet."""
    units = -(-cents // 100) if up else cents // 100
    return str(format_currency(units, currency, "¤#,##0", locale="en_US", currency_digits=False))
