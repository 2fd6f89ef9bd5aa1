"""A model's picture: PNG for its page, a small WebP for lists.

Everything is numpy and Pillow, so that it draws wherever Python runs; what is seen depends on the
mesh alone, not on the machine's graphics.
"""

import io
import re

import numpy as np
import numpy.typing as npt
from PIL import Image

from printflow.inspection import ground, normals, shading
from printflow.inspection.blocks import AT_ONCE, F32, Triangles, blocks
from printflow.inspection.camera import Camera, aim
from printflow.inspection.measuring import bounds
from printflow.inspection.raster import Raster, TooMuchToDraw, check_effort, effort

__all__ = ["SIZE", "SMALL", "TooMuchToDraw", "draw", "png", "small"]

SIZE = 512
"""Pixels along the side of the picture."""

SMALL = 192
"""Pixels along the side of the small picture."""

Pixels = npt.NDArray[np.intp]


def draw(triangles: Triangles, color: str, size: int = SIZE) -> Image.Image:
    """Draw a model on `size` × `size` pixels (an even number) of a transparent background.

    `triangles` (n,3,3) in mm with z up, of one or several bodies, closed or not, facing either
    way; `color` is '#rrggbb'. Triangles with a corner that is not finite are left out. The same
    mesh gives the same picture.

    Raises ValueError when `color` is none or nothing is left to draw; TooMuchToDraw when the
    triangles overlap so much that drawing would take minutes.
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        raise ValueError(f"a color is written #rrggbb, not {color!r}")
    triangles, low, high = _usable(triangles)
    camera, frames, area, height = _seen(triangles, aim(triangles, low, high), size * 2)
    scale = 2
    try:
        check_effort(area, height, 1)
    except TooMuchToDraw:
        check_effort(area, height, 0.5)
        scale = 1
        camera = camera.resized(0.5)
        frames[:2] *= np.float32(0.5)
    raster = Raster(size * scale)
    for first in range(0, len(triangles), AT_ONCE):
        x, y, depth = frames[:, :, first : first + AT_ONCE]
        raster.draw(x, y, depth, first)
    model = _shaded(triangles, frames[:2].reshape(6, -1), raster, camera, color)
    shade = ground.shadow(triangles, low, high, camera.resized(1 / scale), size)
    return _over_shadow([_reduced(plane, scale) for plane in model], shade)


def png(picture: Image.Image) -> bytes:
    """A picture as PNG."""
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=2)
    return out.getvalue()


def small(picture: Image.Image) -> bytes:
    """A picture as a WebP of at most SMALL × SMALL pixels, some kB."""
    reduced = picture.convert("RGBA")
    reduced.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    reduced.save(out, "WEBP", quality=82, method=2)
    return out.getvalue()


def _usable(triangles: Triangles) -> tuple[Triangles, F32, F32]:
    """Only what can be drawn, and its frame; a speck or a continent is made 100 long, because
    single precision reaches no farther."""
    if triangles.ndim != 3 or triangles.shape[1:] != (3, 3):
        raise ValueError("triangles are an array of three corners of three coordinates")
    triangles = np.asarray(triangles, np.float32)
    if len(triangles) and not np.isfinite(np.concatenate(bounds(triangles))).all():
        triangles = triangles[np.isfinite(triangles).all((1, 2))]
    if not len(triangles):
        raise ValueError("the model has no triangles to draw")
    low, high = bounds(triangles)
    longest = float((high.astype(np.float64) - low).max()) or 1.0
    if not 1e-3 < longest < 1e6:
        middle = (low.astype(np.float64) + high) / 2
        triangles = ((triangles - middle) / longest * 100).astype(np.float32)
        low, high = bounds(triangles)
    return triangles, low, high


def _seen(triangles: Triangles, camera: Camera, size: int) -> tuple[Camera, F32, float, float]:
    """The camera with the model in the middle of its picture; all corners as it sees them: x, y
    and depth, of three corners, of each triangle (3,3,n); and what drawing them takes."""
    frames = np.empty((3, 3, len(triangles)), np.float32)
    low, high = np.full(3, np.inf, np.float32), np.full(3, -np.inf, np.float32)
    area = height = 0.0
    for first, block in blocks(triangles):
        for axis, values in enumerate(camera.seen(block[0::3], block[1::3], block[2::3])):
            frames[axis, :, first : first + AT_ONCE] = values
            low[axis] = min(low[axis], values.min())
            high[axis] = max(high[axis], values.max())
    camera = camera.fitted(low, high, size)
    for first in range(0, len(triangles), AT_ONCE):
        x, y, depth = frames[:, :, first : first + AT_ONCE]
        camera.in_pixels(x, y, depth)
        more, rows = effort(x, y)
        area, height = area + more, height + rows
    return camera, frames, area, height


def _shaded(
    triangles: Triangles, frames: F32, raster: Raster, camera: Camera, color: str
) -> list[F32]:
    """The drawn model: red, green, blue, each times coverage, and coverage, (s,s)."""
    size, hits = raster.size, raster.hits
    numbers = hits.astype(np.int32)
    row = numbers // np.int32(size)
    column = numbers - row * np.int32(size)
    x, y = column + np.float32(0.5), row + np.float32(0.5)
    seen = normals.facing(triangles, frames, raster.faces_at(hits), x, y)
    turn = camera.axes.astype(np.float32)
    nx, ny, nz = seen.directions
    to_eye = np.stack([nx * a + ny * b + nz * c for a, b, c in turn])
    # A mesh may be inside out: what is seen faces the eye.
    turned = np.where(to_eye[2] < 0, np.float32(-1), np.float32(1))
    to_eye *= turned
    light = shading.lit(to_eye, nz * turned)
    if seen.which is not None:
        light = light.taken(seen.which)
    distance = np.full((size, size), np.nan, np.float32)
    distance.reshape(-1)[hits] = camera.distance_of(raster.depth_at(hits))
    half = np.flatnonzero((row | column) & 1 == 0)
    facing = np.zeros((3, size // 2 * (size // 2)), np.float32)
    facing[:, row[half] // 2 * (size // 2) + column[half] // 2] = normals.Facing(
        to_eye, seen.which
    ).at(half)
    hidden = _hidden(distance, facing, camera.pixel)[hits]
    outline = shading.outlines(distance, camera.pixel).reshape(-1)[hits]
    planes = []
    for values in (*light.shown(shading.linear(color), hidden, outline), np.float32(1)):
        plane = np.zeros(size * size, np.float32)
        plane[hits] = values
        planes.append(plane.reshape(size, size))
    return planes


def _hidden(distance: F32, facing: F32, pixel: float) -> F32:
    """The shade of corners at each pixel, worked out at half the size; `facing` has that."""
    size = len(distance)
    normals_at = facing.reshape(3, size // 2, size // 2)
    shade = shading.hidden_sky(distance[::2, ::2], normals_at, pixel * 2)
    large = Image.fromarray(shade).resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(large, np.float32).reshape(-1)


def _reduced(plane: F32, scale: int) -> F32:
    """The mean of each `scale` × `scale` pixels, for a scale of 1 or 2."""
    if scale == 1:
        return plane
    rows = plane[::2] + plane[1::2]
    return np.asarray((rows[:, ::2] + rows[:, 1::2]) * np.float32(0.25))


def _over_shadow(model: list[F32], shade: F32) -> Image.Image:
    """The model in front of its shadow, as 8-bit RGBA."""
    cover = model[3]
    alpha = cover + shade * (1 - cover)
    share = np.float32(255) / np.maximum(alpha, np.float32(1e-6))
    whole = np.empty((*alpha.shape, 4), np.uint8)
    for at, plane in enumerate(model[:3]):
        whole[:, :, at] = np.minimum(plane * share + np.float32(0.5), 255)
    whole[:, :, 3] = np.minimum(alpha * 255 + np.float32(0.5), 255)
    return Image.fromarray(whole, "RGBA")
