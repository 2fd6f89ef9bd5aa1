"""Placeholders in a lab's own words. But for the minimum charge in its texts nothing fills them in, so
that people would read them as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import Refusal
from ..said import say
from .catalog_places import place_words
from .minimum_text import FILLED, MINIMUM

_PLACEHOLDER = re.compile(r"\{\{?\s*[A-Za-z_][\w.]*\s*\}?\}|%\([A-Za-z_]\w*\)[a-z]|\$\{\w+\}")

_TRANSLATED = "translations."
_FILLED = frozenset(f"texts.{name}" for name in FILLED)


def unfilled(document: Mapping[str, Any]) -> Iterator[Refusal]:
    """A refusal for each text of a catalog's plain form that holds a placeholder."""
    for place, found in _places(document, ""):
        yield Refusal(
            "placeholder",
            say(
                "{place}: people would read {placeholder} as is. Nothing is filled in here.",
                place=place_words(place, document),
                placeholder=found,
            ),
            place,
            say(
                "Write the words or the amount that people should read. Only email templates "
                "have placeholders."
            ),
        )


def _is_filled(place: str) -> bool:
    if place.startswith(_TRANSLATED):  # translations.es.texts.consent.text
        place = place.removeprefix(_TRANSLATED).partition(".")[2].removesuffix(".text")
    return place in _FILLED


def _places(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, one in value.items():
            if not (key == "of" and place.startswith(_TRANSLATED)):  # nobody reads it
                yield from _places(one, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            yield from _places(one, f"{place}[{number}]")
    elif isinstance(value, str):
        known = MINIMUM if _is_filled(place) else ""
        for found in _PLACEHOLDER.finditer(value):
            if found[0] != known:
                yield place, found[0]
                return
