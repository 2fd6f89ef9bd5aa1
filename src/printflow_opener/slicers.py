"""The slicers there are, where they usually are, and what each opens."""

from __future__ import annotations

import glob
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .link import ending_of

_MESHES = (".stl", ".obj", ".3mf", ".step", ".stp")
_PRUSA = (*_MESHES, ".gcode", ".bgcode")


@dataclass(frozen=True)
class Slicer:
    """A program that opens files with these endings."""

    name: str
    path: str
    extensions: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """A slicer of the market: its endings, and where it is installed on each system."""

    name: str
    extensions: tuple[str, ...]
    windows: tuple[str, ...]
    macos: str = ""
    linux: tuple[str, ...] = ()


KNOWN = (
    Known(
        "PrusaSlicer",
        _PRUSA,
        (r"{ProgramFiles}\Prusa3D\PrusaSlicer\prusa-slicer.exe",),
        "PrusaSlicer",
        ("prusa-slicer", "PrusaSlicer"),
    ),
    Known(
        "OrcaSlicer",
        (*_PRUSA, ".gcode.3mf"),
        (r"{ProgramFiles}\OrcaSlicer\orca-slicer.exe",),
        "OrcaSlicer",
        ("orca-slicer", "OrcaSlicer"),
    ),
    Known(
        "Bambu Studio",
        (*_MESHES, ".gcode.3mf", ".gcode"),
        (r"{ProgramFiles}\Bambu Studio\bambu-studio.exe",),
        "BambuStudio",
        ("bambu-studio", "BambuStudio"),
    ),
    Known(
        "Cura",
        (".stl", ".obj", ".3mf", ".gcode", ".ufp"),
        (
            r"{ProgramFiles}\UltiMaker Cura*\UltiMaker-Cura.exe",
            r"{ProgramFiles}\Ultimaker Cura*\Cura.exe",
        ),
        "UltiMaker Cura",
        ("cura", "UltiMaker-Cura"),
    ),
    Known(
        "SuperSlicer",
        (".stl", ".obj", ".3mf", ".gcode"),
        (
            r"{ProgramFiles}\SuperSlicer\superslicer.exe",
            r"{LocalAppData}\Programs\SuperSlicer\superslicer.exe",
        ),
        "SuperSlicer",
        ("superslicer",),
    ),
    Known(
        "PreForm",
        (".stl", ".obj", ".3mf", ".form"),
        (r"{ProgramFiles}\Formlabs\PreForm\PreForm.exe",),
        "PreForm",
    ),
    Known(
        "ideaMaker",
        (".stl", ".obj", ".3mf", ".idea", ".gcode"),
        (r"{ProgramFiles}\Raise3D\ideaMaker\ideaMaker.exe",),
        "ideaMaker",
        ("ideamaker",),
    ),
    Known(
        "Chitubox",
        (".stl", ".obj", ".3mf", ".chitubox", ".ctb"),
        (r"{ProgramFiles}\CBD*\CHITUBOX*\CHITUBOX*.exe", r"{ProgramFiles}\CHITUBOX*\CHITUBOX*.exe"),
        "CHITUBOX",
        ("chitubox",),
    ),
    Known(
        "Lychee",
        (".stl", ".obj", ".3mf", ".lys"),
        (
            r"{LocalAppData}\Programs\LycheeSlicer\LycheeSlicer.exe",
            r"{ProgramFiles}\LycheeSlicer\LycheeSlicer.exe",
        ),
        "LycheeSlicer",
        ("lycheeslicer",),
    ),
)


def installed(
    system: str = sys.platform,
    environment: Mapping[str, str] | None = None,
    matches: Callable[[str], Iterable[str]] = glob.glob,
    which: Callable[[str], str | None] = shutil.which,
) -> list[Slicer]:
    """The known slicers that this PC has; what is looked at can be given for tests."""
    environment = os.environ if environment is None else environment
    found = []
    for known in KNOWN:
        path = next(iter(_places(known, system, environment, matches, which)), None)
        if path is not None:
            found.append(Slicer(known.name, path, known.extensions))
    return found


def _places(
    known: Known,
    system: str,
    environment: Mapping[str, str],
    matches: Callable[[str], Iterable[str]],
    which: Callable[[str], str | None],
) -> Iterable[str]:
    if system == "win32":
        folded = {name.lower(): value for name, value in environment.items()}
        for pattern in known.windows:
            variable, rest = pattern[1:].split("}", 1)
            for name in (variable, f"{variable}(x86)", "programw6432"):
                if base := folded.get(name.lower()):
                    yield from sorted(matches(glob.escape(base) + rest), reverse=True)
    elif system == "darwin":
        for base in ("/Applications", str(Path.home() / "Applications")):
            yield from matches(f"{base}/{known.macos}*.app")
    else:
        yield from (path for name in known.linux if (path := which(name)) is not None)


def fitting(slicers: Iterable[Slicer], name: str) -> list[Slicer]:
    """Those that open a file of this name."""
    return [slicer for slicer in slicers if ending_of(name) in slicer.extensions]
