"""What is still under way on printers that a new version of the catalog no longer has. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterInUse:
    """A printer that would be gone, and how many jobs have it: ``printing``, ``ready`` to print, and
    ``quoted`` to their students; ``planned`` are plates that wait for one of its machines.
    """

    name: str
    printing: int = 0
    ready: int = 0
    quoted: int = 0
    planned: int = 0

    @property
    def used(self) -> bool:
        """Whether anything has it."""
        return bool(self.printing or self.ready or self.quoted or self.planned)


def gone(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The printers of the plain form ``before`` that ``after`` doesn't have, by name."""
    kept = {one.get("name") for one in after.get("printers", ())}
    return tuple(one["name"] for one in before["printers"] if one["name"] not in kept)


def printer_in_use(name: str, counts: Mapping[Status, int], planned: int) -> PrinterInUse:
    """What has the printer, of its jobs by status."""
    return PrinterInUse(
        name=name,
        printing=counts.get(Status.PRINTING, 0),
        ready=counts.get(Status.READYTOPRINT, 0),
        quoted=counts.get(Status.PENDING, 0),
        planned=planned,
    )
