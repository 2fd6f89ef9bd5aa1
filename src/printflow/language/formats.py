"""Money, weights and rates as people read them, in the language that is spoken.

English is that of the United States. Other languages follow the Unicode CLDR, with the spaces that
keep a number and its unit together. The currency is the lab's, shown by its short sign.
"""

from __future__ import annotations

import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from ..domain.currency import decimals, in_cents
from ..domain.pricing import PriceLine, plain_decimal, shown_hours
from ..said import Money, Said, plain, say
from .speaking import ENGLISH, language, locale_of

if TYPE_CHECKING:
    from babel import Locale

_HUNDREDTH = Decimal("0.01")
_SIGN = "\ue000"
_BYTES = (("B", 1), ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000))
_NO_BREAK = "\xa0"


def in_english() -> bool:
    """Whether the formats of the United States are wanted."""
    return language() == ENGLISH


def spoken_locale() -> Locale:
    """What Babel knows of the language that is spoken."""
    return _locale(language())


@lru_cache(maxsize=32)
def _locale(tag: str) -> Locale:
    from babel import Locale

    return Locale.parse(locale_of(tag))


# -- numbers ---------------------------------------------------------------------------------------


def number_text(number: Decimal | int, *, grouped: bool = True) -> str:
    """A number with all its digits: "1,234.5"."""
    if in_english():
        return f"{number:,}" if grouped else f"{number}"
    from babel.numbers import format_decimal

    whole = "#,##0" if grouped else "0"
    return format_decimal(number, f"{whole}{_behind(number)}", locale=spoken_locale())


def _behind(number: Decimal | int) -> str:
    """The pattern of as many decimals as a number has."""
    exponent = Decimal(number).as_tuple().exponent
    digits = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return f".{'0' * digits}" if digits else ""


def plain_number(value: object) -> str:
    """A parameter of a text: numbers as they're written in the language, all others as they are."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return number_text(value)
    return plain(value)


def percent_text(percent: Decimal | int) -> str:
    """A share of a hundred, with all its digits: "8.25%"."""
    if in_english():
        return f"{percent:,}%"
    from babel.numbers import format_percent

    locale = spoken_locale()
    pattern = locale.percent_formats[None].pattern.replace("0", f"0{_behind(percent)}")
    return format_percent(Decimal(percent).scaleb(-2), pattern, locale=locale)


def bytes_text(count: int) -> str:
    """Bytes as people say them: "12.4 MB"."""
    unit, size = next((one for one in _BYTES if count < one[1] * 1000), _BYTES[-1])
    number = Decimal(count) if size == 1 else round(Decimal(count) / size, 1)
    if language().partition("-")[0] == "fr":
        unit = unit.replace("B", "o")  # octets
    return with_unit(number, unit, grouped=False)


def with_unit(number: Decimal | int, unit: str, *, grouped: bool = True) -> str:
    """A number and its unit, which is the same in all languages: "3.5 h"."""
    gap = " " if in_english() else _NO_BREAK
    return f"{number_text(number, grouped=grouped)}{gap}{unit}"


# -- money -----------------------------------------------------------------------------------------


def money(cents: int, currency: str) -> str:
    """Integer cents as an amount: "$4.25"."""
    if in_english():
        return str(Money(cents, currency))
    return _money(language(), cents, currency)


@lru_cache(maxsize=4096)
def _money(_tag: str, cents: int, currency: str) -> str:
    digits = decimals(currency)
    return _amount(Decimal(cents).scaleb(-digits), currency, "0" * digits)


def short_money(cents: int, currency: str) -> str:
    """The same, with no decimals where it is whole: "$3", "$3.50"."""
    units, rest = divmod(cents, 10 ** decimals(currency))
    return money(cents, currency) if rest else _amount(Decimal(units), currency, "")


def rate_text(rate: Decimal, currency: str) -> str:
    """A rate, with as many digits as it needs: "$0.10", "$0.0325"."""
    return _rate(language(), rate, currency)


@lru_cache(maxsize=512)
def _rate(_tag: str, rate: Decimal, currency: str) -> str:
    return _amount(rate, currency, "0" * decimals(currency) + "##")


def _amount(amount: Decimal, currency: str, digits: str) -> str:
    """An amount with the decimals of a pattern: "00##" for two to four."""
    from babel.numbers import format_currency, format_decimal

    behind = f".{digits}" if digits else ""
    if in_english():
        pattern = f"¤#,##0{behind}"
        return format_currency(amount, currency, pattern, locale="en_US", currency_digits=False)
    locale = spoken_locale()
    pattern = locale.currency_formats["standard"].pattern
    pattern = pattern.replace(".00", behind).replace("¤", _SIGN)
    text = format_decimal(amount, pattern, locale=locale)
    sign = currency_sign(currency)
    if sign[-1].isalpha():
        at = text.find(_SIGN) + 1
        if text[at : at + 1].isdigit():
            sign += _NO_BREAK
    return text.replace(_SIGN, sign)


def currency_sign(currency: str) -> str:
    """The short sign of a currency: a lab has only one, so "$" is enough, also for the dollar of
    another country than the language's; "R$" and "CHF" are short enough.
    """
    return _currency_sign(language(), currency)


@lru_cache(maxsize=64)
def _currency_sign(tag: str, currency: str) -> str:
    from babel.numbers import get_currency_symbol

    symbol = get_currency_symbol(currency, locale=_locale(tag))
    if symbol == currency:
        symbol = get_currency_symbol(currency, locale=_locale(ENGLISH))
    if symbol == "R$":
        return symbol
    return next((one for one in symbol if unicodedata.category(one) == "Sc"), symbol)


# -- a job's figures -------------------------------------------------------------------------------


def hours_text(hours: Decimal) -> str:
    """Print time rounded up to the half hour: "3.5 h"."""
    return with_unit(plain_decimal(shown_hours(hours)), "h", grouped=False)


def duration_text(hours: Decimal) -> str:
    """Print time to the minute: "1 h 50 min", "45 min", "2 h"."""
    least = 1 if hours > 0 else 0
    whole, minutes = divmod(max(least, int((hours * 60).quantize(Decimal(1), ROUND_HALF_UP))), 60)
    parts = [with_unit(whole, "h")] if whole else []
    if minutes or not whole:
        parts.append(with_unit(minutes, "min"))
    return " ".join(parts)


def grams_text(grams: Decimal) -> str:
    """A weight without needless zeros: "42.5 g"."""
    return with_unit(plain_decimal(grams), "g", grouped=False)


def price_line_text(line: PriceLine, currency: str) -> str:
    """What a line of a price comes to: "42.5 g × $0.10 = $4.25", or just its amount."""
    amount = money(line.cents_of(currency), currency)
    counted = counted_text(line, currency)
    return Said("{part_0} = {part_1}", {"part_0": counted, "part_1": amount}) if counted else amount


def counted_text(line: PriceLine, currency: str) -> str:
    """What a line of a price is counted from: "42.5 g × $0.10", "8.25% of $4.00"; "" where it is
    just an amount.
    """
    unit = line.kind.record.unit
    if not unit:
        return ""
    if unit == "%":
        base = int(in_cents(line.rate, currency).quantize(Decimal(1), ROUND_HALF_UP))
        share = percent_text(plain_decimal(line.quantity * 100))
        return say("{share} of {base}", share=share, base=Money(base, currency))
    quantity = plain_decimal(line.quantity.quantize(_HUNDREDTH))
    counted = with_unit(quantity, unit, grouped=False)
    return f"{counted} × {rate_text(line.rate, currency)}".replace("× ×", "×")
