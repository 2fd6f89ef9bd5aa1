"""Each step of drawing shows in the picture, and a step that is left out is named.

A check looks at a picture of a model that makes its step visible. Every check is tried twice: it
holds for the renderer as it is, and it fails once its step, and only that, is taken out.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pytest

from printflow.rendering import Options, camera, draw, drawing, normals, shading, shadow
from printflow.rendering.camera import Camera, aim
from printflow.rendering.normals import Facing
from printflow.rendering.raster import Raster
from tests.inspection import shapes
from tests.inspection.shapes import Mesh, joined, moved

Pixels = npt.NDArray[np.float64]
GRAY = "#888888"


def drawn(mesh: Mesh, color: str = GRAY, size: int = 128) -> Pixels:
    points, faces = mesh
    return np.asarray(draw(points[faces].astype(np.float32), Options(color, size)), np.float64)


def light(picture: Pixels) -> Pixels:
    """Brightness where the model is, nan elsewhere."""
    return np.where(picture[:, :, 3] > 250, picture[:, :, :3].mean(2), np.nan)


def ball() -> Pixels:
    return light(drawn(shapes.sphere(columns=128, rows=64)))


def around(values: Pixels, row: float, column: float, reach: int = 3) -> float:
    """The mean brightness about a place, given in shares of the picture."""
    down, across = round(row * len(values)), round(column * len(values))
    part = values[down - reach : down + reach + 1, across - reach : across + reach + 1]
    return float(np.nanmean(part))


def it_is_looked_at_from_above_and_in_front() -> None:
    picture = drawn(shapes.box(40, 40, 40))
    # The three sides of a cube that are seen: the top is the brightest, and the left one in front
    # is brighter than the right one.
    values = light(picture)
    top, left, right = (around(values, *at) for at in ((0.22, 0.5), (0.6, 0.3), (0.6, 0.85)))
    assert top > left > right


def a_flat_part_is_looked_at_from_higher_up() -> None:
    def tall(height: float) -> float:
        seen = np.isfinite(light(drawn(shapes.box(60, 60, height))))
        rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
        return float(np.ptp(rows) / np.ptp(columns))

    # From 52 degrees above a thin plate appears about 0.8 as tall as wide; from 24 about 0.4.
    assert tall(3) > 0.65


def near_edges_are_longer_than_far_ones() -> None:
    picture = light(drawn(shapes.box(40, 200, 40), size=256))
    seen = np.isfinite(picture)
    left = np.flatnonzero(seen[:, np.flatnonzero(seen.any(0))[6]])
    right = np.flatnonzero(seen[:, np.flatnonzero(seen.any(0))[-7]])
    assert abs(np.ptp(left) - np.ptp(right)) > 8


def round_parts_are_smooth() -> None:
    inner = light(drawn(shapes.sphere(columns=24, rows=12)))[40:88, 40:88]
    assert np.abs(np.diff(inner, axis=1)).max() < 6


def edges_stay_hard() -> None:
    # A cube's edge is a jump within two pixels, not a gradient from the middle of one side to the
    # middle of the next.
    row = light(drawn(shapes.box(40, 40, 40), size=256))[150]
    steps = np.abs(np.diff(row[np.isfinite(row)]))
    assert steps.max() > 8
    assert np.sort(steps)[::-1][5:].mean() < 1.5


def the_main_light_comes_from_above_on_the_left() -> None:
    values = ball()
    assert around(values, 0.32, 0.32) > 1.3 * around(values, 0.68, 0.68)


def a_second_light_fills_the_side_that_the_main_one_does_not_reach() -> None:
    assert around(ball(), 0.5, 0.88, 2) > 90


def the_sky_lights_what_faces_up() -> None:
    # Light that comes from no side: compared where both places face the main light alike.
    up = shading.lit(np.array([[0.0], [0.0], [1.0]], np.float32), np.array([1.0], np.float32))
    down = shading.lit(np.array([[0.0], [0.0], [1.0]], np.float32), np.array([-1.0], np.float32))
    assert float(up.diffuse[0] - down.diffuse[0]) > 0.15


def a_dark_model_has_a_highlight() -> None:
    values = light(drawn(shapes.sphere(columns=128, rows=64), "#202020"))
    usual, brightest = np.nanmedian(values), np.nanmax(values)
    assert brightest > usual + 45


def bright_places_do_not_burn_out() -> None:
    picture = drawn(shapes.sphere(columns=128, rows=64), "#ffffff")
    values = light(picture)
    assert np.nanmean(values >= 254.5) < 0.02
    assert np.nanmax(values) > 235


def black_keeps_room_for_shape() -> None:
    values = light(drawn(shapes.bracket(), "#000000"))
    assert np.nanpercentile(values, 20) > 15


def corners_lie_in_their_own_shade() -> None:
    # A wall behind a floor: the wall is darker at the floor than higher up.
    stage = joined(shapes.box(80, 80, 4), moved(shapes.box(80, 4, 60), y=76, z=4))
    column = light(drawn(stage, size=256))[60:136, 128]
    assert np.median(column) - np.nanmin(column) > 8


def an_outline_runs_where_one_part_is_before_another() -> None:
    # Two plates of one color that face the same way, one before the other: only the outline tells
    # them apart.
    pair = joined(shapes.box(40, 2, 40), moved(shapes.box(120, 2, 100), x=-40, y=40))
    values = light(drawn(pair, size=256))
    face = float(np.nanmedian(values))
    assert (np.nan_to_num(values, nan=face) < face - 12).sum() > 60


def a_shadow_lies_on_the_ground() -> None:
    alpha = drawn(shapes.several())[:, :, 3]
    assert ((alpha > 8) & (alpha < 120)).sum() > 300


def the_shadow_is_darkest_where_the_model_touches_the_ground() -> None:
    def darkest(raised: float) -> float:
        mesh = joined(shapes.box(60, 60, 2), moved(shapes.box(20, 20, 20), x=20, y=20, z=2))
        floating = joined(moved(mesh, z=raised), moved(shapes.box(1, 1, 1), x=-30))
        alpha = drawn(floating, size=256)[:, :, 3]
        return float(np.percentile(alpha[(alpha > 4) & (alpha < 200)], 95))

    assert darkest(0) > darkest(30) + 8


def the_shadow_fades_before_the_edge_of_the_picture() -> None:
    alpha = drawn(shapes.box(60, 60, 3))[:, :, 3]
    border = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    assert border.max() < 8


def borders_are_smooth() -> None:
    alpha = drawn(shapes.sphere(columns=128, rows=64))[:, :, 3]
    upper = alpha[: len(alpha) // 3]
    assert ((upper > 60) & (upper < 200)).sum() > 10


def the_model_fills_the_picture_from_its_best_side() -> None:
    long = shapes.box(10, 120, 30)
    picture = np.isfinite(light(drawn(long)))
    rows, columns = np.flatnonzero(picture.any(1)), np.flatnonzero(picture.any(0))
    assert 0.86 < max(np.ptp(rows), np.ptp(columns)) / len(picture) < 0.96
    assert min(np.ptp(rows), np.ptp(columns)) / len(picture) > 0.4


Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Omission:
    """What is left out, how, and the check that must then fail."""

    step: str
    check: Callable[[], None]
    leave_out: Patch


def _axes(azimuth: float | None = None, elevation: float | None = None) -> Patch:
    whole = camera._axes

    def leave_out(patch: pytest.MonkeyPatch) -> None:
        def fixed(turn: float, rise: float) -> npt.NDArray[np.float64]:
            return whole(
                turn if azimuth is None else azimuth, rise if elevation is None else elevation
            )

        patch.setattr(camera, "_axes", fixed)

    return leave_out


def _without(module: object, name: str, instead: object) -> Patch:
    return lambda patch: patch.setattr(module, name, instead)


def _one_light(name: str) -> Patch:
    towards = shading._towards
    dark = getattr(shading, name)

    def without(normal: npt.NDArray[np.float32], to: npt.NDArray[np.float32]) -> object:
        found = towards(normal, to)
        return found * 0 if to is dark else found

    return _without(shading, "_towards", without)


def _lit(**zero: float) -> Patch:
    whole = shading.lit

    def changed(to_eye: npt.NDArray[np.float32], up: npt.NDArray[np.float32]) -> shading.Light:
        found = whole(to_eye, up)
        return replace(found, **{name: getattr(found, name) * 0 for name in zero})

    return _without(shading, "lit", changed)


def _no_sky(patch: pytest.MonkeyPatch) -> None:
    whole = shading.lit
    patch.setattr(shading, "lit", lambda to_eye, up: whole(to_eye, up * 0))


def _facets(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(normals, "_FACES_SMOOTHED", 0)


def _all_one_surface(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(normals, "CREASE", 180.0)


def _cut_highlights(patch: pytest.MonkeyPatch) -> None:
    steps = (np.arange(8192) + 0.5) / 4096
    cut = np.minimum(steps, 1)
    curve = np.where(cut <= 0.0031308, cut * 12.92, 1.055 * cut ** (1 / 2.4) - 0.055)
    patch.setattr(shading, "_CURVE", curve.astype(np.float32))


def _pure_color(patch: pytest.MonkeyPatch) -> None:
    whole = shading.linear
    patch.setattr(shading, "linear", lambda color: (whole(color) - 0.020) / np.float32(0.90))


def _no_shade(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shading, "hidden_sky", lambda distance, _normals, _pixel: distance * 0)


def _no_outline(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shading, "outlines", lambda distance, _pixel: distance * 0)


def _no_shadow(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shadow, "STRENGTH", 0.0)


def _flat_shadow(patch: pytest.MonkeyPatch) -> None:
    whole = shadow._underside

    def all_low(*arguments: object) -> object:
        below = whole(*arguments)  # type: ignore[arg-type]
        return np.where(np.isfinite(below), np.float32(0), below)

    patch.setattr(shadow, "_underside", all_low)


def _unfaded_shadow(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shadow, "_fade", lambda size: np.ones(size, np.float32))


def _parallel(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(camera, "_DISTANCE", 400.0)


def _rough_borders(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        drawing, "_reduced", lambda planes, scale: np.ascontiguousarray(planes[:, ::scale, ::scale])
    )


def _first_side(patch: pytest.MonkeyPatch) -> None:
    _axes(azimuth=90.0)(patch)


def _no_fitting(patch: pytest.MonkeyPatch) -> None:
    whole = Camera.fitted

    def loose(self: Camera, low: object, high: object, size: int) -> Camera:
        return whole(self, low * np.float32(2), high * np.float32(2), size)  # type: ignore[operator]

    patch.setattr(Camera, "fitted", loose)


OMISSIONS = [
    Omission("look from above", it_is_looked_at_from_above_and_in_front, _axes(elevation=-24.0)),
    Omission("look at flat parts from higher up", a_flat_part_is_looked_at_from_higher_up,
             _axes(elevation=24.0)),
    Omission("perspective", near_edges_are_longer_than_far_ones, _parallel),
    Omission("smooth round parts", round_parts_are_smooth, _facets),
    Omission("keep edges hard", edges_stay_hard, _all_one_surface),
    Omission("the main light", the_main_light_comes_from_above_on_the_left, _one_light("_KEY")),
    Omission("the second light", a_second_light_fills_the_side_that_the_main_one_does_not_reach,
             _one_light("_FILL")),
    Omission("the sky", the_sky_lights_what_faces_up, _no_sky),
    Omission("highlights", a_dark_model_has_a_highlight, _lit(gloss=0)),
    Omission("bend highlights", bright_places_do_not_burn_out, _cut_highlights),
    Omission("room for shape in black", black_keeps_room_for_shape, _pure_color),
    Omission("shade in corners", corners_lie_in_their_own_shade, _no_shade),
    Omission("outlines", an_outline_runs_where_one_part_is_before_another, _no_outline),
    Omission("the shadow", a_shadow_lies_on_the_ground, _no_shadow),
    Omission("contact in the shadow", the_shadow_is_darkest_where_the_model_touches_the_ground,
             _flat_shadow),
    Omission("fade the shadow", the_shadow_fades_before_the_edge_of_the_picture, _unfaded_shadow),
    Omission("reduce from twice the size", borders_are_smooth, _rough_borders),
    Omission("choose the best side", the_model_fills_the_picture_from_its_best_side, _first_side),
    Omission("fit into the picture", the_model_fills_the_picture_from_its_best_side, _no_fitting),
]  # fmt: skip

CHECKS = list(dict.fromkeys(omission.check for omission in OMISSIONS))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_step_shows(check: Callable[[], None]) -> None:
    check()


@pytest.mark.parametrize("omission", OMISSIONS, ids=lambda omission: omission.step)
def test_a_step_that_is_left_out_is_noticed(
    omission: Omission, monkeypatch: pytest.MonkeyPatch
) -> None:
    omission.leave_out(monkeypatch)
    with pytest.raises(AssertionError):
        omission.check()


def test_the_camera_turns_to_another_side_only_where_that_is_clearly_better() -> None:
    points, faces = shapes.box(40, 40, 40)
    triangles = points[faces].astype(np.float32)
    low, high = triangles.min((0, 1)), triangles.max((0, 1))
    assert np.allclose(aim(triangles, low, high).axes, camera._axes(-35.0, 24.0))


def test_the_nearest_triangle_is_kept_whatever_the_order() -> None:
    x = np.array([[0.0, 0.0], [64.0, 64.0], [0.0, 0.0]], np.float32)
    y = np.array([[0.0, 0.0], [0.0, 0.0], [64.0, 64.0]], np.float32)
    for near_first in (True, False):
        z = np.array([[0.9, 0.1]] * 3 if near_first else [[0.1, 0.9]] * 3, np.float32)
        raster = Raster(64)
        raster.draw(x, y, z, np.arange(2))
        seen, _ = raster.seen_at(raster.hits)
        assert set(seen.tolist()) == {0 if near_first else 1}


def test_facing_tells_which_direction_each_pixel_has() -> None:
    shared = Facing(np.eye(3, dtype=np.float32), np.array([2, 0, 0]))
    assert shared.at(np.array([0, 1])).T.tolist() == [[0, 0, 1], [1, 0, 0]]
