"""Which way a surface faces at each pixel: smooth over round parts, hard at edges.

A file says nothing of edges. Corners that lie at one place are joined; at each corner of a
triangle the directions of its neighbors there are averaged, weighted by their angles, but only
of those that differ by less than CREASE degrees. Fine meshes are taken as they are.
"""

import numpy as np

from printflow.inspection.raster import F32, I64, Faces

CREASE = 36.0
"""Beyond this angle (degrees) two triangles meet at an edge."""

_FACES_SMOOTHED = 120_000
_PIXELS_PER_FACE = 4
_NEIGHBORS = 48
_PAIRS = 6_000_000


def of_faces(points: F32, faces: Faces) -> F32:
    """The direction of each face, of length 1 (0 where a face has no area)."""
    one = points[faces[:, 1]] - points[faces[:, 0]]
    two = points[faces[:, 2]] - points[faces[:, 0]]
    return _unit(np.cross(one, two).astype(np.float32))


class Surface:
    """The triangles that are seen, and which way they face at any of their pixels."""

    def __init__(self, points: F32, seen: F32, faces: Faces, face_at: I64) -> None:
        """`points` (n,3), `seen` the same in pixels; `face_at` (k) the triangle at each pixel."""
        shown = np.zeros(len(faces), bool)
        shown[face_at] = True
        visible = np.flatnonzero(shown)
        number = np.cumsum(shown, dtype=np.int32) - np.int32(1)
        self._which = number[face_at]
        self._flat = of_faces(points, faces[visible])
        self._corners: F32 | None = None
        if len(visible) <= _FACES_SMOOTHED and len(face_at) >= _PIXELS_PER_FACE * len(visible):
            self._corners = _at_corners(points, faces[visible], self._flat)
            self._frames = seen[faces[visible], :2]

    def facing(self, part: slice, x: F32, y: F32) -> F32:
        """The direction of the surface (k,3) at a `part` of the pixels, whose centers are x, y."""
        which = self._which[part]
        if self._corners is None:
            return np.asarray(self._flat[which], np.float32)
        shares = _shares(self._frames[which], x, y)
        smooth = _unit(np.einsum("kc,kcd->kd", shares, self._corners[which]))
        lost = (smooth == 0).all(1)
        smooth[lost] = self._flat[which[lost]]
        return smooth


def _at_corners(points: F32, faces: Faces, flat: F32) -> F32:
    """The smoothed direction at each corner of each face (m,3,3)."""
    used, compact = np.unique(faces, return_inverse=True)
    places = _places(points[used])[compact.reshape(-1)]
    order = np.argsort(places, kind="stable")
    _, start, count = np.unique(places[order], return_index=True, return_counts=True)
    face_of = order // 3
    weighted = flat[face_of] * _angles(points[faces]).reshape(-1)[order][:, None]
    group = np.repeat(np.arange(len(count)), count)
    many = count[group]
    many = np.where(many > _NEIGHBORS, 1, many)
    begin = np.where(many > 1, start[group], np.arange(len(group)))
    result = flat[face_of].copy()
    if int(many.sum()) <= _PAIRS:
        mine = np.repeat(np.arange(len(order)), many)
        ends = np.cumsum(many)
        theirs = begin[mine] + np.arange(int(ends[-1])) - (ends - many)[mine]
        alike = np.einsum("pd,pd->p", flat[face_of[mine]], flat[face_of[theirs]])
        kept = alike > np.cos(np.radians(CREASE))
        for axis in range(3):
            result[:, axis] = np.bincount(
                mine[kept], weighted[theirs[kept], axis], minlength=len(order)
            )
    smoothed = np.empty_like(result)
    smoothed[order] = _unit(result)
    return smoothed.reshape(-1, 3, 3)


def _places(points: F32) -> I64:
    """One number for each place: points closer than a millionth of the model are one."""
    low = points.min(0)
    step = max(float(np.ptp(points, axis=0).max()), 1e-9) * 2e-6
    cells = np.rint((points - low).astype(np.float64) / step).astype(np.int64)
    joined = (cells[:, 0] << 42) | (cells[:, 1] << 21) | cells[:, 2]
    return np.unique(joined, return_inverse=True)[1].astype(np.int64)


def _angles(corners: F32) -> F32:
    """The angle at each corner of each triangle (m,3), in radians."""
    ahead = _unit(np.roll(corners, -1, axis=1) - corners)
    back = _unit(np.roll(corners, 1, axis=1) - corners)
    cosine = np.clip((ahead * back).sum(-1), -1, 1)
    return np.asarray(np.arccos(cosine), np.float32)


def _shares(corners: F32, x: F32, y: F32) -> F32:
    """How much each corner (k,3,2) has of a pixel (k,3), in the picture's plane."""
    ahead, left = corners[:, 0, 0], corners[:, 0, 1]
    x1, y1 = corners[:, 1, 0] - ahead, corners[:, 1, 1] - left
    x2, y2 = corners[:, 2, 0] - ahead, corners[:, 2, 1] - left
    doubled = x1 * y2 - y1 * x2
    doubled = np.where(np.abs(doubled) < 1e-9, np.float32(1e-9), doubled)
    dx, dy = x - ahead, y - left
    second = (dx * y2 - dy * x2) / doubled
    third = (x1 * dy - y1 * dx) / doubled
    shares = np.clip(np.stack((1 - second - third, second, third), axis=1), 0, 1)
    whole = shares[:, 0] + shares[:, 1] + shares[:, 2]
    return np.asarray(shares / whole[:, None], np.float32)


def _unit(vectors: F32) -> F32:
    length = np.sqrt(np.einsum("...d,...d->...", vectors, vectors))[..., None]
    return np.asarray(vectors / np.where(length > 0, length, 1), np.float32)
