"""A model written in another size is the same model, in every way of writing one."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest

from printflow.domain.model_facts import ModelFacts
from printflow.domain.scaling import SCALABLE_ENDINGS, Scaling
from printflow.inspection import child
from printflow.inspection.problems import Unreadable
from printflow.uploads import scaled
from printflow.uploads.scaled import write_scaled
from tests import sample_models
from tests.inspection.reading import CASES, Case

SOUND = [case for case in CASES if case.ending in SCALABLE_ENDINGS and case.size is not None]


def written(data: bytes, ending: str, factor: float) -> bytes:
    out = io.BytesIO()
    write_scaled(io.BytesIO(data), ending, factor, out.write)
    return out.getvalue()


def read(data: bytes, ending: str, folder: Path) -> ModelFacts:
    path = folder / f"model{ending}"
    path.write_bytes(data)
    with path.open("rb") as file:
        return child.inspect(file, ending)[0]


@pytest.mark.parametrize("case", SOUND, ids=lambda case: f"{case.ending[1:]} {case.name}")
@pytest.mark.parametrize("scaling", [Scaling.INCHES, Scaling.CENTIMETERS])
def test_all_that_is_measured_follows(case: Case, scaling: Scaling, tmp_path: Path) -> None:
    factor = scaling.record.factor
    data = written(case.make(), case.ending, factor)
    facts = read(data, case.ending, tmp_path)
    assert case.size is not None
    assert facts.dimensions_mm == pytest.approx([side * factor for side in case.size], rel=1e-4)
    assert (facts.triangles, facts.watertight and facts.wound) == (case.triangles, case.closed)
    if case.closed:
        assert facts.volume_cm3 == pytest.approx(case.cubic * factor**3, rel=1e-3)


def test_blocks_of_any_length_give_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files = {(case.ending, case.name): case.make() for case in SOUND if len(case.make()) < 20_000}
    whole = {key: written(data, key[0], 10) for key, data in files.items()}
    monkeypatch.setattr(scaled, "_AT_ONCE", 37)
    for (ending, name), data in files.items():
        in_pieces = written(data, ending, 10)
        sizes = [
            read(one, ending, tmp_path).dimensions_mm for one in (in_pieces, whole[ending, name])
        ]
        assert sizes[0] == pytest.approx(sizes[1]), name


def test_what_is_no_coordinate_stays() -> None:
    obj = b"# v 1 2 3 is a corner\nmtllib a.mtl\nv 1 2 3 0.5 0.5 0.5\nvn 0 0 1\nvt 1 2\nf 1 1 1\n"
    assert written(obj, ".obj", 10) == obj.replace(b"\nv 1 2 3 ", b"\nv 10 20 30 ")
    head = b"box".ljust(80) + struct.pack("<I", 1)
    record = struct.pack("<12fH", 0, 0, 1, *range(9), 4711)
    assert written(head + record + b"more", ".stl", 2) == (
        head + struct.pack("<12fH", 0, 0, 1, *(2 * one for one in range(9)), 4711) + b"more"
    )


def test_other_formats_are_not_scaled(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not scaled"):
        written(sample_models.three_mf(), ".3mf", 10)
    with pytest.raises(Unreadable):
        read(written(b"solid x\nendsolid x\n", ".stl", 10), ".stl", tmp_path)
