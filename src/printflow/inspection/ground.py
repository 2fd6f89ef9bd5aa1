"""The soft shadow that a model throws on the ground it stands on."""

import numpy as np
from PIL import Image, ImageFilter

from printflow.inspection.camera import Camera, extremes
from printflow.inspection.raster import F32, Faces, Raster, TooMuchToDraw

CELLS = 192
"""Cells along the longer side of the model, seen from below."""

_BORDER = 48
STRENGTH = 0.42
"""Darkest share of black in the shadow."""


def shadow(points: F32, faces: Faces, camera: Camera, size: int) -> F32:
    """How dark the ground is (0 to STRENGTH) at each pixel of a `size` × `size` picture.

    `camera` must be aimed at that size. The lower a part hangs, the darker and sharper it is.
    """
    low, high = (values.astype(np.float32) for values in extremes(points))
    spread = max(float((high - low)[:2].max()), 1e-9)
    cell = spread / CELLS
    height = _underside(points, faces, low, cell, float(high[2] - low[2]))
    reach = 0.22 * spread
    # Far soft shadow and dark contact shadow.
    soft = np.exp(-height / np.float32(reach))
    contact = np.exp(-height / np.float32(0.03 * spread))
    blurred = 0.62 * _blurred(soft, 15) + 0.38 * np.maximum(
        _blurred(contact, 4), _blurred(contact, 9)
    )
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    ground_x, ground_y = camera.on_plane(x + 0.5, y + 0.5, float(low[2]))
    column = (ground_x - low[0]) / cell + _BORDER
    row = (ground_y - low[1]) / cell + _BORDER
    shade = STRENGTH * _sampled(np.asarray(blurred, np.float32), column, row)
    # Towards the picture's edge it fades: a shadow cut off there looks like a fault.
    edge = (np.minimum(np.arange(size), np.arange(size)[::-1]) / (0.09 * size)).clip(0, 1)
    fade = edge * edge * (3 - 2 * edge)
    return np.asarray(shade * fade * fade[:, None], np.float32)


def _underside(points: F32, faces: Faces, low: F32, cell: float, height: float) -> F32:
    """Height of the lowest surface above each cell of the ground, inf where none is."""
    size = CELLS + 2 * _BORDER
    seen = np.empty_like(points)
    seen[:, :2] = (points[:, :2] - low[:2]) / cell + _BORDER
    tall = max(height, 1e-6)
    seen[:, 2] = 1 - (points[:, 2] - low[2]) / tall
    below = np.full(size * size, np.inf, np.float32)
    if len(faces) > 4 * CELLS**2:
        # Corners alone cover the cells of a fine mesh.
        column, row = (np.clip(seen[:, axis].astype(np.int64), 0, size - 1) for axis in (0, 1))
        np.minimum.at(below, row * size + column, (1 - seen[:, 2]) * np.float32(tall))
    raster = Raster(size)
    if len(faces) <= 4 * CELLS**2:
        try:
            raster.draw(seen, faces)
        except TooMuchToDraw:
            return below.reshape(size, size)
        hits = raster.hits
        below[hits] = (1 - raster.depth_at(hits)) * np.float32(tall)
    return below.reshape(size, size)


def _blurred(values: F32, radius: float) -> F32:
    picture = Image.fromarray((values * 255).astype(np.uint8), "L")
    blurred = picture.filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(np.asarray(blurred, np.float32) / 255, np.float32)


def _sampled(values: F32, column: F32, row: F32) -> F32:
    """`values` at broken columns and rows (cells' centers at one half); 0 outside."""
    size = len(values)
    column, row = column - 0.5, row - 0.5
    inside = (column >= 0) & (row >= 0) & (column < size - 1) & (row < size - 1)
    column = np.where(inside, column, 0)
    row = np.where(inside, row, 0)
    left, top = column.astype(np.int64), row.astype(np.int64)
    right_share, low_share = column - left, row - top
    upper = values[top, left] * (1 - right_share) + values[top, left + 1] * right_share
    lower = values[top + 1, left] * (1 - right_share) + values[top + 1, left + 1] * right_share
    mixed = upper * (1 - low_share) + lower * low_share
    return np.asarray(np.where(inside, mixed, 0), np.float32)
