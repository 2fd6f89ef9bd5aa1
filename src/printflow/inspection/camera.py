"""Where a model is looked at from: from above, in front and a little to the side.

The model stands as it would on the printer: z is up. A flat part is looked at
more from above and from the front, so that text on it can be read.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from printflow.inspection.raster import F32

FLAT = 0.12
"""A part is flat when it is lower than this share of its longer side."""

MARGIN = 0.045
"""Share of the picture left free on each side."""

_DISTANCE = 4.6
"""Distance of the eye from the center, in radii of the model: a mild perspective."""

_SAMPLE = 20_000


@dataclass(frozen=True)
class Camera:
    """The way from the model to the picture."""

    axes: npt.NDArray[np.float64]
    """Rows: to the right, up and towards the eye, as directions of the model."""

    center: npt.NDArray[np.float64]
    radius: float
    scale: float
    shift: tuple[float, float]
    near: float
    far: float

    def resized(self, share: float) -> "Camera":
        """The same view in a picture of `share` times the size."""
        shift = (self.shift[0] * share, self.shift[1] * share)
        return replace(self, scale=self.scale * share, shift=shift)

    @property
    def pixel(self) -> float:
        """The width of a pixel where the model's middle is, in radii."""
        return _DISTANCE / self.scale

    def distance_of(self, depth: F32) -> F32:
        """How far from the center towards the eye a depth is, in radii."""
        inverse = depth * np.float32(self.near - self.far) + np.float32(self.far)
        return np.asarray(np.float32(_DISTANCE) - 1 / inverse, np.float32)

    def on_plane(self, x: F32, y: F32, height: float) -> tuple[F32, F32]:
        """Where the rays through the pixels x, y meet the plane z = height, (x, y)."""
        across = (x - self.shift[0]) / self.scale
        up = (self.shift[1] - y) / self.scale
        right, upward, forward = self.axes
        # A ray is eye + t · (across·right + up·upward − forward).
        eye = forward * _DISTANCE
        target = (height - self.center[2]) / self.radius
        falling = across * right[2] + up * upward[2] - forward[2]
        t = (target - eye[2]) / np.minimum(falling, -1e-6)
        ground = [
            self.center[axis]
            + self.radius
            * (eye[axis] + t * (across * right[axis] + up * upward[axis] - forward[axis]))
            for axis in (0, 1)
        ]
        return ground[0].astype(np.float32), ground[1].astype(np.float32)


def extremes(points: F32) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The least and greatest coordinates; column by column, which is quick in numpy."""
    columns = [points[:, axis] for axis in range(3)]
    return (
        np.array([column.min() for column in columns], np.float64),
        np.array([column.max() for column in columns], np.float64),
    )


def aim(points: F32, size: int) -> tuple[Camera, F32]:
    """The camera that shows `points` (n,3) in the middle of `size` × `size` pixels, from the
    side that fills the picture best; and the points as it sees them: pixels (x, y down) and depth
    from 0 (far) to 1 (near)."""
    low, high = extremes(points)
    extent = high - low
    center = (low + high) / 2
    radius = float(np.linalg.norm(extent)) / 2 or 1.0
    sample = points[:: max(1, len(points) // _SAMPLE)]
    flat = extent[2] < FLAT * max(extent[0], extent[1])
    azimuths: tuple[float, ...]
    if flat:
        elevation = 52.0
        azimuths = (-20.0, 20.0)
    else:
        elevation = 24.0
        azimuths = (-35.0, -58.0, -20.0, 35.0, 58.0, 20.0)
    best, best_fill = _axes(azimuths[0], elevation), -1.0
    for azimuth in azimuths:
        axes = _axes(azimuth, elevation)
        seen = _perspective(sample, axes, center, radius)
        spread = np.ptp(seen[:, :2], axis=0)
        # How much of the picture's area the model's frame takes once it is fitted; a later
        # side must be clearly better than an earlier one.
        fill = float(spread.min() / max(spread.max(), 1e-9))
        if fill > best_fill * 1.04:
            best, best_fill = axes, fill
    return _fitted(points, best, center, radius, size)


def _fitted(
    points: F32,
    axes: npt.NDArray[np.float64],
    center: npt.NDArray[np.float64],
    radius: float,
    size: int,
) -> tuple[Camera, F32]:
    seen = _perspective(points, axes, center, radius)
    low, high = extremes(seen)
    scale = size * (1 - 2 * MARGIN) / max(float((high - low)[:2].max()), 1e-9)
    shift = (
        size / 2 - scale * float(low[0] + high[0]) / 2,
        size / 2 + scale * float(low[1] + high[1]) / 2,
    )
    room = max(float(high[2] - low[2]), 1e-6) * 0.01
    near, far = float(high[2]) + room, float(low[2]) - room
    seen *= np.array([scale, -scale, 1 / (near - far)], np.float32)
    seen += np.array([*shift, -far / (near - far)], np.float32)
    return Camera(axes, center, radius, scale, shift, near, far), seen


def _axes(azimuth: float, elevation: float) -> npt.NDArray[np.float64]:
    """Right, up and towards the eye, for an eye `azimuth` degrees to the right of the front (-y)
    and `elevation` degrees above the ground."""
    turn, rise = np.radians(azimuth), np.radians(elevation)
    forward = np.array(
        [np.sin(turn) * np.cos(rise), -np.cos(turn) * np.cos(rise), np.sin(rise)], np.float64
    )
    right = np.array([np.cos(turn), np.sin(turn), 0.0])
    return np.stack((right, np.cross(forward, right), forward))


def _perspective(
    points: F32, axes: npt.NDArray[np.float64], center: npt.NDArray[np.float64], radius: float
) -> F32:
    """Picture plane x, y (up) and 1/distance from the eye; planes stay planes in it."""
    turn = axes / radius
    shift = turn @ center
    x, y, z = (points[:, axis] for axis in range(3))
    across, up, towards = (
        x * np.float32(row[0]) + y * np.float32(row[1]) + (z * np.float32(row[2]) - np.float32(at))
        for row, at in zip(turn, shift, strict=True)
    )
    inverse = 1 / (np.float32(_DISTANCE) - towards)
    return np.stack((across * inverse, up * inverse, inverse), axis=1)
