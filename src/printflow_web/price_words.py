"""How a price comes about, in words: "42.5 g × $0.10 + 3.25 h × $0.50 = $5.88"."""

from __future__ import annotations

from flask_babel import gettext as _

from printflow import Price, PriceRange, counted_text, money, short_money


def price_words(price: Price, currency: str) -> str:
    """The lines of a price as one sum."""
    counted = price.counted
    parts = [
        counted_text(line, currency) or f"{_(line.kind.record.label)} {money(line.cents, currency)}"
        for line in counted.lines
    ]
    summed = f"{' + '.join(parts)} = {money(counted.cents, currency)}"
    if price.at_minimum:
        return str(_("%(sum)s, so the minimum charge applies.", sum=summed))
    return summed


def range_words(found: PriceRange, currency: str) -> str:
    """About what a model costs: "usually $3–$8, plus print time"."""
    low, high = (short_money(cents, currency) for cents in found.shown_cents)
    if found.minimum:
        words = _("usually %(low)s, the minimum charge", low=low)
    elif low == high:
        words = _("usually about %(low)s", low=low)
    else:
        words = _("usually %(low)s–%(high)s", low=low, high=high)
    return str(_("%(price)s, plus print time", price=words)) if found.hours else str(words)
