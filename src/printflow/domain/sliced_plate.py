"""A plate of a sliced file: the figures of one start of a machine, never those of the whole file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class SlicedPlateState(Enum):
    """What a sliced file has of a plate."""

    SLICED = "sliced"
    NOT_SLICED = "not_sliced"
    """The file lists the plate, and has nothing to print for it."""
    EMPTY = "empty"
    """The file lists the plate, and says that no object is on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicedPlate:
    """One plate. What the slicer did not say is None, "" or ()."""

    number: int
    """The slicer's own, from 1."""
    state: SlicedPlateState
    name: str = ""
    """What someone called the plate in the slicer."""
    grams: Decimal | None = None
    hours: Decimal | None = None
    materials: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    """The names of what is on it, one for each copy."""
    has_gcode: bool = False
    """Whether the file holds what a machine needs; a project may only hold the figures."""
    source: str = ""
    """The member of the archive that the figures are from; "" for a file of plain G-code."""

    @property
    def has_figures(self) -> bool:
        """Whether the slicer said how heavy the plate is, or how long it takes."""
        return self.grams is not None or self.hours is not None


def contents(name: str, objects: Sequence[str]) -> str:
    """A plate's name and what is on it, for people: "Left side: bracket.stl × 2, clip.stl"."""
    counted = Counter(objects)
    parts = [one if count == 1 else f"{one} × {count}" for one, count in counted.items()]
    return ": ".join(filter(None, (name, ", ".join(parts))))


def total_grams(plates: Sequence[SlicedPlate]) -> Decimal | None:
    """The weight of all plates together; None unless each that is not empty has one."""
    return _total(plates, [plate.grams for plate in _printed(plates)])


def total_hours(plates: Sequence[SlicedPlate]) -> Decimal | None:
    """The time of all plates together; None unless each that is not empty has one."""
    return _total(plates, [plate.hours for plate in _printed(plates)])


def _printed(plates: Sequence[SlicedPlate]) -> list[SlicedPlate]:
    return [plate for plate in plates if plate.state is not SlicedPlateState.EMPTY]


def _total(plates: Sequence[SlicedPlate], figures: list[Decimal | None]) -> Decimal | None:
    if any(plate.state is SlicedPlateState.NOT_SLICED for plate in plates):
        return None
    known = [figure for figure in figures if figure is not None]
    return sum(known, Decimal()) if known and len(known) == len(figures) else None
