"""What may go wrong when a model is printed: always advice, never a refusal. Pure.

Each way of printing has its limits, from which a lab's catalog may differ. Lengths are in mm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from ..said import say, say_n
from .catalog import Method
from .pricing import plain_decimal

Place = tuple[float, float, float]


class Process(StrEnum):
    """How a method makes things."""

    FILAMENT = "filament"
    RESIN = "resin"
    POWDER = "powder"


class FindingCode(StrEnum):
    """What can be found."""

    THIN_WALL = "thin_wall"
    FINE_DETAIL = "fine_detail"
    ISLAND = "island"
    OVERHANG = "overhang"
    TIPS = "tips"
    OFF_BALANCE = "off_balance"
    BELOW_LAYER = "below_layer"
    CLOSED_HOLLOW = "closed_hollow"
    SEPARATE_PARTS = "separate_parts"
    NOT_CHECKED = "not_checked"


class Severity(StrEnum):
    """``WARNING``: likely to fail or to be lost; ``NOTE``: worth a look."""

    WARNING = "warning"
    NOTE = "note"


class Unchecked(StrEnum):
    """Why a model wasn't checked."""

    TOO_LARGE = "too_large"
    NOT_CLOSED = "not_closed"
    NO_MEMORY = "no_memory"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintLimits:
    """What a method can print. ``line_width_mm`` is one line of the nozzle (or the least that cures),
    ``overhang_degrees`` how far a surface may lean from the vertical without supports."""

    process: Process
    line_width_mm: float
    layer_mm: float
    overhang_degrees: float

    @property
    def wall_mm(self) -> float:
        """The thinnest wall that prints well: two lines."""
        return 2 * self.line_width_mm

    @property
    def needs_supports(self) -> bool:
        """Whether what hangs in the air needs something below; powder carries it."""
        return self.process is not Process.POWDER

    @property
    def stands(self) -> bool:
        """Whether it is printed standing on its own base."""
        return self.process is Process.FILAMENT

    @property
    def bridges(self) -> bool:
        """Whether lines can be drawn through the air from one side to the other."""
        return self.process is Process.FILAMENT

    @property
    def words(self) -> str:
        """What a model was checked for: default limits are named, too."""
        params = {"width": _mm(self.line_width_mm), "layer": _mm(self.layer_mm)}
        if self.process is Process.RESIN:
            return say("Checked for resin with {layer} mm layers.", **params)
        if self.process is Process.POWDER:
            return say("Checked for powder with {layer} mm layers.", **params)
        return say("Checked for filament with {width} mm lines and {layer} mm layers.", **params)

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> PrintLimits:
        """Back from :meth:`plain`."""
        return cls(**{**plain, "process": Process(plain["process"])})


LIMITS: Final[Mapping[Process, PrintLimits]] = MappingProxyType(
    {
        limits.process: limits
        for limits in (
            PrintLimits(
                process=Process.FILAMENT, line_width_mm=0.4, layer_mm=0.2, overhang_degrees=45
            ),
            PrintLimits(
                process=Process.RESIN, line_width_mm=0.2, layer_mm=0.05, overhang_degrees=60
            ),
            PrintLimits(
                process=Process.POWDER, line_width_mm=0.4, layer_mm=0.1, overhang_degrees=90
            ),
        )
    }
)
"""What is usual for each: a 0.4 mm nozzle with 0.2 mm layers; a resin printer; a powder bed."""

DEFAULT_LIMITS: Final = LIMITS[Process.FILAMENT]

_BY_NAME: Final = (
    (Process.RESIN, ("resin", "sla", "msla", "dlp", "formlabs", "polyjet")),
    (Process.POWDER, ("powder", "sls", "mjf", "nylon powder")),
)


def limits_for(method: Method | None) -> PrintLimits:
    """The limits of a method: its process as the catalog says, else told by its name, else filament;
    then each figure that the catalog gives."""
    if method is None:
        return DEFAULT_LIMITS
    limits = LIMITS[Process(method.process) if method.process else _told_by(method.name)]
    return replace(
        limits,
        line_width_mm=float(method.line_width_mm) or limits.line_width_mm,
        layer_mm=float(method.layer_mm) or limits.layer_mm,
        overhang_degrees=float(method.overhang_degrees) or limits.overhang_degrees,
    )


def _told_by(name: str) -> Process:
    words = name.casefold().replace("-", " ").replace("(", " ").replace(")", " ").split()
    for process, known in _BY_NAME:
        if any(word in known for word in words):
            return process
    return Process.FILAMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One kind of trouble in a model, with its worst place.

    ``value`` is what was measured there and ``limit`` what it should be (at least or at most, by the
    code); ``at_mm`` is in the file's own coordinates. ``count`` is the number of places,
    ``area_mm2`` and ``volume_cm3`` are of all of them; 0 where that says nothing. ``process`` is
    what it was checked for, and ``why`` why it wasn't.
    """

    code: FindingCode
    severity: Severity
    value: float = 0.0
    limit: float = 0.0
    at_mm: Place | None = None
    count: int = 1
    area_mm2: float = 0.0
    volume_cm3: float = 0.0
    process: Process = Process.FILAMENT
    why: Unchecked | None = None

    @property
    def message(self) -> str:
        """What it means and what to do."""
        return _WORDS[self.code](self)

    def plain(self) -> dict[str, Any]:
        """As JSON holds it; the message is made again from its parts."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Finding:
        """Back from :meth:`plain`. Raises ValueError for an unknown code or severity."""
        at, why = plain["at_mm"], plain["why"]
        known = {
            **plain,
            "code": FindingCode(plain["code"]),
            "severity": Severity(plain["severity"]),
            "process": Process(plain["process"]),
            "why": None if why is None else Unchecked(why),
            "at_mm": None if at is None else (float(at[0]), float(at[1]), float(at[2])),
        }
        return cls(**known)


def _mm(length: float) -> Decimal:
    return plain_decimal(Decimal(f"{length:.2f}"))


def _amount(number: float) -> Decimal:
    digits = 0 if number >= 10 else 1
    return Decimal(f"{max(number, 0.1):.{digits}f}")


def _thin_wall(finding: Finding) -> str:
    if finding.severity is Severity.WARNING:
        return say(
            "Walls are only {value} mm thick in places. They may not print at all: make them at least "
            "{limit} mm thick.",
            value=_mm(finding.value),
            limit=_mm(finding.limit),
        )
    return say(
        "Walls are only {value} mm thick in places. They may be weak or have gaps: {limit} mm or more "
        "prints better.",
        value=_mm(finding.value),
        limit=_mm(finding.limit),
    )


def _fine_detail(finding: Finding) -> str:
    return say(
        "Text or raised details are only {value} mm wide. Make the strokes at least {limit} mm wide, "
        "or they may not show.",
        value=_mm(finding.value),
        limit=_mm(finding.limit),
    )


def _island(finding: Finding) -> str:
    return say_n(
        "A part starts in the air, {height} mm up, with nothing below it. It needs supports: turn the "
        "model or connect the part.",
        "{count} places start in the air with nothing below them, the largest {height} mm up. They "
        "need supports: turn the model or connect them.",
        finding.count,
        height=_mm(finding.value),
    )


def _overhang(finding: Finding) -> str:
    if not finding.volume_cm3:  # told by a browser, which doesn't look at what is below
        return say(
            "About {area} cm² leans out more than {limit}° from vertical. It needs supports: turning "
            "the model may save some.",
            area=_amount(finding.area_mm2 / 100),
            limit=_mm(finding.limit),
        )
    return say(
        "About {area} cm² leans out more than {limit}° from vertical. It needs about {volume} cm³ of "
        "supports: turning the model may save some.",
        area=_amount(finding.area_mm2 / 100),
        limit=_mm(finding.limit),
        volume=_amount(finding.volume_cm3),
    )


def _tips(finding: Finding) -> str:
    return say(
        "Only {value} mm² of it rests on the build plate, which is little for its height. It may tip "
        "over while printing: lay it down, or give it a wider base.",
        value=_amount(finding.value),
    )


def _off_balance(finding: Finding) -> str:
    return say(
        "Its weight is {value} mm beyond its base. It may tip over: turn it, or give it a wider base.",
        value=_amount(finding.value),
    )


def _below_layer(finding: Finding) -> str:
    return say(
        "Some details are only {value} mm high, less than a layer ({limit} mm). They won't show: make "
        "them higher.",
        value=_mm(finding.value),
        limit=_mm(finding.limit),
    )


def _closed_hollow(finding: Finding) -> str:
    volume = _amount(finding.volume_cm3)
    if finding.process is Process.RESIN:
        return say_n(
            "A closed hollow ({volume} cm³) would trap liquid resin. Add a drain hole.",
            "{count} closed hollows ({volume} cm³) would trap liquid resin. Add drain holes.",
            finding.count,
            volume=volume,
        )
    if finding.process is Process.POWDER:
        return say_n(
            "A closed hollow ({volume} cm³) would trap powder. Add a hole to empty it.",
            "{count} closed hollows ({volume} cm³) would trap powder. Add holes to empty them.",
            finding.count,
            volume=volume,
        )
    return say_n(
        "There's a closed hollow inside ({volume} cm³). Supports in it can't be removed.",
        "There are {count} closed hollows inside ({volume} cm³). Supports in them can't be removed.",
        finding.count,
        volume=volume,
    )


def _separate_parts(finding: Finding) -> str:
    return say(
        "The model is {count} separate parts that don't touch. If it should be one piece, join them.",
        count=finding.count,
    )


def _not_checked(finding: Finding) -> str:
    if finding.why is Unchecked.NOT_CLOSED:
        return say(
            "We didn't check how well it prints: the surface has too many holes or flipped faces."
        )
    if finding.why is Unchecked.NO_MEMORY:
        return say("We didn't check how well it prints: that needs too much memory.")
    if finding.why is Unchecked.FAILED:
        return say("We couldn't check how well it prints.")
    return say(
        "We didn't check how well it prints: the model is too large ({count} triangles, and the limit "
        "is {most}).",
        count=finding.count,
        most=round(finding.limit),
    )


_WORDS: Final = {
    FindingCode.THIN_WALL: _thin_wall,
    FindingCode.FINE_DETAIL: _fine_detail,
    FindingCode.ISLAND: _island,
    FindingCode.OVERHANG: _overhang,
    FindingCode.TIPS: _tips,
    FindingCode.OFF_BALANCE: _off_balance,
    FindingCode.BELOW_LAYER: _below_layer,
    FindingCode.CLOSED_HOLLOW: _closed_hollow,
    FindingCode.SEPARATE_PARTS: _separate_parts,
    FindingCode.NOT_CHECKED: _not_checked,
}
