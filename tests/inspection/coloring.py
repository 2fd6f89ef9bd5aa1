"""3MF files with colors, as programs write them, and the colors of each: one table for the server's
reader and for the browser's, which must agree."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from tests.inspection.reading import MIRROR, mesh, model, one, package, thing

RED, GREEN, BLUE, GRAY = 0xD02030, 0x20A040, 0x2040C0, 0x808080
MATERIALS = "xmlns:m='http://schemas.microsoft.com/3dmanufacturing/material/2015/02'"
_PRODUCTION = "xmlns:p='http://schemas.microsoft.com/3dmanufacturing/production/2015/06'"


@dataclass(frozen=True)
class Colored:
    """A file; how many triangles have which color (-1: none); and the colors that are told."""

    name: str
    make: Callable[[], bytes]
    triangles: dict[int, int]
    told: tuple[int, ...] | None = None

    @property
    def colors(self) -> list[str]:
        """Those told, whatever their order."""
        found = self.told if self.told is not None else [c for c in self.triangles if c >= 0]
        return sorted(f"#{color:06x}" for color in found)


BASES = (
    "<basematerials id='5'><base name='a' displaycolor='#D02030'/>"
    "<base name='b' displaycolor='#20A040FF'/></basematerials>"
)
GROUP = (
    "<m:colorgroup id='6'><m:color color='#2040C0'/><m:color color='#808080'/>"
    "<m:color color='#808083'/></m:colorgroup>"
)
MULTI = (
    "<m:multiproperties id='9' pids='7 6'><m:multi pindices='0 1'/></m:multiproperties>"
    "<m:compositematerials id='8' matid='5' matindices='0 1'>"
    "<m:composite values='0.2 0.8'/></m:compositematerials>"
)


def on(triangle: int, attributes: str, whole: str | None = None) -> str:
    """An object with more about one of its triangles."""
    parts = (whole or thing(1)).split("<triangle ")
    parts[triangle + 1] = f"{attributes} {parts[triangle + 1]}"
    return "<triangle ".join(parts)


def owned(attributes: str, whole: str | None = None) -> str:
    """An object with more about itself."""
    return (whole or thing(1)).replace("<object ", f"<object {attributes} ", 1)


def colored(resources: str, items: str = "<item objectid='1'/>") -> bytes:
    return one(resources, items, MATERIALS)


def project(colors: list[str], part: str, whole: str | None = None, config: str = "") -> bytes:
    """As Bambu Studio and OrcaSlicer write it: object 8 of two parts, each of a filament."""
    pair = (
        "<object id='8'><components><component p:path='/3D/Objects/a.model' objectid='1'/>"
        "<component p:path='/3D/Objects/a.model' objectid='2'/></components></object>"
    )
    said = config or (
        "<config><object id='8'><metadata key='extruder' value='1'/>"
        f"<part id='1' subtype='normal_part'/><part id='2' subtype='{part}'>"
        "<metadata key='extruder' value='2'/></part></object></config>"
    )
    return package(
        {
            "3D/3dmodel.model": model(pair, "<item objectid='8'/>", _PRODUCTION),
            "3D/Objects/a.model": model((whole or thing(1)) + thing(2, at=(40, 0, 0)), ""),
            "Metadata/model_settings.config": said,
            "Metadata/project_settings.config": json.dumps({"filament_colour": colors}),
        }
    )


_PRUSA_PARTS = (
    "<config><object id='1'><metadata type='object' key='extruder' value='{}'/>"
    "<volume firstid='0' lastid='3'><metadata type='volume' key='extruder' value='2'/></volume>"
    "<volume firstid='4' lastid='11'><metadata type='volume' key='extruder' value='0'/></volume>"
    "</object></config>"
)
_PRUSA_SLOTS = "; extruder_colour = #D02030;;#2040C0\n; filament_colour = #111111;#20A040;#222222\n"


def prusa(whole: str, parts: str = "", slots: str = _PRUSA_SLOTS) -> bytes:
    """As PrusaSlicer writes it: one mesh, its parts ranges, the colors beside it."""
    more = "xmlns:slic3rpe='http://schemas.slic3r.org/3mf/2017/06'"
    return package(
        {
            "3D/3dmodel.model": model(whole, "<item objectid='1'/>", more),
            "Metadata/Slic3r_PE.config": slots,
            "Metadata/Slic3r_PE_model.config": parts or "<config/>",
        }
    )


def paint(code: str, name: str = "paint_color") -> str:
    return f"{name}='{code}'"


FOUR = ["#D02030", "#20A040", "#2040C0", "#808080"]
SPLIT = "8844" + "3"  # into four: two of slot 1, two of slot 2
HALF = "4" + "0C" + "1"  # into two: slot 3, slot 1 written last
THREE = "0" + "8" + "4" + "2"  # into three: the half comes first, of slot 1

CASES = (
    Colored("no color", lambda: colored(thing(1)), {-1: 12}),
    Colored("base material", lambda: colored(BASES + owned("pid='5' pindex='1'")), {GREEN: 12}),
    Colored("a triangle of another", lambda: colored(BASES + owned("pid='5' pindex='1'", on(3, "p1='0'"))),
            {GREEN: 11, RED: 1}),
    Colored("a triangle alone", lambda: colored(BASES + on(7, "pid='5' p1='0'")), {-1: 11, RED: 1}),
    Colored("color group", lambda: colored(GROUP + on(0, "pid='6' p1='0' p2='0' p3='0'")), {-1: 11, BLUE: 1}),
    Colored("three corners", lambda: colored(GROUP + on(0, "pid='6' p1='1' p2='1' p3='2'")),
            {-1: 11, 0x808081: 1}),
    Colored("of several the first", lambda: colored(BASES + GROUP + MULTI + on(0, "pid='9' p1='0'")),
            {-1: 11, GRAY: 1}),
    Colored("a mixture's most", lambda: colored(BASES + MULTI + on(0, "pid='8' p1='0'")), {-1: 11, GREEN: 1}),
    Colored("a place that is none", lambda: colored(BASES + on(0, "pid='5' p1='7'")), {-1: 12}),
    Colored("a list that is none", lambda: colored(BASES + owned("pid='4' pindex='0'")), {-1: 12}),
    Colored("a color that is none", lambda: colored(BASES.replace("#D02030", "red")
            + owned("pid='5' pindex='0'")), {-1: 12}),
    Colored("mirrored", lambda: colored(BASES + owned("pid='5' pindex='0'"), MIRROR), {RED: 12}),
    Colored("what is not printed", lambda: colored(BASES + owned("pid='5' pindex='0'")
            + owned("pid='5' pindex='1'", thing(2)), "<item objectid='1'/><item objectid='2' printable='0'/>"),
            {RED: 12}),
    Colored("two parts of a project", lambda: project(FOUR, "normal_part"), {RED: 12, GREEN: 12}),
    Colored("a modifier's filament", lambda: project(FOUR, "modifier_part"), {RED: 12}),
    Colored("no filament said", lambda: project(FOUR, "", config="<config/>"), {RED: 24}),
    Colored("a filament that is none", lambda: project(FOUR[:1], "normal_part"), {RED: 12, -1: 12}),
    Colored("painted", lambda: project(FOUR, "normal_part", on(2, paint("0C"))),
            {RED: 11, BLUE: 1, GREEN: 12}),
    Colored("painted with the fourth", lambda: project(FOUR, "normal_part", on(2, paint("1C"))),
            {RED: 11, GRAY: 1, GREEN: 12}),
    Colored("painted in four", lambda: project(FOUR, "modifier_part", on(2, paint(SPLIT))), {RED: 12},
            (RED, GREEN)),
    Colored("painted in two", lambda: project(FOUR, "modifier_part", on(2, paint(HALF))), {RED: 12},
            (RED, BLUE)),
    Colored("painted in three", lambda: project(FOUR, "modifier_part", on(2, paint("0" + "4" + "8" + "2"))),
            {RED: 11, GREEN: 1}),
    Colored("painted in three, the other way", lambda: project(FOUR, "modifier_part", on(2, paint(THREE))),
            {RED: 12}, (RED, GREEN)),
    Colored("painted with nonsense", lambda: project(FOUR, "modifier_part", on(2, paint("43"))), {RED: 12}),
    Colored("painted, and no filaments", lambda: colored(on(2, paint("4"))), {-1: 12}),
    Colored("Prusa's parts", lambda: prusa(thing(1), _PRUSA_PARTS.format(3)), {GREEN: 4, BLUE: 8}),
    Colored("Prusa's object", lambda: prusa(thing(1), _PRUSA_PARTS.format(0)), {GREEN: 4, RED: 8}),
    Colored("Prusa's painting", lambda: prusa(on(0, paint("8", "slic3rpe:mmu_segmentation"))),
            {RED: 11, GREEN: 1}),
    Colored("Prusa's slots say more than materials", lambda: prusa(BASES + owned("pid='5' pindex='1'")),
            {RED: 12}),
    Colored("Prusa without colors", lambda: prusa(BASES + owned("pid='5' pindex='1'"), slots="; a = 1\n"),
            {GREEN: 12}),
)  # fmt: skip


def many(count: int) -> bytes:
    """One color for each of 12 × count triangles."""
    colors = "".join(f"<m:color color='#{at * 3 + 5:02X}4080'/>" for at in range(count))
    group = f"<m:colorgroup id='6'>{colors}</m:colorgroup>"
    things = "".join(
        owned(f"pid='6' pindex='{at}'", f"<object id='{at + 10}'>{mesh(at=(30 * at, 0, 0))}</object>")
        for at in range(count)
    )  # fmt: skip
    items = "".join(f"<item objectid='{at + 10}'/>" for at in range(count))
    return colored(group + things, items)
