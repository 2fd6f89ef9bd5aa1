"""PLY, GLB and STEP: taken where a lab switches them on, by what they hold, and measured."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trimesh

from printflow import (
    FileTypeRefused,
    FileUnusable,
    Printflow,
    Settings,
    SettingsError,
)
from printflow.doctor import surroundings
from printflow.domain.naming import MODEL_ENDINGS, PRINTABLE_ENDINGS, model_endings
from printflow.inspection.inspector import Inspector
from printflow.uploads.file_type import check_model
from printflow_opener.link import ENDINGS
from tests import sample_models
from tests.crash.scenario import FORM
from tests.step_file import box_step


def exported(kind: str) -> bytes:
    """A box of 30 × 20 × 10 mm, as trimesh writes it; GLB is in meters, with y up."""
    mesh = trimesh.creation.box((30, 20, 10))
    if kind == "glb":
        mesh = trimesh.creation.box((0.030, 0.010, 0.020))
    return bytes(mesh.export(file_type=kind))


FILES: dict[str, Callable[[], bytes]] = {
    ".ply": lambda: exported("ply"),
    ".glb": lambda: exported("glb"),
    ".step": box_step,
    ".stp": box_step,
}
ON = model_endings(("ply", "glb", "step"))


@pytest.fixture
def wide(tmp_path: Path) -> Any:
    with Printflow.open(
        Settings(store=tmp_path / "wide", more_formats=["ply", "glb", "step"])
    ) as lab:
        yield lab


@pytest.mark.parametrize("ending", FILES)
def test_measured_and_drawn(ending: str, wide: Printflow, tmp_path: Path) -> None:
    path = tmp_path / f"box{ending}"
    path.write_bytes(FILES[ending]())
    job = wide.intake.submit(path, **FORM)
    assert job.file.name.endswith(ending)
    wide.dispatch()
    wide.models.inspect_due()
    file = wide.jobs.get(job.id).file
    assert file.facts is not None, file.inspection_note
    assert sorted(file.facts.dimensions_mm) == pytest.approx([10, 20, 30], abs=0.01)
    assert file.facts.dimensions_mm[2] == pytest.approx(10, abs=0.01), "z is up"
    assert file.facts.volume_cm3 == pytest.approx(6.0, abs=0.001)
    assert file.facts.watertight
    assert file.facts.bodies == 1
    assert file.picture
    assert wide.models.picture(file).startswith(b"\x89PNG")


@pytest.mark.parametrize("ending", FILES)
def test_not_taken_where_it_is_not_switched_on(ending: str, lab: Printflow, tmp_path: Path) -> None:
    path = tmp_path / f"box{ending}"
    path.write_bytes(FILES[ending]())
    with pytest.raises(FileTypeRefused, match="can't accept") as refused:
        lab.intake.submit(path, **FORM)
    assert ".stl, .obj, or .3mf" in refused.value.next_step


@pytest.mark.parametrize("ending", FILES)
def test_content_decides(ending: str) -> None:
    data = FILES[ending]()
    assert check_model(f"box{ending}", data, len(data), ON) == ending
    with pytest.raises(FileTypeRefused, match=r"not an STL model"):
        check_model("box.stl", data, len(data), ON)
    with pytest.raises(FileTypeRefused, match="This is a PNG image, not"):
        check_model(f"box{ending}", b"\x89PNG\r\n\x1a\n" + bytes(90), 98, ON)
    with pytest.raises(FileUnusable, match="doesn't start with"):
        check_model(f"box{ending}", sample_models.stl(), len(sample_models.stl()), ON)
    with pytest.raises(FileUnusable, match="empty"):
        check_model(f"box{ending}", b"", 0, ON)


def test_what_is_cut_short_or_empty(wide: Printflow, tmp_path: Path) -> None:
    glb, none = exported("glb"), exported("ply").replace(b"element face 12", b"element face 0")
    with pytest.raises(FileUnusable, match="GLB file is incomplete"):
        check_model("box.glb", glb[:-9], len(glb) - 9, ON)
    with pytest.raises(FileUnusable, match="version 1"):
        check_model("box.glb", b"glTF" + struct.pack("<II", 1, 40) + bytes(28), 40, ON)
    with pytest.raises(FileUnusable, match="no usable triangles"):
        check_model("box.ply", none, len(none), ON)
    cut = tmp_path / "box.step"
    cut.write_bytes(box_step()[:-40])
    with pytest.raises(FileUnusable, match="STEP file is incomplete"):
        wide.intake.submit(cut, **FORM)
    assert wide.jobs.find() == []


HOSTILE = {
    "4 billion corners": (
        ".ply",
        (
            b"ply\nformat binary_little_endian 1.0\nelement vertex 4000000000\nproperty float x\n"
            b"property float y\nproperty float z\nelement face 4000000000\n"
            b"property list uchar int vertex_indices\nend_header\n"
        )
        + bytes(4000),
    ),
    "an index that is not there": (
        ".ply",
        (
            b"ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\n"
            b"property float z\nelement face 1\nproperty list uchar int vertex_indices\n"
            b"end_header\n0 0 0\n9 0 0\n0 9 0\n3 0 1 99\n"
        ),
    ),
    "no chunks": (".glb", b"glTF" + struct.pack("<II", 2, 20) + bytes(8)),
    "an accessor of 4 billion": (
        ".glb",
        exported("glb").replace(b'"count":24', b'"count":99').replace(b'"count":8', b'"count":9'),
    ),
    "no solid": (".step", b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n"),
    "a loop of names": (
        ".step",
        box_step().replace(b"CLOSED_SHELL('',(", b"CLOSED_SHELL('',(#1,#2,#3,"),
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_ones_are_refused_in_words(name: str, tmp_path: Path) -> None:
    ending, data = HOSTILE[name]
    path = tmp_path / f"hostile{ending}"
    path.write_bytes(data)
    inspector = Inspector()
    try:
        looked = inspector.look(path, ending)
        sound = tmp_path / "sound.stl"
        sound.write_bytes(sample_models.stl())
        assert inspector.look(sound, ".stl").facts is not None, "the next one is read as ever"
    finally:
        inspector.close()
    if name == "a loop of names":  # the solid may be read without what is wrong in it
        assert looked.facts or looked.error
    else:
        assert looked.facts is None
        assert looked.error


def test_without_the_library_for_step_the_doctor_says_so(
    wide: Printflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def codes() -> set[str]:
        ports = wide._parts
        return {f.code for f in surroundings.check_settings(ports.settings, ports.database)}

    assert "step_unreadable" not in codes(), "CI installs it"
    monkeypatch.setattr(surroundings, "can_read_step", lambda: False)
    assert "step_unreadable" in codes()


def test_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(store=tmp_path).model_endings == MODEL_ENDINGS
    assert Settings(store=tmp_path, more_formats=["step"]).model_endings_text == (
        ".stl, .obj, .3mf, .step, or .stp"
    )
    monkeypatch.setenv("PRINTFLOW_MORE_FORMATS", "ply,glb")
    assert Settings(store=tmp_path).more_formats == ("ply", "glb")
    monkeypatch.delenv("PRINTFLOW_MORE_FORMATS")
    with pytest.raises(SettingsError, match="more_formats"):
        Settings(store=tmp_path, more_formats=["dwg"])


def test_the_opener_knows_every_ending_that_a_job_can_have() -> None:
    assert {f".{ending}" for ending in ENDINGS} >= {*PRINTABLE_ENDINGS, *ON}


def test_the_mesh_of_a_ply_without_colors_is_as_trimesh_has_it(tmp_path: Path) -> None:
    ball = trimesh.creation.icosphere(subdivisions=3, radius=12)
    data = ball.export(file_type="ply", encoding="ascii")
    assert len(trimesh.load_mesh(io.BytesIO(data), file_type="ply").faces) == len(ball.faces)
    path = tmp_path / "ball.ply"
    path.write_bytes(data)
    inspector = Inspector()
    try:
        looked = inspector.look(path, ".ply")
    finally:
        inspector.close()
    assert looked.facts is not None
    assert looked.facts.volume_cm3 == pytest.approx(ball.volume / 1000, rel=1e-3)
