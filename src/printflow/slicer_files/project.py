"""What slicers keep beside the model in a .3mf: settings, figures of each plate, pictures.

PrusaSlicer: ``Metadata/Slic3r_PE.config`` and ``Metadata/thumbnail.png``. OrcaSlicer and Bambu
Studio: ``Metadata/project_settings.config`` (JSON), ``Metadata/plate_1.png``, and what
:mod:`~printflow.slicer_files.plates` reads of each plate. An archive is not unpacked: only these members
are read, each up to a limit of measured bytes.
"""

import json
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from printflow.archives.zip_directory import Wrong, wrong_with
from printflow.domain.sliced_plate import SlicedPlate, total_grams, total_hours
from printflow.said import say
from printflow.slicer_files.damaged import Damaged
from printflow.slicer_files.gcode_comments import Figures, figures_of
from printflow.slicer_files.members import LARGEST_PICTURE, data_of, text_of
from printflow.slicer_files.plates import STATED, read_plates

MEMBERS = 2000

_PRUSA = "Metadata/Slic3r_PE.config"
_ORCA = "Metadata/project_settings.config"


@dataclass(frozen=True, slots=True)
class Project:
    """What a .3mf holds besides the model; all is None or empty when no slicer has saved it."""

    figures: Figures | None
    plates: tuple[SlicedPlate, ...]
    pictures: list[bytes]


def read(file: BinaryIO) -> Project:
    """What a slicer saved in a .3mf.

    Raises Damaged for an archive that is damaged, locked or larger than the limits.
    """
    _check_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            found, plates = _figures(archive, names)
            picture = _picture(archive, names, plates)
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error) as problem:
        raise Damaged(say("the archive is damaged")) from problem
    except (RuntimeError, NotImplementedError) as problem:
        raise Damaged(say("the archive is locked or packed in an unknown way")) from problem
    if found is None and picture:
        found = Figures()
    return Project(found, plates, picture)


def _check_directory(stream: BinaryIO) -> None:
    match wrong_with(stream, MEMBERS):
        case Wrong.CUT_SHORT:
            raise Damaged(say("the archive is cut short"))
        case Wrong.MISPLACED:
            raise Damaged(say("the archive's table of contents isn't where it should be"))
        case Wrong.TOO_MANY:
            raise Damaged(say("the archive has more than {most} members", most=MEMBERS))
        case None:
            return


def _figures(
    archive: zipfile.ZipFile, names: set[str]
) -> tuple[Figures | None, tuple[SlicedPlate, ...]]:
    """The settings and all plates together, and each plate."""
    known: Figures | None = None
    if _PRUSA in names:
        lines = (line.lstrip("; ").partition("=") for line in text_of(archive, _PRUSA).splitlines())
        said = {key.strip().lower(): value.strip() for key, sign, value in lines if sign}
        known = figures_of(said, slicer="PrusaSlicer")
    elif _ORCA in names or STATED in names:
        said = _settings(text_of(archive, _ORCA)) if _ORCA in names else {}
        known = figures_of(said, slicer="OrcaSlicer or Bambu Studio")
    plates, printer, gcode = read_plates(archive, names)
    known = known or gcode
    if not plates or (known is None and not any(plate.has_gcode for plate in plates)):
        return known, ()
    known = known or Figures()
    with_gcode = [plate for plate in plates if plate.has_gcode]
    # Saved for one plate, it is that plate's, whatever others the project has.
    plates_meant = tuple(with_gcode) if len(with_gcode) == 1 else plates
    materials = next((plate.materials for plate in plates_meant if plate.materials), ())
    together = replace(
        known,
        grams=total_grams(plates_meant),
        hours=total_hours(plates_meant),
        materials=materials or known.materials,
        printer=known.printer or printer or (gcode.printer if gcode else ""),
    )
    return together, plates


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
        if key == "filament_type" and isinstance(value, list):
            first = ";".join(one for one in value if isinstance(one, str))
        if isinstance(first, str):
            said[key.lower()] = first[:400]
    return said


def _picture(
    archive: zipfile.ZipFile, names: set[str], plates: tuple[SlicedPlate, ...]
) -> list[bytes]:
    """The picture of the first plate that is sliced, else of the first; else of the project."""
    meant = [f"Metadata/plate_{plate.number}.png" for plate in plates if plate.has_gcode]
    first = ("Metadata/plate_1.png", "Metadata/thumbnail.png")
    for name in (*meant, *first, *sorted(_plate_pictures(names))):
        if name in names:
            try:
                return [data_of(archive, name, LARGEST_PICTURE)]
            except ValueError:
                return []
    return []


def _plate_pictures(names: set[str]) -> list[str]:
    return [name for name in names if re.fullmatch(r"Metadata/plate_\d{1,3}\.png", name)]
