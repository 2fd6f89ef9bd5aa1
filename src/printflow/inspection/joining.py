"""Which of many things belong together, by the pairs that do. Numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

I32 = NDArray[np.int32]


def components(count: int, left: I32, right: I32) -> tuple[I32, int]:
    """A number for each of ``count`` things, the same where pairs of them belong together; and how
    many groups there are.

    Each round hooks the larger of two roots to the smaller, flattens all trees, and goes on with
    the pairs of roots that are left (Shiloach and Vishkin, 1982): a logarithmic number of rounds,
    each a few passes of numpy.
    """
    numbers = np.arange(count, dtype=np.int32)
    root = numbers.copy()
    while len(left):
        np.minimum.at(root, np.maximum(left, right), np.minimum(left, right))
        while True:
            higher = root[root]
            if np.array_equal(higher, root):
                break
            root = higher
        left, right = root[left], root[right]
        apart = left != right
        left, right = left[apart], right[apart]
    return root, int((root == numbers).sum())
