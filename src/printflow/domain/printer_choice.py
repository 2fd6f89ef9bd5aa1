"""Which printer a job is planned for where its student left that to the lab. Pure.

Such a job has a printer like any other, for queues, estimates and prices; until staff price it, that
is only a plan, and people read "Any printer" (:attr:`printflow.Job.shown_printer`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .model_facts import ModelFacts
from .model_facts import fitting as fitting_names

if TYPE_CHECKING:
    from .catalog import Printer

ANY_PRINTER = "any"
"""What a form says instead of a printer's name: whichever is free first."""
FreeIn = Mapping[str, int | None]
"""By printer, in how many days a job that comes now is ready at the latest; None while all of its
machines are out of service."""


def planned_printer(
    printers: Sequence[Printer], free_in: FreeIn, facts: ModelFacts | None = None
) -> str:
    """The name of the printer that should be free first, of those that the model fits, if any does;
    the catalog's order settles the rest. "" without printers.
    """
    names = () if facts is None else fitting_names(facts, printers)
    choice = [one for one in printers if one.name in names] or printers
    if not choice:
        return ""

    def wait(printer: Printer) -> float:
        days = free_in.get(printer.name)
        return float("inf") if days is None else days

    return min(choice, key=wait).name


def fits_better(planned: str, printers: Sequence[Printer], facts: ModelFacts) -> str:
    """The first printer that the model fits, where it doesn't fit the planned one; else ""."""
    fitting = fitting_names(facts, printers)
    return "" if planned in fitting or not fitting else fitting[0]
