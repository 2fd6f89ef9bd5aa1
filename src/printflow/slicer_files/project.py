"""What slicers keep beside the model in a .3mf: settings, figures of each plate, pictures.

PrusaSlicer: ``Metadata/Slic3r_PE.config`` and ``Metadata/thumbnail.png``. OrcaSlicer and Bambu
Studio: ``Metadata/project_settings.config`` (JSON), ``Metadata/slice_info.config`` (one element
per plate, once sliced), ``Metadata/plate_1.png``. An archive is not unpacked: only these members
are read, each up to a limit of measured bytes.
"""

import json
import re
import struct
import zipfile
import zlib
from decimal import Decimal
from typing import Any, BinaryIO

from printflow.archives.zip_directory import Wrong, wrong_with
from printflow.slicer_files.damaged import Damaged
from printflow.slicer_files.gcode_comments import Figures, figures_of, hours_of, number

MEMBERS = 2000

LARGEST_TEXT = 4_000_000
LARGEST_PICTURE = 4_000_000
"""Bytes of a member, measured while it is unpacked."""

_PLATE = re.compile(r"<plate\b[^>]*>(.*?)</plate>", re.DOTALL)
_TAG = re.compile(r"<(metadata|filament)\b([^>]{0,2000})>")
_ATTRIBUTE = re.compile(r'([\w-]+)\s*=\s*"([^"]{0,400})"')
_PRUSA = "Metadata/Slic3r_PE.config"
_ORCA = "Metadata/project_settings.config"
_SLICED = "Metadata/slice_info.config"


def read(file: BinaryIO) -> tuple[Figures | None, list[bytes]]:
    """The figures and pictures in a .3mf; None and no picture when no slicer has saved it.

    Raises Damaged for an archive that is damaged, locked or larger than the limits.
    """
    _check_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            found = _figures(archive, names)
            picture = _picture(archive, names)
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error) as problem:
        raise Damaged("the archive is damaged") from problem
    except (RuntimeError, NotImplementedError) as problem:
        raise Damaged("the archive is locked or packed in an unknown way") from problem
    if found is None and picture:
        found = Figures()
    return found, picture


def _check_directory(stream: BinaryIO) -> None:
    match wrong_with(stream, MEMBERS):
        case Wrong.CUT_SHORT:
            raise Damaged("the archive is cut short")
        case Wrong.MISPLACED:
            raise Damaged("the archive's table of contents is not where it should be")
        case Wrong.TOO_MANY:
            raise Damaged(f"the archive has more than {MEMBERS:,} members")
        case None:
            return


def _figures(archive: zipfile.ZipFile, names: set[str]) -> Figures | None:
    if _PRUSA in names:
        text = _text(archive, _PRUSA)
        lines = (line.lstrip("; ").partition("=") for line in text.splitlines())
        said = {key.strip().lower(): value.strip() for key, sign, value in lines if sign}
        return figures_of(said, slicer="PrusaSlicer")
    if _ORCA not in names and _SLICED not in names:
        return None
    said = _settings(_text(archive, _ORCA)) if _ORCA in names else {}
    known = figures_of(said, slicer="OrcaSlicer or Bambu Studio")
    if _SLICED not in names:
        return known
    return _plates(_text(archive, _SLICED), known)


def _plates(text: str, known: Figures) -> Figures:
    """The plates' figures together; a project that was never sliced has none."""
    grams, seconds, plates = Decimal(), Decimal(), 0
    material = printer = ""
    for plate in _PLATE.findall(text):
        plates += 1
        weight = used = Decimal()
        for tag, rest in _TAG.findall(plate):
            values = dict(_ATTRIBUTE.findall(rest))
            if tag == "filament":
                used += number(values.get("used_g", ""), 100_000) or 0
                material = material or values.get("type", "")[:60]
            elif values.get("key") == "prediction":
                seconds += number(values.get("value", ""), 10**8) or 0
            elif values.get("key") == "printer_model_id":
                printer = printer or values.get("value", "")[:60]
            elif values.get("key") == "weight":
                weight = number(values.get("value", ""), 100_000) or Decimal()
        grams += weight or used
    return Figures(
        slicer=known.slicer,
        grams=grams or None,
        hours=hours_of(seconds) if seconds else None,
        material="".join(filter(str.isprintable, material)) or known.material,
        printer=known.printer or "".join(filter(str.isprintable, printer)),
        layer_height_mm=known.layer_height_mm,
        plates=max(plates, 1),
    )


def _settings(text: str) -> dict[str, str]:
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(document, dict):
        return {}
    said = {}
    for key, value in document.items():
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, str):
            said[key.lower()] = first[:400]
    return said


def _picture(archive: zipfile.ZipFile, names: set[str]) -> list[bytes]:
    for name in ("Metadata/plate_1.png", "Metadata/thumbnail.png", *sorted(_plate_pictures(names))):
        if name in names:
            try:
                return [_member(archive, name, LARGEST_PICTURE)]
            except ValueError:
                return []
    return []


def _plate_pictures(names: set[str]) -> list[str]:
    return [name for name in names if re.fullmatch(r"Metadata/plate_\d{1,3}\.png", name)]


def _text(archive: zipfile.ZipFile, name: str) -> str:
    return _member(archive, name, LARGEST_TEXT).decode("utf-8", "replace")


def _member(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    with archive.open(name) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise Damaged(f"{name} is larger than {limit // 1_000_000} MB")
    return data
