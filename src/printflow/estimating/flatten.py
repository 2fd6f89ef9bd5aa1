"""A vendor's bundle of slicer profiles, made into one flat profile.

PrusaSlicer's command line loads flat files of ``key = value`` only. A bundle has sections
``[print:NAME]``, ``[filament:NAME]``, ``[printer:NAME]``, which take over others named by
``inherits = A; B``: a later parent counts more than an earlier one, own values count most.
"""

import difflib
import re
from collections.abc import Mapping

from printflow.errors import PrintflowError

from ..said import say

KINDS = ("print", "filament", "printer")

_DEEPEST = 32
_SECTION = re.compile(r"\[([a-z_]+):(.+)\]\s*")
_ABOUT_PROFILES = frozenset(
    {
        "inherits",
        "alias",
        "renamed_from",
        "compatible_printers",
        "compatible_printers_condition",
        "compatible_prints",
        "compatible_prints_condition",
        "default_filament_profile",
        "default_print_profile",
    }
)

Sections = Mapping[tuple[str, str], Mapping[str, str]]


class ProfileMissing(PrintflowError):
    """A bundle has no profile of that name, or its profiles go round in a circle."""

    code = "profile_missing"


def sections_of(text: str) -> Sections:
    """A bundle's profiles by kind and name, as they stand there."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    values: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("["):
            head = _SECTION.fullmatch(line)
            values = found.setdefault((head[1], head[2]), {}) if head else {}
        elif not line.startswith(("#", ";")):
            key, sign, value = line.partition("=")
            if sign:
                values[key.strip()] = value.strip()
    return found


def names(sections: Sections, kind: str) -> list[str]:
    """The profiles of a kind that can be chosen; ``*such*`` are only for others to inherit."""
    return sorted(name for found, name in sections if found == kind and not name.startswith("*"))


def flatten(text: str, *, printer: str, filament: str, print_: str) -> str:
    """One flat profile of the three named ones in the bundle `text`. Raises ProfileMissing."""
    sections = sections_of(text)
    values: dict[str, str] = {}
    for kind, name in zip(KINDS, (print_, filament, printer), strict=True):
        values.update(_resolved(sections, kind, name, 0))
        values[f"{kind}_settings_id"] = name
    lines = [f"{key} = {values[key]}" for key in sorted(values) if key not in _ABOUT_PROFILES]
    return "\n".join(lines) + "\n"


def _resolved(sections: Sections, kind: str, name: str, depth: int) -> dict[str, str]:
    own = sections.get((kind, name))
    if own is None:
        near = difflib.get_close_matches(name, names(sections, kind), n=3, cutoff=0.3)
        raise ProfileMissing(
            say("The bundle has no {kind} profile “{name}”.", kind=kind, name=name),
            next_step=say("Similar names: {names}.", names=", ".join(near)) if near else "",
        )
    if depth > _DEEPEST:
        raise ProfileMissing(
            say(
                "The {kind} profiles around “{name}” inherit from each other.", kind=kind, name=name
            )
        )
    values: dict[str, str] = {}
    for parent in own.get("inherits", "").split(";"):
        if parent.strip():
            values.update(_resolved(sections, kind, parent.strip(), depth + 1))
    values.update(own)
    return values
