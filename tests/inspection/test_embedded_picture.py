"""A project whose model cannot be drawn shows the picture that its slicer put into it."""

import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from printflow.domain.model_facts import Looked
from printflow.inspection.inspector import Inspector
from tests.inspection import shapes
from tests.inspection.test_slicer_files import png


def project(file: Path, copies: int, *, pictured: bool = True) -> Path:
    """A PrusaSlicer project of `copies` boxes, one inside the other at the same place."""
    points, faces = shapes.box()
    faces = np.tile(faces, (copies, 1))
    vertices = "".join(f'<vertex x="{x}" y="{y}" z="{z}"/>' for x, y, z in points)
    triangles = "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in faces)
    model = (
        '<?xml version="1.0"?><model unit="millimeter" xml:lang="en-US" '
        'xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02"><resources>'
        f'<object id="1" type="model"><mesh><vertices>{vertices}</vertices><triangles>{triangles}'
        '</triangles></mesh></object></resources><build><item objectid="1"/></build></model>'
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Target="/3D/3dmodel.model" '
        'Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/></Relationships>'
    )
    # Stored as it is: thousands of like triangles would look like a bomb when packed.
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("_rels/.rels", relations)
        made.writestr("3D/3dmodel.model", model)
        if pictured:
            made.writestr("Metadata/Slic3r_PE.config", "; layer_height = 0.2")
            made.writestr("Metadata/thumbnail.png", png(300))
    return file


def test_the_slicers_picture_stands_in(tmp_path: Path) -> None:
    inspector = Inspector()

    def looked(name: str, copies: int, *, pictured: bool = True, sliced: bool = False) -> Looked:
        return inspector.look(
            project(tmp_path / name, copies, pictured=pictured),
            ".3mf",
            sliced=sliced,
            color="#d03a3a",
            picture=tmp_path / f"{name}.png",
            small=tmp_path / f"{name}.webp",
        )

    try:
        assert looked("drawn.3mf", 1).picture
        assert looked("dense.3mf", 2500).picture
        assert looked("sliced.3mf", 1, sliced=True).picture
        assert looked("plain.3mf", 1, sliced=True, pictured=False).picture
        nothing = looked("none.3mf", 2500, pictured=False)
    finally:
        inspector.close()
    assert nothing.facts is not None
    assert not nothing.picture
    assert "overlap" in nothing.error
    with Image.open(tmp_path / "dense.3mf.png") as picture:
        assert picture.size == (300, 300)
        assert picture.convert("RGB").getpixel((150, 150)) == (255, 165, 0)
    with Image.open(tmp_path / "sliced.3mf.png") as picture:
        assert picture.size == (300, 300), "what staff saved shows what they saw"
    for drawn in ("drawn", "plain"):
        with Image.open(tmp_path / f"{drawn}.3mf.png") as picture:
            assert picture.size == (512, 512)
