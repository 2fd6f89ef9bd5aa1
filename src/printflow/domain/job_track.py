"""What figures are made of: the way of one job as its events tell it, and what a report asks for.

Nothing here says who the student is: a report about people's jobs needs no people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from .pricing import Price
from .status import Status, Trigger

FILTERS = ("discipline", "class_number", "method", "printer", "material", "color")
"""The fields of a job that a report can be narrowed by, and is told by."""


class Unit(StrEnum):
    """How finely a report tells the course of time."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuery:
    """What a report is about: days of the lab's time zone, both of them counted; None is open.

    An empty filter asks nothing. ``printer`` is the job's, and in the print room's figures the one
    that was printed on.
    """

    since: date | None = None
    until: date | None = None
    unit: Unit = Unit.MONTH
    discipline: str = ""
    class_number: str = ""
    method: str = ""
    printer: str = ""
    material: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One event: ``reasons`` are those it gave; ``undone`` is the event that an undo took back;
    ``grams`` is what a completed print weighed, where someone said so.
    """

    id: int
    at: datetime
    trigger: str
    source: Status | None
    dest: Status
    reasons: tuple[str, ...] = ()
    undone: int | None = None
    grams: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Print:
    """A print of which copies came out well; ``whole`` says that it was the whole job, alone on its
    plate: only then its time is the job's.
    """

    started_at: datetime
    ended_at: datetime | None
    whole: bool


@dataclass(frozen=True, slots=True)
class Money:
    """A job's share of one payment, in integer cents; where it was voided, once more with the sign
    turned (``count`` -1) at that moment. ``payer`` is the code of who paid in the student's place.
    """

    at: datetime
    cents: int
    method: str
    waived: bool
    count: int = 1
    payer: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the student agreed to, and when: g, h, integer cents, and the price's lines."""

    grams: Decimal
    hours: Decimal
    cents: int
    at: datetime | None = None
    price: Price | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTrack:
    """A job with its whole way, oldest step first. Grams are those it was approved with, cents
    what it costs now.
    """

    created_at: datetime
    status: Status
    discipline: str
    class_number: str
    method: str
    printer: str
    material: str
    color: str
    grams: Decimal | None
    cents: int | None
    steps: tuple[Step, ...]
    prints: tuple[Print, ...] = ()
    money: tuple[Money, ...] = ()
    estimate: Estimate | None = None
    group: str = ""

    def weighed(self) -> Decimal | None:
        """What the print weighed in g, where someone said so when it was completed last."""
        done = [step for step in standing(self.steps) if step.trigger == Trigger.COMPLETE]
        return done[-1].grams if done else None

    def standing(self) -> JobTrack:
        """The same without the steps that were taken back, and without the taking back."""
        return replace(self, steps=tuple(standing(self.steps)))


def standing(steps: Iterable[Step]) -> list[Step]:
    """The steps that count: an undone one does not, and neither does its undo."""
    every = list(steps)
    undone = {step.undone for step in every if step.undone is not None}
    return [step for step in every if step.undone is None and step.id not in undone]
