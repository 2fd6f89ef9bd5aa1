"""How an amount of a currency divides: the integer "cents" of the program are its smallest unit.

A dollar has 100 cents, a yen has none (an amount of 300 "cents" is ¥300), and a Kuwaiti dinar has
1,000 fils. Pure; the digits are those of ISO 4217.
"""

from __future__ import annotations

from decimal import Decimal

from ..said import decimals

__all__ = ["decimals", "in_cents", "of_cents"]


def in_cents(amount: Decimal, currency: str) -> Decimal:
    """An amount of the currency in its smallest unit, exactly; perhaps not a whole number."""
    return amount.scaleb(decimals(currency))


def of_cents(cents: int, currency: str) -> Decimal:
    """So many of the smallest unit as an amount of the currency."""
    return Decimal(cents).scaleb(-decimals(currency))
