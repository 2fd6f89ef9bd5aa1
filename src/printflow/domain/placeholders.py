"""Placeholders in a lab's own words: nothing fills them in, so people would read them as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import Refusal
from ..said import say
from .catalog_places import place_words

_PLACEHOLDER = re.compile(r"\{\{?\s*[A-Za-z_][\w.]*\s*\}?\}|%\([A-Za-z_]\w*\)[a-z]|\$\{\w+\}")


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


def _places(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _places(one, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            yield from _places(one, f"{place}[{number}]")
    elif isinstance(value, str) and (found := _PLACEHOLDER.search(value)):
        yield place, found[0]
