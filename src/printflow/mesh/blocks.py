"""Triangles in blocks that stay in a processor's cache, each coordinate in a row of its own.

numpy is quick along long rows, and slow along rows of three.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
Triangles = npt.NDArray[np.float32]
"""Triangles of the shape (n, 3, 3): n triangles, three corners, x y z in mm."""

Rows = npt.NDArray[np.float32]
"""The shape (9, k): x y z of the first corner of k triangles, of the second, of the third."""

AT_ONCE = 16_384


def rows_of(triangles: Triangles) -> Rows:
    """A copy of `triangles`, coordinate by coordinate."""
    return np.array(triangles.reshape(-1, 9).T, np.float32, order="C")


def blocks(triangles: Triangles) -> Iterator[tuple[int, Rows]]:
    """The number of each block's first triangle, and a copy of the block as rows."""
    for first in range(0, len(triangles), AT_ONCE):
        yield first, rows_of(triangles[first : first + AT_ONCE])
