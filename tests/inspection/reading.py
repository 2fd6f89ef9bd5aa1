"""Models as programs write them, and what must be read of each: one table for the server's readers and
for the browser's, which must agree."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from tests import sample_models

Size = tuple[float, float, float]
CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"


@dataclass(frozen=True)
class Case:
    """A file and what it holds; ``size`` None where it must be refused. cm³ and mm."""

    name: str
    ending: str
    make: Callable[[], bytes]
    size: Size | None
    triangles: int = 12
    volume: float | None = None
    closed: bool = True

    @property
    def cubic(self) -> float:
        if self.volume is not None or self.size is None:
            return self.volume or 0.0
        return self.size[0] * self.size[1] * self.size[2] / 1000


BOX = (20.0, 15.0, 10.0)


def _moved(triangles: list[list[tuple[float, ...]]], x: float) -> list[list[tuple[float, ...]]]:
    return [[(a + x, b, c) for a, b, c in triangle] for triangle in triangles]


# -- STL -------------------------------------------------------------------------------------------


def text(size: Size = BOX, **changes: str) -> bytes:
    """An ASCII STL."""
    name, gap = changes.get("name", "box"), changes.get("gap", "\n")
    words = [f"solid {name}"]
    for triangle in sample_models.box(*size):
        words += ["facet normal 0 0 0", "outer loop"]
        words += [f"vertex {x} {y} {z}" for x, y, z in triangle]
        words += ["endloop", "endfacet"]
    return (gap.join([*words, f"endsolid {name}"]) + "\n").encode()


def counting(count: int, more: bytes = b"") -> bytes:
    data = sample_models.stl() + more
    return data[:80] + struct.pack("<I", count) + data[84:]


def four_corners(at: int = 0) -> bytes:
    parts = text().split(b"endloop")
    parts[at] += b"vertex 1 2 3\n"
    return b"endloop".join(parts)


def touching() -> bytes:
    return sample_models.stl(
        sample_models.box(10, 10, 10) + _moved(sample_models.box(10, 10, 10), 10)
    )


def specks() -> bytes:
    found = []
    for number, triangle in enumerate(sample_models.box()):
        speck = 1e-17 * (number % 3)
        found.append([tuple(value or speck for value in point) for point in triangle])
    return sample_models.stl(found)


def inside_out() -> bytes:
    other = [triangle[::-1] for triangle in _moved(sample_models.box(10, 10, 10), 30)]
    return sample_models.stl(sample_models.box(10, 10, 10) + other)


STL = (
    Case("plain", ".stl", sample_models.stl, BOX),
    Case("text", ".stl", text, BOX),
    Case("text with a byte-order mark", ".stl", lambda: b"\xef\xbb\xbf" + text(), BOX),
    Case("a first line of 3 kB", ".stl", lambda: text(name="long " * 600), BOX),
    Case("a first line with its words", ".stl", lambda: text(name="my facet, a vertex"), BOX),
    Case("all on one line", ".stl", lambda: text(gap=" "), BOX),
    Case("capitals", ".stl", lambda: text().upper(), BOX),
    Case("bare carriage returns", ".stl", lambda: text(gap="\r"), BOX),
    Case("two solids", ".stl", lambda: text() + text((20.0, 15.0, 10.0)), BOX, 24, 6.0),
    Case("no last line", ".stl", lambda: text().rpartition(b"endsolid")[0], BOX),
    Case("a count below", ".stl", lambda: counting(7), BOX),
    Case("a count of 0", ".stl", lambda: counting(0), BOX),
    Case("a count of 2^32 - 1", ".stl", lambda: counting(0xFFFFFFFF), BOX),
    Case("zeros behind", ".stl", lambda: counting(12, bytes(100)), BOX),
    Case("more bytes behind", ".stl", lambda: counting(12, b"made by me"), BOX),
    Case("a count above", ".stl", lambda: counting(13), None),
    Case("four corners", ".stl", four_corners, None),
    Case("four corners, later", ".stl", lambda: four_corners(9), None),
    Case("two corners", ".stl", lambda: text().replace(b"vertex 0.0 0.0 0.0\n", b"", 1), None),
    Case("only lines", ".stl", lambda: sample_models.stl([[(0, 0, 0), (9, 9, 9), (3, 3, 3)]] * 4), None),
    Case("touching", ".stl", touching, (20, 10, 10), 24),
    Case("touching, with a hole", ".stl", lambda: touching()[:80] + struct.pack("<I", 23)
         + touching()[84:-50], (20, 10, 10), 23, None, closed=False),
    Case("specks around zero", ".stl", specks, BOX),
    Case("one inside out", ".stl", inside_out, (40, 10, 10), 24, 2.0),
    Case("all inside out", ".stl", lambda: sample_models.stl([one[::-1] for one in sample_models.box()]), BOX),
)  # fmt: skip


# -- OBJ -------------------------------------------------------------------------------------------


def obj(change: Callable[[str], str] = str) -> bytes:
    return change(sample_models.obj().decode()).encode()


def faces_first() -> bytes:
    lines = sample_models.obj().splitlines()
    order = sorted(lines, key=lambda line: not line.startswith(b"f"))
    return b"\n".join(order) + b"\n"


def outline(points: list[tuple[float, float]], height: float, turn: int = 0) -> bytes:
    """A prism whose ends are one face each, however many corners they have."""
    count = len(points)
    points = points[turn:] + points[:turn]
    lines = [f"v {x} {y} {z}" for z in (0, height) for x, y in points]
    lines.append("f " + " ".join(str(at) for at in range(count, 0, -1)))
    lines.append("f " + " ".join(str(at) for at in range(count + 1, 2 * count + 1)))
    for one, other in pairwise([*range(1, count + 1), 1]):
        lines.append(f"f {one} {other} {other + count} {one + count}")
    return "\n".join(lines).encode()


U = [(0.0, 0.0), (30.0, 0.0), (30.0, 30.0), (20.0, 30.0), (20.0, 10.0), (10.0, 10.0),
     (10.0, 30.0), (0.0, 30.0)]  # fmt: skip
ARROW = [(0.0, 0.0), (20.0, 10.0), (0.0, 20.0), (5.0, 10.0)]
L = [(0.0, 0.0), (9.0, 0.0), (9.0, 2.0), (2.0, 2.0), (2.0, 12.0), (0.0, 12.0)]


def _over(text_: str) -> str:
    return "\n".join(
        line.replace(" ", " \\\n ", 2) if line.startswith("f") else line
        for line in text_.split("\n")
    )


OBJ = (
    Case("plain", ".obj", sample_models.obj, BOX),
    Case("a backslash at the end", ".obj", lambda: obj(_over), BOX),
    Case("a backslash, Windows", ".obj", lambda: obj(lambda t: _over(t).replace("\n", "\r\n")), BOX),
    Case("a comment after", ".obj", lambda: obj(lambda t: t.replace("\nf 1 2 4", "\nf 1 2 4 # 9 8 7")
         .replace("v 0.0 0.0 0.0", "v 0.0 0.0 0.0# zero")), BOX),
    Case("indented", ".obj", lambda: obj(lambda t: t.replace("\n", "\n  \t")), BOX),
    Case("a byte-order mark", ".obj", lambda: b"\xef\xbb\xbf" + sample_models.obj()[8:].lstrip(), BOX),
    Case("a mark before a corner", ".obj", lambda: b"\xef\xbb\xbf"
         + sample_models.obj().split(b"o box\n")[1], BOX),
    Case("bare carriage returns", ".obj", lambda: obj(lambda t: t.replace("\n", "\r")), BOX),
    Case("faces first", ".obj", faces_first, BOX),
    Case("corner 0", ".obj", lambda: obj(lambda t: t + "f 0 1 2\n"), None),
    Case("a corner too far", ".obj", lambda: obj(lambda t: t + "f 1 2 9\n"), None),
    *(Case(f"a U, from corner {turn}", ".obj", lambda turn=turn: outline(U, 5, turn),  # type: ignore[misc]
           (30, 30, 5), 28, 3.5) for turn in range(0, 8, 2)),
    Case("an arrow", ".obj", lambda: outline(ARROW, 3), (20, 20, 3), 12, 0.45),
    Case("an arrow, from its notch", ".obj", lambda: outline(ARROW, 3, 3), (20, 20, 3), 12, 0.45),
    Case("an L", ".obj", lambda: outline(L, 4), (9, 12, 4), 20, 38 * 4 / 1000),
)  # fmt: skip


# -- 3MF -------------------------------------------------------------------------------------------


def mesh(size: Size = BOX, at: Size = (0, 0, 0)) -> str:
    """A box's mesh as 3MF has it."""
    return _mesh([[tuple(v + m for v, m in zip(point, at, strict=True)) for point in one]
                  for one in sample_models.box(*size)])  # fmt: skip


def _mesh(triangles: list[list[tuple[float, ...]]]) -> str:
    vertices = "".join(f"<vertex x='{x}' y='{y}' z='{z}'/>" for one in triangles for x, y, z in one)
    faces = "".join(
        f"<triangle v1='{3 * at}' v2='{3 * at + 1}' v3='{3 * at + 2}'/>"
        for at in range(len(triangles))
    )
    return f"<mesh><vertices>{vertices}</vertices><triangles>{faces}</triangles></mesh>"


def model(resources: str, items: str, more: str = "") -> str:
    return (
        f'<?xml version="1.0"?><model unit="millimeter" xmlns="{CORE}" {more}><resources>'
        f"{resources}</resources><build>{items}</build></model>"
    )


RELATION = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"
_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}'
    "</Relationships>"
)


def package(parts: dict[str, str], target: str = "/3D/3dmodel.model", before: str = "") -> bytes:
    """A 3MF of these parts; ``before`` stands before the model in its list of relationships."""
    written = io.BytesIO()
    relation = f'<Relationship Target="{target}" Id="rel0" Type="{RELATION}"/>'
    slash = "\\" if any("\\" in name for name in parts) else "/"
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"_rels{slash}.rels", _RELS.format(before + relation))
        for name, data in parts.items():
            archive.writestr(name, data)
    return written.getvalue()


def with_wide_sizes(data: bytes) -> bytes:
    """A ZIP with its sizes in the extra field of ZIP64 throughout, as .NET writes it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
    (start,) = struct.unpack_from("<I", data, len(data) - 6)
    directory = b""
    at = start
    for entry in entries:
        name, extra, said = struct.unpack_from("<3H", data, at + 28)
        assert not extra + said
        head = bytearray(data[at : at + 46])
        head[20:28] = b"\xff" * 8
        struct.pack_into("<H", head, 30, 20)
        wide = struct.pack("<HHQQ", 1, 16, entry.file_size, entry.compress_size)
        directory += bytes(head) + data[at + 46 : at + 46 + name] + wide
        at += 46 + name
    end = bytearray(data[at:])
    struct.pack_into("<I", end, 12, len(directory))
    return data[:start] + directory + bytes(end)


def one(resources: str, items: str = "<item objectid='1'/>", more: str = "", **parts: str) -> bytes:
    config = {
        name.replace("__", "/").replace("_config", ".config"): data for name, data in parts.items()
    }
    return package({"3D/3dmodel.model": model(resources, items, more), **config})


def thing(id_: int, size: Size = BOX, at: Size = (0, 0, 0), kind: str = "model") -> str:
    return f"<object id='{id_}' type='{kind}'>{mesh(size, at)}</object>"


_SLICES = "xmlns:s='http://schemas.microsoft.com/3dmanufacturing/slice/2015/07'"
_SLICE = (
    "<s:slicestack id='7'><s:slice ztop='1'><s:vertices><s:vertex x='0' y='0'/><s:vertex x='1' y='9'/>"
    "</s:vertices><s:polygon startv='0'><s:segment v2='1'/></s:polygon></s:slice></s:slicestack>"
)
_LATTICE = "xmlns:b='http://schemas.microsoft.com/3dmanufacturing/beamlattice/2017/02'"
_BEAMS = (
    "<object id='1' type='model'><mesh><vertices><vertex x='0' y='0' z='0'/><vertex x='9' y='9' z='9'/>"
    "</vertices><b:beamlattice radius='1'><b:beams><b:beam v1='0' v2='1'/></b:beams></b:beamlattice>"
    "</mesh></object>"
)
_FOREIGN = "<x:object id='1'><x:triangle v1='7'/></x:object><x:item objectid='4'/>"
MIRROR = "<item objectid='1' transform='-1 0 0 0 1 0 0 0 1 0 0 0'/>"

PRUSA = (
    "<config><object id='1' instances_count='1'><metadata type='object' key='name' value='a'/>"
    "<volume firstid='0' lastid='11'><metadata type='volume' key='volume_type' value='ModelPart'/>"
    "</volume><volume firstid='12' lastid='23'><metadata type='volume' key='{}' value='{}'/>"
    "<metadata type='volume' key='name' value='b'/></volume></object></config>"
)


def prusa(key: str, value: str, size: Size = (60, 60, 60), at: Size = (-9, -9, 0)) -> bytes:
    """A box, and another that PrusaSlicer keeps in the same mesh for some purpose."""
    other = [[tuple(v + m for v, m in zip(p, at, strict=True)) for p in t]
             for t in sample_models.box(*size)]  # fmt: skip
    whole = f"<object id='1' type='model'>{_mesh(sample_models.box(*BOX) + other)}</object>"
    return package(
        {
            "3D/3dmodel.model": model(whole, "<item objectid='1'/>"),
            "Metadata/Slic3r_PE_model.config": PRUSA.format(key, value),
        }
    )


def orca(
    subtype: str, size: Size = (60, 60, 60), at: Size = (-9, -9, 0), kind: str = "model"
) -> bytes:
    """The same as OrcaSlicer and Bambu Studio keep it: components, in a part of their own."""
    pair = (
        "<object id='8'><components><component p:path='/3D/Objects/a.model' objectid='1'/>"
        "<component p:path='/3D/Objects/a.model' objectid='2'/></components></object>"
    )
    config = (
        "<config><object id='8'><metadata key='name' value='a'/><part id='1' subtype='normal_part'/>"
        f"<part id='2' subtype='{subtype}'><metadata key='name' value='b'/></part></object></config>"
    )
    more = "xmlns:p='http://schemas.microsoft.com/3dmanufacturing/production/2015/06'"
    return package(
        {
            "3D/3dmodel.model": model(pair, "<item objectid='8'/>", more),
            "3D/Objects/a.model": model(thing(1) + thing(2, size, at, kind), ""),
            "Metadata/model_settings.config": config,
        }
    )


def plates(*listed: tuple[str, list[tuple[int, int]]], items: str = "") -> bytes:
    """Object 1 is the box, object 2 a longer one; plates with a name and what is on them."""
    config = "<config>"
    for number, (name, instances) in enumerate(listed, start=1):
        config += f"<plate><metadata key='plater_id' value='{number}'/>"
        config += f"<metadata key='plater_name' value='{name}'/>"
        for id_, copy in instances:
            config += f"<model_instance><metadata key='object_id' value='{id_}'/>"
            config += f"<metadata key='instance_id' value='{copy}'/></model_instance>"
        config += "</plate>"
    places = (
        items or "<item objectid='1'/><item objectid='2' transform='1 0 0 0 1 0 0 0 1 300 0 0'/>"
    )
    return package(
        {
            "3D/3dmodel.model": model(thing(1) + thing(2, (32.0, 12.0, 7.0)), places),
            "Metadata/model_settings.config": config + "</config>",
        }
    )


_WHOLE = thing(1)
_SOUND = model(_WHOLE, "<item objectid='1'/>")
_NOT_IT = '<Relationship Target="/3D/other.model" Id="r9" Type="http://example.org/other"/>'
_OTHER = model(thing(1, (99, 99, 99)), "<item objectid='1'/>")

THREE_MF = (
    Case("plain", ".3mf", sample_models.three_mf, BOX),
    Case("slices", ".3mf", lambda: one(_SLICE + _WHOLE, more=_SLICES), BOX),
    Case("slices behind", ".3mf", lambda: one(_WHOLE + _SLICE, more=_SLICES), BOX),
    Case("foreign elements", ".3mf", lambda: one(_WHOLE + _FOREIGN, more="xmlns:x='http://x.org'"), BOX),
    Case("a prefix of its own", ".3mf", lambda: package({"3D/3dmodel.model": _SOUND
         .replace("xmlns=", "xmlns:c=").replace("</", "</c:").replace("<", "<c:")
         .replace("<c:/c:", "</c:").replace("<c:?", "<?")}), BOX),
    Case("another case", ".3mf", lambda: package({"3D/3DModel.Model": _SOUND}), BOX),
    Case("%20 in the target", ".3mf", lambda: package({"3D/my box.model": _SOUND},
         "/3D/my%20box.model"), BOX),
    Case("%20 in the archive", ".3mf", lambda: package({"3D/my%20box.model": _SOUND},
         "/3D/my box.model"), BOX),
    Case("backslashes", ".3mf", lambda: package({"3D\\3dmodel.model": _SOUND}), BOX),
    Case("sizes as in ZIP64", ".3mf", lambda: with_wide_sizes(package({"3D/3dmodel.model": _SOUND})), BOX),
    Case("beams alone", ".3mf", lambda: one(_BEAMS, more=_LATTICE), None),
    Case("beams beside", ".3mf", lambda: one(_BEAMS.replace("'1'", "'2'", 1) + _WHOLE,
         "<item objectid='1'/><item objectid='2'/>", more=_LATTICE), BOX),
    Case("another model first", ".3mf", lambda: package({"3D/other.model": _OTHER,
         "3D/3dmodel.model": _SOUND}, before=_NOT_IT), BOX),
    Case("mirrored", ".3mf", lambda: one(_WHOLE, MIRROR), BOX),
    Case("mirrored beside", ".3mf", lambda: one(_WHOLE, "<item objectid='1'/>" + MIRROR),
         (40, 15, 10), 24, 6.0),
    Case("not printable", ".3mf", lambda: one(_WHOLE + thing(2, (70, 70, 70)),
         "<item objectid='1'/><item objectid='2' printable='0'/>"), BOX),
    Case("nothing printable", ".3mf", lambda: one(_WHOLE, "<item objectid='1' printable='0'/>"), None),
    Case("of another type", ".3mf", lambda: one(_WHOLE + thing(2, (70, 70, 70), kind="other"),
         "<item objectid='1'/><item objectid='2'/>"), BOX),
    *(Case(f"Prusa's {value}", ".3mf", lambda value=value: prusa("volume_type", value), BOX)  # type: ignore[misc]
      for value in ("ParameterModifier", "SupportEnforcer", "SupportBlocker", "NegativeVolume")),
    Case("Prusa's modifier of old", ".3mf", lambda: prusa("modifier", "1"), BOX),
    Case("Prusa's second part", ".3mf", lambda: prusa("volume_type", "ModelPart", (5, 5, 5), (40, 0, 0)),
         (45, 15, 10), 24, 3.125),
    *(Case(f"Orca's {value}", ".3mf", lambda value=value: orca(value), BOX)  # type: ignore[misc]
      for value in ("modifier_part", "support_enforcer", "support_blocker", "negative_part")),
    Case("Orca's second part", ".3mf", lambda: orca("normal_part", (5, 5, 5), (40, 0, 0)), (45, 15, 10),
         24, 3.125),
    Case("two plates", ".3mf", lambda: plates(("", [(1, 0)]), ("long", [(2, 0)])), (32, 12, 7), 24,
         3.0 + 2.688),
    Case("one plate, and one beside", ".3mf", lambda: plates(("", [(1, 0)])), BOX),
)  # fmt: skip

CASES = (*STL, *OBJ, *THREE_MF)
