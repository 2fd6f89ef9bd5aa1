"""What a model's numbers were meant to be, where its format doesn't say its unit. Pure.

The file itself is never changed: a scaled model is a version of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..said import Said, say
from .marking import complete

SCALABLE_ENDINGS: Final = (".stl", ".obj")
"""Formats without a unit whose coordinates can be written anew as they are."""


class Scaling(StrEnum):
    """How the numbers were meant, or what went wrong with them; the value is what forms send."""

    INCHES = "inches"
    CENTIMETERS = "centimeters"
    METERS = "meters"
    FROM_INCHES = "from_inches"
    """Millimeters that were scaled up as if they were inches."""
    MICROMETERS = "micrometers"

    @property
    def record(self) -> ScalingRecord:
        """Everything that is said of it."""
        return SCALINGS[self]


@dataclass(frozen=True, slots=True)
class ScalingRecord:
    """``factor`` makes millimeters of the numbers; ``words`` say what was done, ``choice`` stands on the button."""

    factor: float
    words: Said
    choice: Said


SCALINGS: Mapping[Scaling, ScalingRecord] = complete(
    Scaling,
    {
        Scaling.INCHES: ScalingRecord(25.4, say("inches, × 25.4"), say("Inches: × 25.4")),
        Scaling.CENTIMETERS: ScalingRecord(10, say("centimeters, × 10"), say("Centimeters: × 10")),
        Scaling.METERS: ScalingRecord(1000, say("meters, × 1,000"), say("Meters: × 1,000")),
        Scaling.FROM_INCHES: ScalingRecord(
            1 / 25.4, say("scaled down from inches, ÷ 25.4"), say("Scaled down from inches: ÷ 25.4")
        ),
        Scaling.MICROMETERS: ScalingRecord(
            0.001, say("micrometers, ÷ 1,000"), say("Micrometers: ÷ 1,000")
        ),
    },
)


def scaling_typed(typed: str) -> Scaling | None:
    """The scaling that a form names, None for "". Raises ValueError for anything else."""
    return Scaling(typed) if typed else None
