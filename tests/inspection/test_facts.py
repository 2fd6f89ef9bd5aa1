"""What is measured, against trimesh and by hand; what it means for the lab."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from printflow.domain.model_facts import ModelFacts, compared, fits, verdict, warnings
from printflow.inspection import child
from printflow.inspection.surface import surface
from printflow.mesh.bounds import bounds
from tests import sample_models
from tests.inspection.hostile import _TETRA, document, package

SHAPES: dict[str, Any] = {
    "box": lambda: trimesh.creation.box((30, 20, 10)),
    "ball": lambda: trimesh.creation.icosphere(subdivisions=3, radius=12),
    "ring": lambda: trimesh.creation.torus(20, 5),
    "two": lambda: trimesh.util.concatenate(
        [
            trimesh.creation.box((10, 10, 10)),
            trimesh.creation.cylinder(4, 9).apply_translation((30, 0, 0)),
        ]
    ),
    "open": lambda: trimesh.creation.box((30, 20, 10)).submesh([range(11)], append=True),
    "turned": lambda: _turned(trimesh.creation.icosphere(subdivisions=2, radius=9)),
}


def inspected(path: Path, ending: str) -> tuple[ModelFacts, Any]:
    with path.open("rb") as file:
        return child.inspect(file, ending)


def _turned(mesh: Any) -> Any:
    mesh.faces[3] = mesh.faces[3][::-1]
    return trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)


@pytest.mark.parametrize("ending", [".stl", ".obj", ".ply"])
@pytest.mark.parametrize("name", SHAPES)
def test_as_trimesh_measures(name: str, ending: str, tmp_path: Path) -> None:
    mesh = SHAPES[name]()
    path = tmp_path / f"model{ending}"
    mesh.export(path)
    facts, _ = inspected(path, ending)
    merged = trimesh.Trimesh(mesh.vertices, mesh.faces, process=True)
    assert facts.triangles == len(mesh.faces)
    assert facts.dimensions_mm == pytest.approx(mesh.extents, rel=1e-5)
    assert facts.area_cm2 * 100 == pytest.approx(mesh.area, rel=1e-4)
    assert facts.watertight is bool(merged.is_watertight)
    assert facts.wound is bool(merged.is_winding_consistent)
    assert facts.bodies == (2 if name == "two" else 1)
    if name not in ("open", "turned"):
        assert facts.volume_cm3 * 1000 == pytest.approx(abs(mesh.volume), rel=1e-4)


def test_ascii_and_binary_are_the_same_model(tmp_path: Path) -> None:
    found = []
    for data in (sample_models.stl(), sample_models.ascii_stl()):
        path = tmp_path / "box.stl"
        path.write_bytes(data)
        facts, _ = inspected(path, ".stl")
        found.append((facts.triangles, facts.volume_cm3, facts.bodies, facts.watertight))
    binary, text = found
    assert (binary[0], binary[2], binary[3]) == (12, 1, True)
    assert (text[0], text[2], text[3]) == (12, 1, True)
    assert binary[1] == text[1] == pytest.approx(3.0)


def test_a_binary_stl_that_begins_with_solid(tmp_path: Path) -> None:
    path = tmp_path / "box.stl"
    path.write_bytes(sample_models.stl(header=b"solid facet by a CAD program"))
    facts, _ = inspected(path, ".stl")
    assert (facts.triangles, facts.notes) == (12, ())


def test_a_count_that_was_never_written(tmp_path: Path) -> None:
    path = tmp_path / "box.stl"
    data = bytearray(sample_models.stl())
    data[80:84] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    facts, _ = inspected(path, ".stl")
    assert (facts.triangles, facts.notes) == (12, ("uncounted",))


def three_mf(tmp_path: Path, model: str) -> ModelFacts:
    path = tmp_path / "model.3mf"
    path.write_bytes(package(model))
    return inspected(path, ".3mf")[0]


def test_3mf_units_components_and_items(tmp_path: Path) -> None:
    inches = document(_TETRA, "<item objectid='1'/>").replace("millimeter", "inch")
    assert three_mf(tmp_path, inches).dimensions_mm == pytest.approx((9 * 25.4,) * 3)
    pair = (
        "<object id='2'><components><component objectid='1'/>"
        "<component objectid='1' transform='1 0 0 0 1 0 0 0 1 50 0 0'/></components></object>"
    )
    facts = three_mf(tmp_path, document(_TETRA + pair, "<item objectid='2'/><item objectid='1'"
                     " transform='2 0 0 0 2 0 0 0 2 0 100 0'/>"))  # fmt: skip
    assert (facts.triangles, facts.bodies) == (12, 3)
    assert facts.dimensions_mm == pytest.approx((59, 118, 18))
    mirrored = document(_TETRA, "<item objectid='1' transform='-1 0 0 0 1 0 0 0 1 0 0 0'/>")
    facts = three_mf(tmp_path, mirrored)
    assert facts.wound
    assert facts.volume_cm3 == pytest.approx(9**3 / 6 / 1000)


def test_3mf_objects_in_another_part(tmp_path: Path) -> None:
    """As slicers write it (3MF Production Extension)."""
    outer = (
        '<?xml version="1.0"?><model unit="millimeter" xmlns="http://schemas.microsoft.com/'
        '3dmanufacturing/core/2015/02" xmlns:p="http://schemas.microsoft.com/3dmanufacturing/'
        'production/2015/06"><resources><object id="5"><components><component p:path="/3D/Objects/'
        'part.model" objectid="1"/></components></object></resources><build><item objectid="5"/>'
        "</build></model>"
    )
    path = tmp_path / "model.3mf"
    inner = document(_TETRA, "").encode()
    path.write_bytes(package(outer, extra={"3D/Objects/part.model": inner}))
    assert zipfile.is_zipfile(path)
    assert inspected(path, ".3mf")[0].triangles == 4


@settings(deadline=None)
@given(st.integers(1, 30), st.randoms(use_true_random=False))
def test_bodies_however_the_triangles_are_ordered(count: int, chance: Any) -> None:
    box = np.array(sample_models.box(2, 2, 2), dtype=np.float32)
    soup = np.concatenate([box + np.float32(5 * number) for number in range(count)])
    order = list(range(len(soup)))
    chance.shuffle(order)
    skin = surface(np.ascontiguousarray(soup[order]))
    assert (skin.bodies, skin.open_edges, skin.wound) == (count, 0, True)
    without = surface(np.ascontiguousarray(soup[order[1:]]))
    assert without.open_edges == 3


# -- what it means -------------------------------------------------------------------------------


def facts_of(size: tuple[float, float, float], **more: Any) -> ModelFacts:
    plain = {
        "format": "stl", "triangles": 12, "bodies": 1, "dimensions_mm": size,
        "volume_cm3": size[0] * size[1] * size[2] / 1000, "area_cm2": 1.0, "open_edges": 0,
        "wound": True,
    }  # fmt: skip
    return ModelFacts(**{**plain, **more})


def test_it_fits_in_any_order_of_the_axes() -> None:
    assert fits((220, 250, 210), (250, 210, 220))
    assert not fits((221, 250, 210), (250, 210, 220))


def test_warnings_in_words(lab: Any) -> None:
    printers = lab.catalog.current.printers
    assert verdict(facts_of((20, 20, 20)), printers).startswith("Ready")
    assert "14 open edges). It may print with holes" in verdict(
        facts_of((20, 20, 20), open_edges=14), printers
    )
    large = warnings(facts_of((300, 300, 40)), printers, "Prusa MK4S")
    assert large[0].startswith("Too large for Prusa MK4S. It fits these printers: Prusa XL")
    assert "inches (20.3 × 12.7 × 12.7 mm)" in warnings(facts_of((0.8, 0.5, 0.5)), printers)[0]
    assert any("another unit" in one for one in warnings(facts_of((20_00, 9, 9)), printers))
    assert warnings(facts_of((0.8, 0.5, 0.5), format="3mf"), printers) == ()
    assert "flipped" in warnings(facts_of((20, 20, 20), wound=False), printers)[0]


def test_versions_are_compared() -> None:
    assert compared(facts_of((18, 18, 18)), facts_of((20, 20, 20))) == (
        "10% smaller than the original"
    )
    assert compared(facts_of((20, 20, 20)), facts_of((20, 20, 20))) == ""
    assert compared(facts_of((20, 20, 30)), facts_of((20, 20, 20))) == (
        "50% more volume than the original"
    )


@pytest.mark.parametrize("count", [1, 12, 341, 342, 1025, 5000])
def test_bounds_of_any_number_of_triangles(count: int) -> None:
    triangles = np.random.default_rng(count).normal(size=(count, 3, 3)).astype(np.float32)
    corners = triangles.reshape(-1, 3)
    low, high = bounds(triangles)
    assert (low == corners.min(axis=0)).all()
    assert (high == corners.max(axis=0)).all()
    for last in (np.nan, np.inf):
        triangles[-1, -1, -1] = last
        low, high = bounds(triangles)
        assert not np.isfinite([low, high]).all()
