"""Takes a plain catalog apart, section by section, and gathers every problem on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from ..errors import Refusal
from ..said import Said, say
from . import numbers
from .catalog_places import place_words
from .price_rows import Charge

MAX_NAME = 60
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIRST_YEAR, _LAST_YEAR = 2000, 2199
_TABLE = say("This needs a table of keys and values.")
_UNKNOWN = say("This key isn't known. Known keys: {names}.")


def catalog_problem(place: str, message: Said, document: Mapping[str, Any]) -> Refusal:
    """The refusal of a place in a plain form; its words name the place as people do."""
    words = say("{place}: {problem}", place=place_words(place, document), problem=message)
    return Refusal("catalog", words, place)


class CatalogReader:
    """Takes a plain document apart and gathers every problem on the way."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self.problems: list[Refusal] = []

    def problem(self, place: str, message: Said) -> None:
        self.problems.append(catalog_problem(place, message, self._document))

    def known(self, data: Mapping[str, Any], place: str, allowed: Iterable[str]) -> None:
        names = tuple(allowed)
        for key in data:
            if key not in names:
                self.problem(f"{place}.{key}".lstrip("."), _UNKNOWN.having(names=", ".join(names)))

    def text(
        self, data: Mapping[str, Any], key: str, place: str, *, limit: int, empty: bool = False
    ) -> str:
        value = data.get(key, "" if empty else None)
        where = f"{place}.{key}".lstrip(".")
        if not isinstance(value, str) or (not value.strip() and not empty):
            self.problem(where, say("Enter a text."))
            return ""
        if len(value) > limit:
            self.problem(where, say("Use at most {most} characters.", most=limit))
        return value.strip()

    def texts(self, data: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
        value = data.get(key)
        where = f"{place}.{key}".lstrip(".")
        if not isinstance(value, list | tuple) or not value:
            self.problem(where, say("Enter at least one."))
            return ()
        if not all(isinstance(v, str) and v.strip() and len(v) <= MAX_NAME for v in value):
            self.problem(where, say("Use 1 to {most} characters for each.", most=MAX_NAME))
            return ()
        names = tuple(v.strip() for v in value)
        self.unique(names, where)
        return names

    def unique(self, names: Sequence[str], where: str) -> None:
        seen: set[str] = set()
        for name in names:
            if name.casefold() in seen:
                self.problem(where, say("“{name}” is there twice.", name=name))
            seen.add(name.casefold())

    def money(self, data: Mapping[str, Any], key: str, place: str, default: str = "") -> Decimal:
        where = f"{place}.{key}".lstrip(".")
        text = str(data.get(key, default)).strip()
        value = numbers.typed(text)
        if value is None and "," in text:
            self.problem(where, say("Write the amount with a point, not a comma, like 0.10."))
            return Decimal(0)
        if value is None or value > 10_000 or value != round(value, 6):
            self.problem(
                where,
                say(
                    "Enter an amount from 0 to {most} with up to 6 decimal places, like 0.10.",
                    most=10_000,
                ),
            )
            return Decimal(0)
        return value

    def up_to(self, data: Mapping[str, Any], key: str, place: str, most: int) -> Decimal:
        """A measure that may be left out: 0 then."""
        value = numbers.typed(str(data.get(key) or 0).strip())
        if value is None or not 0 <= value <= most:
            self.problem(
                f"{place}.{key}".lstrip("."), say("Enter a number from 0 to {most}.", most=most)
            )
            return Decimal(0)
        return value

    def signed(self, data: Mapping[str, Any], key: str, place: str, charge: Charge) -> Decimal:
        """An amount that may be below zero where the charge allows that; at most 100 % off."""
        text = str(data.get(key, "")).strip()
        below = charge.record.signed and text[:1] in ("-", "−")
        value = self.money({key: text[1:] if below else text.removeprefix("+")}, key, place)
        if charge.record.unit == "%" and value > (100 if below else 1000):
            self.problem(
                f"{place}.{key}", say("Enter a percentage from −100 to 1000, like −10 or 8.25.")
            )
        return -value if below else value

    def day(self, data: Mapping[str, Any], key: str, place: str) -> date | None:
        """A day, as TOML holds it or like "2026-11-26"; None after a problem."""
        value = data.get(key)
        if isinstance(value, str) and _DAY.fullmatch(value.strip()):
            with suppress(ValueError):
                value = date.fromisoformat(value.strip())
        if type(value) is date and _FIRST_YEAR <= value.year <= _LAST_YEAR:
            return value
        self.problem(f"{place}.{key}".lstrip("."), say("Enter a day, like 2026-11-26."))
        return None

    def tables(
        self, data: Mapping[str, Any], key: str, place: str, *, empty: bool = False
    ) -> Iterator[tuple[str, Any]]:
        rows = data.get(key, () if empty else None)
        where = f"{place}.{key}".lstrip(".")
        if empty and isinstance(rows, list | tuple) and not rows:
            return
        if not isinstance(rows, list | tuple) or not rows:
            self.problem(where, say("Add at least one."))
            return
        for number, row in enumerate(rows):
            spot = f"{where}[{number}]"
            if isinstance(row, Mapping):
                yield spot, row
            else:
                self.problem(spot, _TABLE)

    def table(self, data: Mapping[str, Any], key: str, place: str = "") -> Mapping[str, Any]:
        value = data.get(key, {})
        if isinstance(value, Mapping):
            return value
        self.problem(f"{place}.{key}".lstrip("."), _TABLE)
        return {}


def names_of(of: type) -> tuple[str, ...]:
    """The keys of a row of the plain form: the fields of its class."""
    return tuple(field.name for field in fields(of))
