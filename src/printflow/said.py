"""English texts that remember how they were made, so that the edge can say them in any language.

:func:`say` and :func:`say_n` make a text from a template and named parameters. The result is an
ordinary ``str`` for logs, scripts and the command line; a page or an email translates the template
and puts the parameters in (:func:`printflow.language.translation.translated`). Extraction for
translators finds the templates by the keywords ``say`` and ``say_n:1,2``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

_PLACE = re.compile(r"\{(\w+)\}")
_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Money:
    """An amount inside a text: "$4.25"."""

    cents: int
    currency: str

    def __str__(self) -> str:
        from babel.numbers import format_currency

        return format_currency(Decimal(self.cents).scaleb(-2), self.currency, locale="en_US")


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
