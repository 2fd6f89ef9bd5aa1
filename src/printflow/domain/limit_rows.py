"""The rows of the catalog's limits: for whom, how much of what, in which time, and what then. Pure.

All rows that fit apply. A row that has no effect beside the others is said to be idle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ..said import Said, say
from . import numbers
from .catalog_reader import CatalogReader, names_of
from .currency import decimals
from .groups import in_domain
from .limit_codes import MEASURES, Counts, LimitAction, LimitCode, LimitWindow
from .price_rows import course_key
from .price_rules import DOMAIN, those
from .terms import Term

MOST_LIMITS = 100
MOST = 1_000_000
_TEXT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow:
    """More than ``cap`` of ``what`` leads to ``action``.

    Each list that isn't empty must hold the person's group, the job's class number, or the domain
    of the address. ``per`` counts only for what is counted in a window; ``text`` is what the lab
    adds for students.
    """

    what: LimitCode
    cap: Decimal
    per: LimitWindow = LimitWindow.EVER
    action: LimitAction = LimitAction.ASK
    groups: tuple[str, ...] = field(default=())
    courses: tuple[str, ...] = field(default=())
    domains: tuple[str, ...] = field(default=())
    text: str = ""

    @property
    def for_everyone(self) -> bool:
        """Whether it asks nothing of the person."""
        return not (self.groups or self.courses or self.domains)

    def fits(self, *, email: str, group: str, course: str) -> bool:
        """Whether it is about that person's job."""
        return (
            (not self.groups or group in self.groups)
            and (
                not self.courses or course_key(course) in {course_key(one) for one in self.courses}
            )
            and (not self.domains or any(in_domain(email, one) for one in self.domains))
        )

    def covers(self, other: LimitRow) -> bool:
        """Whether it is about everyone whom the other one is about."""
        return all(
            not mine or (theirs and set(theirs) <= set(mine))
            for mine, theirs in (
                (self.groups, other.groups),
                (self.courses, other.courses),
                (self.domains, other.domains),
            )
        )


def idle(rows: Sequence[LimitRow], terms: tuple[Term, ...] = ()) -> dict[int, Said]:
    """By their places, what is to be said of rows that never have an effect, that refuse everyone,
    or that wait for terms.
    """
    found: dict[int, Said] = {}
    for place, row in enumerate(rows):
        stricter = next(_stricter(rows, place), None)
        if stricter is not None:
            found[place] = say(
                "This limit never has an effect: limit {number} comes first.", number=stricter + 1
            )
        elif row.action is LimitAction.REFUSE and row.for_everyone and not row.cap:
            if row.what.record.counts is not Counts.PERSON or row.what is LimitCode.OPEN_JOBS:
                found[place] = say("This limit refuses every request, those of staff too.")
        elif row.per is LimitWindow.TERM and row.what.record.counts is Counts.WINDOW and not terms:
            found[place] = say("The lab has no terms yet, so everything counts together.")
    return found


def _stricter(rows: Sequence[LimitRow], place: int) -> Iterator[int]:
    row = rows[place]
    for number, other in enumerate(rows):
        if number == place or (other.what, other.per) != (row.what, row.per):
            continue
        if not (
            other.covers(row) and other.cap <= row.cap and other.action.rank >= row.action.rank
        ):
            continue
        same = row.covers(other) and other.cap == row.cap and other.action is row.action
        if not same or number < place:
            yield number


def read_limits(
    read: CatalogReader, data: Mapping[str, Any], known: Mapping[str, frozenset[str] | None]
) -> tuple[LimitRow, ...]:
    """The limits of a plain catalog; problems go to ``read``."""
    found = []
    for spot, row in read.tables(data, "limits", "", empty=True):
        read.known(row, spot, names_of(LimitRow))
        what, action = row.get("what"), row.get("action", LimitAction.ASK.value)
        per = row.get("per") or LimitWindow.EVER.value
        if what not in MEASURES:
            _choose(read, f"{spot}.what", ", ".join(MEASURES))
            continue
        if action not in list(LimitAction):
            _choose(read, f"{spot}.action", ", ".join(LimitAction))
            action = LimitAction.ASK
        if per not in list(LimitWindow):
            _choose(read, f"{spot}.per", ", ".join(LimitWindow))
            per = LimitWindow.EVER
        code = LimitCode(what)
        domains = those(read, spot, row, "domains", None)
        for domain in domains:
            if not DOMAIN.fullmatch(domain):
                read.problem(f"{spot}.domains", say("Enter a domain, like school.edu."))
        found.append(
            LimitRow(
                what=code,
                cap=_cap(read, row, spot, code, str(data.get("currency", "")).strip()),
                per=LimitWindow(per) if code.record.counts is Counts.WINDOW else LimitWindow.EVER,
                action=LimitAction(action),
                groups=those(read, spot, row, "groups", known["groups"]),
                courses=those(read, spot, row, "courses", None),
                domains=domains,
                text=read.text(row, "text", spot, limit=_TEXT, empty=True),
            )
        )
    if len(found) > MOST_LIMITS:
        read.problem("limits", say("Use at most {most} limits.", most=MOST_LIMITS))
    return tuple(found)


def _choose(read: CatalogReader, place: str, names: str) -> None:
    read.problem(place, say("Choose one: {names}.", names=names))


def _cap(
    read: CatalogReader, row: Mapping[str, Any], spot: str, code: LimitCode, currency: str
) -> Decimal:
    places = 0 if code.record.whole else decimals(currency) if code.record.money else 3
    value = numbers.typed(str(row.get("cap", "")).strip())
    if value is not None and value <= MOST and value == round(value, places):
        return value
    if places:
        words = say(
            "Enter a number from 0 to {most} with up to {places} decimal places.",
            most=MOST,
            places=places,
        )
    else:
        words = say("Enter a whole number from 0 to {most}.", most=MOST)
    read.problem(f"{spot}.cap", words)
    return Decimal()
