"""What may go wrong when a model is printed: what is found in shapes known to be bad, and that nothing
is found in shapes known to be good."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printflow.demo.sample_models import MODELS
from printflow.domain.printability import (
    LIMITS,
    Finding,
    FindingCode,
    PrintLimits,
    Process,
    Severity,
)
from printflow.domain.printability import FindingCode as C
from printflow.inspection.model import OnPlate
from printflow.inspection.printability import checks, findings
from printflow.inspection.surface import surface
from tests.inspection import shapes
from tests.inspection.printable import (
    Soup,
    ball,
    bored,
    box,
    bridge,
    cone,
    inside_out,
    letters,
    on_floor,
    put,
    rod,
    soup,
    table,
    together,
    tube,
    turned,
    wedge,
)

FILAMENT, RESIN, POWDER = (LIMITS[one] for one in Process)


def found(model: Soup, limits: PrintLimits = FILAMENT) -> dict[FindingCode, Finding]:
    return {one.code: one for one in findings(model, surface(model).roots, limits)}


def wall(thick: float, wide: float = 40, high: float = 20) -> Soup:
    return together(box(wide, 20, 2), box(wide, thick, high, (0, 9, 2)))


def boss(diameter: float, high: float, side: float = 20) -> Soup:
    return together(box(side, side, 2), put(rod(diameter, high), side / 2, side / 2, 2))


def tee(stem: float, arm: float, high: float, deep: float = 10) -> Soup:
    return together(box(stem, deep, high), box(stem + 2 * arm, deep, 5, (-arm, 0, high)))


def hook() -> Soup:
    """Hangs down from an arm: it starts in the air, though it is one piece."""
    return together(box(15, 20, 40), box(40, 20, 6, (0, 0, 40)), box(5, 20, 15, (35, 0, 25)))


def drawn_support(gap: float) -> Soup:
    """An arm whose end is carried by a block that was drawn below it."""
    return together(
        box(32, 20, 3), box(10, 20, 20, (0, 0, 3)), box(32, 20, 6, (0, 0, 23)),
        box(8, 20, 20 - gap, (24, 0, 3)),
    )  # fmt: skip


def lid(gap: float) -> Soup:
    """A window with a block in it that hangs from nothing but is a little above its sill."""
    return together(
        box(26, 3, 8), box(8, 3, 12, (0, 0, 8)), box(8, 3, 12, (18, 0, 8)), box(26, 3, 5, (0, 0, 20)),
        box(4, 3, 12 - gap, (11, 0, 8 + gap)),
    )  # fmt: skip


def comb(tooth: float) -> Soup:
    """A bridge whose lower side has teeth."""
    teeth = [box(1, 6, tooth + 0.05, (10 + 1.5 * at, 3, 15 - tooth)) for at in range(8)]
    return together(bridge(16), *teeth)


def ramp() -> Soup:
    """A door wedge of 14°."""
    points = np.array([[x, y, z] for y in (0, 30) for x, z in ((0, 0), (80, 0), (80, 20))], float)
    faces = [[0, 2, 1], [3, 4, 5], [0, 1, 4], [0, 4, 3], [1, 2, 5], [1, 5, 4], [2, 0, 3], [2, 3, 5]]
    wedge: Soup = points[np.array(faces)].astype(np.float32)[:, ::-1]
    return wedge


def hollow(outer: float, inner: float, at: tuple[float, float, float]) -> Soup:
    return together(box(outer, outer, outer), inside_out(box(inner, inner, inner, at)))


def engraved(deep: float) -> Soup:
    """A plate whose right half is lower."""
    return together(box(30, 30, 4), box(30, 30, 4 - deep, (30, 0, 0)))


BAD: list[tuple[str, Callable[[], Soup], PrintLimits, FindingCode, float]] = [
    ("a wall of 0.5", lambda: wall(0.5), FILAMENT, C.THIN_WALL, 0.5),
    ("a wall of 0.3, turned", lambda: turned(wall(0.3, 30, 12), 37), FILAMENT, C.THIN_WALL, 0.3),
    ("a pipe of 0.6", lambda: tube(30, 0.6, 25), FILAMENT, C.THIN_WALL, 0.6),
    ("a pipe that leans", lambda: on_floor(turned(tube(30, 0.5, 30), 25, 0)), FILAMENT, C.THIN_WALL, 0.5),
    ("a pin of 0.7", lambda: boss(0.7, 10), FILAMENT, C.THIN_WALL, 0.69),
    ("a far wall of 0.5", lambda: put(wall(0.5), 900, -700, 300), FILAMENT, C.THIN_WALL, 0.5),
    ("a resin wall of 0.25", lambda: wall(0.25, 20, 8), RESIN, C.THIN_WALL, 0.25),
    ("a powder wall of 0.6", lambda: wall(0.6), POWDER, C.THIN_WALL, 0.6),
    ("a sheet of 0.3", lambda: box(40, 30, 0.3), FILAMENT, C.THIN_WALL, 0.3),
    ("letters of 0.5", lambda: letters(0.5, 0.8), FILAMENT, C.FINE_DETAIL, 0.5),
    ("letters of 0.3", lambda: letters(0.3, 1.5), FILAMENT, C.FINE_DETAIL, 0.3),
    ("a cube in the air", lambda: together(box(10, 10, 10), box(5, 5, 5, (20, 0, 12))), FILAMENT,
     C.ISLAND, 12),
    ("a hook", hook, FILAMENT, C.ISLAND, 25),
    ("a cube under a table", lambda: together(table(60, 40, 30, 4, 3), box(8, 8, 8, (26, 16, 14))),
     RESIN, C.ISLAND, 14),
    ("a T", lambda: tee(10, 15, 30), FILAMENT, C.OVERHANG, 90),
    ("a larger T", lambda: tee(30, 6, 12, 40), RESIN, C.OVERHANG, 90),
    ("a table", lambda: table(60, 40, 30, 4, 3), FILAMENT, C.OVERHANG, 90),
    ("a long bridge", lambda: bridge(35), FILAMENT, C.OVERHANG, 90),
    ("a long bridge, turned", lambda: turned(bridge(35), 30), FILAMENT, C.OVERHANG, 90),
    ("a bridge in resin", lambda: bridge(16), RESIN, C.OVERHANG, 90),
    ("a deep vault", lambda: on_floor(turned(bored(50, 40, 30), 90, 0)), FILAMENT, C.OVERHANG, 89.5),
    ("half a bridge", lambda: together(box(8, 12, 15), box(24, 12, 4, (0, 0, 15))), FILAMENT,
     C.OVERHANG, 90),
    ("a small ball", lambda: ball(12, 96, 48), FILAMENT, C.OVERHANG, 80),
    ("a block above its sill", lambda: lid(0.7), FILAMENT, C.ISLAND, 8.7),
    ("a comb of long teeth", lambda: comb(1.1), FILAMENT, C.ISLAND, 13.9),
    ("a funnel of 60°", lambda: cone(10, 10 + 2 * 20 * np.tan(np.radians(60)), 20, 96), FILAMENT,
     C.OVERHANG, 60),
    ("a column", lambda: box(10, 10, 100), FILAMENT, C.TIPS, 100),
    ("a pencil", lambda: rod(6, 90), FILAMENT, C.TIPS, 28),
    ("a ball", lambda: ball(20, 96, 48), FILAMENT, C.TIPS, 10.1),
    ("an arm", lambda: together(box(20, 20, 5), box(5, 20, 60), box(70, 20, 8, (0, 0, 52))), FILAMENT,
     C.OFF_BALANCE, 3.67),
    ("an arm to the other side", lambda: turned(together(box(30, 12, 4), box(6, 12, 40),
     box(90, 12, 9, (0, 0, 40))), 180), FILAMENT, C.OFF_BALANCE, 3.94),
    ("letters of 0.1 high", lambda: letters(1, 0.1), FILAMENT, C.BELOW_LAYER, 0.1),
    ("a step of 0.15", lambda: engraved(0.15), FILAMENT, C.BELOW_LAYER, 0.15),
    ("a film", lambda: box(50, 40, 0.12), FILAMENT, C.BELOW_LAYER, 0.12),
    ("a hollow", lambda: hollow(30, 20, (5, 5, 5)), RESIN, C.CLOSED_HOLLOW, 8),
    ("a hollow ball", lambda: together(ball(15), inside_out(put(ball(9), z=6))), RESIN,
     C.CLOSED_HOLLOW, 3.03),
    ("a hollow in powder", lambda: hollow(24, 10, (3, 3, 9)), POWDER, C.CLOSED_HOLLOW, 1),
    ("two boxes", lambda: together(box(10, 10, 10), box(12, 10, 10, (15, 0, 0))), FILAMENT,
     C.SEPARATE_PARTS, 2),
    ("three, 0.3 apart", lambda: together(*(box(10, 10, 10, (10.3 * at, 0, 0)) for at in range(3))),
     FILAMENT, C.SEPARATE_PARTS, 3),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "limits", "code", "value"), BAD, ids=[b[0] for b in BAD])
def test_what_is_bad_is_found(
    name: str, make: Callable[[], Soup], limits: PrintLimits, code: FindingCode, value: float
) -> None:
    there = found(make(), limits)
    assert code in there, sorted(there)
    assert there[code].value == pytest.approx(value, rel=0.04)
    assert there[code].process is limits.process
    assert there[code].message


GOOD: list[tuple[str, Callable[[], Soup], PrintLimits]] = [
    ("a box", lambda: box(40, 30, 20), FILAMENT),
    ("a box in resin", lambda: box(40, 30, 20), RESIN),
    ("a wall of 0.8", lambda: wall(0.8), FILAMENT),
    ("a wall of 1.2, turned", lambda: turned(wall(1.2), 37), FILAMENT),
    ("a resin wall of 0.5", lambda: wall(0.5), RESIN),
    ("a pipe of 1.2", lambda: tube(30, 1.2, 30), FILAMENT),
    ("a pin of 2", lambda: boss(2, 6), FILAMENT),
    ("a pin on a large plate", lambda: boss(1, 8, 120), FILAMENT),
    ("a name tag", lambda: box(60, 20, 0.6), FILAMENT),
    ("a wedge", ramp, FILAMENT),
    ("letters of 1", lambda: letters(1, 0.8), FILAMENT),
    ("a name plate", lambda: soup(shapes.text_plate()), FILAMENT),
    ("a cone", lambda: cone(40, 4, 30), FILAMENT),
    ("a funnel of 45°", lambda: cone(20, 80, 30), FILAMENT),
    ("a bridge", lambda: bridge(16), FILAMENT),
    ("a bridge, turned", lambda: turned(bridge(16), 45), FILAMENT),
    ("a bridge, turned less", lambda: turned(bridge(15), 20), FILAMENT),
    ("a bore that lies", lambda: on_floor(turned(bored(24, 14, 30), 90, 0)), FILAMENT),
    ("a bridge with a rough side", lambda: comb(0.08), FILAMENT),
    ("an arm on what was drawn below it", lambda: drawn_support(0.2), FILAMENT),
    ("a block just above its sill", lambda: lid(0.2), FILAMENT),
    ("an edge", lambda: wedge(30, 12, 15), FILAMENT),
    ("an edge, turned", lambda: turned(wedge(30, 10, 15), 50), FILAMENT),
    ("an edge, larger", lambda: turned(wedge(90, 30, 40), -8), FILAMENT),
    ("a small ledge", lambda: tee(20, 2, 20), FILAMENT),
    ("a tower", lambda: box(20, 20, 100), FILAMENT),
    ("a pipe of 120 high", lambda: tube(60, 1.6, 120), FILAMENT),
    ("touching boxes", lambda: together(box(10, 10, 10), box(12, 10, 10, (10, 0, 0))), FILAMENT),
    ("a gear", lambda: soup(shapes.gear()), FILAMENT),
    ("a bracket", lambda: soup(shapes.bracket()), FILAMENT),
    ("a step of 1", lambda: engraved(1), FILAMENT),
    ("a ball in powder", lambda: ball(20), POWDER),
    ("a table in powder", lambda: table(60, 40, 30, 4, 3), POWDER),
]


@pytest.mark.parametrize(("name", "make", "limits"), GOOD, ids=[one[0] for one in GOOD])
def test_what_is_good_is_left_alone(
    name: str, make: Callable[[], Soup], limits: PrintLimits
) -> None:
    assert [one.message for one in found(make(), limits).values()] == []


LOST: list[tuple[str, Callable[[], Soup]]] = [
    ("a wall", lambda: wall(0.3)),
    ("a wall, turned", lambda: turned(wall(0.3, 30, 12), 37)),
    ("a wall on a large plate", lambda: together(box(150, 120, 2), box(60, 0.3, 20, (40, 60, 2)))),
    ("a fin", lambda: together(box(20, 20, 2), box(2, 0.3, 15, (9, 9, 2)))),
    ("a pipe", lambda: tube(30, 0.3, 25)),
    ("a narrow pipe", lambda: tube(8, 0.25, 25)),
    ("a pin", lambda: boss(0.35, 15)),
]


@pytest.mark.parametrize("make", [make for _, make in LOST], ids=[name for name, _ in LOST])
def test_what_is_lost_is_warned_of(make: Callable[[], Soup]) -> None:
    assert found(make())[C.THIN_WALL].severity is Severity.WARNING


NECKS: list[tuple[str, Callable[[], Soup], float]] = [
    ("a bore near the sides", lambda: bored(6, 5.8, 12), 0.1),
    ("a bore near the sides, turned", lambda: turned(bored(6, 5.7, 12), 33), 0.15),
    ("a bore that reaches the sides", lambda: bored(6, 5.99, 12), 0.01),
]


@pytest.mark.parametrize(("name", "make", "value"), NECKS, ids=[one[0] for one in NECKS])
def test_a_neck_between_thick_walls_is_no_warning(
    name: str, make: Callable[[], Soup], value: float
) -> None:
    there = found(make())
    assert [one.code for one in there.values() if one.severity is Severity.WARNING] == []
    assert there[C.THIN_WALL].value == pytest.approx(value, abs=0.05)


def test_the_demo_has_one_model_that_needs_supports() -> None:
    warned = {}
    for name, make in MODELS.items():
        mesh = make()
        there = found(np.ascontiguousarray(mesh.vertices[mesh.faces], np.float32))
        assert C.NOT_CHECKED not in there, name
        if codes := [code for code, one in there.items() if one.severity is Severity.WARNING]:
            warned[name] = codes
    assert warned == {"torus_knot": [C.OVERHANG]}


def test_thin_legs_between_the_rays_are_legs() -> None:
    there = found(table(150, 150, 30, 0.9, 3))
    assert C.ISLAND not in there
    assert C.SEPARATE_PARTS not in there


def test_places_are_on_what_is_found() -> None:
    at = found(together(box(10, 10, 10), box(5, 5, 5, (20, 0, 12))))[C.ISLAND].at_mm
    assert at == pytest.approx((22.5, 2.5, 12), abs=0.3)
    x, y, z = found(wall(0.5))[C.THIN_WALL].at_mm or (0, 0, 0)
    assert 0 <= x <= 40 and y == pytest.approx(9.25, abs=0.01) and 2 <= z <= 22
    x, y, z = found(tee(10, 15, 30))[C.OVERHANG].at_mm or (0, 0, 0)
    assert min(abs(x + 15), abs(x - 25)) < 1, "where it hangs farthest out"
    assert z == 30
    assert found(hollow(30, 20, (5, 5, 5)))[C.CLOSED_HOLLOW].at_mm == pytest.approx((15, 15, 15))


def test_areas_and_supports_are_estimated() -> None:
    over = found(tee(10, 15, 30))[C.OVERHANG]
    assert over.area_mm2 == pytest.approx(300, rel=0.03)
    assert over.volume_cm3 == pytest.approx(300 * 30 * 0.15 / 1000, rel=0.03)
    assert "3.0 cm²" in over.message


MARKED = (C.ISLAND, C.OVERHANG, C.THIN_WALL, C.SEPARATE_PARTS)


def _troubled() -> Soup:
    return together(
        box(50, 30, 3), box(0.5, 30, 20, (4, 0, 3)), box(10, 10, 30, (20, 10, 3)),
        box(26, 10, 5, (12, 10, 33)), box(6, 6, 6, (40, 4, 18)),
    )  # fmt: skip


@settings(deadline=None, max_examples=12)
@given(
    st.floats(-400, 400), st.floats(-400, 400), st.floats(-50, 200), st.integers(0, 71),
)  # fmt: skip
def test_moved_and_turned_they_stay_what_they_are(x: float, y: float, z: float, turn: int) -> None:
    before = found(_troubled())
    after = found(put(turned(_troubled(), turn * 5), x, y, z))
    assert set(MARKED) <= set(before)
    assert set(after) == set(before)
    for code in (C.ISLAND, C.SEPARATE_PARTS):
        there = put(turned(np.array([[before[code].at_mm]], np.float32), turn * 5), x, y, z)
        assert after[code].at_mm == pytest.approx(there[0, 0].tolist(), abs=1)
    for code in MARKED:
        assert after[code].value == pytest.approx(before[code].value, rel=0.03, abs=0.02)
        assert after[code].area_mm2 == pytest.approx(before[code].area_mm2, rel=0.1, abs=2)


@pytest.mark.parametrize("scale", [0.5, 2.0, 5.0])
def test_scaled_they_scale(scale: float) -> None:
    before = found(tee(20, 15, 30))[C.OVERHANG]
    after = found(tee(20, 15, 30) * np.float32(scale))[C.OVERHANG]
    assert after.area_mm2 == pytest.approx(before.area_mm2 * scale**2, rel=0.05)
    assert after.volume_cm3 == pytest.approx(before.volume_cm3 * scale**3, rel=0.05)


def test_what_is_not_checked_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    holes = soup(shapes.vase(60, 40, 30))
    assert [one.code for one in found(holes).values()] == [C.NOT_CHECKED]
    assert "holes" in found(holes)[C.NOT_CHECKED].message
    monkeypatch.setattr(checks, "MOST_TRIANGLES", 11)
    large = found(box(10, 10, 10))[C.NOT_CHECKED]
    assert "too large (12 triangles, and the limit is 11)" in large.message


def test_a_few_holes_do_not_end_the_checks() -> None:
    model = together(wall(0.5), box(10, 10, 10, (0, 60, 0)))
    there = found(np.delete(soup(shapes.sphere(20, 64, 32)), 40, axis=0))
    assert C.NOT_CHECKED not in there and C.OVERHANG in there
    assert C.THIN_WALL in found(model)


def test_plates_are_checked_one_by_one() -> None:
    one, other = box(20, 20, 20), put(wall(0.5), 300, 0, 0)
    both = together(one, other)
    plates = (OnPlate(1, "", len(one)), OnPlate(2, "", len(other)))
    there = findings(both, surface(both).roots, FILAMENT, plates)
    assert [found.code for found in there] == [C.THIN_WALL]
    assert (there[0].at_mm or (0,))[0] > 300
