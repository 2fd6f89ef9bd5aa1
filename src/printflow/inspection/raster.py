"""A z-buffer in numpy: triangles on a square of pixels, the nearest one wins.

No GL library is used, because none draws in a bare container, a Windows service or on a NAS.
A block of triangles is expanded to its rows, then to its pixels, with exact spans; depth and
number of the triangle share one 64-bit word, so that one maximum decides both.
"""

import itertools

import numpy as np
import numpy.typing as npt

from printflow.errors import PrintflowError

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Faces = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]

TRIANGLES_AT_ONCE = 16_384
PIXELS_AT_ONCE = 131_072
AREA_LIMIT = 60
"""Pixels drawn at most, in fillings of the whole picture: a small file can hold thousands of
triangles that each fill the picture, and drawing them would take minutes."""

_DEPTH_STEPS = np.float64(2**31)
_SHIFT = np.uint64(32)
_FACE_MASK = np.uint64(0xFFFFFFFF)


class TooMuchToDraw(PrintflowError):
    """The triangles overlap so much that drawing them would take too long."""

    code = "too_much_to_draw"

    def __init__(self) -> None:
        super().__init__(
            "The model's triangles overlap too much to be drawn.",
            next_step="Open it in the slicer to see it.",
        )


class Raster:
    """A square of `size` × `size` pixels with the nearest triangle at each.

    Points are given in pixels (x to the right, y down) with a depth from 0 (far) to 1 (near).
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._words: U64 = np.zeros(size * size, np.uint64)

    def draw(self, points: F32, faces: Faces) -> None:
        """Draw all `faces` (m,3) of `points` (n,3).

        Raises TooMuchToDraw, before drawing, beyond AREA_LIMIT.
        """
        if _spent(points, faces, self.size) > AREA_LIMIT * self.size**2:
            raise TooMuchToDraw
        for first in range(0, len(faces), TRIANGLES_AT_ONCE):
            block = faces[first : first + TRIANGLES_AT_ONCE]
            kept, low, high = self._reached(points, block)
            corners = points[block[kept]].astype(np.float64)
            self._draw_block(corners, kept + first, low, high)

    @property
    def hits(self) -> npt.NDArray[np.intp]:
        """The numbers of the pixels that show something, row by row."""
        return np.flatnonzero(self._words)

    def faces_at(self, pixels: npt.NDArray[np.intp]) -> I64:
        """The numbers of the triangles seen at `pixels`, all of which must be hits."""
        return (self._words[pixels] & _FACE_MASK).astype(np.int64)

    def depth_at(self, pixels: npt.NDArray[np.intp]) -> F32:
        """The depth at `pixels`, from 0 (far) to 1 (near)."""
        steps = (self._words[pixels] >> _SHIFT).astype(np.float64) - 1
        return (steps / _DEPTH_STEPS).astype(np.float32)

    def _reached(self, points: F32, faces: Faces) -> tuple[I64, I64, I64]:
        """The triangles whose frame holds the center of a pixel, and their first and last column
        and row: most triangles of a fine mesh lie between the centers."""
        low, high = [], []
        for axis in (0, 1):
            one, two, three = (points[faces[:, corner], axis] for corner in range(3))
            least = np.minimum(np.minimum(one, two), three)
            most = np.maximum(np.maximum(one, two), three)
            low.append(np.clip(np.ceil(least - 0.5), 0, self.size).astype(np.int64))
            high.append(np.clip(np.floor(most - 0.5), -1, self.size - 1).astype(np.int64))
        kept = np.flatnonzero((high[0] >= low[0]) & (high[1] >= low[1]))
        return (
            kept,
            np.stack([values[kept] for values in low], 1),
            np.stack([values[kept] for values in high], 1),
        )

    def _draw_block(self, corners: F64, numbers: I64, low: I64, high: I64) -> None:
        planes, slopes, usable = _planes(corners)
        if not usable.all():
            corners, planes, slopes = corners[usable], planes[usable], slopes[usable]
            numbers, low, high = numbers[usable], low[usable], high[usable]
        rows = high[:, 1] - low[:, 1] + 1
        owner = np.repeat(np.arange(len(rows)), rows)
        y = low[owner, 1] + _counted(rows)
        start, count = _spans(planes, low, high, owner, y)
        seen = count > 0
        owner, y, start, count = owner[seen], y[seen], start[seen], count[seen]
        for part in _parts(count):
            self._fill(corners, numbers, slopes, owner[part], y[part], start[part], count[part])

    def _fill(
        self, corners: F64, numbers: I64, slopes: F64, owner: I64, y: I64, start: I64, count: I64
    ) -> None:
        first = corners[owner, 0]
        one, two, three = (corners[owner, corner, 2] for corner in range(3))
        nearest = np.maximum(np.maximum(one, two), three)
        farthest = np.minimum(np.minimum(one, two), three)
        at_start = (
            first[:, 2]
            + slopes[owner, 0] * (start + 0.5 - first[:, 0])
            + slopes[owner, 1] * (y + 0.5 - first[:, 1])
        )
        along = _counted(count)
        depth = np.repeat(at_start, count) + np.repeat(slopes[owner, 0], count) * along
        # A sliver's slope is steep: its depth never leaves its corners'.
        np.clip(depth, np.repeat(farthest, count), np.repeat(nearest, count), out=depth)
        words = (np.clip(depth, 0, 1) * _DEPTH_STEPS).astype(np.uint64) + np.uint64(1)
        words <<= _SHIFT
        words |= np.repeat(numbers[owner].astype(np.uint64), count)
        np.maximum.at(self._words, np.repeat(y * self.size + start, count) + along, words)


def _spent(points: F32, faces: npt.NDArray[np.int32], size: int) -> float:
    """About how many pixels and rows drawing would touch."""
    total = 0.0
    for first in range(0, len(faces), TRIANGLES_AT_ONCE):
        block = faces[first : first + TRIANGLES_AT_ONCE]
        x0, x1, x2 = (points[block[:, corner], 0] for corner in range(3))
        y0, y1, y2 = (points[block[:, corner], 1] for corner in range(3))
        area = np.abs((x1 - x0) * (y2 - y0) - (y1 - y0) * (x2 - x0)) / 2
        total += float(np.minimum(area, size**2).sum(dtype=np.float64))
        height = np.maximum(np.maximum(y0, y1), y2) - np.minimum(np.minimum(y0, y1), y2)
        # A row costs about as much as a few pixels.
        total += 4 * float(np.clip(height[height > 1], 0, size).sum(dtype=np.float64))
    return total


def _planes(corners: F64) -> tuple[F64, F64, npt.NDArray[np.bool_]]:
    """For each triangle its three edges as a·x + b·y + c >= 0, its depth's slopes, and whether
    it has an area at all."""
    following = np.roll(corners, -1, axis=1)
    a = corners[:, :, 1] - following[:, :, 1]
    b = following[:, :, 0] - corners[:, :, 0]
    c = -(a * corners[:, :, 0] + b * corners[:, :, 1])
    one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    doubled = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
    usable = np.abs(doubled) > 1e-9
    safe = np.where(usable, doubled, 1.0)
    planes = np.stack((a, b, c), axis=2) * np.sign(safe)[:, None, None]
    slopes = np.stack(
        (
            (one[:, 2] * two[:, 1] - two[:, 2] * one[:, 1]) / safe,
            (two[:, 2] * one[:, 0] - one[:, 2] * two[:, 0]) / safe,
        ),
        axis=1,
    )
    return planes, slopes, usable


def _spans(planes: F64, low: I64, high: I64, owner: I64, y: I64) -> tuple[I64, I64]:
    """The first pixel and the number of pixels of each row of each triangle."""
    left = low[owner, 0].astype(np.float64)
    right = high[owner, 0].astype(np.float64)
    middle = y + 0.5
    for edge in range(3):
        a, b, c = (planes[:, edge, part][owner] for part in range(3))
        rest = b * middle + c
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = -rest / a - 0.5
        np.maximum(left, np.where(a > 0, np.ceil(crossing - 1e-9), left), out=left)
        np.minimum(right, np.where(a < 0, np.floor(crossing + 1e-9), right), out=right)
        right[(a == 0) & (rest < 0)] = -1
    count = np.maximum(right - left + 1, 0)
    return left.astype(np.int64), count.astype(np.int64)


def _counted(counts: I64) -> I64:
    """0, 1, … counts[0]-1, 0, 1, … counts[1]-1, …"""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - counts, counts)


def _parts(count: I64) -> list[slice]:
    """Cut rows into parts of at most about PIXELS_AT_ONCE pixels."""
    if not len(count):
        return []
    ends = np.cumsum(count)
    cuts = np.searchsorted(ends, np.arange(PIXELS_AT_ONCE, int(ends[-1]), PIXELS_AT_ONCE))
    edges = [0, *(int(cut) + 1 for cut in cuts), len(count)]
    return [slice(one, two) for one, two in itertools.pairwise(edges) if two > one]
