"""The figures that the checks of printability go by, for the server's and for the browser's. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFigures:
    """Lengths in mm, areas in mm², volumes in mm³, angles in degrees."""

    play_mm: float = 0.01
    """Measures that differ by no more are the same."""
    flat_layers: int = 2
    """Fewer layers make no sound sheet."""
    least_thin_mm2: float = 3.0
    """Less of a thin place isn't worth a word; so for the next two."""
    least_hollow_mm3: float = 10.0
    """Less is no hollow, but a gap that someone's program left."""
    least_overhang_mm2: float = 20.0
    much_overhang_mm2: float = 400.0
    play_degrees: float = 1.0
    reach_mm: float = 2.5
    """No farther from what holds it, an overhang needs no support: a ledge of so much, a bridge of twice
    that."""
    ground_layers: float = 0.5
    """What begins below is on the build plate, as slicers cut each layer in its middle."""
    least_tall_mm: float = 15.0
    """Nothing lower tips over."""
    slender: float = 8.0
    """A piece may be so many times as tall as the side of a square of its base's outline."""
    sticking: float = 20.0
    """The same of a square of what really touches the plate."""


FIGURES: Final = CheckFigures()
