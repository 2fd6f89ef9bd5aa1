"""PLY of mixed faces and strips, GLB that is compressed or empty, STEP that is cut with gaps."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from printflow.domain.model_facts import ModelFacts, verdict, warnings
from printflow.inspection import child
from printflow.inspection.filling import filled
from printflow.inspection.measuring import measure
from printflow.inspection.problems import Unreadable
from printflow.inspection.surface import surface
from tests.inspection.reading import U
from tests.inspection.test_reading import as_answered
from tests.step_file import box_step


def facts_of(data: bytes, ending: str, tmp_path: Path) -> ModelFacts:
    path = tmp_path / f"model{ending}"
    path.write_bytes(data)
    with path.open("rb") as file:
        return as_answered(child.inspect(file, ending)[0])


CORNERS = [(x, y, z) for z in (0, 10) for y in (0, 15) for x in (0, 20)]
QUADS = [(0, 1, 5, 4), (1, 3, 7, 5), (3, 2, 6, 7), (2, 0, 4, 6)]
MIXED = [(0, 2, 3), (0, 3, 1), *QUADS[:2], (4, 5, 7, 6), *QUADS[2:]]


def ply(
    corners: list[Any], faces: list[Any], order: str, element: str = "face", extra: bool = False
) -> bytes:
    """A PLY as written for ``order`` ("" for ASCII), with a quality for each corner and face or not."""
    kind = {"": "ascii", "<": "binary_little_endian", ">": "binary_big_endian"}[order]
    more = "property uchar quality\n" if extra else ""
    head = (
        f"ply\nformat {kind} 1.0\ncomment made by a test\nelement vertex {len(corners)}\n"
        f"property float x\nproperty double y\n{more}property float z\n"
        f"element {element} {len(faces)}\n{more}property list uchar int vertex_indices\nend_header\n"
    ).encode()
    if not order:
        rows = [f"{x} {y} {'7 ' if extra else ''}{z}" for x, y, z in corners]
        rows += [" ".join(map(str, [*([7] if extra else []), len(one), *one])) for one in faces]
        return head + "\n".join(rows).encode() + b"\n"
    for x, y, z in corners:
        head += (
            struct.pack(f"{order}fd", x, y)
            + (b"\7" if extra else b"")
            + struct.pack(f"{order}f", z)
        )
    for one in faces:
        head += (b"\7" if extra else b"") + struct.pack(f"{order}B{len(one)}i", len(one), *one)
    return head


@pytest.mark.parametrize("extra", [False, True])
@pytest.mark.parametrize("order", ["", "<", ">"])
def test_ply_of_mixed_faces_and_strips(order: str, extra: bool, tmp_path: Path) -> None:
    mixed = facts_of(ply(CORNERS, MIXED, order, extra=extra), ".ply", tmp_path)
    strips = [(0, 1, 4, 5, 6, 7, 2, 3, 0, 1), (2, 0, 6, 4), (1, 3, 5, 7)]
    joined = [(*strips[0], -1, *strips[1], -1, *strips[2])]
    for facts in (
        mixed,
        facts_of(ply(CORNERS, strips, order, "tristrips", extra), ".ply", tmp_path),
        facts_of(ply(CORNERS, joined, order, "tristrips", extra), ".ply", tmp_path),
    ):
        assert facts.dimensions_mm == (20, 15, 10)
        assert (facts.triangles, facts.bodies, facts.watertight, facts.wound) == (12, 1, True, True)
        assert facts.volume_cm3 == pytest.approx(3.0)
        assert facts.area_cm2 == pytest.approx(13.0)


def test_ply_of_concave_faces(tmp_path: Path) -> None:
    corners = [(x, y, z) for z in (0, 5) for x, y in U]
    count = len(U)
    faces: list[Any] = [tuple(range(count))[::-1], tuple(range(count, 2 * count))]
    faces += [(at, (at + 1) % count, (at + 1) % count + count, at + count) for at in range(count)]
    facts = facts_of(ply(corners, faces, "<"), ".ply", tmp_path)
    assert (facts.watertight, facts.wound) == (True, True)
    assert facts.area_cm2 == pytest.approx(22)
    assert facts.volume_cm3 == pytest.approx(3.5)


def changed(data: bytes, change: Any) -> bytes:
    """A GLB with its JSON changed."""
    (length,) = struct.unpack_from("<I", data, 12)
    said = json.loads(data[20 : 20 + length])
    change(said)
    text = json.dumps(said).encode()
    text += b" " * (-len(text) % 4)
    rest = data[20 + length :]
    head = b"glTF" + struct.pack("<II", 2, 20 + len(text) + len(rest))
    return head + struct.pack("<II", len(text), 0x4E4F534A) + text + rest


def glb() -> bytes:
    return bytes(trimesh.creation.box((0.03, 0.02, 0.01)).export(file_type="glb"))


def test_glb_that_is_compressed_is_refused_in_words(tmp_path: Path) -> None:
    def draco(said: Any) -> None:
        said["extensionsRequired"] = said["extensionsUsed"] = ["KHR_draco_mesh_compression"]

    def draco_without_saying(said: Any) -> None:
        piece = said["meshes"][0]["primitives"][0]
        piece["extensions"] = {"KHR_draco_mesh_compression": {"bufferView": 0, "attributes": {}}}
        for accessor in said["accessors"]:
            accessor.pop("bufferView", None)

    def meshopt(said: Any) -> None:
        said["extensionsRequired"] = ["EXT_meshopt_compression"]

    def fallback(said: Any) -> None:
        piece = said["meshes"][0]["primitives"][0]
        piece["extensions"] = {"KHR_draco_mesh_compression": {"bufferView": 0, "attributes": {}}}

    for change, word in ((draco, "Draco"), (draco_without_saying, "Draco"), (meshopt, "meshopt")):
        with pytest.raises(Unreadable, match=f"compressed with {word}.*without compression"):
            facts_of(changed(glb(), change), ".glb", tmp_path)
    assert facts_of(changed(glb(), fallback), ".glb", tmp_path).watertight


def test_glb_of_nothing_but_points_is_refused(tmp_path: Path) -> None:
    data = glb()
    (length,) = struct.unpack_from("<I", data, 12)
    start = 20 + length + 8
    said = json.loads(data[20 : 20 + length])
    places = said["accessors"][said["meshes"][0]["primitives"][0]["attributes"]["POSITION"]]
    view = said["bufferViews"][places["bufferView"]]
    at = start + view.get("byteOffset", 0)
    line = np.outer(np.arange(places["count"]), [0.001, 0.002, 0.003])
    flat = data[:at] + line.astype("<f4").tobytes() + data[at + view["byteLength"] :]
    with pytest.raises(Unreadable, match="no usable triangles"):
        facts_of(flat, ".glb", tmp_path)


def test_step_is_cut_again_before_it_is_called_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import cascadio

    box = trimesh.creation.box((0.03, 0.02, 0.01))
    gaps = trimesh.Trimesh(box.vertices, box.faces[:-6], process=False)
    asked: list[tuple[float, float]] = []
    good: tuple[float, float] | None = (0.1, 0.5)

    def load(_: bytes, *, tol_linear: float, tol_angular: float, **__: Any) -> bytes:
        asked.append((tol_linear, tol_angular))
        mesh = box if (tol_linear, tol_angular) == good else gaps
        written = io.BytesIO()
        mesh.export(written, file_type="glb")
        return written.getvalue()

    monkeypatch.setattr(cascadio, "load", load)
    facts = facts_of(box_step(), ".step", tmp_path)
    assert (facts.watertight, facts.notes, len(asked)) == (True, (), 2)
    good = None
    facts = facts_of(box_step(), ".step", tmp_path)
    assert (facts.watertight, facts.notes) == (False, ("tessellated",))
    assert "The solid itself may be sound" in verdict(facts, ())


def test_holes_that_the_cutting_left_are_closed(tmp_path: Path) -> None:
    """By the real library: of such a file it cuts what is there, as of a face that it gives up on."""
    whole = facts_of(box_step(100, 4, 5), ".step", tmp_path)
    assert (whole.watertight, whole.notes, whole.triangles) == (True, (), 12)
    for left_out in ([4], [4, 5]):
        facts = facts_of(box_step(100, 4, 5, without=left_out), ".step", tmp_path)
        assert (facts.watertight, facts.wound, facts.notes) == (True, True, ("patched",))
        assert facts.volume_cm3 == pytest.approx(2.0)
        assert facts.triangles == 12
        assert verdict(facts, ()) == "Ready to print: watertight."
        assert any("We closed them" in one for one in warnings(facts, ()))
    much = facts_of(box_step(100, 4, 5, without=[2]), ".step", tmp_path)
    assert (much.open_edges, much.notes) == (4, ("tessellated",))
    sheet = facts_of(box_step(100, 4, 5, without=[4], shell="OPEN_SHELL"), ".step", tmp_path)
    assert (sheet.open_edges, sheet.notes) == (4, ())
    both = box_step(100, 4, 5, without=[4], shell="OPEN_SHELL").replace(
        b"DATA;", b"DATA;/*CLOSED_SHELL*/"
    )
    assert facts_of(both, ".step", tmp_path).notes == ("tessellated",)
    assert "Not watertight" in verdict(sheet, ())


def without(mesh: Any, gone: Any) -> Any:
    """The triangles that are not ``gone``, as their corners say."""
    triangles = np.asarray(mesh.triangles, np.float32)
    left = triangles[~np.array([gone(one) for one in triangles])]
    assert len(left) < len(triangles)
    return left


def test_a_wall_and_its_ends_are_told_apart() -> None:
    tube: Any = trimesh.creation.annulus(1.0, 20.0, 12.0, sections=24)
    plug: Any = trimesh.creation.cylinder(2.0, 40.0, sections=24)
    ring: Any = trimesh.creation.annulus(3.0, 4.0, 60.0, sections=24)
    walls: tuple[tuple[Any, Any], ...] = (
        (tube, lambda one: bool((abs(one[:, :2]) < 2).all())),  # the bore
        (plug, lambda one: bool(np.ptp(one[:, 2]) < 1)),  # both ends
        (ring, lambda one: bool((one[:, 2] > 29).all())),  # a flat ring
    )
    for mesh, gone in walls:
        left = without(mesh, gone)
        whole = filled(left)
        assert whole is not None
        skin = surface(whole)
        assert (skin.closed, skin.wound, skin.bodies) == (True, True, 1)
        assert measure(whole).volume == pytest.approx(abs(mesh.volume), rel=1e-4)
        assert measure(whole).area == pytest.approx(mesh.area, rel=1e-4)


def test_ascii_ply_with_more_in_a_line_than_its_header_says(tmp_path: Path) -> None:
    lines = ply(CORNERS, MIXED, "").decode().splitlines()
    body = lines.index("end_header") + 1
    more = [*lines[:body], *(f"{line} 3 0.5 0.25" for line in lines[body:])]
    for text in (more, [*lines[:body], " ".join(lines[body:])]):
        facts = facts_of("\n".join(text).encode(), ".ply", tmp_path)
        assert (facts.triangles, facts.watertight) == (12, True)
        assert facts.dimensions_mm == (20, 15, 10)
