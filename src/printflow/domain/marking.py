"""Marks texts for translation where they stand; pages and mails translate them when they show them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from ..said import Said

Key = TypeVar("Key", bound=Enum)
Record = TypeVar("Record")


def mark(text: str) -> str:
    """The same text. Extraction for translators finds it by this call (keyword ``mark``)."""
    return Said(text)


def complete(kinds: type[Key], records: Mapping[Key, Record]) -> Mapping[Key, Record]:
    """The same records; raises TypeError at import where a member has none."""
    if missing := [kind.name for kind in kinds if kind not in records]:
        raise TypeError(f"{kinds.__name__} without a record: {', '.join(missing)}")
    return records
