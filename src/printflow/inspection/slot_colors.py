"""The colors of a slicer's slots, which its parts and its painting name by number.

PrusaSlicer: ``Metadata/Slic3r_PE.config``, lines of ``; key = a;b;c``: the extruder's color, or the
filament's where that is empty. OrcaSlicer and Bambu Studio: ``Metadata/project_settings.config``, JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import zip_longest
from typing import Any, Final

from .colors import MOST_SLOTS, NONE, color_of

_EXTRUDERS, _FILAMENTS = "extruder_colour", "filament_colour"


def of_prusa(data: bytes) -> list[int]:
    """The slots' colors, the first slot's first; [] where there are none."""
    listed: dict[str, list[int]] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        key, _, values = line.lstrip("; \t").partition("=")
        if (name := key.strip()) in (_EXTRUDERS, _FILAMENTS):
            words = [value.strip(' "') for value in values.split(";")]
            listed[name] = [color_of(word) for word in words[:MOST_SLOTS]]
    both = zip_longest(listed.get(_EXTRUDERS, []), listed.get(_FILAMENTS, []), fillvalue=NONE)
    return _known([one if one != NONE else other for one, other in both])


def of_orca(data: bytes) -> list[int]:
    """The slots' colors, the first slot's first; [] where there are none."""
    try:
        said: Any = json.loads(data)
        listed = said.get(_FILAMENTS, [])
    except (ValueError, AttributeError, RecursionError):
        return []
    if not isinstance(listed, list):
        return []
    return _known([color_of(str(one)) for one in listed[:MOST_SLOTS]])


def _known(palette: list[int]) -> list[int]:
    return palette if any(color != NONE for color in palette) else []


PALETTES: Final[tuple[tuple[str, Callable[[bytes], list[int]]], ...]] = (
    ("Metadata/Slic3r_PE.config", of_prusa),
    ("Metadata/project_settings.config", of_orca),
)
