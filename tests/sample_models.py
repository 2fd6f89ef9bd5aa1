"""Small real models, made in memory: what a test sends where a student would send theirs."""

from __future__ import annotations

import io
import struct
import zipfile
from itertools import product

_CORNERS = list(product((0.0, 1.0), repeat=3))
_FACES = (
    (0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1),
    (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3),
)  # fmt: skip


def box(width: float = 20, depth: float = 15, height: float = 10) -> list[list[tuple[float, ...]]]:
    """The 12 triangles of a closed box, sides in mm."""
    scale = (width, depth, height)
    points = [tuple(c * s for c, s in zip(corner, scale, strict=True)) for corner in _CORNERS]
    return [[points[i] for i in face] for face in _FACES]


def stl(triangles: list[list[tuple[float, ...]]] | None = None, header: bytes = b"box") -> bytes:
    """A binary STL."""
    triangles = box() if triangles is None else triangles
    records = [
        struct.pack("<12fH", 0, 0, 0, *(value for point in triangle for value in point), 0)
        for triangle in triangles
    ]
    return header.ljust(80, b"\0") + struct.pack("<I", len(records)) + b"".join(records)


def ascii_stl() -> bytes:
    """The same box as text."""
    lines = ["solid box"]
    for triangle in box():
        lines += ["facet normal 0 0 0", "outer loop"]
        lines += [f"vertex {x} {y} {z}" for x, y, z in triangle]
        lines += ["endloop", "endfacet"]
    return "\n".join([*lines, "endsolid box", ""]).encode()


def obj() -> bytes:
    """The same box as OBJ."""
    lines = ["# a box", "o box"]
    lines += [f"v {x * 20} {y * 15} {z * 10}" for x, y, z in _CORNERS]
    lines += ["f " + " ".join(str(i + 1) for i in face) for face in _FACES]
    return "\n".join([*lines, ""]).encode()


def three_mf() -> bytes:
    """The same box as 3MF (core specification 1.3)."""
    vertices = "".join(f'<vertex x="{x * 20}" y="{y * 15}" z="{z * 10}"/>' for x, y, z in _CORNERS)
    triangles = "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in _FACES)
    space = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
    model = (
        f'<?xml version="1.0" encoding="UTF-8"?><model unit="millimeter" xmlns="{space}">'
        f'<resources><object id="1" type="model"><mesh><vertices>{vertices}</vertices>'
        f"<triangles>{triangles}</triangles></mesh></object></resources>"
        '<build><item objectid="1"/></build></model>'
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    relation = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="model"'
            ' ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Target='
            f'"/3D/3dmodel.model" Id="rel0" Type="{relation}"/></Relationships>',
        )
        archive.writestr("3D/3dmodel.model", model)
    return written.getvalue()


def zipped(*members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these files."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return written.getvalue()
