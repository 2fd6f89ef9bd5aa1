"""A model's picture: its shape in the job's color, softly lit, on a transparent ground."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from .measuring import Triangles, corner_hashes
from .problems import Unreadable
from .raster import Floats, Hits, rasterize

SMALL = 192
"""Pixels of the picture in lists."""

_ELEVATION = np.radians(27.0)
_AZIMUTHS = np.radians([-58, -45, -32, -20, 20, 32, 45, 58])
_FILL, _MIDDLE = 0.82, 0.475
"""How much of the picture the model takes, and how far down its middle is: below is its shadow."""
_CREASE = np.cos(np.radians(38.0))
_SMOOTH_BELOW = 150_000
"""Up to so many seen triangles, edges between gently bent faces are smoothed."""
_KEY = np.array([-0.42, -0.62, 0.66], dtype=np.float32)
_FRONT = np.array([0.55, 0.10, 0.83], dtype=np.float32)


def render(triangles: Triangles, color: str, size: int = 512) -> bytes:
    """A PNG of ``size`` x ``size`` pixels with a transparent ground.

    ``triangles`` is float32 (n, 3, 3) in mm, z up; ``color`` is ``#rrggbb``. Raises Unreadable where
    drawing would take too long.
    """
    view, points = _placed(triangles, 2 * size)
    side = 2 * size
    try:
        hits = rasterize(points, side)
    except Unreadable:
        side = size
        points = points * np.array([0.5, 0.5, 1.0], dtype=np.float32)
        hits = rasterize(points, side)
    if not len(hits.index):
        raise Unreadable("Nothing of the model can be seen.", code="no_triangles")
    depth: Floats = np.full((side, side), np.nan, dtype=np.float32)
    depth.ravel()[hits.index] = hits.depth
    reach = 0.5 * side
    light = _lit(_normals(triangles, points, hits, view, side))
    shade = _occlusion(depth, reach).ravel()[hits.index]
    line = _outline(depth, reach).ravel()[hits.index]
    picture = _painted(color, light, shade * line, hits, side)
    shadow = _shadow(points, hits, side)
    whole = Image.alpha_composite(shadow, picture)
    if side != size:
        whole = whole.resize((size, size), Image.Resampling.BOX, reducing_gap=None)
    out = io.BytesIO()
    whole.save(out, "PNG", compress_level=3)
    return out.getvalue()


def small(png: bytes) -> bytes:
    """The same picture as a small WebP, for lists."""
    with Image.open(io.BytesIO(png)) as picture:
        reduced = picture.convert("RGBA").resize((SMALL, SMALL), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    reduced.save(out, "WEBP", quality=84, method=4)
    return out.getvalue()


# -- where the eye is ---------------------------------------------------------------------------


def _axes(azimuth: float) -> Floats:
    """The view's axes as rows: right, up, towards the eye."""
    sin_a, cos_a = np.sin(azimuth), np.cos(azimuth)
    sin_e, cos_e = np.sin(_ELEVATION), np.cos(_ELEVATION)
    right = (cos_a, sin_a, 0.0)
    toward = (sin_a * cos_e, -cos_a * cos_e, sin_e)
    up = (-sin_a * sin_e, cos_a * sin_e, cos_e)
    return np.array([right, up, toward], dtype=np.float32)


def _placed(triangles: Triangles, side: int) -> tuple[Floats, Floats]:
    """The view that fills the picture best, and all corners in its pixels (y down)."""
    corners = triangles.reshape(-1, 3)
    center = (corners.max(axis=0) + corners.min(axis=0)) / 2
    sample = corners[:: max(1, len(corners) // 6000)] - center
    best, view = -1.0, _axes(float(_AZIMUTHS[0]))
    for azimuth in _AZIMUTHS:
        axes = _axes(float(azimuth))
        seen = sample @ axes[:2].T
        extent = np.ptp(seen, axis=0)
        filled = float(extent.prod() / max(extent.max(), 1e-9) ** 2)
        # A model that looks alike from everywhere is seen from its left, as the others mostly are.
        filled += 0.02 if azimuth < 0 else 0.0
        if filled > best:
            best, view = filled, axes
    points = (corners - center) @ view.T
    low, high = points.min(axis=0), points.max(axis=0)
    scale = _FILL * side / max(float((high - low)[:2].max()), 1e-9)
    middle = (low + high) / 2
    points = (points - middle) * np.float32(scale)
    points[:, 0] += side / 2
    points[:, 1] = side * _MIDDLE - points[:, 1]
    return view, np.ascontiguousarray(points.reshape(-1, 3, 3), dtype=np.float32)


# -- light -------------------------------------------------------------------------------------


def _unit(vectors: Floats) -> Floats:
    length = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))[..., None]
    unit: Floats = (vectors / np.maximum(length, 1e-20)).astype(np.float32)
    return unit


def _normals(triangles: Triangles, points: Floats, hits: Hits, view: Floats, side: int) -> Floats:
    """The surface's direction at each seen pixel, in the view's axes, turned to the eye."""
    seen, mine = np.unique(hits.triangle, return_inverse=True)
    chosen = triangles[seen]
    flat = np.cross(chosen[:, 1] - chosen[:, 0], chosen[:, 2] - chosen[:, 0])
    if len(seen) <= _SMOOTH_BELOW and len(hits.index) > 6 * len(seen):
        corners = _smoothed(chosen, flat.astype(np.float32))
        weights = _weights(points[seen][mine], hits.index, side)
        normals = np.einsum("nk,nki->ni", weights, corners[mine])
    else:
        normals = _unit(flat.astype(np.float32))[mine]
    turned = _unit(normals.astype(np.float32)) @ view.T
    turned[turned[:, 2] < 0] *= -1
    result: Floats = turned.astype(np.float32)
    return result


def _smoothed(chosen: Triangles, flat: Floats) -> Floats:
    """A direction for each corner: the mean of those faces around it that bend but gently."""
    unit = _unit(flat)
    hashes = corner_hashes(chosen).ravel()
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    counts = np.diff(np.append(starts, len(ordered)))
    result = np.repeat(unit, 3, axis=0)
    weights = flat  # larger faces count for more
    for valence in np.unique(counts[counts > 1]):
        if valence > 24:  # the tip of a fan: every face keeps its own
            continue
        group = order[starts[counts == valence][:, None] + np.arange(valence)]
        faces = group // 3
        alike = np.einsum("gai,gbi->gab", unit[faces], unit[faces]) > _CREASE
        result[group] = np.einsum("gab,gbi->gai", alike.astype(np.float32), weights[faces])
    return _unit(result).reshape(-1, 3, 3)


def _weights(corners: Floats, index: NDArray[np.int64], side: int) -> NDArray[np.float64]:
    """Barycentric coordinates of the pixels in their triangles."""
    x = index % side + 0.5
    y = index // side + 0.5
    a, b, c = (corners[:, k, :2].astype(np.float64) for k in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    area = np.where(np.abs(area) < 1e-12, 1e-12, area)
    at_b = ((x - a[:, 0]) * (c[:, 1] - a[:, 1]) - (y - a[:, 1]) * (c[:, 0] - a[:, 0])) / area
    at_c = ((b[:, 0] - a[:, 0]) * (y - a[:, 1]) - (b[:, 1] - a[:, 1]) * (x - a[:, 0])) / area
    return np.clip(np.stack([1 - at_b - at_c, at_b, at_c], axis=1), 0.0, 1.0)


def _lit(normals: Floats) -> Floats:
    """Brightness of the color (first column) and of the gloss (second) at each pixel."""
    key = _unit(np.array([_KEY[0], -_KEY[1], _KEY[2]], dtype=np.float32))
    front = _unit(_FRONT)
    main = np.clip(normals @ key, 0, None)
    side = np.clip(normals @ front, 0, None)
    sky = 0.5 + 0.5 * normals[:, 1]
    rim = (1 - np.clip(normals[:, 2], 0, 1)) ** 3
    half = _unit(key + np.array([0, 0, 1], dtype=np.float32))
    gloss = np.clip(normals @ half, 0, None) ** 34
    bright = 0.17 + 0.16 * sky + 0.68 * main + 0.20 * side
    return np.stack([bright, 0.20 * gloss + 0.07 * rim], axis=1).astype(np.float32)


def _shifted(field: Floats, down: int, right: int) -> Floats:
    """The value that far away from each pixel; NaN beyond the picture."""
    result = np.full_like(field, np.nan)
    height, width = field.shape
    result[max(0, -down) : height - max(0, down), max(0, -right) : width - max(0, right)] = field[
        max(0, down) : height - max(0, -down), max(0, right) : width - max(0, -right)
    ]
    return result


def _occlusion(depth: Floats, reach: float) -> Floats:
    """How open each pixel is (1) or how deep in a corner (below), at half the resolution.

    Looks to both sides at once, so that a slope, which rises on one and falls on the other, is open.
    """
    half = np.ascontiguousarray(depth[::2, ::2])
    hidden = np.zeros_like(half)
    for radius, turn in ((0.012, 0.0), (0.03, 0.4), (0.065, 0.2)):
        step, room = max(1.0, radius * reach), np.float32(radius * reach * 2.0)
        for quarter in range(4):
            angle = np.pi * (quarter + turn) / 4
            down, right = round(step * np.sin(angle)), round(step * np.cos(angle))
            both = [_shifted(half, *way) - half for way in ((down, right), (-down, -right))]
            risen = [np.where(rise < 3 * room, rise, -room) for rise in both]  # NaN, too, is open
            bend = (np.clip(risen[0], -room, room) + np.clip(risen[1], -room, room)) / room
            hidden += np.clip(bend - 0.06, 0, 1)
    open_ = 1.0 - 0.62 * np.clip(np.nan_to_num(hidden) / 7.0, 0, 1)
    soft = Image.fromarray((open_ * 255).astype(np.uint8))
    soft = soft.filter(ImageFilter.GaussianBlur(1.5)).resize(depth.shape[::-1])
    return np.asarray(soft, dtype=np.float32) / np.float32(255)


def _outline(depth: Floats, reach: float) -> Floats:
    """Darker where something stands before something else, and along the silhouette."""
    filled = np.nan_to_num(depth, nan=-1e9)
    drop = np.zeros_like(filled)
    for down, right in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        drop = np.maximum(drop, filled - np.nan_to_num(_shifted(depth, down, right), nan=-1e9))
    jump = 0.045 * reach
    strength = np.clip((drop - jump) / (2 * jump), 0, 1)
    line: Floats = (1.0 - 0.42 * strength).astype(np.float32)
    return line


# -- paint -------------------------------------------------------------------------------------


def _linear(color: str) -> Floats:
    values = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)], dtype=np.float32) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return linear.astype(np.float32)


def _painted(color: str, light: Floats, shade: Floats, hits: Hits, side: int) -> Image.Image:
    base = _linear(color)
    # Black and white keep room for their shape to show.
    base = 0.018 + base * 0.90
    linear = base[None, :] * light[:, :1] * shade[:, None] + light[:, 1:] * shade[:, None]
    linear = np.clip(linear, 0, 1)
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    pixels = np.zeros((side * side, 4), dtype=np.uint8)
    pixels[hits.index, :3] = (srgb * 255 + 0.5).astype(np.uint8)
    pixels[hits.index, 3] = 255
    return Image.fromarray(pixels.reshape(side, side, 4), "RGBA")


def _shadow(points: Floats, hits: Hits, side: int) -> Image.Image:
    """A soft shadow on the ground: every seen spot falls straight down to the lowest one."""
    sin_e, cos_e = float(np.sin(_ELEVATION)), float(np.cos(_ELEVATION))
    x = (hits.index % side).astype(np.float32)
    up = side * _MIDDLE - (hits.index // side).astype(np.float32)
    height = up * cos_e + hits.depth * sin_e
    back = hits.depth * cos_e - up * sin_e
    every = points[..., 1].ravel()
    ground = float(((side * _MIDDLE - every) * cos_e + points[..., 2].ravel() * sin_e).min())
    fallen = side * _MIDDLE - (ground * cos_e - back * sin_e)
    high = np.clip((height - ground) / (0.5 * side), 0, 1)
    quarter = side // 4
    mask = np.zeros((quarter, quarter), dtype=np.float32)
    down = (fallen / 4).astype(np.int64)
    right = ((x + 0.10 * (height - ground)) / 4).astype(np.int64)
    inside = (down >= 0) & (down < quarter) & (right >= 0) & (right < quarter)
    np.maximum.at(mask, (down[inside], right[inside]), (1.0 - 0.6 * high)[inside])
    alpha = Image.fromarray((mask * 100).astype(np.uint8))
    alpha = alpha.filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.GaussianBlur(quarter / 40))
    fading = np.clip(
        np.minimum(np.arange(quarter), np.arange(quarter)[::-1]) / (quarter / 18), 0, 1
    )
    faded = np.asarray(alpha, dtype=np.float32) * fading[:, None] * fading
    alpha = Image.fromarray(faded.astype(np.uint8))
    shadow = Image.new("RGBA", (side, side), (18, 24, 38, 0))
    shadow.putalpha(alpha.resize((side, side), Image.Resampling.BILINEAR))
    return shadow
