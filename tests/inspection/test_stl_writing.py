"""What the lab's slicer is given instead of a stranger's file."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from printflow import FileUnusable, inspect_file
from printflow.inspection import stl_writing
from printflow.inspection.problems import Unreadable
from printflow.inspection.stl import read_stl
from printflow.inspection.stl_writing import write_stl
from printflow.mesh.blocks import Triangles
from tests import sample_models


def triangles_of(path: Path) -> Triangles:
    with path.open("rb") as file:
        return read_stl(file).triangles


def test_what_is_written_is_what_was_read(tmp_path: Path) -> None:
    box = np.array(sample_models.box(20, 15, 10), np.float32)
    file = tmp_path / "box.stl"
    with file.open("wb") as written:
        write_stl(box + np.float32(100), written)
    assert np.array_equal(triangles_of(file), box)
    assert any(byte > 127 for byte in file.read_bytes()[84:134]), "or PrusaSlicer takes it for text"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.3mf", sample_models.three_mf()),
        ("m.obj", sample_models.obj()),
        ("m.stl", sample_models.ascii_stl()),
    ],
)
def test_the_guarded_process_writes_the_triangles_of_any_format(
    tmp_path: Path, name: str, content: bytes
) -> None:
    model, stl = tmp_path / name, tmp_path / "triangles.stl"
    model.write_bytes(content)
    facts = inspect_file(model, triangles=stl)
    assert facts.dimensions_mm == (20, 15, 10)
    assert triangles_of(stl).reshape(-1, 3).max(axis=0).tolist() == [20, 15, 10]
    inspect_file(model, triangles=stl, up="y")
    assert triangles_of(stl).reshape(-1, 3).max(axis=0).tolist() == [20, 10, 15]


def test_triangles_that_are_not_finite_are_left_out(tmp_path: Path) -> None:
    model, stl = tmp_path / "m.stl", tmp_path / "triangles.stl"
    nowhere = (float("nan"), 0.0, float("inf"))
    model.write_bytes(
        sample_models.stl([*sample_models.box(), [nowhere, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)]])
    )
    inspect_file(model, triangles=stl)
    assert np.array_equal(triangles_of(stl), np.array(sample_models.box(), np.float32))


def test_too_many_triangles_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stl_writing, "MAX_WRITTEN", 11)
    with pytest.raises(
        Unreadable, match=r"too many triangles for an estimate: 12, and the limit is 11"
    ):
        write_stl(np.array(sample_models.box(), np.float32), io.BytesIO())


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    model = tmp_path / "m.stl"
    model.write_bytes(sample_models.stl())
    with pytest.raises(FileUnusable, match="couldn't be saved for the slicer"):
        inspect_file(model, triangles=tmp_path / "none" / "triangles.stl")
