"""What a browser needs to tell some of the findings before a model is sent. Pure.

Its checks (``frontend/preview/advice.js`` of the web pages) hold no number and no sentence of their own:
the method's limits, the figures that the server's checks go by, and the words come from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, cast

from ..said import Said
from .printability import Finding, FindingCode, PrintLimits, Severity
from .printability_figures import FIGURES

EARLY: Final = (
    FindingCode.THIN_WALL,
    FindingCode.OVERHANG,
    FindingCode.TIPS,
    FindingCode.BELOW_LAYER,
    FindingCode.CLOSED_HOLLOW,
    FindingCode.SEPARATE_PARTS,
)
"""What can be told without rays through the model."""


@dataclass(frozen=True, slots=True)
class EarlyAdvice:
    """``limits`` and ``figures`` as JSON holds them; ``words`` by code and severity ("thin_wall note"): the sentences
    for one place and for several, with their {parameters} left open."""

    limits: Mapping[str, Any]
    figures: Mapping[str, float]
    words: Mapping[str, tuple[Said, Said]]


def early_advice(limits: PrintLimits) -> EarlyAdvice:
    """What is to be told of a method with these limits."""
    told = {
        **limits.plain(),
        "wall_mm": limits.wall_mm,
        "needs_supports": limits.needs_supports,
        "stands": limits.stands,
        "bridges": limits.bridges,
    }
    words = {
        f"{code} {severity}": (
            _left_open(code, severity, limits, 1),
            _left_open(code, severity, limits, 2),
        )
        for code in EARLY
        for severity in Severity
    }
    return EarlyAdvice(told, asdict(FIGURES), words)


def _left_open(code: FindingCode, severity: Severity, limits: PrintLimits, count: int) -> Said:
    finding = Finding(code=code, severity=severity, count=count, process=limits.process)
    said = cast(Said, finding.message)
    return said.having(**{name: f"{{{name}}}" for name in said.params})
