"""Triangles as a binary STL: what the lab's slicer is given instead of a stranger's file."""

from __future__ import annotations

from typing import BinaryIO, Final

import numpy as np

from ..mesh.blocks import AT_ONCE, Triangles
from ..said import say
from .problems import Unreadable
from .stl import LAYOUT

MAX_WRITTEN: Final = 2_000_000
"""More triangles than that are not handed on: a slicer takes minutes for them."""

_NOT_TEXT: Final = 0xFFFF
"""In each triangle's two spare bytes. PrusaSlicer 2.5 takes a file without a byte over 127 near its
beginning for an ASCII STL, and fails: a box of 12 × 12 × 3 mm has none."""

_HEADER: Final = b"Triangles read by Printflow, in mm".ljust(80)


def write_stl(triangles: Triangles, file: BinaryIO) -> None:
    """Write ``triangles`` (mm, z up, all finite) to ``file``, moved to where the slicer's numbers are
    exact: the lowest corner at 0, 0, 0.

    Raises Unreadable above :data:`MAX_WRITTEN`, OSError as the disk gives it.
    """
    if len(triangles) > MAX_WRITTEN:
        raise Unreadable(
            say(
                "The model has too many triangles for an estimate: {count}, and the limit is {most}.",
                count=len(triangles),
                most=MAX_WRITTEN,
            ),
            code="too_many_triangles",
        )
    low = triangles.reshape(-1, 3).min(axis=0)
    file.write(_HEADER + len(triangles).to_bytes(4, "little"))
    for first in range(0, len(triangles), AT_ONCE):
        block = triangles[first : first + AT_ONCE]
        rows = np.zeros(len(block), LAYOUT)
        rows["corners"] = block - low
        rows["attributes"] = _NOT_TEXT
        file.write(rows.tobytes())
