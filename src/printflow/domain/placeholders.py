"""Placeholders in a lab's own words: nothing fills them in, so people would read them as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..errors import Refusal

_PLACEHOLDER = re.compile(r"\{\{?\s*[A-Za-z_][\w.]*\s*\}?\}|%\([A-Za-z_]\w*\)[a-z]|\$\{\w+\}")


def unfilled(value: Any, place: str = "") -> Iterator[Refusal]:
    """A refusal for each text of a catalog's plain form that holds a placeholder; ``place`` says
    where, as "texts.consent".
    """
    if isinstance(value, dict):
        for key, one in value.items():
            yield from unfilled(one, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value, 1):
            yield from unfilled(one, f"{place}[{number}]")
    elif isinstance(value, str) and (found := _PLACEHOLDER.search(value)):
        yield Refusal(
            "placeholder",
            f"{place}: {found[0]} would be shown as it is: nothing is filled in here.",
            place,
            "Write the words or the amount that people should read. Emails have placeholders in "
            "templates of their own.",
        )
