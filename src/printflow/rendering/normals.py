"""Which way the surface that is seen faces: smooth over round parts, hard at edges.

A file says nothing of edges. Corners that lie at one place are joined; at each corner of a
triangle the directions of its neighbors there are averaged, weighted by their angles and areas (a
flat face stays flat beside its bevel), but only of those that differ by less than CREASE degrees. Fine meshes are taken as they are.
"""

from dataclasses import dataclass

import numpy as np

from printflow.mesh.blocks import AT_ONCE, F32, I64, Rows, Triangles, rows_of

CREASE = 28.0
"""Beyond this angle (degrees) two triangles meet at an edge."""

_LARGE = 64
"""A triangle of so many pixels is seen as a facet, if nothing is done about it."""

_FACETED = 0.08
"""The share of the pixels on large triangles from which on the surface is smoothed."""

_FACES_SMOOTHED = 120_000
_PIXELS_AT_ONCE = 8192
_NEIGHBORS = 48
_PAIRS = 6_000_000


@dataclass(frozen=True)
class Facing:
    """Directions of length 1 as rows (3,k), and which of them each pixel has; without ``which``
    there is one for each pixel."""

    directions: F32
    which: I64 | None

    def at(self, pixels: I64) -> F32:
        """The directions (3,m) of some of the pixels."""
        return self.directions.take(pixels if self.which is None else self.which[pixels], 1)


def facing(triangles: Triangles, frames: F32, faces: I64, pixels: I64, size: int) -> Facing:
    """Which way the surface faces at each pixel that shows something.

    `frames` are the corners of all `triangles` in pixels, rows x of three corners and y of three
    (6,n); `faces` (k) is the triangle at each of the `pixels`, numbered row by row of `size`.
    """
    shown = np.zeros(len(triangles), bool)
    shown[faces] = True
    visible = np.flatnonzero(shown)
    number = np.cumsum(shown, dtype=np.int32)
    number -= 1
    which = number[faces].astype(np.int64)
    records = triangles.reshape(-1, 9)
    corners = np.empty((9, len(visible)), np.float32)
    for first in range(0, len(visible), AT_ONCE):
        some = visible[first : first + AT_ONCE]
        corners[:, first : first + AT_ONCE] = rows_of(records.take(some, 0))
    flat = _of_faces(corners)
    sizes = np.bincount(which, minlength=len(visible))
    if len(visible) > _FACES_SMOOTHED or sizes[sizes >= _LARGE].sum() <= _FACETED * len(faces):
        return Facing(flat, which)
    smoothed = _at_corners(corners, flat)
    frames = frames.take(visible, 1)
    result = np.empty((3, len(faces)), np.float32)
    for first in range(0, len(faces), _PIXELS_AT_ONCE):
        part = slice(first, first + _PIXELS_AT_ONCE)
        of = which[part]
        y, x = (at.astype(np.float32) + np.float32(0.5) for at in np.divmod(pixels[part], size))
        shares = _shares(frames.take(of, 1), x, y)
        mixed = [
            sum(share * smoothed[corner, axis][of] for corner, share in enumerate(shares))
            for axis in range(3)
        ]
        result[:, part] = _unit(np.asarray(mixed, np.float32), flat.take(of, 1))
    return Facing(result, None)


def _of_faces(corners: Rows) -> F32:
    """The direction of each face (3,m), of length 1 (0 where a face has no area)."""
    ax, ay, az, bx, by, bz, cx, cy, cz = corners
    bx, by, bz, cx, cy, cz = bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az
    return _unit(np.stack((by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx)))


def _at_corners(corners: Rows, flat: F32) -> F32:
    """The smoothed direction at each corner of each face, (3 corners, 3, m)."""
    count = flat.shape[1]
    places = _places(corners)
    order = np.argsort(places, kind="stable")
    ordered = places[order]
    start = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    many = np.diff(np.append(start, len(ordered)))
    face_of = order % count
    weights = (_angles(corners) * _areas(corners)).reshape(-1)[order]
    directions = np.ascontiguousarray(flat.T)[face_of]
    result = directions.copy()
    group = np.repeat(np.arange(len(many)), many)
    neighbors = many[group]
    neighbors = np.where(neighbors > _NEIGHBORS, 1, neighbors)
    begin = np.where(neighbors > 1, start[group], np.arange(len(group)))
    if int(neighbors.sum()) <= _PAIRS:
        mine = np.repeat(np.arange(len(order)), neighbors)
        ends = np.cumsum(neighbors)
        theirs = begin[mine] + np.arange(int(ends[-1])) - (ends - neighbors)[mine]
        others = directions[theirs]
        alike = (directions[mine] * others).sum(1) > np.float32(np.cos(np.radians(CREASE)))
        others *= (weights[theirs] * alike)[:, None]
        result = np.add.reduceat(others, ends - neighbors, axis=0)
    smoothed = np.empty((len(order), 3), np.float32)
    smoothed[order] = result
    return (
        _unit(np.ascontiguousarray(smoothed.T), np.tile(flat, 3))
        .reshape(3, 3, count)
        .swapaxes(0, 1)
    )


def _places(corners: Rows) -> I64:
    """A number for each corner (3m, the first corners of all faces first), the same for the same
    place: points closer than a millionth of the model are one."""
    low = [float(corners[axis::3].min()) for axis in range(3)]
    high = [float(corners[axis::3].max()) for axis in range(3)]
    step = max(*(most - least for least, most in zip(low, high, strict=True)), 1e-30) * 2e-6
    joined = np.zeros(3 * corners.shape[1], np.int64)
    for axis, least in enumerate(low):
        cells = np.rint((corners[axis::3].reshape(-1) - np.float64(least)) / step)
        joined = (joined << 21) | cells.astype(np.int64)
    return joined


def _angles(corners: Rows) -> F32:
    """The angle at each corner of each triangle (3,m), in radians."""
    points = corners.reshape(3, 3, -1)
    along = [_unit(points[(at + 1) % 3] - points[at]) for at in range(3)]
    cosine = np.stack([-(along[at] * along[at - 1]).sum(0) for at in range(3)])
    return np.asarray(np.arccos(np.clip(cosine, -1, 1)), np.float32)


def _areas(corners: Rows) -> F32:
    """The doubled area of each triangle (m), of a model whose size does not matter."""
    one, two = corners[3:6] - corners[0:3], corners[6:9] - corners[0:3]
    x, y, z = (one[i] * two[j] - one[j] * two[i] for i, j in ((1, 2), (2, 0), (0, 1)))
    area = np.sqrt(x * x + y * y + z * z)
    return np.asarray(area / max(float(area.max()), 1e-30), np.float32)


def _shares(frames: F32, x: F32, y: F32) -> tuple[F32, F32, F32]:
    """How much each corner of its triangle (6,k) has of a pixel (k), in the picture's plane."""
    x0, x1, x2, y0, y1, y2 = frames
    x1, x2, y1, y2 = x1 - x0, x2 - x0, y1 - y0, y2 - y0
    doubled = x1 * y2 - y1 * x2
    doubled = np.where(np.abs(doubled) < 1e-9, np.float32(1e-9), doubled)
    dx, dy = x - x0, y - y0
    second = np.clip((dx * y2 - dy * x2) / doubled, 0, 1)
    third = np.clip((x1 * dy - y1 * dx) / doubled, 0, 1)
    return np.clip(1 - second - third, 0, 1), second, third


def _unit(vectors: F32, instead: F32 | None = None) -> F32:
    """Vectors (3,k) made 1 long; those without a length are 0, or what stands in their place."""
    x, y, z = vectors
    length = np.sqrt(x * x + y * y + z * z)
    lost = ~(length > 0)
    if lost.any():
        length[lost] = 1
        if instead is not None:
            vectors[:, lost] = instead[:, lost]
    return np.asarray(vectors / length, np.float32)
