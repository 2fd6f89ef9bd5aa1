"""The lab's slicer asked for each model that comes in, where one is set up.

Profiles lie in a folder as ``PRINTER/MATERIAL.ini``, with the catalog's names; the first material
of the method that has a profile is taken, because the student names none.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from printflow.domain.catalog import Catalog
from printflow.domain.job import Job
from printflow.domain.reckoning import Reckoning

if TYPE_CHECKING:
    from printflow.settings.sections import SlicerSettings

_NOT_IN_NAMES = re.compile(r"[^\w .+-]")


def profile_file(folder: Path, printer: str, material: str) -> Path:
    """Where the profile of a printer and a material of the catalog lies."""
    return folder / _part(printer) / f"{_part(material)}.ini"


def _part(name: str) -> str:
    """A name as part of a path: nothing that means something to a file system."""
    return _NOT_IN_NAMES.sub("_", name).strip(" .") or "_"


class Estimator:
    """Asks the slicer; without a command or a profile it says nothing."""

    def __init__(self, settings: SlicerSettings, profiles: Path) -> None:
        self._settings = settings
        self._profiles = profiles

    def profile(self, job: Job, catalog: Catalog) -> tuple[Path, str] | None:
        """The profile for a job's printer, and the material it is for; None where no slicer is set
        up for it."""
        method = catalog.method(job.method)
        if not self._settings.command or method is None:
            return None
        for material in method.materials:
            profile = profile_file(self._profiles, job.printer, material)
            if profile.is_file():
                return profile, material
        return None

    def reckon(self, job: Job, stl: Path, profile: Path, material: str) -> Reckoning:
        """Grams and hours of one copy of the triangles in ``stl``, or why there are none. Takes as
        long as the slicer does: never call it from a page."""
        from printflow.estimating.slicing import SlicingFailed, slice_stl

        try:
            found = slice_stl(
                self._settings.command,
                profile,
                stl,
                seconds=self._settings.seconds,
                memory_mb=self._settings.memory_mb,
            )
        except SlicingFailed as problem:
            return Reckoning(problem=str(problem), material=material, printer=job.printer)
        return Reckoning(
            source=found.slicer,
            grams=found.grams,
            hours=found.hours,
            material=material,
            printer=job.printer,
        )
