"""Free allowances: "the first 50 g a term are free". Pure.

What is left of one is what the quotes of the same person in the same window have not used; the lines
of those quotes are the record. Grams off a job that is turned down are free again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from .pricing import FREE, LineKind, Price
from .terms import Term, term_of


class Unit(StrEnum):
    """What an allowance counts."""

    GRAMS = "g"
    MONEY = "money"


class Window(StrEnum):
    """For how long an allowance lasts before it begins again."""

    JOB = "job"
    MONTH = "month"
    TERM = "term"
    EVER = "ever"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """An ``amount`` that is free per person and window: grams, or currency units.

    Each list of names that is not empty must hold the job's. Its ``name`` is what quotes call the
    line, and what uses are counted under.
    """

    name: str
    amount: Decimal
    unit: Unit = Unit.GRAMS
    per: Window = Window.TERM
    groups: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    only_whole: bool = False
    """Whether it's only for jobs of which it covers everything: of a heavier one, nothing is free."""


def same_window(per: Window, terms: tuple[Term, ...], day: date, other: date) -> bool:
    """Whether two days of the lab lie in one window. Between terms there is no allowance by term,
    so such days share none.
    """
    match per:
        case Window.JOB:
            return False
        case Window.MONTH:
            return (day.year, day.month) == (other.year, other.month)
        case Window.TERM:
            term = term_of(terms, day)
            return term is not None and term.holds(other)
        case Window.EVER:
            return True


def is_due(per: Window, terms: tuple[Term, ...], day: date) -> bool:
    """Whether there is an allowance at all on a day of the lab."""
    return per is not Window.TERM or term_of(terms, day) is not None


@dataclass(slots=True)
class Given:
    """What an allowance gave to a price: g of material, and its worth in integer cents before tax."""

    grams: Decimal = Decimal()
    cents: int = 0


def given(price: Price, grams: Decimal | None) -> dict[str, Given]:
    """What allowances made free of a price for so many g of material, by their names."""
    found: dict[str, Given] = {}
    ml = next((one.quantity for one in price.lines if one.kind is LineKind.VOLUME), Decimal())
    for line, cents in zip(price.lines, price.each_in_cents(), strict=True):
        if line.kind not in FREE:
            continue
        one = found.setdefault(line.label, Given())
        one.cents -= cents
        if line.kind is LineKind.FREE_WEIGHT:
            one.grams += line.quantity
        elif line.kind is LineKind.FREE_VOLUME and ml:
            one.grams += (grams or Decimal()) * line.quantity / ml
    return found


def used(price: Price, allowance: Allowance, grams: Decimal | None = None) -> Decimal:
    """How much of an allowance a price used: grams, or currency units."""
    if allowance.unit is Unit.GRAMS:
        return given(price, grams).get(allowance.name, Given()).grams
    return -sum(
        (
            line.amount
            for line in price.lines
            if line.kind is LineKind.FREE_MONEY and line.label == allowance.name
        ),
        Decimal(),
    )
