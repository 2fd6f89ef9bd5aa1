"""What a slicer wrote into its file: grams, hours, material, printer, layer height, a picture.

Read are G-code (PrusaSlicer, SuperSlicer, OrcaSlicer, Bambu Studio, Cura), binary G-code
(.bgcode), PrusaSlicer's project .3mf and the projects and .gcode.3mf of OrcaSlicer and Bambu
Studio. Of a file only its head and tail are read, of an archive only a few members, each up to a
limit of measured bytes: no file, however made, costs more than some megabytes.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from printflow.domain.sliced_plate import SlicedPlate, SlicedPlateState
from printflow.errors import PrintflowError
from printflow.slicer_files import binary_gcode, project
from printflow.slicer_files.damaged import Damaged
from printflow.slicer_files.gcode_comments import HEAD, TAIL, Figures, figures, pictures

from ..said import say


class SlicedFileUnreadable(PrintflowError):
    """A file that should come from a slicer cannot be read; the message says why."""

    code = "sliced_file_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sliced:
    """What the slicer said. What it did not say is None or "".

    ``grams`` and ``hours`` are of what the file was saved for: of the one plate that has G-code, else
    of all plates together, and None unless each plate has them. What is of one plate stands in
    ``plates``. ``images`` are the embedded pictures as they stand in the
    file: only the guarded process of the inspection opens them.
    """

    slicer: str = ""
    grams: Decimal | None = None
    hours: Decimal | None = None
    materials: tuple[str, ...] = ()
    printer: str = ""
    layer_height_mm: Decimal | None = None
    listed: tuple[SlicedPlate, ...] = ()
    """The plates that an archive lists; () for a file of G-code."""
    images: tuple[bytes, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        """Whether there is a figure, a name or a picture."""
        return self != Sliced(slicer=self.slicer, listed=self.listed)

    @property
    def plates(self) -> tuple[SlicedPlate, ...]:
        """Each plate by number; a file of G-code is one, a file without facts none."""
        if self.listed or not self:
            return self.listed
        sliced = self.grams is not None or self.hours is not None
        return (
            SlicedPlate(
                number=1,
                state=SlicedPlateState.SLICED if sliced else SlicedPlateState.NOT_SLICED,
                grams=self.grams,
                hours=self.hours,
                materials=self.materials,
                has_gcode=sliced,
            ),
        )

    @property
    def material(self) -> str:
        """The first of the materials, "" where none is known."""
        return self.materials[0] if self.materials else ""


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
            found = project.read(file)
            return _of(found.figures, found.pictures, found.plates)
        if start.startswith(binary_gcode.MAGIC):
            return _of(*binary_gcode.read(file))
        return read_gcode(file)
    except ValueError as problem:
        why = str(problem) if isinstance(problem, Damaged) else say("it's damaged")
        raise SlicedFileUnreadable(
            say("The slicer's file can't be read: {why}.", why=why),
            next_step=say("Save it again in the slicer, or enter the figures yourself."),
        ) from problem


def read_plates(file: Path | BinaryIO) -> tuple[SlicedPlate, ...]:
    """The plates of a sliced file, each with its own figures; () when it is no file of a slicer's.

    A plate without G-code in a file that has G-code of others is not sliced, and has no figures.
    Raises as :func:`read_sliced` does.
    """
    return read_sliced(file).plates


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


def _of(found: Figures | None, images: list[bytes], plates: tuple[SlicedPlate, ...] = ()) -> Sliced:
    if found is None:
        return Sliced()
    return Sliced(
        slicer=found.slicer,
        grams=found.grams,
        hours=found.hours,
        materials=found.materials,
        printer=found.printer,
        layer_height_mm=found.layer_height_mm,
        listed=plates,
        images=tuple(images),
    )
