"""What slicers wrote beside a 3MF's model: which parts are printed, which are not, and on which plate.

PrusaSlicer: ``Metadata/Slic3r_PE_model.config`` names ranges of an object's triangles. OrcaSlicer and
Bambu Studio: ``Metadata/model_settings.config`` names the components of an object, and the plates.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from xml.parsers import expat

from ..archives.member_names import MemberNames
from .slot_colors import PALETTES

LARGEST = 8_000_000
"""Bytes of such a list, beyond which it is not read."""

MOST_PLATES = 100
_PRUSA = "Metadata/Slic3r_PE_model.config"
_ORCA = "Metadata/model_settings.config"
_NAME = 60


class Use(Enum):
    """What a part of a model is for."""

    PRINTED = "printed"
    NEGATIVE = "negative"
    """Taken away from the others."""
    ASIDE = "aside"
    """Modifiers, and where supports are wanted or not."""


_USES = {
    "modelpart": Use.PRINTED,
    "normal_part": Use.PRINTED,
    "negativevolume": Use.NEGATIVE,
    "negative_part": Use.NEGATIVE,
    "parametermodifier": Use.ASIDE,
    "modifier_part": Use.ASIDE,
    "supportenforcer": Use.ASIDE,
    "support_enforcer": Use.ASIDE,
    "supportblocker": Use.ASIDE,
    "support_blocker": Use.ASIDE,
}


@dataclass
class Plate:
    """A plate of the project: its number, name, and the objects on it with the number of the copy."""

    number: int = 0
    name: str = ""
    instances: set[tuple[str, int]] = field(default_factory=set)


@dataclass
class Settings:
    """What was found. ``ranges``: by object, first and last triangle of a part that is not simply
    printed; ``parts``: by object and component, whatever the component's own type says."""

    ranges: dict[str, list[tuple[int, int, Use]]] = field(default_factory=dict)
    parts: dict[tuple[str, str], Use] = field(default_factory=dict)
    plates: list[Plate] = field(default_factory=list)
    palette: list[int] = field(default_factory=list)
    """The colors of the slots: extruders, filaments."""
    slots: dict[tuple[str, str], int] = field(default_factory=dict)
    """The slot, from 1, of an object and component, and of an object ("")."""
    slot_ranges: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    """By object, first and last triangle of a part and its slot."""


def read_settings(archive: zipfile.ZipFile, names: MemberNames) -> Settings:
    """What the slicer says; a list that cannot be read says nothing."""
    found = Settings()
    for member, read in ((_PRUSA, _prusa), (_ORCA, _orca)):
        data = _data(archive, names.find(member))
        if data:
            _parse(data, *read(found))
    if not any(plate.instances for plate in found.plates):
        found.plates = []
    for member, palette in PALETTES:
        if not found.palette:
            found.palette = palette(_data(archive, names.find(member)))
    return found


def _data(archive: zipfile.ZipFile, name: str | None) -> bytes:
    if name is None:
        return b""
    try:
        with archive.open(name) as member:
            data = member.read(LARGEST + 1)
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError):
        return b""
    return data if len(data) <= LARGEST else b""


Begin = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


def _parse(data: bytes, begin: Begin, end: End) -> None:
    """As far as it goes: Bambu Studio writes quotation marks into names as they are."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.EndElementHandler = end

    def stop(*_: Any) -> None:
        raise ValueError("a document type")

    parser.StartDoctypeDeclHandler = stop
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, KeyError):
        return


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _prusa(found: Settings) -> tuple[Begin, End]:
    at = {"object": "", "first": -1, "last": -1, "use": None, "slot": 0}

    def begin(tag: str, values: dict[str, str]) -> None:
        if tag == "object":
            at["object"] = values.get("id", "")
        elif tag == "volume":
            first, last = _number(values.get("firstid", "")), _number(values.get("lastid", ""))
            at.update(first=first, last=last, use=None, slot=0)
        elif tag == "metadata" and values.get("key") == "extruder":
            slot = max(0, _number(values.get("value", "").strip()))
            at.update({"slot": slot} if values.get("type") == "volume" else {})
            if values.get("type") != "volume":
                found.slots[str(at["object"]), ""] = slot
        elif tag == "metadata" and values.get("type") == "volume":
            key, value = values.get("key", ""), values.get("value", "").strip().lower()
            if key == "volume_type":
                at["use"] = _USES.get(value, at["use"])
            elif key == "modifier" and value == "1":
                at["use"] = at["use"] or Use.ASIDE

    def end(tag: str) -> None:
        first, last = at["first"], at["last"]
        if tag == "volume" and isinstance(first, int) and isinstance(last, int):
            _keep(found, str(at["object"]), (first, last), (at["use"], at["slot"]))

    return begin, end


def _keep(found: Settings, thing: str, ends: tuple[int, int], what: tuple[object, object]) -> None:
    """A part that is a range of an object's triangles: what it is for, and its slot."""
    (first, last), (use, slot) = ends, what
    if not 0 <= first <= last:
        return
    if isinstance(slot, int) and slot:
        found.slot_ranges.setdefault(thing, []).append((first, last, slot))
    if isinstance(use, Use) and use is not Use.PRINTED:
        found.ranges.setdefault(thing, []).append((first, last, use))


def _orca(found: Settings) -> tuple[Begin, End]:
    within: list[str] = []
    here = {"object": "", "part": "", "object_id": "", "instance_id": ""}

    def begin(tag: str, values: dict[str, str]) -> None:
        within.append(tag)
        if tag == "object":
            here.update(object=values.get("id", ""), part="")
        elif tag == "part":
            here["part"] = values.get("id", "")
            use = _USES.get(values.get("subtype", "").lower())
            if use:
                found.parts[here["object"], values.get("id", "")] = use
        elif tag == "plate" and len(found.plates) < MOST_PLATES:
            found.plates.append(Plate(number=len(found.plates) + 1))
        elif tag == "model_instance":
            here.update(object_id="", instance_id="")
        elif tag == "metadata" and "object" in within and values.get("key") == "extruder":
            part = here["part"] if "part" in within else ""
            found.slots[here["object"], part] = max(0, _number(values.get("value", "").strip()))
        elif tag == "metadata" and "plate" in within:
            _hear(found.plates[-1], here, values.get("key", ""), values.get("value", ""))

    def end(tag: str) -> None:
        if tag == "model_instance" and "plate" in within:
            copy = max(0, _number(here["instance_id"]))
            found.plates[-1].instances.add((here["object_id"], copy))
        within.pop()

    return begin, end


def _hear(plate: Plate, here: dict[str, str], key: str, value: str) -> None:
    if key == "plater_id" and _number(value) > 0:
        plate.number = _number(value)
    elif key == "plater_name":
        plate.name = "".join(filter(str.isprintable, value))[:_NAME]
    elif key in ("object_id", "instance_id"):
        here[key] = value
