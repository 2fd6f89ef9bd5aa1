"""From triangles to a picture: the steps, in their order.

Everything is numpy and Pillow, so that it draws wherever Python runs; what is seen depends on the
mesh alone, not on the machine's graphics.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from printflow.mesh.blocks import AT_ONCE, F32, I64, Triangles, blocks
from printflow.mesh.bounds import bounds
from printflow.rendering import normals, shading, shadow
from printflow.rendering.camera import Camera, aim
from printflow.rendering.options import Options
from printflow.rendering.raster import Raster, TooMuchToDraw, check_effort, effort
from printflow.rendering.shading import Paint

Colors = npt.NDArray[np.int32]
Which = slice | npt.NDArray[np.bool_]

_ROWS_AT_ONCE = 64


def draw(model: Triangles, options: Options, colors: Colors | None = None) -> Image.Image:
    """Draw a model on a transparent background.

    ``model`` has triangles (n, 3, 3) in mm with z up, of one or several bodies, closed or not,
    facing either way. Triangles with a corner that is not finite are left out. The same mesh gives
    the same picture. ``colors`` are those of single triangles, 0xRRGGBB; below 0, and without any, it
    is the options' color.

    Raises ValueError when nothing is left to draw; TooMuchToDraw when the triangles overlap so much
    that drawing would take minutes.
    """
    size = options.size
    triangles, low, high, usable = _usable(model)
    paint = shading.paint(options.color, None if colors is None else colors[usable])
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
    raster.draw_all(frames)
    drawn = _shaded(triangles, frames[:2].reshape(6, -1), raster, camera, paint, scale)
    camera = camera.resized(1 / scale)
    shade = shadow.shadow_on_ground(triangles, low, high, camera, size)
    picture = _over_shadow(drawn, shade)
    if options.labels:
        from printflow.rendering import labels  # fonts load slowly, and few pictures have any

        labels.write(picture, options.labels, camera)
    return picture


def _usable(triangles: Triangles) -> tuple[Triangles, F32, F32, Which]:
    """Only what can be drawn, its frame, and which it was; a speck or a continent is made 100 long,
    because single precision reaches no farther."""
    if triangles.ndim != 3 or triangles.shape[1:] != (3, 3):
        raise ValueError("triangles are an array of three corners of three coordinates")
    triangles = np.asarray(triangles, np.float32)
    low, high = bounds(triangles) if len(triangles) else (triangles, triangles)
    usable: Which = slice(None)
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        usable = np.asarray(np.isfinite(triangles).all((1, 2)))
        triangles = triangles[usable]
        low, high = bounds(triangles) if len(triangles) else (triangles, triangles)
    if not len(triangles):
        raise ValueError("the model has no triangles to draw")
    longest = float((high.astype(np.float64) - low).max()) or 1.0
    if not 1e-3 < longest < 1e6:
        middle = (low.astype(np.float64) + high) / 2
        triangles = ((triangles - middle) / longest * 100).astype(np.float32)
        low, high = bounds(triangles)
    return triangles, low, high, usable


def _seen(triangles: Triangles, camera: Camera, size: int) -> tuple[Camera, F32, float, float]:
    """The camera with the model in the middle of its picture; all corners as it sees them: x, y
    and depth, of three corners, of each triangle (3,3,n); and what drawing them takes."""
    frames = np.empty((3, 3, len(triangles)), np.float32)
    low, high = np.full(3, np.inf, np.float32), np.full(3, -np.inf, np.float32)
    area = height = 0.0
    for first, block in blocks(triangles):
        place = frames[:, :, first : first + AT_ONCE]
        for axis, values in enumerate(camera.seen(block[0::3], block[1::3], block[2::3], place)):
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
    triangles: Triangles, frames: F32, raster: Raster, camera: Camera, paint: Paint, scale: int
) -> F32:
    """The drawn model: red, green, blue, each times coverage, and coverage (4,s,s), where s is the
    raster's size divided by `scale`."""
    size, hits = raster.size, raster.hits
    faces, depth = raster.seen_at(hits)
    seen = normals.facing(triangles, frames, faces, hits, size)
    turn = camera.axes.astype(np.float32)
    nx, ny, nz = seen.directions
    to_eye = np.stack([nx * a + ny * b + nz * c for a, b, c in turn])
    # A mesh may be inside out: what is seen faces the eye.
    turned = np.where(to_eye[2] < 0, np.float32(-1), np.float32(1))
    to_eye *= turned
    light = shading.lit(to_eye, nz * turned)
    distance = np.full((size, size), shading.NOWHERE, np.float32)
    distance.reshape(-1)[hits] = camera.distance_of(depth)
    hidden = _hidden(distance, normals.Facing(to_eye, seen.which), hits, camera.pixel, scale)
    outline = shading.outlines(distance, camera.pixel)
    result = np.empty((4, size // scale, size // scale), np.float32)
    # Some rows at a time, so that all that they need stays in the processor's cache.
    room = np.empty((4, _ROWS_AT_ONCE * size), np.float32)
    for top in range(0, size, _ROWS_AT_ONCE):
        rows = min(_ROWS_AT_ONCE, size - top)
        part = slice(*np.searchsorted(hits, (top * size, (top + rows) * size)))
        pixels = hits[part]
        here = light.of(part if seen.which is None else seen.which[part])
        planes = room[:, : rows * size]
        planes[:] = 0
        shown = here.shown(paint.of(faces[part]), hidden.take(pixels), outline.take(pixels))
        pixels = pixels - top * size
        for plane, values in zip(planes, (*shown, np.float32(1)), strict=True):
            plane[pixels] = values
        down = slice(top // scale, (top + rows) // scale)
        result[:, down] = _reduced(planes.reshape(4, rows, size), scale)
    return result


def _hidden(distance: F32, facing: normals.Facing, hits: I64, pixel: float, scale: int) -> F32:
    """The shade of corners at each pixel (s,s), worked out at half the picture's size, because it is
    soft; `facing` is how the surface at each of the `hits` faces the eye."""
    size, step = len(distance), 2 * scale
    small, middle = size // step, step // 2
    number = np.full((size, size), -1, np.int64)
    number.reshape(-1)[hits] = np.arange(len(hits))
    taken = number[middle::step, middle::step].reshape(-1)
    place = np.flatnonzero(taken >= 0)
    normals_at = np.zeros((3, small * small), np.float32)
    normals_at[:, place] = facing.at(taken.take(place))
    apart = np.ascontiguousarray(distance[middle::step, middle::step])
    shade = shading.hidden_sky(apart, normals_at.reshape(3, small, small), pixel * step)
    large = Image.fromarray(shade).resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(large, np.float32)


def _reduced(planes: F32, scale: int) -> F32:
    """The mean of each `scale` × `scale` pixels of planes (n,r,s), for a scale of 1 or 2."""
    if scale == 1:
        return planes
    rows = planes[:, ::2] + planes[:, 1::2]
    return np.asarray((rows[:, :, ::2] + rows[:, :, 1::2]) * np.float32(0.25))


def _over_shadow(model: F32, shade: F32) -> Image.Image:
    """The model in front of its shadow, as 8-bit RGBA."""
    cover = model[3]
    alpha = cover + shade * (1 - cover)
    share = np.float32(255) / np.maximum(alpha, np.float32(1e-6))
    whole = np.empty((*alpha.shape, 4), np.uint8)
    for at, plane in enumerate(model[:3]):
        whole[:, :, at] = np.minimum(plane * share + np.float32(0.5), 255)
    whole[:, :, 3] = np.minimum(alpha * 255 + np.float32(0.5), 255)
    return Image.fromarray(whole, "RGBA")
