"""Model files that mean harm, made on the spot: what each is, and what must come of it.

``code`` is the verdict of the inspection ("" where it must read the file all the same), ``door`` the
word that the refusal at submission must hold ("" where the file is taken and merely has no preview).
"""

from __future__ import annotations

import io
import math
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests import sample_models

_CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"


@dataclass(frozen=True)
class Case:
    """One hostile file."""

    name: str
    ending: str
    make: Callable[[], bytes]
    code: str
    door: str = ""


def package(model: str | bytes | None = None, *, extra: Mapping[str, bytes] | None = None) -> bytes:
    """A 3MF around ``model``; ``extra`` adds parts to it, or takes their place."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sample_models.three_mf())) as sound:
        parts = {name: sound.read(name) for name in sound.namelist()}
    if model is not None:
        parts["3D/3dmodel.model"] = model.encode() if isinstance(model, str) else model
    parts.update(extra or {})
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return written.getvalue()


def document(resources: str, items: str) -> str:
    """A model part."""
    return (
        f'<?xml version="1.0"?><model unit="millimeter" xmlns="{_CORE}"><resources>{resources}'
        f"</resources><build>{items}</build></model>"
    )


_MESH = (
    "<mesh><vertices><vertex x='0' y='0' z='0'/><vertex x='9' y='0' z='0'/>"
    "<vertex x='0' y='9' z='0'/><vertex x='0' y='0' z='9'/></vertices><triangles>"
    "<triangle v1='0' v2='2' v3='1'/><triangle v1='0' v2='1' v3='3'/>"
    "<triangle v1='1' v2='2' v3='3'/><triangle v1='2' v2='0' v3='3'/></triangles></mesh>"
)
_TETRA = f"<object id='1' type='model'>{_MESH}</object>"


def _nested(depth: int, fan: int = 1) -> str:
    """Objects of components of components …: ``fan`` to the power of ``depth`` instances."""
    inner = [_TETRA]
    for number in range(2, depth + 2):
        components = f"<component objectid='{number - 1}'/>" * fan
        inner.append(f"<object id='{number}'><components>{components}</components></object>")
    return document("".join(inner), f"<item objectid='{depth + 1}'/>")


def _cycle() -> str:
    one = "<object id='1'><components><component objectid='2'/></components></object>"
    two = "<object id='2'><components><component objectid='1'/></components></object>"
    return document(one + two, "<item objectid='1'/>")


def _locked() -> bytes:
    data = bytearray(package())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + at] |= 1
            place = data.find(mark, place + 4)
    return bytes(data)


def _link() -> bytes:
    written = io.BytesIO(package())
    with zipfile.ZipFile(written, "a") as archive:
        member = zipfile.ZipInfo("3D/link.model")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    return written.getvalue()


def _stl_of(values: float, triangles: int = 4) -> bytes:
    return sample_models.stl([[(values, values, values)] * 3] * triangles)


def _bomb() -> bytes:
    return package(extra={"3D/more.model": b" " * (300 << 20)})


def _grouped_obj() -> bytes:
    lines = ["v 0 0 0", "v 9 0 0", "v 0 9 0", "v 0 0 9"]
    for number in range(20_000):
        lines += [f"o part{number}", f"g group{number}", f"usemtl m{number}", "f 1 2 3"]
    return "\n".join(lines).encode()


def _many_triangles() -> bytes:
    record = sample_models.stl()[84:134]
    return bytes(80) + struct.pack("<I", 10_000_000) + record * 10_000_000


CASES = (
    Case("announces 4 billion", ".stl", lambda: bytes(80) + b"\x00\x28\x6b\xee" + bytes(50),
         "cut_short", "incomplete"),
    Case("nan only", ".stl", lambda: _stl_of(math.nan), "no_triangles", "no usable triangles"),
    Case("infinity only", ".stl", lambda: _stl_of(math.inf), "no_triangles", "no usable triangles"),
    Case("no area at all", ".stl", lambda: _stl_of(1.0), "no_triangles", "no usable triangles"),
    Case("larger than the world", ".stl", lambda: sample_models.stl(sample_models.box(1e30, 1e30, 1e30)), "too_large"),
    Case("ascii stops", ".stl", lambda: sample_models.ascii_stl()[:-80], "damaged", "in line"),
    Case("ascii of words", ".stl", lambda: b"solid x\nfacet\nvertex a b c\nvertex d e f\nvertex g h i\n"
         b"endfacet\nendsolid", "damaged"),
    Case("no zip", ".3mf", lambda: b"PK\x03\x04" + bytes(500), "file_damaged", "ZIP archive"),
    Case("no model", ".3mf", lambda: package(extra={"_rels/.rels": b"<Relationships/>"}),
         "file_damaged", "names no model"),
    Case("model is missing", ".3mf", lambda: package().replace(b"3D/3dmodel.model", b"3D/3dmodel.nodel"),
         "file_damaged", "missing its part"),
    Case("bomb", ".3mf", _bomb, "archive_limits", "compressed"),
    Case("many entries", ".3mf", lambda: package(extra={f"a/{n}": b"x" for n in range(1200)}),
         "archive_limits", "entries"),
    Case("climbs out", ".3mf", lambda: package(extra={"../x.model": b"x"}), "archive_limits", "leads out"),
    Case("absolute", ".3mf", lambda: package(extra={"/etc/x.model": b"x"}), "archive_limits", "leads out"),
    Case("link", ".3mf", _link, "archive_limits", "is a link"),
    Case("dtd", ".3mf", lambda: package('<!DOCTYPE model [<!ENTITY a "aaaa">]>' + document("", "")),
         "archive_limits", "doesn't allow a DTD"),
    Case("dtd far below", ".3mf", lambda: package("<!--" + "x" * 70_000 + "--><!DOCTYPE model []>"
         + document("", "")), "archive_limits"),
    Case("password", ".3mf", _locked, "file_password", "password"),
    Case("cycle", ".3mf", lambda: package(_cycle()), "archive_limits"),
    Case("nested deep", ".3mf", lambda: package(_nested(5000)), "archive_limits"),
    Case("nested wide", ".3mf", lambda: package(_nested(8, 10)), "archive_limits"),
    Case("50,000 items", ".3mf", lambda: package(document(_TETRA, "<item objectid='1'/>" * 50_000)),
         "archive_limits"),
    Case("index out of range", ".3mf", lambda: package(document(_TETRA.replace("v3='1'", "v3='99'"),
         "<item objectid='1'/>")), "damaged"),
    Case("no items", ".3mf", lambda: package(document(_TETRA, "")), "no_triangles"),
    Case("words for numbers", ".3mf", lambda: package(document(_TETRA.replace("x='9'", "x='nine'"),
         "<item objectid='1'/>")), "file_damaged"),
    Case("infinite transform", ".3mf", lambda: package(document(_TETRA, "<item objectid='1' "
         "transform='1e308 0 0 0 1e308 0 0 0 1e308 0 0 0'/>")), "no_triangles"),
    Case("other files", ".obj", lambda: b"mtllib ../../../../etc/passwd\n" + sample_models.obj(), ""),
    Case("a line of 100 MB", ".obj", lambda: b"v 0 0 0\nv 9 0 0\nv 0 9 0\nf 1 2 3 " + b"1 " * (50 << 20),
         "damaged"),
    Case("far index", ".obj", lambda: sample_models.obj() + b"f 1 2 100000000\n", "damaged"),
    Case("20,000 groups", ".obj", _grouped_obj, ""),
    Case("10 million triangles", ".stl", _many_triangles, "too_many_triangles"),
)  # fmt: skip


def mutated(seed: bytes, draws: Iterator[int]) -> bytes:
    """``seed`` with a few bytes changed, cut out, doubled or set to extremes."""
    data = bytearray(seed)
    for _ in range(1 + next(draws) % 6):
        if not data:
            break
        place, kind = next(draws) % len(data), next(draws) % 6
        if kind == 0:
            data[place] = next(draws) % 256
        elif kind == 1:
            del data[place : place + 1 + next(draws) % 64]
        elif kind == 2:
            data[place:place] = data[place : place + next(draws) % 64]
        elif kind == 3:
            data[place : place + 4] = b"\xff\xff\xff\xff"
        elif kind == 4:
            data[place : place + 4] = b"\x00\x00\xc0\x7f"
        else:
            data[place:] = b""
    return bytes(data)


def write(folder: Path, case: Case) -> Path:
    """The case as a file."""
    path = folder / f"hostile{case.ending}"
    path.write_bytes(case.make())
    return path
