"""The models that the demo's students send: closed, of a size that prints, in mm."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .mesh import (
    Mesh,
    Points,
    cells,
    circle,
    extruded,
    height_field,
    joined,
    lofted,
    polar,
    revolved,
    ribbon,
    tiles,
    tube,
    voxels,
)

# The strokes of the name plate's letters, 10 mm high.
_LETTERS: tuple[tuple[tuple[float, float], ...], ...] = (
    ((0, 10), (6, 10), (2.6, 6), (5, 5.6), (6, 3), (4.6, 0.6), (0, 0)),
    ((10, -0.8), (10, 10), (14, 9.6), (16, 7), (16, 3), (14, 0.4), (10.6, 0)),
    ((26, 10.8), (26, 0), (31, 0)),
    ((35, -0.8), (39, 10), (43, -0.8)),
    ((36.6, 3.4), (41.4, 3.4)),
    ((47, -0.8), (47, 10), (50.6, 9.7), (52, 8), (51, 6), (47.6, 5.4)),
    ((50.4, 5.8), (53, 3.6), (52, 0.8), (47.6, 0)),
)


def gear() -> Mesh:
    """A spur gear of 24 teeth, 60 mm across, with an 8 mm bore and a hub."""
    turn = np.linspace(0, 24 * 2 * np.pi, 24 * 16, endpoint=False)
    teeth = 27.4 + 2.6 * np.clip(1.7 * np.sin(turn), -1, 1)
    count = len(turn)
    return lofted(
        [
            polar(teeth, 0),
            polar(teeth, 10),
            circle(12, count, 10),
            circle(10, count, 16),
            circle(4, count, 16),
            circle(4, count, 0),
        ],
        closed=True,
    )


def phone_stand() -> Mesh:
    """A bent strip that holds a phone, 70 mm wide."""
    path = [(0.0, 12.0), (0.0, 0.0), (14.0, 0.0), (52.0, 78.0), (72.0, 0.0), (30.0, 0.0)]
    return extruded(ribbon(path, 5), 70).stood_up().on_bed()


def bracket() -> Mesh:
    """A shelf bracket of two drilled plates and two ribs."""
    plate = extruded(tiles(["######", "#o##o#", "######", "#o##o#", "######"], 12, 3), 5)
    upright = plate.stood_up()
    shift = float(plate.vertices[:, 1].max()) - float(upright.vertices[:, 1].max())
    upright = upright.moved(x=0.2, y=shift - 0.2, z=0.2 - float(upright.vertices[:, 2].min()))
    rib = extruded(ribbon([(0, 0), (38, 38)], 5), 4)
    x, y, z = rib.vertices.T
    rib = Mesh(np.column_stack([z, -y, 41 - x]), rib.faces[:, ::-1])
    ribs = [rib.moved(x=offset, y=shift_y) for offset, shift_y in ((4, 3.0), (52, 3.0))]
    return joined([plate, upright, *ribs]).on_bed()


def vase() -> Mesh:
    """A twisted, fluted vase, 120 mm high, with a 2.4 mm wall."""

    def ring(z: float, inset: float) -> Points:
        angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
        body = 30 + 12 * np.sin(z / 120 * np.pi * 1.4) - inset
        return polar(body + 1.6 * np.sin(9 * angle + z / 24), z)

    outside = [ring(float(z), 0) for z in np.linspace(0, 120, 61)]
    inside = [ring(float(z), 2.4) for z in np.linspace(120, 3, 59)]
    return lofted([*outside, *inside])


def torus_knot() -> Mesh:
    """A trefoil of round tube, about 90 mm across."""
    turn = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    radius = 30 + 12 * np.cos(3 * turn)
    path = np.column_stack(
        [radius * np.cos(2 * turn), radius * np.sin(2 * turn), 12 * np.sin(3 * turn)]
    )
    return tube(path, 5.5).on_bed()


def name_plate() -> Mesh:
    """A plate with raised letters and a hole at each end."""
    rows = ["#" * 30] * 9
    rows[4] = f"#o{'#' * 26}o#"
    plate = extruded(tiles(rows, 4, 1.6), 3)
    letters = [
        extruded(ribbon([(2 * x, y * 1.8) for x, y in stroke], 3), 2.2).moved(x=7, y=-25, z=2.8)
        for stroke in _LETTERS
    ]
    return joined([plate, *letters]).on_bed()


def hex_nut() -> Mesh:
    """An M12 nut with chamfered edges (19 mm across flats, thread left to the tap)."""
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    flats = 9.5 / np.cos((angle + np.pi / 6) % (np.pi / 3) - np.pi / 6)
    round_off = np.minimum(flats, 9.7)
    count = len(angle)
    return lofted(
        [
            polar(round_off, 0),
            polar(flats, 0.9),
            polar(flats, 9.1),
            polar(round_off, 10),
            circle(6, count, 10),
            circle(5.1, count, 9.1),
            circle(5.1, count, 0.9),
            circle(6, count, 0),
        ],
        closed=True,
    )


def coaster() -> Mesh:
    """A honeycomb of 37 cells, 4 mm high."""
    pitch = 14.0
    centers = [
        (pitch * (q + r / 2), pitch * r * 3**0.5 / 2)
        for q in range(-3, 4)
        for r in range(-3, 4)
        if abs(q + r) <= 3
    ]
    turn = np.radians(30 + 60 * np.arange(6))
    border = np.column_stack([np.cos(turn), np.sin(turn)]) * pitch / 3**0.5
    halves = (border + np.roll(border, -1, axis=0)) / 2
    fine = np.stack([border, halves], axis=1).reshape(-1, 2)
    return extruded(cells(centers, fine, [5.6] * len(centers)), 4)


def pawn() -> Mesh:
    """A chess pawn, 46 mm high."""
    head = [
        (6.8 * float(np.sin(angle)), 38.5 - 6.8 * float(np.cos(angle)))
        for angle in np.linspace(0.62, np.pi - 0.02, 28)
    ]
    foot = [(13, 0), (13.6, 1), (13.6, 4), (12.4, 5.4), (12.6, 7), (10.2, 9)]
    body = [
        (4.2 + 5.2 * float(np.exp(-(z - 9) / 6.5)), float(z)) for z in np.linspace(10, 28.5, 20)
    ]
    collar = [(4.4, 29), (7.4, 30), (7.4, 31.2), (4.6, 32.2)]
    return revolved([*foot, *body, *collar, *head], 72)


def clip() -> Mesh:
    """A C clip for a 20 mm rod on a foot with two screw holes."""
    angles = np.radians(np.linspace(-40, 220, 53))
    arc = [(11.5 * float(np.cos(a)), 14 - 11.5 * float(np.sin(a))) for a in angles]
    ring = extruded(ribbon(arc, 3), 18).stood_up()
    foot = extruded(tiles(["#######", "#o###o#", "#######"], 6, 2.1), 4)
    middle = foot.vertices[:, :2].min(axis=0) + foot.vertices[:, :2].max(axis=0)
    centered = foot.moved(-middle[0] / 2, -middle[1] / 2)
    return joined([centered, ring.moved(y=9, z=1.5)]).on_bed()


def lattice() -> Mesh:
    """A 42 mm cube of crossing struts."""
    at = np.arange(21) % 5 < 1
    x, y, z = np.meshgrid(at, at, at, indexing="ij")
    return voxels((x & y) | (y & z) | (x & z), 2).on_bed()


def terrain() -> Mesh:
    """A 100 mm square of hills around a valley."""

    def height(x: Points, y: Points) -> Points:
        hills = 9 * np.exp(-((x - 18) ** 2 + (y - 12) ** 2) / 500)
        hills += 13 * np.exp(-((x + 24) ** 2 + (y + 20) ** 2) / 350)
        ridges = np.abs(np.sin(x / 11 + np.cos(y / 17))) * 3 + np.sin(y / 5) * np.cos(x / 7)
        valley: Points = hills + ridges + 2
        return valley

    return height_field(height, 100, 120, 4)


MODELS: dict[str, Callable[[], Mesh]] = {
    "gear": gear,
    "phone_stand": phone_stand,
    "bracket": bracket,
    "vase": vase,
    "torus_knot": torus_knot,
    "name_plate": name_plate,
    "hex_nut": hex_nut,
    "coaster": coaster,
    "pawn": pawn,
    "clip": clip,
    "lattice": lattice,
    "terrain": terrain,
}
"""Every model by its name."""
