"""What a picture must be, whatever the machine: filled, in the middle, in its color, soft."""

import io

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from printflow.rendering import (
    THUMBNAIL,
    Label,
    Options,
    TooMuchToDraw,
    draw,
    normals,
    png,
    thumbnail,
)
from printflow.rendering.camera import aim
from printflow.rendering.culling import Drawn
from printflow.rendering.raster import Raster
from tests.inspection import shapes
from tests.inspection.shapes import Mesh

BLUE = "#2b6cb0"


def render(
    points: npt.NDArray[np.float32], faces: npt.NDArray[np.int32], color: str, size: int = 512
) -> bytes:
    return png(draw(points[faces], Options(color, size)))


def picture_of(mesh: Mesh, color: str = BLUE, size: int = 128) -> npt.NDArray[np.int64]:
    with Image.open(io.BytesIO(render(*mesh, color, size))) as picture:
        assert picture.format == "PNG"
        assert picture.mode == "RGBA"
        assert picture.size == (size, size)
        return np.asarray(picture).astype(np.int64)


def model(picture: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """The model's own pixels; its shadow is never opaque."""
    return np.asarray(picture[:, :, 3] > 250)


@pytest.mark.parametrize("name", [name for name in shapes.MODELS if name != "terrain"])
def test_every_kind_of_model_fills_the_picture_and_stands_in_its_middle(name: str) -> None:
    seen = model(picture_of(shapes.MODELS[name]()))
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    longer = max(np.ptp(rows), np.ptp(columns)) / len(seen)
    assert 0.86 < longer < 0.96
    for along in (rows, columns):
        assert abs((along[0] + along[-1]) / 2 - (len(seen) - 1) / 2) <= 2
    assert seen.mean() > 0.08


@pytest.mark.parametrize("color", ["#2b6cb0", "#d03a3a", "#3f9d5a", "#f5d90a"])
def test_it_is_drawn_in_the_color_of_the_job(color: str) -> None:
    picture = picture_of(shapes.sphere(), color)
    mean = picture[model(picture)][:, :3].mean(0)
    wanted = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
    # The same order of the parts and about the same brightness.
    assert list(np.argsort(mean)) == list(np.argsort(wanted))
    assert np.abs(mean - wanted).max() < 60


def test_triangles_have_the_colors_of_their_own() -> None:
    points, faces = shapes.box()
    triangles = points[faces].astype(np.float32)
    colors = np.full(len(triangles), -1, np.int32)
    top = (triangles[:, :, 2] == triangles[:, :, 2].max()).all(1)
    colors[top] = 0xD03A3A
    picture = np.asarray(draw(triangles, Options(BLUE, 128), colors)).astype(np.int64)
    red, _, blue, _ = picture[model(picture)].T
    assert 0.1 < (red > blue + 40).mean() < 0.7
    assert (blue > red + 40).mean() > 0.2
    plain = np.asarray(draw(triangles, Options(BLUE, 128), np.full(len(triangles), -1, np.int32)))
    assert (plain == np.asarray(draw(triangles, Options(BLUE, 128)))).all()


def test_colors_stay_with_their_triangles_where_others_are_left_out() -> None:
    points, faces = shapes.box()
    triangles = points[faces].astype(np.float32)
    lost = np.full((1, 3, 3), np.nan, np.float32)
    colors = np.full(len(triangles) + 1, 0xD03A3A, np.int32)
    colors[0] = 0x00FF00
    picture = draw(np.concatenate([lost, triangles]), Options(BLUE, 128), colors)
    assert picture.tobytes() == draw(triangles, Options("#d03a3a", 128)).tobytes()


def test_labels_are_below_their_places_and_leave_each_other_room() -> None:
    points, faces = shapes.box()
    triangles = points[faces].astype(np.float32)
    low, high = triangles.min((0, 1)), triangles.max((0, 1))
    at = (float(low[0] + high[0]) / 2, float(low[1]), float(low[2]))
    wide = float(high[0] - low[0])

    def changed(*labels: Label) -> npt.NDArray[np.bool_]:
        bare, written = (
            np.asarray(draw(triangles, Options(BLUE, 256, which))) for which in ((), labels)
        )
        return np.asarray((bare != written).any(2))

    number = changed(Label("1", "", at, wide))
    named = changed(Label("1", "Lid", at, wide))
    rows = np.flatnonzero(number.any(1))
    assert 10 < len(rows) < 30
    assert rows[0] > 100
    assert named.sum() > 1.5 * number.sum()
    for name, room in (("Lid", wide / 100), ("a name without an end " * 3, wide), ("\u84cb", wide)):
        assert (changed(Label("1", name, at, room)) == number).all(), name
    assert (changed(Label("1", "", at, wide), Label("2", "", at, wide)) == number).all()


@pytest.mark.parametrize("color", ["#000000", "#ffffff"])
def test_black_and_white_models_show_their_shape(color: str) -> None:
    picture = picture_of(shapes.bracket(), color)
    light = picture[model(picture)][:, :3].mean(1)
    assert np.percentile(light, 95) - np.percentile(light, 5) > 15
    assert 3 < light.mean() < 250


def test_the_background_is_transparent_and_the_shadow_soft() -> None:
    picture = picture_of(shapes.several())
    alpha = picture[:, :, 3]
    border = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    assert border.max() < 8
    shadow = (alpha > 8) & (alpha < 120)
    assert shadow.sum() > 300
    darkest = picture[shadow & (alpha < 100)][:, :3]
    assert np.median(darkest) == 0


def test_edges_are_smooth() -> None:
    alpha = picture_of(shapes.sphere(columns=128, rows=64))[:, :, 3]
    upper = alpha[: len(alpha) // 3]
    assert ((upper > 60) & (upper < 200)).sum() > 10


def test_a_sphere_is_smooth_and_a_box_keeps_its_edges() -> None:
    round_part = picture_of(shapes.sphere(columns=32, rows=16), "#888888")
    inner = round_part[40:88, 40:88, :3].mean(2)
    assert np.abs(np.diff(inner, axis=1)).max() < 12
    points, faces = shapes.box()
    box = points[faces]
    frames = np.concatenate([box[:, :, 0], box[:, :, 1]], axis=1).T
    facing = normals.facing(
        box, frames, np.repeat(np.arange(12), 100), np.zeros(1200, int), 64
    ).directions
    assert facing.shape == (3, 1200)
    assert np.allclose(np.abs(facing).max(0), 1)


def test_the_nearer_triangle_wins_and_no_gap_is_between_neighbors() -> None:
    corners = np.array(
        [[0, 0, 0.2], [64, 0, 0.2], [64, 64, 0.2], [0, 64, 0.2],
         [16, 16, 0.8], [48, 16, 0.8], [48, 48, 0.8], [16, 48, 0.8]], np.float32
    )  # fmt: skip
    faces = np.array([[4, 5, 6], [4, 6, 7], [0, 1, 2], [0, 2, 3]], np.int32)
    raster = Raster(64)
    x, y, z = corners[faces].transpose(2, 1, 0)
    raster.draw(x, y, z, np.arange(4))
    assert len(raster.hits) == 64 * 64
    seen, depth = raster.seen_at(raster.hits)
    near = depth.reshape(64, 64)
    assert np.allclose(near[16:48, 16:48], 0.8, atol=1e-6)
    assert np.isclose(near[:16], 0.2, atol=1e-6).all()
    assert set(seen.tolist()) == {0, 1, 2, 3}


def test_the_same_mesh_gives_the_same_bytes_wherever_it_stands() -> None:
    points, faces = shapes.gear()
    assert render(points, faces, BLUE, 96) == render(points, faces, BLUE, 96)
    far = picture_of((points + np.float32(512), faces), size=96)
    assert np.abs(far - picture_of((points, faces), size=96)).mean() < 0.5


def test_a_mesh_inside_out_looks_the_same() -> None:
    points, faces = shapes.bracket()
    turned = np.ascontiguousarray(faces[:, ::-1])
    assert np.abs(picture_of((points, turned)) - picture_of((points, faces))).mean() < 1


def test_what_is_not_finite_is_left_out() -> None:
    points, faces = shapes.box()
    bad = np.concatenate([points, [[np.nan, 0, 0], [np.inf, 1, 1], [1e30, -np.inf, 0]]])
    broken = np.concatenate([faces, [[8, 0, 1], [9, 10, 2]]]).astype(np.int32)
    assert render(bad.astype(np.float32), broken, BLUE, 64) == render(points, faces, BLUE, 64)


@pytest.mark.parametrize(
    ("triangles", "color", "words"),
    [
        (np.zeros((0, 3, 3)), BLUE, "no triangles"),
        (np.full((1, 3, 3), np.nan), BLUE, "no triangles"),
        (np.zeros((1, 3, 2)), BLUE, "three coordinates"),
        (np.zeros((3, 3)), BLUE, "three coordinates"),
        (np.zeros((1, 3, 3)), "blue", "#rrggbb"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    triangles: npt.NDArray[np.float32], color: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        draw(triangles, Options(color))


@pytest.mark.parametrize("scale", [0.0, 1e-20, 1e-6, 1e6, 1e18])
def test_no_size_of_a_model_breaks_it(scale: float) -> None:
    points, faces = shapes.gear(8)
    render((points * np.float32(scale)).astype(np.float32), faces, BLUE, 64)


def test_triangles_that_all_fill_the_picture_are_given_up_before_they_are_drawn() -> None:
    points, faces = shapes.box()
    with pytest.raises(TooMuchToDraw, match="overlap"):
        render(points, np.tile(faces, (2000, 1)), BLUE)


def test_the_small_picture_is_a_webp_of_some_kilobytes() -> None:
    points, faces = shapes.bracket()
    made = thumbnail(draw(points[faces], Options(BLUE)))
    assert len(made) < 15_000
    with Image.open(io.BytesIO(made)) as picture:
        assert picture.format == "WEBP"
        assert picture.size == (THUMBNAIL, THUMBNAIL)
        assert picture.convert("RGBA").getpixel((1, 1))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("name", ["scan", "lattice", "terrain", "sheet", "several"])
def test_leaving_out_what_is_hidden_changes_no_pixel(name: str) -> None:
    points, faces = getattr(shapes, name)()
    if name == "several":  # inside out: the front is the far side then
        faces = faces[:, ::-1]
    triangles = points.astype(np.float32)[faces]
    low, high = triangles.min((0, 1)), triangles.max((0, 1))
    camera = aim(triangles, low, high)
    corners = triangles.transpose(2, 1, 0).reshape(3, -1)
    seen = np.stack(camera.seen(*corners))
    camera = camera.fitted(seen.min(1), seen.max(1), 256)
    camera.in_pixels(*seen)
    frames = seen.reshape(3, 3, -1)
    plain, quick = Raster(256), Raster(256)
    x, y, z = frames
    plain.draw(x, y, z, np.arange(len(faces)))
    quick.draw_all(frames)
    assert len(plain.hits) > 1000
    assert np.array_equal(plain.hits, quick.hits)
    (number, depth), (same_number, same_depth) = (
        raster.seen_at(plain.hits) for raster in (plain, quick)
    )
    assert np.array_equal(number, same_number)
    assert np.array_equal(depth, same_depth)


def test_what_lies_behind_is_hidden_and_what_peeps_out_is_not() -> None:
    farthest = np.full((32, 32), 0.5, np.float32)  # 256 × 256 pixels
    farthest[:, 20:] = 0  # empty from column 160 on
    drawn = Drawn(farthest)
    rows = [  # nearest, left, top, longer, whether it is hidden
        (0.4, 10, 10, 3, True),
        (0.6, 10, 10, 3, False),
        (0.5, 10, 10, 3, False),
        (0.4, 150, 10, 3, True),
        (0.4, 153, 10, 3, False),  # the next square is empty
        (0.4, 140, 10, 8, True),
        (0.4, 10, 190, 40, True),
        (0.4, 100, 200, 62, False),
        (0.4, 0, 0, 255, False),
        (0.4, 200, 100, 0, False),
    ]
    nearest, left, top, longer, hidden = (np.array(values) for values in zip(*rows, strict=True))
    f32 = [values.astype(np.float32) for values in (nearest, left, top, longer)]
    assert drawn.hides(*f32).tolist() == hidden.tolist()
