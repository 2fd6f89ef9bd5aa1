"""Pictures: in the job's color, in the middle, whole, on a transparent ground."""

from __future__ import annotations

import io

import numpy as np
import pytest
import trimesh
from PIL import Image

from printflow.inspection.measuring import Triangles
from printflow.inspection.problems import Unreadable
from printflow.inspection.raster import rasterize
from printflow.inspection.render import SMALL, render, small


def soup(mesh: trimesh.Trimesh) -> Triangles:
    return np.ascontiguousarray(mesh.vertices[mesh.faces], dtype=np.float32)


def pixels(png: bytes) -> np.ndarray[tuple[int, int, int], np.dtype[np.float64]]:
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"), dtype=np.float64)
    assert picture.shape == (512, 512, 4)
    return picture


@pytest.mark.parametrize(
    ("color", "strongest"), [("#c8102e", 0), ("#00a651", 1), ("#2040c0", 2)], ids=str
)
def test_a_ball_in_its_color(color: str, strongest: int) -> None:
    ball = trimesh.creation.icosphere(subdivisions=4, radius=15)
    picture = pixels(render(soup(ball), color))
    solid = picture[..., 3] > 250
    down, right = np.nonzero(solid)
    width, height = np.ptp(right) + 1, np.ptp(down) + 1
    assert abs(width - height) <= 2, "round"
    assert 0.75 < width / 512 < 0.9, "it fills the picture"
    assert abs(right.mean() - 256) < 4
    assert solid.sum() == pytest.approx(np.pi * (width / 2) ** 2, rel=0.02), "without holes"
    mean = picture[solid][:, :3].mean(axis=0)
    assert int(mean.argmax()) == strongest
    assert picture[0, :, 3].max() == picture[:, 0, 3].max() == picture[-1, :, 3].max() == 0


def test_light_comes_from_above_and_the_left() -> None:
    box = pixels(render(soup(trimesh.creation.box((30, 30, 30))), "#808080"))
    solid = box[..., 3] > 250
    down, right = np.nonzero(solid)
    middle = right.mean()
    brightness = box[..., :3].mean(axis=2)
    top = brightness[down.min() + 60, int(middle)]
    left = brightness[int(down.mean()) + 70, int(middle) - 70]
    side = brightness[int(down.mean()) + 70, int(middle) + 70]
    assert top > left > side
    assert top - left > 12, "faces are told apart"


def test_black_and_white_keep_their_shape() -> None:
    ball = soup(trimesh.creation.icosphere(subdivisions=3, radius=15))
    for color in ("#000000", "#ffffff"):
        picture = pixels(render(ball, color))
        inside = picture[picture[..., 3] > 250][:, :3].mean(axis=1)
        assert np.percentile(inside, 95) - np.percentile(inside, 5) > 15


def test_the_nearer_hides_the_farther() -> None:
    far = np.array([[[0, 0, 0], [90, 0, 0], [0, 90, 0]]], dtype=np.float32)
    near = far + np.array([0, 0, 5], dtype=np.float32)
    hits = rasterize(np.concatenate([far, near]), 100)
    assert set(hits.triangle) == {1}
    assert len(hits.index) == pytest.approx(90 * 90 / 2, rel=0.03)
    again = rasterize(np.concatenate([near, far]), 100)
    assert set(again.triangle) == {0}


def test_pictures_are_the_same_again() -> None:
    ring = soup(trimesh.creation.torus(20, 6))
    assert render(ring, "#336699") == render(ring, "#336699")


def test_the_small_one() -> None:
    webp = small(render(soup(trimesh.creation.box((30, 20, 10))), "#336699"))
    with Image.open(io.BytesIO(webp)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (SMALL, SMALL))
    assert len(webp) < 15_000


def test_what_would_take_too_long_is_not_drawn() -> None:
    sheet = np.array([[[0, 0, 0], [90, 0, 1], [0, 90, 2]]], dtype=np.float32)
    with pytest.raises(Unreadable, match="too dense"):
        render(np.repeat(sheet, 1000, axis=0), "#336699")
