"""English texts that remember how they were made, so that the edge can say them in any language.

:func:`say` and :func:`say_n` make a text from a template and named parameters. The result is an
ordinary ``str`` for logs, scripts and the command line; a page or an email translates the template
and puts the parameters in (:func:`printflow.language.translation.translated`). Extraction for
translators finds the templates by the keywords ``say`` and ``say_n:1,2``.

What is stored, or handed to another process, keeps template and parameters: :func:`packed` and
:func:`unpacked` for JSON, :func:`packed_text` and :func:`unpacked_text` for a column of text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

_PLACE = re.compile(r"\{(\w+)\}")
_NOTHING: Mapping[str, object] = MappingProxyType({})
_PACKED = '{"said":'
_LONGEST_PACKED = 4000
"""Characters of a packed text, and of what comes of it: a text inside a text multiplies."""


_WITHOUT_DECIMALS = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()  # noqa: SIM905
)
_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())  # noqa: SIM905


def decimals(currency: str) -> int:
    """How many digits an amount of the currency has behind its point: 2 for USD, 0 for JPY."""
    return 0 if currency in _WITHOUT_DECIMALS else 3 if currency in _THREE_DECIMALS else 2


@dataclass(frozen=True, slots=True)
class Money:
    """An amount inside a text: "$4.25"."""

    cents: int
    currency: str

    def __str__(self) -> str:
        return _amount(self.cents, self.currency)


@lru_cache(maxsize=4096)
def _amount(cents: int, currency: str) -> str:
    from babel.numbers import format_currency

    digits = decimals(currency)
    pattern = f"¤#,##0.{'0' * digits}" if digits else "¤#,##0"
    amount = Decimal(cents).scaleb(-digits)
    return format_currency(amount, currency, pattern, locale="en_US", currency_digits=False)


@dataclass(frozen=True, slots=True)
class Day:
    """A day inside a text: "Mar 2, 2026"."""

    day: date

    def __str__(self) -> str:
        from babel.dates import format_date

        return format_date(self.day, "medium", locale="en_US")


class Said(str):
    """An English text with its ``template`` and ``params``, and ``plural`` and ``number``, if any.

    Parameters are shown as they are, other :class:`Said` texts in the reader's language, too. Whole
    numbers are amounts, and are grouped: a port or a version is passed as text.
    """

    template: str
    params: Mapping[str, object]
    plural: str
    number: int

    __slots__ = ("number", "params", "plural", "template")

    def __new__(
        cls,
        template: str,
        params: Mapping[str, object] = _NOTHING,
        plural: str = "",
        number: int = 1,
    ) -> Said:
        chosen = plural if plural and number != 1 else template
        made = super().__new__(cls, filled(chosen, params, plain))
        made.template = template
        made.params = params
        made.plural = plural
        made.number = number
        return made

    def __str__(self) -> str:
        return self

    def __copy__(self) -> Said:
        return self

    def __deepcopy__(self, memo: object) -> Said:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Said, (self.template, dict(self.params), self.plural, self.number)

    @property
    def has_words(self) -> bool:
        """Whether the template has something to translate, besides its parameters."""
        return bool(_PLACE.sub("", self.template).strip(" ,"))

    def having(self, **params: object) -> Said:
        """The same text with more parameters."""
        return Said(self.template, {**self.params, **params}, self.plural, self.number)


def filled(template: str, params: Mapping[str, object], show: Callable[[object], str]) -> str:
    """The template with ``show`` of each parameter; other braces stay as they are."""
    if not params:
        return template
    return _PLACE.sub(
        lambda place: show(params[place[1]]) if place[1] in params else place[0], template
    )


def plain(value: object) -> str:
    """A parameter in English."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def say(template: str, /, **params: object) -> Said:
    """The text of a template: ``say("At most {most} characters.", most=200)``."""
    return Said(template, params)


def say_n(singular: str, plural: str, number: int, /, **params: object) -> Said:
    """The text that fits a number, which is the parameter ``count``, too."""
    return Said(singular, {"count": number, **params}, plural, number)


def listed(parts: Iterable[str]) -> Said:
    """Names one after the other with commas between, each of them translated on its own."""
    return _joined(", ", list(parts))


def sentences(parts: Iterable[str]) -> Said:
    """Whole sentences one after the other, each of them translated on its own."""
    return _joined(" ", [part for part in parts if part])


def _joined(sign: str, parts: list[str]) -> Said:
    if len(parts) == 1 and isinstance(parts[0], Said):
        return parts[0]
    params = {f"part_{number}": part for number, part in enumerate(parts)}
    return Said(sign.join(f"{{{name}}}" for name in params), params)


# -- stored ----------------------------------------------------------------------------------------


def packed(value: object) -> Any:
    """The same for JSON: a :class:`Said` is ``{"said": [template, parameters, plural, number]}``,
    also inside lists and mappings; an ordinary text stays a text.
    """
    if isinstance(value, Said):
        params = {name: _packed_param(param) for name, param in value.params.items()}
        if value.plural:
            return {"said": [value.template, params, value.plural, value.number]}
        return {"said": [value.template, params] if params else [value.template]}
    if isinstance(value, Mapping):
        return {key: packed(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [packed(one) for one in value]
    return value


def _packed_param(value: object) -> Any:
    if isinstance(value, Money):
        return {"money": [value.cents, value.currency]}
    if isinstance(value, Day):
        return {"day": value.day.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, Said | int | None):
        return packed(value)
    return str(value)


def unpacked(value: Any) -> Any:
    """What :func:`packed` was given; whatever else JSON holds stays as it is."""
    if isinstance(value, dict):
        if value.keys() == {"said"} and isinstance(parts := value["said"], list):
            try:
                return _unpacked_said(*parts)
            except (ValueError, TypeError, ArithmeticError, RecursionError):
                return value
        return {key: unpacked(one) for key, one in value.items()}
    if isinstance(value, list):
        return [unpacked(one) for one in value]
    return value


def _unpacked_said(template: Any, params: Any = None, plural: Any = "", number: Any = 1) -> Said:
    """Raises ValueError or TypeError where that is no text: a database can hold anything."""
    match template, {} if params is None else params, plural, number:
        case str(), dict() as given, str(), int():
            known = {name: _unpacked_param(param) for name, param in given.items()}
        case _:
            raise TypeError("no text was ever packed like that")
    made = Said(template, known, plural, number)
    if len(made) > _LONGEST_PACKED:
        raise ValueError("a text of such a length was never packed")
    return made


def _unpacked_param(value: Any) -> object:
    match value:
        case {"said": [*parts]}:
            return _unpacked_said(*parts)
        case {"money": [int(cents), str(currency)]}:
            return Money(cents, currency)
        case {"day": str(day)}:
            return Day(date.fromisoformat(day))
        case {"decimal": str(digits)}:
            return Decimal(digits)
        case str() | int() | None:
            return value
        case _:
            raise TypeError("no parameter is like that")


def packed_text(text: str, most: int | None = None) -> str:
    """The text for a column of text with room for ``most`` characters. Where the template with its
    parameters doesn't fit, the English is stored, shortened if need be.
    """
    if not isinstance(text, Said):
        if not text.startswith(_PACKED):
            return text[:most]
        text = say("{text}", text=text)  # it only looks like one
    found = json.dumps(packed(text), ensure_ascii=False, separators=(",", ":"))
    return found if len(found) <= min(most or _LONGEST_PACKED, _LONGEST_PACKED) else text[:most]


def unpacked_text(text: str) -> str:
    """What :func:`packed_text` was given; a text that was stored as it is stays so."""
    if not text.startswith(_PACKED) or len(text) > _LONGEST_PACKED:
        return text
    try:
        found = unpacked(json.loads(text))
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, Said) else text
