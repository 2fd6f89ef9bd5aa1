"""Where a model is looked at from: from above, in front and a little to the side.

The model stands as it would on the printer: z is up. A flat part is looked at
more from above and from the front, so that text on it can be read.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from printflow.mesh.blocks import F32, Rows, Triangles

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
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    near: float = 1.0
    far: float = 0.0

    def fitted(self, low: F32, high: F32, size: int) -> "Camera":
        """The same view, with what lies between `low` and `high` (x, y, z as :meth:`seen` gives
        them) in the middle of `size` × `size` pixels."""
        scale = size * (1 - 2 * MARGIN) / max(float((high - low)[:2].max()), 1e-9)
        shift = (
            size / 2 - scale * float(low[0] + high[0]) / 2,
            size / 2 + scale * float(low[1] + high[1]) / 2,
        )
        room = max(float(high[2] - low[2]), 1e-6) * 0.01
        near, far = float(high[2]) + room, float(low[2]) - room
        return replace(self, scale=scale, shift=shift, near=near, far=far)

    def resized(self, share: float) -> "Camera":
        """The same view in a picture of `share` times the size."""
        shift = (self.shift[0] * share, self.shift[1] * share)
        return replace(self, scale=self.scale * share, shift=shift)

    @property
    def pixel(self) -> float:
        """The width of a pixel where the model's middle is, in radii."""
        return _DISTANCE / self.scale

    def seen(self, x: F32, y: F32, z: F32, out: F32 | None = None) -> tuple[F32, F32, F32]:
        """Points in the picture's plane, x and y (up), and 1/distance from the eye; planes stay
        planes in it. All three are written to `out`, where it is given."""
        middle, turn = self.center.astype(np.float32), (self.axes / self.radius).astype(np.float32)
        x, y, z = x - middle[0], y - middle[1], z - middle[2]
        across, up, towards = (x * one + y * two + z * three for one, two, three in turn)
        np.subtract(np.float32(_DISTANCE), towards, out=towards)
        places = (across, up, towards) if out is None else out
        inverse = np.divide(np.float32(1), towards, out=places[2])
        np.multiply(across, inverse, out=places[0])
        np.multiply(up, inverse, out=places[1])
        return places[0], places[1], places[2]

    def in_pixels(self, x: F32, y: F32, z: F32) -> None:
        """Turns what :meth:`seen` gives into pixels (y down) and a depth from 0 (far) to 1."""
        room = self.near - self.far
        for values, factor, shift in (
            (x, self.scale, self.shift[0]),
            (y, -self.scale, self.shift[1]),
            (z, 1 / room, -self.far / room),
        ):
            values *= np.float32(factor)
            values += np.float32(shift)

    def distance_of(self, depth: F32) -> F32:
        """How far from the center towards the eye a depth is, in radii."""
        inverse = depth * np.float32(self.near - self.far) + np.float32(self.far)
        return np.asarray(np.float32(_DISTANCE) - 1 / inverse, np.float32)

    def on_plane(self, x: F32, y: F32, height: float) -> tuple[F32, F32]:
        """Where the rays through the pixels x, y meet the plane z = height, (x, y)."""
        across = (x - np.float32(self.shift[0])) / np.float32(self.scale)
        up = (np.float32(self.shift[1]) - y) / np.float32(self.scale)
        right, upward, forward = self.axes.astype(np.float32)
        # A ray is eye + t · (across·right + up·upward − forward).
        eye = forward * np.float32(_DISTANCE)
        target = np.float32((height - self.center[2]) / self.radius)
        falling = across * right[2] + up * upward[2] - forward[2]
        t = (target - eye[2]) / np.minimum(falling, np.float32(-1e-6))
        center, radius = self.center.astype(np.float32), np.float32(self.radius)
        ground_x, ground_y = (
            center[axis]
            + radius * (eye[axis] + t * (across * right[axis] + up * upward[axis] - forward[axis]))
            for axis in (0, 1)
        )
        return ground_x, ground_y


def aim(triangles: Triangles, low: F32, high: F32) -> Camera:
    """The camera that sees `triangles` (n,3,3) between `low` and `high` from the side that fills
    the picture best; where in the picture they are is still to be fitted."""
    extent = high.astype(np.float64) - low
    center = (low.astype(np.float64) + high) / 2
    radius = float(np.linalg.norm(extent)) / 2 or 1.0
    points = triangles.reshape(-1, 3)
    sample: Rows = np.ascontiguousarray(points[:: max(1, len(points) // _SAMPLE)].T)
    flat = extent[2] < FLAT * max(extent[0], extent[1])
    azimuths: tuple[float, ...]
    if flat:
        elevation = 52.0
        azimuths = (-20.0, 20.0)
    else:
        elevation = 24.0
        azimuths = (-35.0, -58.0, -20.0, 35.0, 58.0, 20.0)
    best, best_fill = Camera(_axes(azimuths[0], elevation), center, radius), -1.0
    for azimuth in azimuths:
        camera = Camera(_axes(azimuth, elevation), center, radius)
        across, up, _ = camera.seen(*sample)
        wide, tall = float(np.ptp(across)), float(np.ptp(up))
        # How much of the picture's area the model's frame takes once it is fitted; a later
        # side must be clearly better than an earlier one.
        fill = min(wide, tall) / max(wide, tall, 1e-9)
        if fill > best_fill * 1.04:
            best, best_fill = camera, fill
    return best


def _axes(azimuth: float, elevation: float) -> npt.NDArray[np.float64]:
    """Right, up and towards the eye, for an eye `azimuth` degrees to the right of the front (-y)
    and `elevation` degrees above the ground."""
    turn, rise = np.radians(azimuth), np.radians(elevation)
    forward = np.array(
        [np.sin(turn) * np.cos(rise), -np.cos(turn) * np.cos(rise), np.sin(rise)], np.float64
    )
    right = np.array([np.cos(turn), np.sin(turn), 0.0])
    return np.stack((right, np.cross(forward, right), forward))
