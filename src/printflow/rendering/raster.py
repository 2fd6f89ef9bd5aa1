"""A z-buffer in numpy: triangles on a square of pixels, the nearest one wins.

No GL library is used, because none draws in a bare container, a Windows service or on a NAS.
Most triangles of a fine mesh reach a pixel or two, and are tried against their centers; the others
are expanded to their rows, then to their pixels, with exact spans. Depth and number of the triangle
share one 64-bit word, so that one maximum decides both.
"""

import itertools

import numpy as np
import numpy.typing as npt

from printflow.errors import PrintflowError
from printflow.mesh.blocks import F32, I64
from printflow.rendering.culling import SIDE, Drawn
from printflow.rendering.scanlines import counted, parts, sides, slopes, spans

from ..said import say

U64 = npt.NDArray[np.uint64]
Frame = tuple[F32, F32, F32, F32]
"""Of triangles: the first and the last column, the first and the last row."""

_TRIANGLES = 131_072
"""So many triangles are sorted and drawn at once."""

_WORTH_A_LOOK = 4096
"""From so many triangles on it is asked which of them are hidden."""

MOST_PIXELS = 60 * 1024**2
"""Pixels drawn at most: a small file can hold thousands of triangles that each fill the picture,
and drawing them would take minutes."""

_ROW_COSTS = 4
"""Pixels that could be drawn while one row is begun."""

_DEPTH_SCALE = np.float32(2**31 - 256)
_SHIFT = np.uint64(32)
_FACE_MASK = np.uint64(0xFFFFFFFF)
_TRIED = 4
"""Triangles over at most so many columns and rows are tried against each of their centers."""

_LARGE = _TRIED**2
"""The others come after so many kinds of extents."""

_TOUCHES = np.float32(-1e-3)
"""A center this little outside of a triangle, as a share of its height, is inside: no gap is left
between neighbors."""


class TooMuchToDraw(PrintflowError):
    """The triangles overlap so much that drawing them would take too long."""

    code = "too_much_to_draw"

    def __init__(self) -> None:
        super().__init__(
            say("The model's triangles overlap too much to be drawn."),
            next_step=say("Open it in the slicer to see it."),
        )


class Raster:
    """A square of `size` × `size` pixels with the nearest triangle at each.

    Corners of k triangles are given as three arrays (3,k), a row for each corner: pixels x to the
    right and y down, and a depth from 0 (far) to 1 (near).
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._words: U64 = np.zeros(size * size, np.uint64)

    def draw(self, x: F32, y: F32, z: F32, numbers: I64) -> None:
        """Draw triangles of these numbers."""
        frame = self._frame(x, y)
        self._draw_kinds(x, y, z, numbers, frame, _kinds(frame, np.zeros(len(numbers), bool)))

    def draw_all(self, frames: F32) -> None:
        """Draw all triangles of a model (x, y and z of three corners: (3,3,n)), numbered from 0;
        first those that show their front, which of a closed model hide most of the others.
        """
        waiting = []
        for first in range(0, frames.shape[2], _TRIANGLES):
            # Laid out in one piece: what is taken from anything else is copied whole each time.
            x, y, z = np.ascontiguousarray(frames[:, :, first : first + _TRIANGLES])
            frame = self._frame(x, y)
            kinds = _kinds(frame, _turned_away(x, y))
            self._draw_kinds(x, y, z, np.arange(first, first + x.shape[1]), frame, kinds)
            away = np.concatenate(kinds[_LARGE + 1 :])
            left, right, top, bottom = (values.take(away) for values in frame)
            nearest = z.take(away, 1).max(0)
            waiting.append(
                (away + first, nearest, left, top, np.maximum(right - left, bottom - top))
            )
        many = sum(len(numbers) for numbers, *_ in waiting) >= _WORTH_A_LOOK
        drawn = Drawn(self._farthest(SIDE)) if many else None
        for numbers, *reach in waiting:
            seen = numbers if drawn is None else numbers[~drawn.hides(*reach)]
            if len(seen):
                x, y, z = frames.take(seen, 2)
                self.draw(x, y, z, seen)

    def _frame(self, x: F32, y: F32) -> Frame:
        return (*_reached(x, self.size), *_reached(y, self.size))

    def _draw_kinds(
        self, x: F32, y: F32, z: F32, numbers: I64, frame: Frame, kinds: list[I64]
    ) -> None:
        """Draw the triangles of the kinds that are not turned away."""
        left, _, top, bottom = frame
        for kind, at in enumerate(kinds[: _LARGE + 1]):
            if not len(at):
                continue
            of = x.take(at, 1), y.take(at, 1), z.take(at, 1), numbers.take(at)
            if kind == _LARGE:
                self._fill(*of, top.take(at), bottom.take(at))
            else:
                self._try(*of, (left.take(at), top.take(at)), divmod(kind, _TRIED))

    @property
    def hits(self) -> npt.NDArray[np.intp]:
        """The numbers of the pixels that show something, row by row."""
        return np.flatnonzero(self._words != 0)

    def seen_at(self, pixels: npt.NDArray[np.intp]) -> tuple[I64, F32]:
        """What is seen at `pixels`, all of which must be hits: the numbers of the triangles, and
        the depth there from 0 (far) to 1 (near)."""
        words = self._words.take(pixels)
        return (words & _FACE_MASK).astype(np.int64), _depth(words)

    def _farthest(self, side: int) -> F32:
        """The farthest depth of each square of `side` × `side` pixels, 0 where a pixel is empty."""
        size = self.size
        words = self._words.reshape(size, size)
        if size % side:
            words = np.pad(words, (0, -size % side))
        count = len(words) // side
        rows = words.reshape(count, side, -1).min(1)
        return _depth(rows.reshape(count, count, side).min(2))

    def _keep(self, pixels: I64, depth: F32, numbers: I64) -> None:
        words = (np.clip(depth, 0, 1) * _DEPTH_SCALE).astype(np.uint64) + np.uint64(1)
        words <<= _SHIFT
        words |= numbers.astype(np.uint64)
        np.maximum.at(self._words, pixels, words)

    def _try(
        self, x: F32, y: F32, z: F32, numbers: I64, corner: tuple[F32, F32], extent: tuple[int, int]
    ) -> None:
        """Draw triangles whose frames begin in a `corner` (column and row), and have so many more
        rows and columns (`extent`): at the centers that lie within.
        """
        (left, top), (more_rows, more_columns) = corner, extent
        u, v = x - (left + np.float32(0.5)), y - (top + np.float32(0.5))
        pairs = ((1, 2), (2, 0), (0, 1))
        # Twice the areas of the triangles that a center makes with each side, and how they
        # change to the right and down.
        areas = [u[i] * v[j] - u[j] * v[i] for i, j in pairs]
        whole = areas[0] + areas[1] + areas[2]
        flat = np.abs(whole) < np.float32(1e-12)
        turned = 1 / np.where(flat, np.float32(1), whole)
        row = [area * turned for area in areas]
        across = [(v[i] - v[j]) * turned for i, j in pairs] if more_columns else []
        down = [(u[j] - u[i]) * turned for i, j in pairs] if more_rows else []
        pixel = top.astype(np.int64) * self.size + left.astype(np.int64)
        least = np.where(flat, np.float32(np.inf), _TOUCHES)
        for dy in range(more_rows + 1):
            at = row
            for dx in range(more_columns + 1):
                won = np.flatnonzero(np.minimum(np.minimum(at[0], at[1]), at[2]) >= least)
                if len(won):
                    corners = z.take(won, 1)
                    depth = at[0].take(won) * corners[0]
                    depth += at[1].take(won) * corners[1]
                    depth += at[2].take(won) * corners[2]
                    pixels = pixel.take(won) + (dy * self.size + dx)
                    self._keep(pixels, _between(depth, corners), numbers.take(won))
                if dx < more_columns:
                    at = [share + step for share, step in zip(at, across, strict=True)]
            if dy < more_rows:
                row = [share + step for share, step in zip(row, down, strict=True)]

    def _fill(self, x: F32, y: F32, z: F32, numbers: I64, top: F32, bottom: F32) -> None:
        """Draw triangles row by row."""
        for part in parts((bottom - top + 1).astype(np.int64)):
            of = x[:, part], y[:, part], z[:, part]
            self._draw_rows(*of, numbers[part], top[part], bottom[part])

    def _draw_rows(self, x: F32, y: F32, z: F32, numbers: I64, top: F32, bottom: F32) -> None:
        (base, across, down), usable = slopes(x, y, z)
        nearest = np.maximum(np.maximum(z[0], z[1]), z[2])
        farthest = np.minimum(np.minimum(z[0], z[1]), z[2])
        rows = np.where(usable, bottom - top + 1, 0).astype(np.int64)
        owner = np.repeat(np.arange(len(rows)), rows)
        row = np.repeat(top.astype(np.int64), rows) + counted(rows)
        start, count = spans(sides(x, y), owner, row.astype(np.float64) + 0.5, self.size)
        seen = np.flatnonzero(count > 0)
        owner, row, start, count = (each.take(seen) for each in (owner, row, start, count))
        slope, least, most = (each.take(owner) for each in (across, farthest, nearest))
        depth = base.take(owner) + slope * (start + 0.5) + down.take(owner) * (row + 0.5)
        # A sliver's slope is steep: its depth never leaves its corners'.
        begin = np.minimum(np.maximum(depth, least), most).astype(np.float32)
        depth += slope * (count - 1)
        end = np.minimum(np.maximum(depth, least), most).astype(np.float32)
        step = (end - begin) / np.maximum(count - 1, 1).astype(np.float32)
        pixel = row * self.size + start
        for part in parts(count):
            many = count[part]
            along = counted(many)
            deep = np.repeat(step[part], many) * along.astype(np.float32)
            deep += np.repeat(begin[part], many)
            pixels = np.repeat(pixel[part], many) + along
            self._keep(pixels, deep, np.repeat(numbers.take(owner[part]), many))


def _depth(words: U64) -> F32:
    """The depth in words, from 0 (far, or nothing there) to 1 (near)."""
    steps = np.maximum((words >> _SHIFT).astype(np.float32) - 1, 0)
    return np.asarray(steps / _DEPTH_SCALE, np.float32)


def _kinds(frame: Frame, away: npt.NDArray[np.bool_]) -> list[I64]:
    """Which triangles are alike: those over few pixels by their extent (rows · _TRIED + columns,
    each less one), then the larger ones; then the same of those turned `away`. Those that reach no
    center of a pixel, most of a fine mesh, are left out.
    """
    left, right, top, bottom = frame
    wide, tall = right - left, bottom - top
    kind = (tall * _TRIED + wide).astype(np.uint8)
    kind[np.maximum(wide, tall) >= _TRIED] = _LARGE
    kind += away.astype(np.uint8) * np.uint8(_LARGE + 1)
    kind[np.minimum(wide, tall) < 0] = 2 * (_LARGE + 1)
    order = np.argsort(kind, kind="stable")
    ends = np.cumsum(np.bincount(kind, minlength=2 * (_LARGE + 1)))[: 2 * (_LARGE + 1)]
    return [order[begin:end] for begin, end in itertools.pairwise((0, *ends))]


def _turned_away(x: F32, y: F32) -> npt.NDArray[np.bool_]:
    """Whether triangles show their back, if their model is not inside out."""
    return np.asarray((x[1] - x[0]) * (y[2] - y[0]) > (y[1] - y[0]) * (x[2] - x[0]))


def effort(x: F32, y: F32) -> tuple[float, float]:
    """What drawing triangles takes: the sum of their areas, and of their heights, in the unit of
    `x` and `y`, which are given as to :meth:`Raster.draw`."""
    area = (x[1] - x[0]) * (y[2] - y[0]) - (y[1] - y[0]) * (x[2] - x[0])
    height = np.maximum(np.maximum(y[0], y[1]), y[2]) - np.minimum(np.minimum(y[0], y[1]), y[2])
    return (
        float(np.abs(area).sum(dtype=np.float64)) / 2,
        float(height.sum(dtype=np.float64)),
    )


def check_effort(area: float, height: float, scale: float) -> None:
    """Raises TooMuchToDraw where that many pixels, at `scale` pixels a unit, are too many."""
    if area * scale * scale + _ROW_COSTS * height * scale > MOST_PIXELS:
        raise TooMuchToDraw


def _reached(values: F32, size: int) -> tuple[F32, F32]:
    """The first and the last column (or row) whose centers lie within each triangle's frame."""
    least = np.minimum(np.minimum(values[0], values[1]), values[2])
    most = np.maximum(np.maximum(values[0], values[1]), values[2])
    least -= np.float32(0.5)
    most -= np.float32(0.5)
    np.ceil(least, out=least)
    np.floor(most, out=most)
    np.maximum(least, 0, out=least)
    np.minimum(most, size - 1, out=most)
    return least, most


def _between(depth: F32, corners: F32) -> F32:
    """`depth`, never nearer or farther than its triangle's corners (3,k)."""
    nearest = np.maximum(np.maximum(corners[0], corners[1]), corners[2])
    farthest = np.minimum(np.minimum(corners[0], corners[1]), corners[2])
    return np.asarray(np.minimum(np.maximum(depth, farthest), nearest), np.float32)
