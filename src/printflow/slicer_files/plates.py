"""The plates of a .3mf that OrcaSlicer, Bambu Studio or one of their kin has saved.

``Metadata/slice_info.config`` has one element for each plate that is sliced, with its number,
seconds, grams, filaments and objects. ``Metadata/model_settings.config`` lists every plate of the
project, sliced or not, with its name and what is on it. ``Metadata/plate_N.gcode`` is what the
machine gets. A file that was saved for one plate lists the others, too. PrusaSlicer saves a file of
its own for each of its beds.
"""

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar

from printflow.domain.sliced_plate import SlicedPlate, SlicedPlateState
from printflow.said import say
from printflow.slicer_files.damaged import Damaged
from printflow.slicer_files.gcode_comments import (
    HEAD,
    TAIL,
    Figures,
    figures,
    hours_of,
    number,
)
from printflow.slicer_files.members import opened, text_of
from printflow.slicer_files.tags import MOST_PLATES, as_name, tags

MOST_GCODE = 64_000_000
"""Bytes of G-code, of all plates together, that are unpacked to find figures in it."""

LARGEST_LIST = 8_000_000
"""Bytes of the list of plates and parts."""

STATED = "Metadata/slice_info.config"
_LISTED = "Metadata/model_settings.config"
_GCODE = re.compile(r"Metadata/plate_([0-9]{1,9})\.gcode")
_OBJECTS = 200
_MATERIALS = 20
_PIECE = 256 * 1024


@dataclass
class _Stated:
    """What the slicer says of a plate that it has sliced."""

    number: str = ""
    weight: Decimal = Decimal()
    used: Decimal = Decimal()
    seconds: Decimal = Decimal()
    materials: list[str] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    printer: str = ""

    def hear(self, key: str, value: str) -> None:
        """Take one of the slicer's figures."""
        match key:
            case "index":
                self.number = value
            case "prediction":
                self.seconds = number(value, 10**8) or Decimal()
            case "weight":
                self.weight = number(value, 100_000) or Decimal()
            case "printer_model_id":
                self.printer = as_name(value)


@dataclass
class _Listed:
    """A plate in the project's list."""

    number: str = ""
    name: str = ""
    instances: list[str] = field(default_factory=list)


_Plate = TypeVar("_Plate", _Stated, _Listed)


def gcode_members(names: Sequence[str] | set[str]) -> dict[int, str]:
    """The members that hold a plate's G-code, by the plate's number."""
    found: dict[int, str] = {}
    for name in names:
        if match := _GCODE.fullmatch(name):
            at = int(match[1])
            if at in found:
                raise Damaged(say("its list of plates contradicts itself"))
            found[at] = name
    _check(found)
    return found


def read_plates(
    archive: zipfile.ZipFile, names: set[str]
) -> tuple[tuple[SlicedPlate, ...], str, Figures | None]:
    """The plates by number; the printer that the slicer states; what the G-code says, where it was
    read. Raises Damaged."""
    gcodes = gcode_members(names)
    stated = _numbered(_stated(text_of(archive, STATED))) if STATED in names else {}
    listed: dict[int, _Listed] = {}
    objects: dict[str, str] = {}
    if _LISTED in names:
        entries, objects = _listed(text_of(archive, _LISTED, LARGEST_LIST))
        listed = _numbered(entries)
    arranged = any(plate.instances for plate in listed.values())
    left = [MOST_GCODE]
    plates = []
    said: Figures | None = None
    for at in sorted({*gcodes, *stated, *listed}):
        own = listed.get(at, _Listed())
        plate = SlicedPlate(
            number=at,
            state=SlicedPlateState.NOT_SLICED,
            name=as_name(own.name),
            objects=tuple(
                as_name(objects[one], 100) for one in own.instances[:_OBJECTS] if one in objects
            ),
        )
        if at in gcodes:
            plate = _of(stated.get(at), plate)
            plate, read = _with_gcode(archive, gcodes[at], plate, left)
            said = said or read
        elif at in stated and not gcodes:
            plate = _of(stated[at], plate)
        elif arranged and not own.instances and at not in stated:
            plate = SlicedPlate(number=at, state=SlicedPlateState.EMPTY, name=plate.name)
        plates.append(plate)
    printer = next((one.printer for one in stated.values() if one.printer), "")
    return tuple(plates), printer, said


def _of(stated: _Stated | None, plate: SlicedPlate) -> SlicedPlate:
    """The plate, sliced, with what the slicer states of it."""
    if stated is None:
        return replace(plate, state=SlicedPlateState.SLICED)
    return replace(
        plate,
        state=SlicedPlateState.SLICED,
        grams=stated.weight or stated.used or None,
        hours=hours_of(stated.seconds or None),
        materials=tuple(dict.fromkeys(stated.materials)),
        objects=tuple(stated.objects) or plate.objects,
        source=STATED,
    )


def _with_gcode(
    archive: zipfile.ZipFile, member: str, plate: SlicedPlate, left: list[int]
) -> tuple[SlicedPlate, Figures | None]:
    """The plate with what is missing read from its own G-code, as far as the budget allows."""
    plate = replace(plate, has_gcode=True)
    if plate.grams is not None and plate.hours is not None:
        return plate, None
    found = _gcode_figures(archive, member, left)
    if found is None:
        return plate, None
    plate = replace(
        plate,
        grams=found.grams if plate.grams is None else plate.grams,
        hours=found.hours if plate.hours is None else plate.hours,
        materials=plate.materials or found.materials,
        source=plate.source if plate.has_figures else member,
    )
    return plate, found


def _gcode_figures(archive: zipfile.ZipFile, member: str, left: list[int]) -> Figures | None:
    """What a plate's G-code says at its beginning and, if that is not all, at its end."""
    with opened(archive, member) as stream:
        head = stream.read(min(HEAD, left[0]))
        left[0] -= len(head)
        found = figures(head.decode("utf-8", "replace"))
        if found and found.grams and found.hours:
            return found
        tail = b""
        while left[0] > 0 and (piece := stream.read(min(_PIECE, left[0]))):
            left[0] -= len(piece)
            tail = (tail + piece)[-TAIL:]
        if left[0] <= 0 and stream.read(1):
            return found  # the end was not reached, and the middle says nothing of it
    return figures((head + b"\n" + tail).decode("utf-8", "replace"))


def _stated(text: str) -> list[_Stated]:
    plates: list[_Stated] = []
    plate: _Stated | None = None
    for tag in tags(text):
        if tag.name == "plate":
            if plate is not None and tag.ends:
                plates.append(plate)
            plate = _Stated() if tag.begins and not tag.ends else None
        elif plate is None or not tag.begins:
            continue
        elif tag.name == "filament":
            plate.used += number(tag.values.get("used_g", ""), 100_000) or 0
            material = as_name(tag.values.get("type", ""))
            if material and len(plate.materials) < _MATERIALS:
                plate.materials.append(material)
        elif tag.name == "object":
            name = as_name(tag.values.get("name", ""), 100)
            if name and tag.values.get("skipped") != "true" and len(plate.objects) < _OBJECTS:
                plate.objects.append(name)
        elif tag.name == "metadata":
            plate.hear(tag.values.get("key", ""), tag.values.get("value", ""))
    return plates


def _listed(text: str) -> tuple[list[_Listed], dict[str, str]]:
    """The project's plates, and the names of its objects."""
    plates: list[_Listed] = []
    objects: dict[str, str] = {}
    plate: _Listed | None = None
    part = ""
    for tag in tags(text):
        key, value = tag.values.get("key"), tag.values.get("value", "")
        if tag.name == "plate":
            if plate is not None and tag.ends:
                plates.append(plate)
            plate = _Listed() if tag.begins and not tag.ends else None
        elif tag.name == "object":
            part = tag.values.get("id", "") if tag.begins and not tag.ends else ""
        elif tag.name != "metadata":
            continue
        elif plate is None:
            if part and key == "name":
                objects.setdefault(part, value)
        elif key == "plater_id":
            plate.number = value
        elif key == "plater_name":
            plate.name = value
        elif key == "object_id" and len(plate.instances) < _OBJECTS:
            plate.instances.append(value)
    return plates, objects


def _numbered(plates: list[_Plate]) -> dict[int, _Plate]:
    """By the slicer's number; by place where the file numbers none."""
    if not any(plate.number for plate in plates):
        return dict(enumerate(plates, start=1))
    found: dict[int, _Plate] = {}
    for plate in plates:
        text = plate.number.strip()
        at = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        if at in found or not at:
            raise Damaged(say("its list of plates contradicts itself"))
        found[at] = plate
    _check(found)
    return found


def _check(numbers: Mapping[int, object]) -> None:
    if any(not 1 <= at <= MOST_PLATES for at in numbers):
        raise Damaged(say("it has a plate whose number isn't from 1 to {most}", most=MOST_PLATES))
