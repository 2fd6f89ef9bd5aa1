"""What a slicer estimated for a model before anyone approved it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """Grams and hours of one copy, with the slicer (``source``), material and printer they are
    for; or the ``problem``, a sentence, why there are none."""

    source: str = ""
    grams: Decimal | None = None
    hours: Decimal | None = None
    material: str = ""
    printer: str = ""
    problem: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON holds it: numbers as texts, so that none loses a digit."""
        return {
            "source": self.source,
            "grams": None if self.grams is None else str(self.grams),
            "hours": None if self.hours is None else str(self.hours),
            "material": self.material,
            "printer": self.printer,
            "problem": self.problem,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Reckoning:
        """The record of :meth:`plain`."""
        grams, hours = plain["grams"], plain["hours"]
        return cls(
            source=plain["source"],
            grams=None if grams is None else Decimal(grams),
            hours=None if hours is None else Decimal(hours),
            material=plain["material"],
            printer=plain["printer"],
            problem=plain["problem"],
        )


def error_percent(estimated: Decimal, final: Decimal) -> Decimal | None:
    """How far an estimate was off, in percent of the final value; positive when too high."""
    if final <= 0:
        return None
    return ((estimated - final) / final * 100).quantize(Decimal("0.1"))
