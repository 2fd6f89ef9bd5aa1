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
    """Less of a thin place isn't worth a word."""
    neck_mm: float = 3.0
    """A place that is thin over less, with thicker walls at its ends, is a neck: it won't come off."""
    least_hollow_mm3: float = 10.0
    """Less is no hollow, but a gap that someone's program left."""
    least_overhang_mm2: float = 20.0
    """Less of an overhang isn't worth a word."""
    much_overhang_mm2: float = 400.0
    """More of it is a warning."""
    play_degrees: float = 1.0
    reach_mm: float = 2.5
    """No farther from what holds it, an overhang needs no support: a ledge of so much, in resin a bridge
    of twice that."""
    bridge_mm: float = 20.0
    """A flat ceiling of filament that is held on both sides may span so much; one that isn't flat, half."""
    flat_degrees: float = 80.0
    """What leans more is a flat ceiling."""
    resting_layers: float = 1.5
    """What begins so few layers above something is carried by it, as by supports that were drawn."""
    ground_layers: float = 0.5
    """What begins below is on the build plate, as slicers cut each layer in its middle."""
    least_tall_mm: float = 15.0
    """Nothing lower tips over."""
    slender: float = 8.0
    """A piece may be so many times as tall as the side of a square of its base's outline."""
    sticking: float = 20.0
    """The same of a square of what really touches the plate."""


FIGURES: Final = CheckFigures()
