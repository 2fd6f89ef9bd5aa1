"""The lab's terms, such as "Fall 2026": their first and last days, in the lab's time zone. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..said import say

if TYPE_CHECKING:
    from .catalog_reader import CatalogReader

MOST_TERMS = 100
_MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class Term:
    """A term; its first and its last day both belong to it."""

    name: str
    starts: date
    ends: date

    def holds(self, day: date) -> bool:
        """Whether a day of the lab is in the term."""
        return self.starts <= day <= self.ends


def term_of(terms: Iterable[Term], day: date) -> Term | None:
    """The term that a day of the lab is in, or None between terms."""
    return next((term for term in terms if term.holds(day)), None)


def read_terms(read: CatalogReader, data: Mapping[str, Any]) -> tuple[Term, ...]:
    """The terms of a plain catalog, the earliest first; problems go to ``read``."""
    found: list[Term] = []
    for spot, row in read.tables(data, "terms", "", empty=True):
        read.known(row, spot, ("name", "starts", "ends"))
        name = read.text(row, "name", spot, limit=_MAX_NAME)
        starts, ends = read.day(row, "starts", spot), read.day(row, "ends", spot)
        if starts is None or ends is None:
            continue
        if ends < starts:
            read.problem(f"{spot}.ends", say("The last day is before the first day."))
            continue
        found.append(Term(name, starts, ends))
    read.unique([term.name for term in found], "terms")
    if len(found) > MOST_TERMS:
        read.problem("terms", say("Use at most {most} terms.", most=MOST_TERMS))
    found.sort(key=lambda term: term.starts)
    for one, after in pairwise(found):
        if after.starts <= one.ends:
            read.problem(
                "terms",
                say("“{name}” begins before “{other}” ends.", name=after.name, other=one.name),
            )
    return tuple(found)
