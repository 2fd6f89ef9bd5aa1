"""What slicers write of a print into the files they save: weight, time, material, printer.

Reads the first and the last part of G-code, and two small parts of a 3MF. Sources: files of
PrusaSlicer 2.5-2.9, SuperSlicer, OrcaSlicer 2, Bambu Studio 1.9 and Cura 5, as these write them.
"""

from __future__ import annotations

import os
import re
import zipfile
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from xml.etree import ElementTree

_HEAD, _TAIL, _SMALL_PART = 64 * 1024, 256 * 1024, 1 << 20
_SECONDS_PER_HOUR = Decimal(3600)
_GRAMS = re.compile(
    r"^; *(?:total )?filament (?:used|weight) \[g\] *[=:] *([0-9., ]+)$",
    re.MULTILINE | re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:estimated printing time \(normal mode\) *=|total estimated time *:) *([0-9dhms ]+)",
    re.IGNORECASE,
)
_CURA_TIME = re.compile(r"^;TIME:([0-9]+)", re.MULTILINE)
_SETTING = r"^; *{} *= *(.+)$"
_CURA_LAYER = re.compile(r"^;Layer height: *([0-9.]+)", re.MULTILINE)
_CLOCK = re.compile(r"([0-9]+) *([dhms])")
_UNIT_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_SANE_GRAMS, _SANE_HOURS = Decimal(100_000), Decimal(10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sliced:
    """What a slicer reckoned: grams and hours of one run, names as the slicer has them."""

    grams: Decimal | None = None
    hours: Decimal | None = None
    material: str = ""
    printer: str = ""
    layer_height_mm: Decimal | None = None

    def __bool__(self) -> bool:
        return self != Sliced()


def read_sliced(path: Path) -> Sliced:
    """What the slicer's file at ``path`` says; empty where it says nothing or is none.

    Raises OSError as the disk gives it. Whatever the content, it ends soon.
    """
    name = path.name.lower()
    if name.endswith((".gcode", ".gco", ".g")):
        return _from_text(_ends(path))
    if name.endswith(".3mf"):
        try:
            with zipfile.ZipFile(path) as archive:
                return _from_archive(archive)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
            return Sliced()
    return Sliced()


def _ends(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(_HEAD)
        size = file.seek(0, os.SEEK_END)
        file.seek(max(len(head), size - _TAIL))
        return (head + b"\n" + file.read()).decode("utf-8", "replace").replace("\r\n", "\n")


def _from_text(text: str) -> Sliced:
    grams = sum((_sum(found[1]) for found in _GRAMS.finditer(text)), start=Decimal(0))
    per_extruder = [found[1] for found in _GRAMS.finditer(text) if "," in found[1]]
    if len(list(_GRAMS.finditer(text))) > 1:  # the sum is given besides
        grams = max(_sum(found[1]) for found in _GRAMS.finditer(text))
    elif per_extruder:
        grams = _sum(per_extruder[0])
    times = [_clock(found[1]) for found in _TIME.finditer(text)]
    cura = _CURA_TIME.search(text)
    seconds = max(times, default=int(cura[1]) if cura else 0)
    layer = _setting(text, "layer_height") or next(iter(_CURA_LAYER.findall(text)), "")
    return _sane(
        grams=grams,
        seconds=Decimal(seconds),
        material=_setting(text, "filament_type"),
        printer=_setting(text, "printer_model"),
        layer=layer,
    )


def _sum(numbers: str) -> Decimal:
    total = Decimal(0)
    for word in numbers.replace(",", " ").split():
        try:
            total += Decimal(word)
        except InvalidOperation:
            return Decimal(0)
    return total


def _clock(text: str) -> int:
    return sum(int(count[:6]) * _UNIT_SECONDS[unit] for count, unit in _CLOCK.findall(text))


def _setting(text: str, key: str) -> str:
    found = re.search(_SETTING.format(key), text, re.MULTILINE)
    return re.split("[;,]", found[1])[0].strip(' "')[:60] if found else ""


def _sane(*, grams: Decimal, seconds: Decimal, material: str, printer: str, layer: str) -> Sliced:
    hours = (seconds / _SECONDS_PER_HOUR).quantize(Decimal("0.01"))
    try:
        height = Decimal(layer) if layer else None
    except InvalidOperation:
        height = None
    return Sliced(
        grams=grams.quantize(Decimal("0.01")) if 0 < grams < _SANE_GRAMS else None,
        hours=hours if 0 < hours < _SANE_HOURS else None,
        material=material,
        printer=printer,
        layer_height_mm=height if height is not None and 0 < height < 10 else None,
    )


# -- 3MF ---------------------------------------------------------------------------------------


def _from_archive(archive: zipfile.ZipFile) -> Sliced:
    plates = _part(archive, "Metadata/slice_info.config")
    if plates:
        found = _from_plates(plates)
        if found:
            return found
    settings = _part(archive, "Metadata/Slic3r_PE.config")
    return _from_text(settings) if settings else Sliced()


def _part(archive: zipfile.ZipFile, name: str) -> str:
    try:
        member = archive.getinfo(name)
    except KeyError:
        return ""
    if member.file_size > _SMALL_PART:
        return ""
    return archive.read(member).decode("utf-8", "replace")


def _from_plates(text: str) -> Sliced:
    """Of Orca and Bambu: each plate with its seconds, grams and filaments; all together."""
    if "<!DOCTYPE" in text:
        return Sliced()
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - no DTD, at most 1 MB
    except ElementTree.ParseError:
        return Sliced()
    grams = seconds = Decimal(0)
    for plate in root.iter("plate"):
        told = {one.get("key"): one.get("value", "") for one in plate.iter("metadata")}
        grams += _sum(told.get("weight", "0"))
        seconds += _sum(told.get("prediction", "0"))
    kinds = [one.get("type", "") for one in root.iter("filament")]
    printers = [
        one.get("value", "")
        for one in root.iter("metadata")
        if one.get("key") in ("printer_model_id", "printer_model")
    ]
    return _sane(
        grams=grams,
        seconds=seconds,
        material=next(iter(kinds), "")[:60],
        printer=next(iter(printers), "")[:60],
        layer="",
    )
