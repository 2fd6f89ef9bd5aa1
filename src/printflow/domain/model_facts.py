"""What is known of a model's shape, and what it means for the lab. Pure.

Lengths are in mm, volumes in cm³, areas in cm². STL, OBJ and PLY know no unit: mm is assumed, and a size
that nobody can mean is pointed out, never changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ..said import Said, say, say_n
from .catalog import Method, Printer
from .printability import Finding, PrintLimits, Severity

Size = tuple[float, float, float]

TINY_MM = 3.0
"""Below this longest side, a model was probably exported in another unit."""
SPECK_MM = 0.5
"""Below this longest side, not even a format that states its unit is believed."""
FEW_MM = 10.0
"""Below this, it may have been."""
INCH_MM = 25.4
_SAY_THEIR_UNIT = ("3mf", "glb", "step")
_PLAY_MM = 1e-6
_WALL_CM, _INFILL = 0.09, 0.15


class InspectionState(StrEnum):
    """How far the look into a file is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    NONE = "none"
    """Not a kind of file that is looked into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateFacts:
    """What is on one plate of a project; ``number`` and ``name`` are the slicer's."""

    number: int
    name: str
    triangles: int
    dimensions_mm: Size
    volume_cm3: float
    area_cm2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """Measured facts. ``open_edges`` counts edges at which an odd number of triangles meets;
    ``wound`` says whether all triangles turn the same side out."""

    format: str
    triangles: int
    bodies: int
    dimensions_mm: Size
    volume_cm3: float
    area_cm2: float
    open_edges: int
    wound: bool
    notes: tuple[str, ...] = ()
    plates: tuple[PlateFacts, ...] = ()
    """Where the file has plates: ``dimensions_mm`` are then those of the largest, and volume, area and
    triangles are of all together."""
    colors: tuple[str, ...] = ()
    """Those that the file gives its printed parts, "#rrggbb", the one with the largest area first."""
    findings: tuple[Finding, ...] = ()
    """What may go wrong when it is printed: advice, never a refusal."""
    checked_for: PrintLimits | None = None
    """What that was told for; None where it was never looked at."""

    def goes_into(self, build_volume: Sequence[float]) -> bool:
        """Whether each plate (else the model) goes into a build volume, turned by right angles."""
        sizes = [plate.dimensions_mm for plate in self.plates] or [self.dimensions_mm]
        return all(fits(size, build_volume) for size in sizes)

    @property
    def print_warnings(self) -> tuple[Finding, ...]:
        """The findings that are likely to spoil the print."""
        return tuple(one for one in self.findings if one.severity is Severity.WARNING)

    @property
    def watertight(self) -> bool:
        """Whether the surface is closed: at no edge an odd number of triangles meets."""
        return self.open_edges == 0

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> ModelFacts:
        """Back from :meth:`plain`."""
        x, y, z = plain["dimensions_mm"]
        plates = [
            PlateFacts(**{**one, "dimensions_mm": tuple(one["dimensions_mm"])})
            for one in plain.get("plates", ())
        ]
        limits = plain.get("checked_for")
        known = {
            **plain,
            "dimensions_mm": (x, y, z),
            "notes": tuple(plain.get("notes", ())),
            "plates": tuple(plates),
            "colors": tuple(plain.get("colors", ())),
            "findings": tuple(Finding.from_plain(one) for one in plain.get("findings", ())),
            "checked_for": PrintLimits.from_plain(limits) if limits else None,
        }
        return cls(**known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What came out: ``facts``, or ``error`` (a sentence) with its ``code``.

    ``crashed`` says that the process died or was given up: trying again may help. ``picture`` says
    whether the pictures were written, ``triangles`` whether the STL was, and ``no_triangles`` why not.
    """

    facts: ModelFacts | None = None
    picture: bool = False
    error: str = ""
    code: str = ""
    crashed: bool = False
    triangles: bool = False
    no_triangles: str = ""


def fits(size: Sequence[float], build_volume: Sequence[float]) -> bool:
    """Whether a model goes into a build volume, turned by right angles; both in mm."""
    sides, room = sorted(size), sorted(build_volume)
    return all(side <= limit + _PLAY_MM for side, limit in zip(sides, room, strict=True))


def fitting(facts: ModelFacts, printers: Sequence[Printer]) -> tuple[str, ...]:
    """The names of the printers that the model fits."""
    return tuple(one.name for one in printers if facts.goes_into(one.build_volume))


def size_text(size: Sequence[float]) -> str:
    """ "80.0 × 40.0 × 12.5 mm", with more digits for tiny things."""
    digits = 3 if max(size) < TINY_MM else 1
    sides = {f"side_{at}": Decimal(f"{side:.{digits}f}") for at, side in enumerate(size)}
    return Said(" × ".join(f"{{{name}}}" for name in sides) + " mm", sides)


def unit_warning(facts: ModelFacts, printers: Sequence[Printer]) -> str:
    """A word about a size that nobody can mean; "" if there is none to say."""
    longest = max(facts.dimensions_mm)
    states = facts.format in _SAY_THEIR_UNIT
    if longest < SPECK_MM and states:
        return say(
            "The longest side is only {longest} mm, by the unit that the file states. Check the unit "
            "it was exported in.",
            longest=_short(longest),
        )
    if longest < TINY_MM and not states:
        inches = size_text([side * INCH_MM for side in facts.dimensions_mm])
        return say(
            "The longest side is only {longest} mm. Was it exported in inches ({inches}) or in meters?",
            longest=_short(longest),
            inches=inches,
        )
    largest = max((max(one.build_volume) for one in printers), default=0)
    if largest and longest > largest and not fitting(facts, printers):
        return say(
            "The longest side is {longest} mm, which is too large for every printer. Was it exported "
            "in another unit?",
            longest=round(longest),
        )
    return ""


def _short(longest: float) -> Decimal:
    return Decimal(f"{longest:.2f}" if longest >= 0.01 else f"{Decimal(f'{longest:.2g}'):f}")


def unit_hint(facts: ModelFacts, printers: Sequence[Printer]) -> str:
    """A soft word about a model of a few millimeters in a format without a unit; "" if there is none
    to say: it may be meant so."""
    longest = max(facts.dimensions_mm)
    inches = [side * INCH_MM for side in facts.dimensions_mm]
    if facts.format in _SAY_THEIR_UNIT or not TINY_MM <= longest < FEW_MM:
        return ""
    if printers and not any(fits(inches, one.build_volume) for one in printers):
        return ""
    return say("In inches, this would be {size}.", size=size_text(inches))


_NOTES = {
    "uncounted": say("The file doesn't say how many triangles it has. We read all we found."),
    "more_bytes": say("The file has extra data after its triangles. We ignored it."),
    "not_printed": say("Some parts in the file aren't set to print. We left them out."),
    "negative_left": say(
        "The file cuts shapes out of its parts. We couldn't subtract them: it may weigh less."
    ),
    "turned": say("The model was inside out. We turned it."),
    "not_finite": say("Some triangles have invalid corners. We left them out."),
    "beams": say("The file has a lattice of beams. We left the beams out."),
    "patched": say(
        "Turning the STEP solid into triangles left holes. We closed them: the volume is approximate."
    ),
}
_SOFT = ("patched",)
"""What speaks against nothing."""


def warnings(facts: ModelFacts, printers: Sequence[Printer], chosen: str = "") -> tuple[str, ...]:
    """What staff and student should know before it is printed; ``chosen`` is the wished printer."""
    found: list[str] = []
    printer = next((one for one in printers if one.name == chosen), None)
    if printer is not None and not facts.goes_into(printer.build_volume):
        others = fitting(facts, printers)
        if others:
            found.append(
                say(
                    "Too large for {printer}. It fits these printers: {others}.",
                    printer=printer.name,
                    others=", ".join(others),
                )
            )
        else:
            found.append(
                say("Too large for {printer} and every other printer.", printer=printer.name)
            )
    elif printers and not fitting(facts, printers):
        found.append(say("Too large for every printer."))
    if unit := unit_warning(facts, printers):
        found.append(unit)
    if facts.open_edges and "tessellated" in facts.notes:
        found.append(
            say_n(
                "We couldn't turn the STEP solid into triangles without gaps ({count} open edge). The "
                "solid itself may be sound.",
                "We couldn't turn the STEP solid into triangles without gaps ({count} open edges). The "
                "solid itself may be sound.",
                facts.open_edges,
            )
        )
    elif facts.open_edges:
        found.append(
            say_n(
                "Not watertight ({count} open edge). It may print with holes.",
                "Not watertight ({count} open edges). It may print with holes.",
                facts.open_edges,
            )
        )
    if not facts.wound:
        found.append(say("Some faces are flipped. Slicers usually fix that."))
    found += [_NOTES[note] for note in facts.notes if note in _NOTES]
    if hint := unit_hint(facts, printers):
        found.append(hint)
    return tuple(found)


def verdict(facts: ModelFacts, printers: Sequence[Printer], chosen: str = "") -> str:
    """The most important of it in one sentence."""
    soft = {unit_hint(facts, printers), *(_NOTES[note] for note in _SOFT)}
    found = [one for one in warnings(facts, printers, chosen) if one not in soft]
    if found:
        return found[0]
    if facts.print_warnings:
        if printers:
            return say("Watertight and fits. Check how well it prints.")
        return say("Watertight. Check how well it prints.")
    if printers:
        return say("Ready to print: watertight and fits.")
    return say("Ready to print: watertight.")


def estimated_grams(facts: ModelFacts, method: Method) -> Decimal | None:
    """About what one copy weighs in g, without a slicer; None where the mesh is open.

    density × (s + infill × (V − s)) with walls s = min(V, 0.09 cm × A): within 9 % of a slicer on
    most ordinary parts (0.2 mm layers, 15 % infill), off on thin and tiny ones.
    """
    if not facts.watertight or facts.volume_cm3 <= 0:
        return None
    walls = min(facts.volume_cm3, _WALL_CM * facts.area_cm2)
    solid = walls + _INFILL * (facts.volume_cm3 - walls)
    return (method.density * Decimal(str(solid))).quantize(Decimal("0.1"))


def compared(new: ModelFacts, old: ModelFacts) -> str:
    """How a later version differs: "10% smaller than the original"; "" if it does not."""
    if not old.volume_cm3 or not new.volume_cm3:
        return ""
    change = (new.volume_cm3 / old.volume_cm3) ** (1 / 3) - 1
    same_shape = all(
        abs(one / other - 1 - change) < 0.02
        for one, other in zip(sorted(new.dimensions_mm), sorted(old.dimensions_mm), strict=True)
        if other
    )
    if same_shape and abs(change) >= 0.005:
        percent = round(abs(change) * 100)
        if change > 0:
            return say("{percent}% larger than the original", percent=percent)
        return say("{percent}% smaller than the original", percent=percent)
    volume = new.volume_cm3 / old.volume_cm3 - 1
    if abs(volume) >= 0.01:
        percent = round(abs(volume) * 100)
        if volume > 0:
            return say("{percent}% more volume than the original", percent=percent)
        return say("{percent}% less volume than the original", percent=percent)
    return ""
