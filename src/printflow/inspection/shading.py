"""Light on a model: a key light, a fill light and the sky, with corners in their own shade.

All of it works on what the z-buffer kept, never on triangles: the time depends on the picture's
size alone.
"""

import numpy as np

from printflow.inspection.raster import F32

_KEY = np.array([-0.46, 0.52, 0.72], np.float32)
_FILL = np.array([0.80, 0.10, 0.59], np.float32)
_BACK = np.array([0.35, 0.62, -0.70], np.float32)


def _curve() -> F32:
    """What a screen needs for light from 0 to 2, in 8192 steps."""
    light = (np.arange(8192) + 0.5) / 4096
    bent = np.where(light > 0.7, 0.7 + 0.3 * np.tanh((light - 0.7) / 0.3), light)
    return np.where(bent <= 0.0031308, bent * 12.92, 1.055 * bent ** (1 / 2.4) - 0.055).astype(
        np.float32
    )


_CURVE = _curve()


def linear(color: str) -> F32:
    """The color '#rrggbb' as three shares of light.

    Black and white are pulled in a little: pure ones would leave no room for shape.
    """
    values = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)], np.float32) / 255
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return (0.020 + 0.90 * light).astype(np.float32)


def lit(normals: F32, up: F32, color: F32, hidden: F32) -> F32:
    """The color (k,3), 0 to 1 as shown on screens, of surfaces of `color`.

    `normals` (k,3) as the eye sees them: right, up, towards the eye. `up` (k) is how far each
    faces the sky; `hidden` (k) how much of the sky its surroundings take away.
    """
    key, fill, back = (np.maximum(_towards(normals, to), 0) for to in (_KEY, _FILL, _BACK))
    sky = 0.5 + 0.5 * up
    ambient = (0.13 + 0.25 * sky) * (1 - 0.85 * hidden)
    diffuse = ambient + (0.80 * key + 0.17 * fill) * (1 - 0.45 * hidden) + 0.10 * back
    half = _KEY / np.linalg.norm(_KEY) + np.array([0, 0, 1], np.float32)
    shine = np.maximum(_towards(normals, half), 0) ** 28
    edge = (1 - np.clip(normals[:, 2], 0, 1)) ** 3
    gloss = (0.085 * shine + 0.035 * edge * sky) * (1 - 0.7 * hidden)
    light = diffuse[:, None] * color + gloss[:, None]
    return shown(np.asarray(light, np.float32))


def _towards(normals: F32, direction: F32) -> F32:
    """The cosine between each normal and a direction; written out, because matrix products start
    threads that cost more than they bring."""
    x, y, z = direction / np.linalg.norm(direction)
    return np.asarray(normals[:, 0] * x + normals[:, 1] * y + normals[:, 2] * z, np.float32)


def shown(light: F32) -> F32:
    """Light as screens want it: highlights are bent, not cut, then the sRGB curve."""
    steps = np.clip(light * (len(_CURVE) / 2), 0, len(_CURVE) - 1).astype(np.int16)
    return np.asarray(_CURVE[steps], np.float32)


def hidden_sky(distance: F32, normals: F32, pixel: float) -> F32:
    """How much of the sky each pixel's surroundings take away (0 to 1), from distances alone.

    `distance` (s,s) towards the eye, NaN where nothing is; `normals` (s,s,3) as the eye sees
    them; `pixel` the width of a pixel in the same unit. Neighbors that rise above the plane of
    the surface hide the sky; far ones in front of it hide little.
    """
    size = len(distance)
    reach = size // 12
    near = np.nan_to_num(distance, nan=-1e3)
    padded = np.pad(near, reach, constant_values=np.float32(-1e3))
    facing = np.maximum(normals[:, :, 2], 0.25)
    slope_x = -normals[:, :, 0] / facing
    slope_y = normals[:, :, 1] / facing
    total = np.zeros_like(near)
    samples = 0
    for ring, share in enumerate((0.12, 0.35, 1.0)):
        radius = share * reach
        for step in range(8):
            angle = (step + ring / 3) * np.pi / 4
            dx, dy = round(radius * np.cos(angle)), round(radius * np.sin(angle))
            if dx == dy == 0:
                continue
            there = padded[reach + dy : reach + dy + size, reach + dx : reach + dx + size]
            length = np.float32(np.hypot(dx, dy) * pixel)
            rise = (there - near - (slope_x * dx + slope_y * dy) * np.float32(pixel)) / length
            # Beyond three times the distance it is another part in front, not a corner.
            total += np.clip(rise - 0.10, 0, 1) * np.clip(2 - rise / 3, 0, 1)
            samples += 1
    return _box(np.clip(total / max(samples, 1) * 1.35, 0, 1).astype(np.float32))


def outlines(distance: F32, pixel: float) -> F32:
    """How strongly an outline runs at each pixel (0 to 1): behind a jump in distance."""
    near = np.nan_to_num(distance, nan=-1e3)
    padded = np.pad(near, 1, mode="edge")
    size = len(near)
    jump = np.zeros_like(near)
    for dx, dy in ((0, 1), (1, 0)):
        ahead = padded[1 + dy : 1 + dy + size, 1 + dx : 1 + dx + size]
        behind = padded[1 - dy : 1 - dy + size, 1 - dx : 1 - dx + size]
        # The second difference is 0 on a plane, however steep.
        bend = ahead + behind - 2 * near
        np.maximum(jump, bend, out=jump)
    return np.clip(jump / np.float32(pixel) / 8 - 0.4, 0, 1).astype(np.float32)


def _box(values: F32) -> F32:
    """The mean of 5 × 5 neighbors."""
    size = len(values)
    for axis in (0, 1):
        padded = np.pad(values, [(2, 2) if axis == at else (0, 0) for at in (0, 1)], mode="edge")
        parts = [
            padded[at : at + size] if axis == 0 else padded[:, at : at + size] for at in range(5)
        ]
        values = np.asarray(sum(parts[1:], parts[0]) / 5, np.float32)
    return values
