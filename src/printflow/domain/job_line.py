"""A job as one line of a list. Pure."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from ..said import say
from .status import Status


def is_open(any_printer: bool, figures: tuple[object, ...]) -> bool:
    """Whether a job's printer is still anyone's guess: the lab chooses it with the price, so one of
    weight, time and price is missing.
    """
    return any_printer and None in figures


class JobLine(NamedTuple):
    """What a list shows of a job; ``cost_cents`` is None until there is a price."""

    id: str
    created_at: datetime
    status: Status
    student_name: str
    original_name: str
    printer: str
    any_printer: bool
    grams: Decimal | None
    hours: Decimal | None
    cost_cents: int | None
    currency: str
    color: str
    material: str
    status_since: datetime
    needed_by: date | None

    @property
    def shown_printer(self) -> str:
        """Its printer, for people."""
        figures = (self.grams, self.hours, self.cost_cents)
        return say("Any printer") if is_open(self.any_printer, figures) else self.printer
