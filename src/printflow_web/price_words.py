"""How a price comes about, in words: "42.5 g × $0.10 + 3.25 h × $0.50 = $5.88"."""

from __future__ import annotations

from babel.numbers import format_currency
from flask_babel import gettext as _

from printflow import LineKind, Price, PriceRange, counted_text, money


def price_words(price: Price, currency: str) -> str:
    """The lines of a price as one sum."""
    counted = Price(tuple(line for line in price.lines if line.kind is not LineKind.MINIMUM))
    parts = [
        counted_text(line, currency) or f"{_(line.kind.record.label)} {money(line.cents, currency)}"
        for line in counted.lines
    ]
    summed = f"{' + '.join(parts)} = {money(counted.cents, currency)}"
    if counted.cents == price.cents:
        return summed
    return str(_("%(sum)s, so the minimum charge applies.", sum=summed))


def range_words(found: PriceRange, currency: str) -> str:
    """About what a model costs: "usually $3–$8, plus print time"."""
    low, high = money(found.low_cents, currency), _whole(found.high_cents, currency)
    if not found.from_minimum:
        low = _whole(found.low_cents, currency, up=False)
    if found.minimum:
        words = _("usually %(low)s, the minimum charge", low=low)
    elif low == high:
        words = _("usually about %(low)s", low=low)
    else:
        words = _("usually %(low)s–%(high)s", low=low, high=high)
    return str(_("%(price)s, plus print time", price=words)) if found.hours else str(words)


def _whole(cents: int, currency: str, *, up: bool = True) -> str:
    """Rounded to whole units: nobody knows more exactly yet."""
    units = -(-cents // 100) if up else cents // 100
    return str(format_currency(units, currency, "¤#,##0", locale="en_US", currency_digits=False))
