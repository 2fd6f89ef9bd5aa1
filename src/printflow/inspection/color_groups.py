"""The colors of a 3MF's model part: base materials (core specification 1.3, section 5) and color groups
(Materials Extension 1.2), of objects, triangles and corners; and what slicers painted on them.

Textures are not shown. Of several properties at once the first that has a color counts.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from .colors import MOST_SLOTS, NONE, Colors, color_of, mixed, of_slot
from .paint import main_slot, slots_of

MATERIALS: Final = "http://schemas.microsoft.com/3dmanufacturing/material/2015/02"
BASES: Final = ("basematerials", "base")
_PAINTED: Final = ("paint_color", "mmu_segmentation")
_MOST: Final = 1_000_000
"""Colors of a part, beyond which the others are not looked at."""


@dataclass
class Groups:
    """The lists of colors that a part has, by their id."""

    lists: dict[str, list[int]] = field(default_factory=dict)
    also: set[int] = field(default_factory=set)
    """Slots that are painted on parts of triangles."""
    _open: list[int] | None = None
    _whose: tuple[str, ...] = ()
    _places: tuple[str, ...] = ()
    _count: int = 0

    def begin(self, space: str, local: str, values: Mapping[str, str], core: str) -> None:
        """What begins there, if it is about colors."""
        if local == "basematerials" and space == core:
            self._open, self._whose = [], ()
            self.lists[values.get("id", "")] = self._open
        elif local == "base" and space == core and self._open is not None:
            self._add(color_of(values.get("displaycolor", "")))
        elif space != MATERIALS:
            return
        elif local in ("colorgroup", "compositematerials", "multiproperties"):
            self._open = []
            self.lists[values.get("id", "")] = self._open
            self._whose = tuple(values.get("pids", values.get("matid", "")).split())
            self._places = tuple(values.get("matindices", "").split())
        elif local == "color":
            self._add(color_of(values.get("color", "")))
        elif local == "composite":
            most = _most(values.get("values", ""))
            known = self._whose and most < len(self._places)
            self._add(self.of(self._whose[0], self._places[most]) if known else NONE)
        elif local == "multi":
            places = values.get("pindices", "").split()
            listed = zip(self._whose, places, strict=False)
            found = (self.of(pid, place) for pid, place in listed)
            self._add(next((color for color in found if color != NONE), NONE))

    def _add(self, color: int) -> None:
        self._count += 1
        if self._open is not None and self._count <= _MOST:
            self._open.append(color)

    def of(self, group: str | None, place: str | None) -> int:
        """One color of a list; NONE where there is none."""
        colors = self.lists.get(group or "")
        if not colors or not place or not (place.isascii() and place.isdigit()):
            return NONE
        at = int(place[:9])
        return colors[at] if at < len(colors) else NONE

    def of_triangle(self, values: Mapping[str, str], pid: str | None) -> int:
        """The color that a triangle has of its own; ``pid`` is its object's list."""
        for name in values:
            if name.rpartition(" ")[2] in _PAINTED:
                slots = slots_of(values[name])
                slot = main_slot(slots)
                if len(slots) > 1:
                    self.also.update(one for one in slots if 0 < one <= MOST_SLOTS)
                if slot:
                    return of_slot(slot)
        first = values.get("p1")
        if first is None:
            return NONE
        group = values.get("pid", pid)
        three = [self.of(group, values.get(name, first)) for name in ("p1", "p2", "p3")]
        return mixed(three)


def _most(shares: str) -> int:
    """The place of the largest of some numbers; 0 where they are none."""
    try:
        numbers = [float(share) for share in shares.split()]
    except ValueError:
        return 0
    return numbers.index(max(numbers)) if numbers else 0


@dataclass
class Painted:
    """The colors of one object's triangles, kept from the first on that has one."""

    own: int = NONE
    """Of the object."""
    pid: str | None = None
    colors: array[int] = field(default_factory=lambda: array("i"))

    def set(self, triangle: int, color: int) -> None:
        """That triangle's color; those of later ones come later."""
        missing = triangle - len(self.colors)
        if missing > 0:
            self.colors.extend(array("i", [NONE]) * missing)
        self.colors.append(color)

    def whole(self, count: int) -> Colors | None:
        """All colors, of so many triangles; None where no triangle has one of its own."""
        if not self.colors or not count:
            return None
        colors = np.full(count, NONE, np.int32)
        colors[: len(self.colors)] = np.frombuffer(self.colors, np.intc)[:count]
        return colors
