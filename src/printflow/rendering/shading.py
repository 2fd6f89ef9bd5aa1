"""Light on a model: a key light, a fill light and the sky, with corners in their own shade.

All of it works on what the z-buffer kept: the time depends on the picture's size alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from printflow.mesh.blocks import F32, I64

_KEY = np.array([-0.46, 0.52, 0.72], np.float32)
_FILL = np.array([0.80, 0.10, 0.59], np.float32)
_BACK = np.array([0.35, 0.62, -0.70], np.float32)
_HALF = _KEY / np.linalg.norm(_KEY) + np.array([0, 0, 1], np.float32)

_ROWS_AT_ONCE = 32
NOWHERE = np.float32(-1e3)
"""The distance towards the eye where nothing is."""
_RINGS = (0.12, 0.35, 1.0)
_STEPS = 8


def _curve() -> F32:
    """What a screen needs for light from 0 to 2, in 8192 steps: highlights are bent, not cut, then
    the sRGB curve."""
    light = (np.arange(8192) + 0.5) / 4096
    bent = np.where(light > 0.7, 0.7 + 0.3 * np.tanh((light - 0.7) / 0.3), light)
    return np.where(bent <= 0.0031308, bent * 12.92, 1.055 * bent ** (1 / 2.4) - 0.055).astype(
        np.float32
    )


_CURVE = _curve()
_STEPS_OF_ONE = np.float32(len(_CURVE) / 2)


def linear(color: str) -> F32:
    """The color '#rrggbb' as three shares of light.

    Black and white are pulled in a little: pure ones would leave no room for shape.
    """
    values = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)], np.float32) / 255
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return (0.020 + 0.90 * light).astype(np.float32)


@dataclass(frozen=True)
class Paint:
    """What color triangles have: some of ``shares`` (3,c), of three kinds of light each; without
    ``which`` (n) all have the first."""

    shares: F32
    which: npt.NDArray[np.int32] | None = None

    def of(self, triangles: I64) -> Sequence[F32]:
        """The shares of red, green and blue of some of the triangles."""
        if self.which is None:
            return [share[0] for share in self.shares]
        which = self.which.take(triangles)
        return [share.take(which) for share in self.shares]


def paint(color: str, colors: npt.NDArray[np.int32] | None) -> Paint:
    """The paint of triangles with these colors (0xRRGGBB), and of `color` where that is below 0."""
    if colors is None:
        return Paint(linear(color)[:, None])
    kinds, which = np.unique(colors, return_inverse=True)
    shares = [linear(color if kind < 0 else f"#{kind:06x}") for kind in kinds.tolist()]
    return Paint(np.stack(shares, axis=1), which.astype(np.int32))


@dataclass(frozen=True)
class Light:
    """The light on surfaces that face one way each: what comes back in the surface's color and how
    much of that falls away in a corner, and what shines in white."""

    diffuse: F32
    hidden: F32
    gloss: F32

    def of(self, which: I64 | slice) -> "Light":
        """The light on some of the surfaces."""
        all_of_it = self.diffuse, self.hidden, self.gloss
        if isinstance(which, slice):
            return Light(*(each[which] for each in all_of_it))
        return Light(*(each.take(which) for each in all_of_it))

    def shown(self, color: Sequence[F32], hidden: F32, outline: F32) -> list[F32]:
        """Red, green and blue, 0 to 1 as shown on screens, of surfaces of `color` (of all, or one for
        each).

        `hidden` is how much of the sky their surroundings take away, `outline` how strongly an
        outline runs there.
        """
        diffuse = self.diffuse - self.hidden * hidden
        gloss = self.gloss * (_STEPS_OF_ONE - np.float32(0.7) * _STEPS_OF_ONE * hidden)
        dim = 1 - np.float32(0.38) * outline
        return [
            _CURVE.take((diffuse * (share * _STEPS_OF_ONE) + gloss).astype(np.intp), mode="clip")
            * dim
            for share in color
        ]


def lit(to_eye: F32, up: F32) -> Light:
    """The light on surfaces: `to_eye` (3,k) is how they face the eye (right, up, towards it), `up`
    (k) how far each faces the sky."""
    key, fill, back, half = (_towards(to_eye, to) for to in (_KEY, _FILL, _BACK, _HALF))
    sky: F32 = np.float32(0.5) + np.float32(0.5) * up
    ambient: F32 = np.float32(0.13) + np.float32(0.25) * sky
    direct: F32 = np.float32(0.80) * key + np.float32(0.17) * fill
    diffuse: F32 = ambient + direct + np.float32(0.10) * back
    hidden: F32 = np.float32(0.85) * ambient + np.float32(0.45) * direct
    for _ in range(2):  # to the 28th: 4 · 7
        half *= half
    shine = half * half * half
    shine *= shine * half
    edge = np.maximum(1 - to_eye[2], 0)
    gloss = np.float32(0.085) * shine + np.float32(0.035) * edge * edge * edge * sky
    return Light(diffuse, hidden, gloss)


def _towards(normals: F32, direction: F32) -> F32:
    """The cosine between each normal and a direction, 0 where it looks away; written out, because
    matrix products start threads that cost more than they bring."""
    x, y, z = (direction / np.linalg.norm(direction)).astype(np.float32)
    cosine: F32 = normals[0] * x + normals[1] * y + normals[2] * z
    return np.maximum(cosine, 0, out=cosine)


def hidden_sky(distance: F32, normals: F32, pixel: float) -> F32:
    """How much of the sky each pixel's surroundings take away (0 to 1), from distances alone.

    `distance` (s,s) towards the eye, NOWHERE where nothing is; `normals` (3,s,s) as the eye sees
    them; `pixel` the width of a pixel in the same unit. Neighbors that rise above the plane of
    the surface hide the sky; far ones in front of it hide little.
    """
    size = len(distance)
    reach = size // 12
    padded = np.pad(distance, reach, constant_values=NOWHERE)
    result = np.zeros((size, size), np.float32)
    there = distance > NOWHERE
    rows, columns = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
    if not len(rows):
        return result
    across = slice(int(columns[0]), int(columns[-1]) + 1)
    for top in range(int(rows[0]), int(rows[-1]) + 1, _ROWS_AT_ONCE):
        down = slice(top, min(top + _ROWS_AT_ONCE, int(rows[-1]) + 1))
        result[down, across] = _risen(padded, normals[:, down, across], down, across, reach, pixel)
    return _box(np.clip(result, 0, 1))


def _risen(padded: F32, normals: F32, down: slice, across: slice, reach: int, pixel: float) -> F32:
    """The mean of how far neighbors rise above the surface, for a part of the picture."""
    facing = np.maximum(normals[2], np.float32(0.25))
    slope_x = normals[0] / facing * np.float32(-pixel)
    slope_y = normals[1] / facing * np.float32(pixel)

    def moved(dx: int, dy: int) -> F32:
        left, top = reach + dx + across.start, reach + dy + down.start
        return padded[top : top + down.stop - down.start, left : left + across.stop - across.start]

    near, samples = moved(0, 0), 0
    total: F32 = np.zeros(near.shape, np.float32)
    for ring, share in enumerate(_RINGS):
        for step in range(_STEPS):
            angle = (step + ring / len(_RINGS)) * 2 * np.pi / _STEPS
            dx, dy = (round(share * reach * turn) for turn in (np.cos(angle), np.sin(angle)))
            if dx == dy == 0:
                continue
            rise = moved(dx, dy) - near
            rise -= slope_x * np.float32(dx)
            rise -= slope_y * np.float32(dy)
            steepness = 1 / (np.hypot(dx, dy) * pixel)
            # Beyond three times the distance it is another part in front, not a corner.
            counts = rise * np.float32(steepness / -3)
            counts += np.float32(2)
            rise *= np.float32(steepness)
            rise -= np.float32(0.10)
            np.minimum(rise, counts, out=rise)
            np.minimum(rise, 1, out=rise)
            np.maximum(rise, 0, out=rise)
            total += rise
            samples += 1
    total *= np.float32(1.35 / max(samples, 1))
    return total


def outlines(distance: F32, pixel: float) -> F32:
    """How strongly an outline runs at each pixel (0 to 1): behind a jump in distance."""
    jump = np.zeros_like(distance)
    for bent, inner in ((distance, jump), (distance.T, jump.T)):
        # The second difference is 0 on a plane, however steep.
        bend = bent[2:] + bent[:-2]
        bend -= bent[1:-1]
        bend -= bent[1:-1]
        np.maximum(inner[1:-1], bend, out=inner[1:-1])
    jump *= np.float32(1 / (8 * pixel))
    jump -= np.float32(0.4)
    return np.asarray(np.clip(jump, 0, 1, out=jump), np.float32)


def _box(values: F32) -> F32:
    """The mean of 3 × 3 neighbors."""
    padded = np.pad(values, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return np.asarray((rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9), np.float32)
