"""Colors that a file gives its triangles: one number each, 0xRRGGBB as screens show it.

Below 0 are NONE, and the slots of a slicer (its extruders or filaments, from 1), whose colors are in
another part of the file: :func:`resolved` puts them in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..mesh.blocks import Triangles

Colors = NDArray[np.int32]
"""A color for each triangle."""

NONE: Final = -1
MOST_SLOTS: Final = 64
MOST_TOLD: Final = 16
"""More colors are told as the nearest of 216, the largest first."""

_STEP: Final = 51
_HEX: Final = re.compile(r"#?([0-9a-fA-F]{6})(?:[0-9a-fA-F]{2})?")


def color_of(text: str) -> int:
    """ "#RRGGBB" or "#RRGGBBAA" as a number, however transparent; NONE where it is neither."""
    found = _HEX.fullmatch(text.strip())
    return int(found[1], 16) if found else NONE


def of_slot(slot: int) -> int:
    """What stands for a slot, from 1; NONE for numbers that no slicer has."""
    return -1 - slot if 0 < slot <= MOST_SLOTS else NONE


def mixed(colors: Sequence[int]) -> int:
    """The color in the middle of the three of a triangle's corners."""
    if colors[0] == colors[1] == colors[2] or min(colors) < 0:
        return colors[0] if min(colors) >= 0 else NONE
    middle = [sum(one >> shift & 255 for one in colors) // 3 for shift in (16, 8, 0)]
    return middle[0] << 16 | middle[1] << 8 | middle[2]


def of_corners(levels: NDArray[np.float32]) -> Colors:
    """The colors of triangles from those of their corners: (n, 3 corners, 3), from 0 to 255."""
    steps = np.clip(np.nan_to_num(levels), 0, 255).astype(np.int32).sum(axis=1) // 3
    return np.asarray(steps[:, 0] << 16 | steps[:, 1] << 8 | steps[:, 2], np.int32)


def resolved(colors: Colors, palette: Sequence[int]) -> Colors:
    """With the slots' colors in the place of slots; NONE for slots without one."""
    table = np.full(MOST_SLOTS + 2, NONE, np.int32)
    known = list(palette)[:MOST_SLOTS]
    table[2 : 2 + len(known)] = known
    return np.where(colors < 0, table.take(-colors, mode="clip"), colors).astype(np.int32)


def shown(colors: Colors | None, palette: Sequence[int]) -> Colors | None:
    """With the slots' colors; None where nothing has one."""
    if colors is None:
        return None
    found = resolved(colors, palette)
    return found if (found != NONE).any() else None


def told(colors: Colors | None, triangles: Triangles, also: Iterable[int] = ()) -> tuple[str, ...]:
    """The colors that a file has, as "#rrggbb", the one with the largest area first; then those
    of ``also``, which are on parts of triangles only."""
    if colors is None:
        return ()
    kinds, which = np.unique(colors, return_inverse=True)
    area = np.bincount(which, weights=_areas(triangles), minlength=len(kinds))
    found = {int(kind): float(share) for kind, share in zip(kinds, area, strict=True) if kind >= 0}
    for color in also:
        if color >= 0:
            found.setdefault(color, 0.0)
    if len(found) > MOST_TOLD:
        coarse: dict[int, float] = {}
        for color, share in found.items():
            coarse[_coarse(color)] = coarse.get(_coarse(color), 0.0) + share
        found = coarse
    whole = sum(found.values()) or 1.0
    order = sorted(found, key=lambda color: (-round(found[color] / whole, 3), color))
    return tuple(f"#{color:06x}" for color in order[:MOST_TOLD])


def _coarse(color: int) -> int:
    steps = [((color >> shift & 255) + _STEP // 2) // _STEP * _STEP for shift in (16, 8, 0)]
    return steps[0] << 16 | steps[1] << 8 | steps[2]


def _areas(triangles: Triangles) -> NDArray[np.float64]:
    one, two = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    x, y, z = (one[:, i] * two[:, j] - one[:, j] * two[:, i] for i, j in ((1, 2), (2, 0), (0, 1)))
    return np.asarray(np.sqrt(x * x + y * y + z * z), np.float64)
