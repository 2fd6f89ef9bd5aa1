"""Which triangles lie wholly behind what is drawn already, so that they need not be drawn.

The far half of a closed model is hidden by the near one. Of each square of 8 pixels along a side, of
16, and so on, the farthest depth that is drawn is kept: a triangle that is farther than the squares
it reaches cannot be seen, whichever way it faces and however the model is made.
"""

import numpy as np
import numpy.typing as npt

from printflow.mesh.blocks import F32

SIDE = 8
"""Pixels along the side of the smallest squares."""

_SHIFT = SIDE.bit_length() - 1
_ROUNDED = np.float32(1e-6)
"""Depths closer than this are one."""


class Drawn:
    """What is drawn: `farthest` has, for each square of SIDE pixels, the farthest depth in it, from 0
    (far, or a pixel is empty) to 1 (near).
    """

    def __init__(self, farthest: F32) -> None:
        levels = [_with_the_next(farthest - _ROUNDED)]
        while len(levels[-1]) > 1:
            levels.append(_with_the_next(levels[-1][::2, ::2]))
        sizes = [level.size for level in levels]
        self._starts = np.array([sum(sizes[:at]) for at in range(len(levels))], np.int32)
        self._widths = np.array([len(level) for level in levels], np.int32)
        self._flat = np.concatenate([level.reshape(-1) for level in levels])
        larger = np.ceil(np.log2(np.arange(1, len(farthest) + 2)))
        self._level_of = np.minimum(larger, len(levels) - 1).astype(np.int32)

    def hides(self, nearest: F32, left: F32, top: F32, longer: F32) -> npt.NDArray[np.bool_]:
        """Whether each triangle is hidden: `nearest` is the depth of its nearest corner, `left` and
        `top` are its first column and row, and it has at most `longer` more of both.
        """
        # Of squares at least as large as itself it reaches the first and the next, both ways.
        level = self._level_of.take(longer.astype(np.int32) >> _SHIFT)
        shift = level + _SHIFT
        column, row = left.astype(np.int32) >> shift, top.astype(np.int32) >> shift
        square = self._starts.take(level) + row * self._widths.take(level) + column
        return np.asarray(nearest < self._flat.take(square))


def _with_the_next(squares: F32) -> F32:
    """The least of each square and of those to its right, below, and right below."""
    padded = np.pad(squares, (0, 1), mode="edge")
    rows = np.minimum(padded[:-1], padded[1:])
    return np.minimum(rows[:, :-1], rows[:, 1:])
