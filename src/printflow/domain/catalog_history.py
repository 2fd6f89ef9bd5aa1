"""Versions of the catalog beside each other: what changed, and what a gram cost when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..said import say
from .catalog_places import key_label


@dataclass(frozen=True, slots=True)
class Difference:
    """One place of the catalog, before and after; None where it was not there."""

    place: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogVersion:
    """A version of the catalog: who activated it and when (UTC), and its plain form.

    ``differences`` says what it changed of the version before it.
    """

    id: int
    at: datetime
    by: str
    document: Mapping[str, Any]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceStep:
    """From ``since`` on, a printer's rates in currency units per gram and per hour."""

    printer: str
    since: datetime
    by: str
    rate_per_gram: Decimal
    rate_per_hour: Decimal


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What differs between two plain forms, in the order of the newer one.

    Entries of lists are recognized by their names, so that a printer that moved is no change of
    every printer below it.
    """
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    places = [*new, *(place for place in old if place not in new)]
    return tuple(
        Difference(place, old.get(place), new.get(place))
        for place in places
        if old.get(place) != new.get(place)
    )


def _leaves(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Each place of a plain form with its value as text."""
    if isinstance(value, Mapping) and value.keys() == {"of", "text"}:  # a translation
        yield place, str(value["text"])
        yield _within(place, key_label("of")), str(value["of"])
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if not (place and key in ("name", "code")):
                yield from _leaves(inner, _within(place, key_label(str(key))))
    elif isinstance(value, list | tuple) and any(isinstance(one, Mapping) for one in value):
        for one in value:
            name = one.get("name") or one.get("code") or "?"
            yield from _leaves(one, _within(place, str(name)))
    elif isinstance(value, list | tuple):
        yield place, ", ".join(str(one) for one in value)
    else:
        yield place, str(value)


def _within(place: str, part: str) -> str:
    return say("{place} › {part}", place=place, part=part) if place else part


def price_steps(versions: Sequence[CatalogVersion]) -> tuple[PriceStep, ...]:
    """Each printer's rates over time, from versions in any order; the newest step first."""
    steps: list[PriceStep] = []
    last: dict[str, tuple[Decimal, Decimal]] = {}
    for version in sorted(versions, key=lambda one: one.id):
        for row in version.document.get("printers", ()):
            rates = (Decimal(str(row["rate_per_gram"])), Decimal(str(row.get("rate_per_hour", 0))))
            if last.get(row["name"]) != rates:
                last[row["name"]] = rates
                steps.append(
                    PriceStep(
                        printer=row["name"],
                        since=version.at,
                        by=version.by,
                        rate_per_gram=rates[0],
                        rate_per_hour=rates[1],
                    )
                )
    return tuple(reversed(steps))
