"""Models that print badly for a known reason, and some that print well: triangles (n, 3, 3) in mm."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tests import sample_models
from tests.inspection.shapes import Mesh, prism, sphere

Soup = npt.NDArray[np.float32]


def box(x: float, y: float, z: float, at: tuple[float, float, float] = (0, 0, 0)) -> Soup:
    there: Soup = (np.array(sample_models.box(x, y, z)) + np.array(at)).astype(np.float32)
    return there


def soup(mesh: Mesh) -> Soup:
    points, faces = mesh
    return np.ascontiguousarray(points[faces])


def put(model: Soup, x: float = 0, y: float = 0, z: float = 0) -> Soup:
    return (model + np.array([x, y, z], np.float32)).astype(np.float32)


def together(*parts: Soup) -> Soup:
    return np.concatenate(parts)


def inside_out(model: Soup) -> Soup:
    return np.ascontiguousarray(model[:, ::-1])


def turned(model: Soup, degrees: float, axis: int = 2) -> Soup:
    """Turned about an axis through the origin."""
    one, other = (axis + 1) % 3, (axis + 2) % 3
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    result = model.astype(np.float64)
    a, b = result[..., one].copy(), result[..., other].copy()
    result[..., one], result[..., other] = a * c - b * s, a * s + b * c
    return result.astype(np.float32)


def on_floor(model: Soup) -> Soup:
    return put(model, z=-float(model[..., 2].min()))


def _ring(radius: float, sides: int) -> Any:
    at = np.arange(sides) / sides * 2 * np.pi
    return np.c_[radius * np.cos(at), radius * np.sin(at)]


def rod(diameter: float, height: float, sides: int = 32) -> Soup:
    return soup(prism(_ring(diameter / 2, sides), height))


def tube(outer: float, wall: float, height: float, sides: int = 64) -> Soup:
    """An upright pipe: two rings and flat rims."""
    rings = [_ring(radius, sides) for radius in (outer / 2, outer / 2 - wall)]
    found = []
    for one in range(sides):
        two = (one + 1) % sides
        (a, b), (c, d) = ((ring[one], ring[two]) for ring in rings)
        for p, q, low, high in ((a, b, 0, height), (d, c, 0, height)):
            found += [[(*p, low), (*q, low), (*q, high)], [(*p, low), (*q, high), (*p, high)]]
        found += [
            [(*a, height), (*b, height), (*d, height)],
            [(*a, height), (*d, height), (*c, height)],
        ]
        found += [[(*b, 0), (*a, 0), (*d, 0)], [(*d, 0), (*a, 0), (*c, 0)]]
    return np.array(found, np.float32)


def bored(side: float, hole: float, height: float, sides: int = 64) -> Soup:
    """A square post with a hole along it."""
    model = tube(side, (side - hole) / 2, height, sides).astype(np.float64)
    x, y = model[..., 0], model[..., 1]
    outer = np.hypot(x, y) > (side + hole) / 4
    longer = np.where(outer, side / 2 / np.maximum(np.maximum(np.abs(x), np.abs(y)), 1e-9), 1)
    model[..., :2] *= longer[..., None]
    return model.astype(np.float32)


def wedge(long: float, wide: float, height: float) -> Soup:
    """An upright edge like a knife's."""
    return soup(prism(np.array([[0, 0], [long, 0], [long, wide]], float), height))


def bridge(span: float, deep: float = 12, high: float = 15) -> Soup:
    """A beam on two posts."""
    posts = [box(8, deep, high, (x, 0, 0)) for x in (0, 8 + span)]
    return together(box(16 + span, deep, 4, (0, 0, high)), *posts)


def cone(base: float, top: float, height: float, sides: int = 48) -> Soup:
    """A frustum: diameters below and above."""
    low, high = (
        np.c_[_ring(base / 2, sides), np.zeros(sides)],
        np.c_[_ring(top / 2, sides), np.full(sides, height)],
    )
    found = []
    for one in range(sides):
        two = (one + 1) % sides
        found += [[low[one], low[two], high[two]], [low[one], high[two], high[one]],
                  [low[two], low[one], (0, 0, 0)], [high[one], high[two], (0, 0, height)]]  # fmt: skip
    return np.array(found, np.float32)


def ball(radius: float, columns: int = 48, rows: int = 24) -> Soup:
    return put(soup(sphere(radius, columns, rows)), z=radius)


def table(wide: float, deep: float, high: float, leg: float, top: float) -> Soup:
    """A table top on four legs that touch it."""
    legs = [box(leg, leg, high, (x, y, 0)) for x in (0, wide - leg) for y in (0, deep - leg)]
    return together(box(wide, deep, top, (0, 0, high)), *legs)


def letters(stroke: float, high: float, count: int = 8, base: float = 2.0) -> Soup:
    """A plate with raised letters E of bars."""
    tall, gap = 10 * stroke if stroke > 0.5 else 6.0, 4.0
    parts = [box(count * (gap + 4), tall + 6, base)]
    for number in range(count):
        x = 2 + number * (gap + 4)
        parts.append(box(stroke, tall, high, (x, 3, base)))
        parts += [
            box(4, stroke, high, (x, 3 + share * (tall - stroke), base)) for share in (0, 0.5, 1)
        ]
    return together(*parts)
