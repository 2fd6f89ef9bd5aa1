"""Weights, times and prices of an older list, read by the mapping's one rule for numbers.

What is doubtful raises :class:`Doubtful`; nothing is left out of a text to make it a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from ..domain.currency import in_cents, of_cents
from ..domain.numbers import Notation
from ..domain.pricing import MAX_CENTS, MAX_GRAMS, MAX_HOURS, parse_grams, parse_hours
from ..said import Money, Said, say

_GRAMS = re.compile(r"(.*?)\s*(?:g|grams?)?", re.IGNORECASE | re.DOTALL)
_HOURS = re.compile(r"(.*?)\s*(?:h|hrs?|hours?)?", re.IGNORECASE | re.DOTALL)
_SIGNS = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN"),
    "€": ("EUR",),
    "£": ("GBP",),
}
_THOUSANDTH = Decimal("0.001")
_NOISE = Decimal("0.000001")
"""Programs that count in binary fractions miss a number by less."""


_NO_WEIGHT = say("“{typed}” isn't a weight of at most {most} g.").having(most=MAX_GRAMS)
_NO_TIME = say("“{typed}” isn't a time of at most {most} hours.").having(most=MAX_HOURS)


class Doubtful(ValueError):
    """A text that could mean several things, or nothing; the message says which and what helps."""


def grams(text: str, notation: Notation) -> Decimal | None:
    """Grams to the milligram; None for zero, which older lists hold for "not weighed"."""
    number = _number(text, _GRAMS, notation)
    return _within(text, number, parse_grams, _NO_WEIGHT)


def hours(text: str, notation: Notation) -> Decimal | None:
    """Hours to the thousandth, also of "2h 30m" and "2:30"; None for zero."""
    if "." not in text and "," not in text:
        whole = parse_hours(text)
        if whole is not None:
            return whole
    number = _number(text, _HOURS, notation)
    return _within(text, number, parse_hours, _NO_TIME)


def cents(text: str, notation: Notation, currency: str) -> tuple[int, bool]:
    """An amount of the lab's currency in integer cents, and whether a fraction was rounded (half up)."""
    plain = text
    for sign, currencies in (*_SIGNS.items(), (currency, (currency,))):
        if plain.startswith(sign) or plain.endswith(sign):
            if currency not in currencies:
                raise Doubtful(
                    say(
                        "“{typed}” isn't in {currency}, the lab's currency.",
                        typed=text[:40],
                        currency=currency,
                    )
                )
            plain = plain.removeprefix(sign) if plain.startswith(sign) else plain.removesuffix(sign)
            break
    number = _known(plain.strip(), text, notation)
    rounded = in_cents(number, currency).quantize(Decimal(1), ROUND_HALF_UP)
    if rounded > MAX_CENTS:
        most = Money(MAX_CENTS, currency)
        raise Doubtful(
            say("“{typed}” isn't a price of at most {most}.", typed=text[:40], most=most)
        )
    return int(rounded), abs(of_cents(int(rounded), currency) - number) > _NOISE


def _number(text: str, unit: re.Pattern[str], notation: Notation) -> Decimal:
    found = unit.fullmatch(text)
    return _known(found[1] if found else text, text, notation)


def _known(plain: str, text: str, notation: Notation) -> Decimal:
    number = notation.number(plain)
    if number is None:
        raise Doubtful(
            say(
                "“{typed}” isn't a number with the decimal sign “{sign}”, such as {example}. See "
                "decimal in the mapping.",
                typed=text[:40],
                sign=notation.decimal,
                example=f"1{notation.decimal}5",
            )
        )
    return number


def _within(
    text: str, number: Decimal, parse: Callable[[object], Decimal | None], what: Said
) -> Decimal | None:
    rounded = number.quantize(_THOUSANDTH, ROUND_HALF_UP)
    if not rounded:
        return None
    found = parse(format(rounded, "f"))
    if found is None:
        raise Doubtful(what.having(typed=text[:40]))
    return found
