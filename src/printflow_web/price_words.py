"""How a price comes about, in words: "42.5 g × $0.10 + 3.25 h × $0.50 = $5.88"."""

from __future__ import annotations

from flask_babel import gettext as _

from printflow import (
    LineKind,
    Price,
    PriceLine,
    PriceRange,
    counted_text,
    money,
    price_line_text,
    short_money,
)

from .spoken import spoken

_PLAIN = (LineKind.WEIGHT, LineKind.VOLUME, LineKind.TIME)


def line_label(line: PriceLine) -> str:
    """What a line is called: in the lab's words where it has some."""
    return line.label or str(_(line.kind.record.label))


def price_words(price: Price, currency: str) -> str:
    """The lines of a price as one sum, or one after the other where more than weight and time count."""
    lines = [line for line in price.lines if line.kind is not LineKind.MINIMUM]
    if any(line.kind not in _PLAIN for line in lines):
        parts = [
            f"{line_label(line)}: {spoken(price_line_text(line, currency))}" for line in price.lines
        ]
        return "; ".join(parts)
    counted = Price(tuple(lines))
    summed = " + ".join(spoken(counted_text(line, currency)) for line in lines)
    words = f"{summed} = {money(counted.cents, currency)}"
    if price.at_minimum:
        return str(_("%(sum)s, so the minimum charge applies.", sum=words))
    return words


def range_words(found: PriceRange, currency: str) -> str:
    """About what a model costs: "usually $3–$8, plus print time, before your free allowance"."""
    low, high = (short_money(cents, currency) for cents in found.shown_cents)
    if found.minimum:
        words = _("usually %(low)s, the minimum charge", low=low)
    elif low == high:
        words = _("usually about %(low)s", low=low)
    else:
        words = _("usually %(low)s–%(high)s", low=low, high=high)
    if found.hours:
        words = _("%(price)s, plus print time", price=words)
    if found.allowance:
        words = _("%(price)s, before your free allowance", price=words)
    return str(words)
