"""What a slicer wrote into its file: grams, hours, material, printer, layer height, a picture.

Read are G-code (PrusaSlicer, SuperSlicer, OrcaSlicer, Bambu Studio, Cura), binary G-code
(.bgcode), PrusaSlicer's project .3mf and the projects and .gcode.3mf of OrcaSlicer and Bambu
Studio. Of a file only its head and tail are read, of an archive only the few members named here,
each up to a limit of measured bytes: no file, however made, costs more than some megabytes.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from printflow.errors import PrintflowError
from printflow.slicer_files import binary_gcode, project
from printflow.slicer_files.damaged import Damaged
from printflow.slicer_files.gcode_comments import Figures, figures, pictures

from ..said import say

HEAD = 512 * 1024
"""Bytes read from a G-code's beginning: Bambu's settings and everybody's pictures are there."""

TAIL = 128 * 1024
"""Bytes read from a G-code's end: PrusaSlicer's and Orca's figures and settings."""


class SlicedFileUnreadable(PrintflowError):
    """A file that should come from a slicer cannot be read; the message says why."""

    code = "sliced_file_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sliced:
    """What the slicer said. What it did not say is None or "".

    ``grams`` and ``hours`` are of all plates together; ``images`` are the embedded
    pictures as they stand in the file: only the guarded process of the inspection opens them.
    """

    slicer: str = ""
    grams: Decimal | None = None
    hours: Decimal | None = None
    material: str = ""
    printer: str = ""
    layer_height_mm: Decimal | None = None
    plates: int = 1
    images: tuple[bytes, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        """Whether there is a figure, a name or a picture."""
        return self != Sliced(slicer=self.slicer, plates=self.plates)


def read_sliced(file: Path | BinaryIO) -> Sliced:
    """The facts in `file`; empty when it is no file of a slicer's (a plain STL, a plain 3MF).

    The content decides, not the name. Raises SlicedFileUnreadable for a damaged or hostile one,
    OSError when it cannot be opened.
    """
    if isinstance(file, Path):
        with file.open("rb") as stream:
            return read_sliced(stream)
    start = file.read(8)
    file.seek(0)
    try:
        if start.startswith(b"PK\x03\x04"):
            return _of(*project.read(file))
        if start.startswith(binary_gcode.MAGIC):
            return _of(*binary_gcode.read(file))
        return read_gcode(file)
    except ValueError as problem:
        why = str(problem) if isinstance(problem, Damaged) else say("it's damaged")
        raise SlicedFileUnreadable(
            say("The slicer's file can't be read: {why}.", why=why),
            next_step=say("Save it again in the slicer, or enter the figures yourself."),
        ) from problem


def read_gcode(stream: BinaryIO) -> Sliced:
    """The facts in plain G-code; empty when it is something else. Raises OSError."""
    head = stream.read(HEAD)
    size = stream.seek(0, 2)
    stream.seek(max(len(head), size - TAIL))
    tail = stream.read(TAIL)
    if b"\0" in head[:4096]:
        return Sliced()
    text = (head + b"\n" + tail).decode("utf-8", "replace")
    return _of(figures(text), pictures(text))


def _of(found: Figures | None, images: list[bytes]) -> Sliced:
    if found is None:
        return Sliced()
    return Sliced(
        slicer=found.slicer,
        grams=found.grams,
        hours=found.hours,
        material=found.material,
        printer=found.printer,
        layer_height_mm=found.layer_height_mm,
        plates=found.plates,
        images=tuple(images),
    )
