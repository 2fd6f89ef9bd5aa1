"""The soft shadow that a model throws on the ground it stands on."""

import numpy as np
from PIL import Image, ImageFilter

from printflow.mesh.blocks import F32, Triangles, blocks
from printflow.rendering.camera import Camera
from printflow.rendering.raster import Raster, TooMuchToDraw, check_effort, effort

CELLS = 128
"""Cells along the longer side of the model, seen from below."""

_BORDER = 32
_FINE = 4 * CELLS**2
"""From so many triangles on their first corners alone cover the cells."""

STRENGTH = 0.42
"""Darkest share of black in the shadow."""


def shadow_on_ground(triangles: Triangles, low: F32, high: F32, camera: Camera, size: int) -> F32:
    """How dark the ground is (0 to STRENGTH) at each pixel of a `size` × `size` picture.

    The triangles lie between `low` and `high`; `camera` must be aimed at that size. The lower a
    part hangs, the darker and sharper it is.
    """
    spread = max(float((high - low)[:2].max()), 1e-9)
    cell = spread / CELLS
    height = _underside(triangles, low, high, cell)
    # Far soft shadow and dark contact shadow.
    soft = np.exp(-height / np.float32(0.22 * spread))
    contact = np.exp(-height / np.float32(0.03 * spread))
    blurred = 0.62 * _blurred(soft, 10) + 0.38 * np.maximum(
        _blurred(contact, 2.7), _blurred(contact, 6)
    )
    # Soft as it is, half the size is enough for it.
    half = size // 2
    at = (np.arange(half, dtype=np.float32) + np.float32(0.5)) * np.float32(size / half)
    ground_x, ground_y = camera.on_plane(at[None, :], at[:, None], float(low[2]))
    column = (ground_x - low[0]) / np.float32(cell) + np.float32(_BORDER)
    row = (ground_y - low[1]) / np.float32(cell) + np.float32(_BORDER)
    shade = np.float32(STRENGTH) * _sampled(np.asarray(blurred, np.float32), column, row)
    # Towards the picture's edge it fades: a shadow cut off there looks like a fault.
    fade = _fade(half)
    shade = shade * fade * fade[:, None]
    large = Image.fromarray(shade).resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(large, np.float32)


def _fade(size: int) -> F32:
    """How much of the shadow is left in each row or column: none at the edge, all of it soon after."""
    edge = (np.minimum(np.arange(size), np.arange(size)[::-1]) / (0.09 * size)).clip(0, 1)
    return np.asarray(edge * edge * (3 - 2 * edge), np.float32)


def _underside(triangles: Triangles, low: F32, high: F32, cell: float) -> F32:
    """Height of the lowest surface above each cell of the ground, inf where none is."""
    size = CELLS + 2 * _BORDER
    below = np.full(size * size, np.inf, np.float32)
    if len(triangles) > _FINE:
        # Some for each cell are enough; all of a million would take longer than the shadow itself.
        enough = triangles[:: max(1, len(triangles) // (2 * _FINE)), 0]
        x, y, z = np.ascontiguousarray(enough.T)
        column, row = ((v - least) / np.float32(cell) for v, least in ((x, low[0]), (y, low[1])))
        cells = (row.astype(np.int32) + _BORDER) * size + column.astype(np.int32) + _BORDER
        np.minimum.at(below, cells, z - low[2])
        return below.reshape(size, size)
    raster = Raster(size)
    tall = max(float(high[2] - low[2]), 1e-6 * cell)
    area = rows = 0.0
    for first, block in blocks(triangles):
        x, y = ((block[at::3] - low[at]) / np.float32(cell) + np.float32(_BORDER) for at in (0, 1))
        area, rows = (one + more for one, more in zip((area, rows), effort(x, y), strict=True))
        try:
            check_effort(area, rows, 1)
        except TooMuchToDraw:
            break
        depth = 1 - (block[2::3] - low[2]) / np.float32(tall)
        raster.draw(x, y, depth, np.arange(first, first + x.shape[1]))
    hits = raster.hits
    below[hits] = (1 - raster.seen_at(hits)[1]) * np.float32(tall)
    return below.reshape(size, size)


def _blurred(values: F32, radius: float) -> F32:
    picture = Image.fromarray((values * 255).astype(np.uint8), "L")
    blurred = picture.filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(blurred, np.float32) / np.float32(255)


def _sampled(values: F32, column: F32, row: F32) -> F32:
    """`values` at broken columns and rows (cells' centers at one half); 0 outside."""
    size = len(values)
    column, row = column - np.float32(0.5), row - np.float32(0.5)
    inside = (column >= 0) & (row >= 0) & (column < size - 1) & (row < size - 1)
    column = np.where(inside, column, 0)
    row = np.where(inside, row, 0)
    left, top = column.astype(np.int32), row.astype(np.int32)
    right_share, low_share = column - left, row - top
    flat, at = values.reshape(-1), top * size + left
    upper = flat[at] * (1 - right_share) + flat[at + 1] * right_share
    lower = flat[at + size] * (1 - right_share) + flat[at + size + 1] * right_share
    mixed = upper * (1 - low_share) + lower * low_share
    return np.asarray(np.where(inside, mixed, 0), np.float32)
