"""Numbers as people write them. Nothing is ever left out of what was written to make it a number.

What is typed into a form, a command or the catalog has a point, or a comma that can be nothing else
(:func:`typed`). A list from elsewhere says by its :class:`Notation` how it writes them. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

DECIMAL_SIGNS: Final = (".", ",")

_LONGEST = 40
"""Characters of a number; more are refused before any pattern is tried."""
_PLAIN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?|\.[0-9]{1,9}")
_COMMA = re.compile(r"([0-9]{1,9}),([0-9]{1,9})")
_GROUP = 3
_PARTING = "'\u2019 \u00a0\u202f"
"""Apostrophes and spaces part thousands in either notation."""


def typed(text: str) -> Decimal | None:
    """The number that was typed: digits with at most one point, or a decimal comma; None if it is no
    such number.
    """
    text = pointed(text)
    return Decimal(text) if len(text) <= _LONGEST and _PLAIN.fullmatch(text) else None


def pointed(text: str) -> str:
    """The text with a point for a decimal comma: "3.50" for "3,50". Where the comma could also part
    thousands, as in "1,234", it stays: nobody is charged for a guess.
    """
    parts = _COMMA.fullmatch(text) if len(text) <= _LONGEST else None
    if parts is None:
        return text
    whole, behind = parts[1], parts[2]
    if len(behind) == _GROUP and len(whole) <= _GROUP and not whole.startswith("0"):
        return text
    return f"{whole}.{behind}"


@dataclass(frozen=True, slots=True)
class Notation:
    """How a list writes numbers: ``decimal`` is "." or ",". The other of the two, an apostrophe or a
    space may part thousands, in full groups of three and always the same."""

    decimal: str

    def number(self, text: str) -> Decimal | None:
        """The number that is written, zero or more; None where the text is anything else."""
        if len(text) > _LONGEST:
            return None
        point, other = re.escape(self.decimal), re.escape(DECIMAL_SIGNS[self.decimal == "."])
        whole = rf"[0-9]{{1,12}}|[0-9]{{1,3}}(?P<sign>[{other}{_PARTING}])[0-9]{{3}}(?:(?P=sign)[0-9]{{3}}){{0,3}}"
        found = re.fullmatch(rf"(?P<whole>{whole})?(?:{point}(?P<part>[0-9]{{1,30}}))?", text)
        if found is None or not text:
            return None
        digits = re.sub("[^0-9]", "", found["whole"] or "0")
        return Decimal(f"{digits}.{found['part'] or '0'}")

    def written(self, number: Decimal | float) -> str:
        """A number that a program holds, as such a list writes it, without thousands."""
        return format(Decimal(repr(number)) if isinstance(number, float) else number, "f").replace(
            ".", self.decimal
        )
