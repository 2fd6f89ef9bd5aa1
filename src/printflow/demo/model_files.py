"""Writing a mesh as a program of a student's would: binary STL, OBJ or 3MF."""

from __future__ import annotations

import io
import zipfile

import numpy as np

from .mesh import Mesh

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
_RELATION = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"
_XML = '<?xml version="1.0" encoding="UTF-8"?>'


def stl(mesh: Mesh) -> bytes:
    """Binary STL: 80 bytes of header, the count, then normal, corners and a spare word each."""
    corners = mesh.vertices[mesh.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    records = np.zeros(
        len(corners), dtype=[("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("spare", "<u2")]
    )
    records["normal"] = normals / np.where(length > 0, length, 1)
    records["corners"] = corners
    header = b"Printflow demo, in mm".ljust(80, b"\0")
    return header + len(corners).to_bytes(4, "little") + bytes(records.tobytes())


def obj(mesh: Mesh) -> bytes:
    """Wavefront OBJ: vertices and triangles."""
    lines = ["# Printflow demo, in mm", "o model"]
    lines += [f"v {x:.5f} {y:.5f} {z:.5f}" for x, y, z in mesh.vertices]
    lines += [f"f {a} {b} {c}" for a, b, c in mesh.faces + 1]
    return "\n".join([*lines, ""]).encode()


def three_mf(mesh: Mesh) -> bytes:
    """3MF (core specification 1.3): one object of one mesh, in a ZIP package."""
    vertices = "".join(
        f'<vertex x="{x:.5f}" y="{y:.5f}" z="{z:.5f}"/>' for x, y, z in mesh.vertices
    )
    triangles = "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in mesh.faces)
    parts = {
        "[Content_Types].xml": (
            f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="model" '
            'ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Target="/3D/3dmodel.model" Id="rel0" Type="{_RELATION}"/>'
            "</Relationships>"
        ),
        "3D/3dmodel.model": (
            f'{_XML}<model unit="millimeter" xml:lang="en-US" xmlns="{_CORE}"><resources>'
            f'<object id="1" type="model"><mesh><vertices>{vertices}</vertices>'
            f"<triangles>{triangles}</triangles></mesh></object></resources>"
            '<build><item objectid="1"/></build></model>'
        ),
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return written.getvalue()


WRITERS = {".stl": stl, ".obj": obj, ".3mf": three_mf}
"""The writer of each ending."""
