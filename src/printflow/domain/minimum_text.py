"""The minimum charge in the lab's own words: from the catalog, never an amount of its own. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

MINIMUM = "{minimum}"
"""What stands in a text for the minimum charge of the catalog."""

FILLED = ("introduction", "rules", "minimum_charge", "consent")
"""The lab's texts in which it is filled in."""

_SIGN = r"[$€£¥₹]|[A-Z]{3}"
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?:(?:{_SIGN})\s?)?(?P<units>\d{{1,9}})(?:[.,](?P<rest>\d{{1,3}}))?"
    rf"(?:\s?(?:{_SIGN})(?!\w))?(?![\w%]|[.,]\d)"
)


def filled(text: str, amount: str) -> str:
    """The text as people read it; ``amount`` is the minimum charge in words, such as "$3.00"."""
    return text.replace(MINIMUM, amount)


def kept_up_to_date(text: str, minimum: Decimal) -> str:
    """The text with every amount that is the minimum charge taken from the catalog instead."""
    return _AMOUNT.sub(lambda found: MINIMUM if _value(found) == minimum else found[0], text)


def other_amount(text: str, minimum: Decimal) -> str:
    """The first amount of the text that isn't the minimum charge; "" where there is none."""
    return next((found[0] for found in _amounts(text) if _value(found) != minimum), "")


def minimum_offered(document: Mapping[str, Any]) -> str:
    """What the text of the minimum's checkbox would be with the amount of the catalog, whose plain
    form this is; "" where it is that already, or says no such amount.
    """
    text = str(document.get("texts", {}).get("minimum_charge", ""))
    try:
        found = kept_up_to_date(text, Decimal(str(document.get("minimum_charge", ""))))
    except InvalidOperation:
        return ""
    return found if found != text else ""


def _amounts(text: str) -> Iterator[re.Match[str]]:
    """A number is an amount of money where a sign stands beside it, or it has decimals."""
    for found in _AMOUNT.finditer(text):
        if found["rest"] or not found[0].isdigit():
            yield found


def _value(found: re.Match[str]) -> Decimal:
    if not (found["rest"] or not found[0].isdigit()):
        return Decimal(-1)
    return Decimal(f"{found['units']}.{found['rest'] or '0'}")
