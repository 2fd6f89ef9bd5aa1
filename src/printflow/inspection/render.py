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
from printflow.inspection.camera import Camera, aim, extremes
from printflow.inspection.raster import F32, Faces, Raster, TooMuchToDraw

__all__ = ["SMALL", "TooMuchToDraw", "render", "small"]

SMALL = 192
"""Pixels along the side of the small picture."""


_AT_ONCE = 8192


def render(vertices: F32, faces: Faces, color: str, size: int = 512) -> bytes:
    """Draw a model as a PNG of `size` × `size` pixels on a transparent background.

    `vertices` (n,3) in mm with z up, `faces` (m,3) indices into them, of one or several bodies,
    closed or not, facing either way; `color` is '#rrggbb'. Faces with a vertex that is not finite
    are left out. The same mesh gives the same bytes.

    Raises ValueError when `color` is none, an index is out of range or nothing is left to draw;
    TooMuchToDraw when the triangles overlap so much that drawing would take minutes.
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        raise ValueError(f"a color is written #rrggbb, not {color!r}")
    points, faces = _usable(np.asarray(vertices, np.float32), np.asarray(faces, np.int32))
    scale = 2
    camera, seen = aim(points, size * scale)
    raster = Raster(size * scale)
    try:
        raster.draw(seen, faces)
    except TooMuchToDraw:
        scale = 1
        camera = camera.resized(0.5)
        seen *= np.array([0.5, 0.5, 1], np.float32)
        raster = Raster(size)
        raster.draw(seen, faces)
    picture = _shaded(points, seen, faces, raster, camera, color)
    picture = _reduced(picture, scale)
    shade = ground.shadow(points, faces, camera.resized(1 / scale), size)
    return _png(_over_shadow(picture, shade))


def small(png: bytes) -> bytes:
    """The picture `png` as a WebP of at most SMALL × SMALL pixels, some kB."""
    with Image.open(io.BytesIO(png)) as picture:
        reduced = picture.convert("RGBA")
    reduced.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    reduced.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def _usable(points: F32, faces: Faces) -> tuple[F32, Faces]:
    """Only what can be drawn, moved to the middle and made 100 long: neither a speck nor a
    continent, nor a model far from its origin, loses precision."""
    if points.ndim != 2 or points.shape[1:] != (3,) or faces.ndim != 2 or faces.shape[1:] != (3,):
        raise ValueError("vertices and faces are arrays of three columns")
    if len(faces) and (faces.min() < 0 or faces.max() >= len(points)):
        raise ValueError("a face names a vertex that is not there")
    finite = np.isfinite(points[:, 0] + points[:, 1] + points[:, 2])
    if not finite.all():
        faces = faces[finite[faces].all(1)]
        points = np.where(finite[:, None], points, 0).astype(np.float32)
    if not len(faces):
        raise ValueError("the model has no triangles to draw")
    used = np.zeros(len(points), bool)
    used[faces.reshape(-1)] = True
    if not used.all():
        number = np.cumsum(used, dtype=np.int32) - np.int32(1)
        points, faces = points[used], number[faces]
    low, high = extremes(points)
    middle = ((low + high) / 2).astype(np.float32)
    longest = np.float32((high - low).max() or 1)
    # Divided before anything is multiplied: 1e30 mm must not overflow.
    return ((points - middle) / longest * np.float32(100)).astype(np.float32), faces


def _shaded(
    points: F32, seen: F32, faces: Faces, raster: Raster, camera: Camera, color: str
) -> F32:
    """The drawn model (s,s,4), colors times coverage."""
    size, hits = raster.size, raster.hits
    picture = np.zeros((size * size, 4), np.float32)
    if not len(hits):
        return picture.reshape(size, size, 4)
    surface = normals.Surface(points, seen, faces, raster.faces_at(hits))
    turn = camera.axes.T.astype(np.float32)
    to_eye = np.empty((len(hits), 3), np.float32)
    up = np.empty(len(hits), np.float32)
    for part in _parts(len(hits)):
        x = (hits[part] % size + 0.5).astype(np.float32)
        y = (hits[part] // size + 0.5).astype(np.float32)
        facing = surface.facing(part, x, y)
        towards = facing @ turn
        # A mesh may be inside out: what is seen faces the eye.
        turned = np.where(towards[:, 2] < 0, np.float32(-1), np.float32(1))
        to_eye[part] = towards * turned[:, None]
        up[part] = facing[:, 2] * turned
    distance = np.full(size * size, np.nan, np.float32)
    distance[hits] = camera.distance_of(raster.depth_at(hits))
    pixel = camera.pixel
    hidden = _hidden(distance, to_eye, hits, size, pixel)
    outline = shading.outlines(distance.reshape(size, size), pixel).reshape(-1)[hits]
    light = shading.linear(color)
    for part in _parts(len(hits)):
        colors = shading.lit(to_eye[part], up[part], light, hidden[part])
        picture[hits[part], :3] = colors * (1 - 0.38 * outline[part])[:, None]
    picture[hits, 3] = 1
    return picture.reshape(size, size, 4)


def _parts(count: int) -> list[slice]:
    """Pixels in parts whose arrays stay in the processor's cache."""
    return [slice(first, first + _AT_ONCE) for first in range(0, count, _AT_ONCE)]


def _hidden(distance: F32, facing: F32, hits: npt.NDArray[np.intp], size: int, pixel: float) -> F32:
    """The shade of corners at each hit, worked out at half the size."""
    whole = np.zeros((size * size, 3), np.float32)
    whole[hits] = facing
    half = distance.reshape(size, size)[::2, ::2]
    shade = shading.hidden_sky(half, whole.reshape(size, size, 3)[::2, ::2], pixel * 2)
    large = Image.fromarray(shade).resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(large, np.float32).reshape(-1)[hits]


def _reduced(picture: F32, scale: int) -> F32:
    """The mean of each `scale` × `scale` pixels, for a scale of 1 or 2."""
    if scale == 1:
        return picture
    upper, lower = picture[::2], picture[1::2]
    return np.asarray((upper[:, ::2] + upper[:, 1::2] + lower[:, ::2] + lower[:, 1::2]) / 4)


def _over_shadow(picture: F32, shade: F32) -> npt.NDArray[np.uint8]:
    """The model in front of its shadow, as 8-bit RGBA."""
    cover = picture[:, :, 3]
    alpha = cover + shade * (1 - cover)
    colors = picture[:, :, :3] / np.maximum(alpha, 1e-6)[:, :, None]
    whole = np.dstack((colors, alpha))
    return np.asarray(np.clip(whole, 0, 1) * 255 + 0.5, np.uint8)


def _png(picture: npt.NDArray[np.uint8]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture, "RGBA").save(out, "PNG", compress_level=4)
    return out.getvalue()
