"""Suggests an approval's figures, from slicers' files and from the model's volume."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from ..catalogs.cache import CatalogCache
from ..dispatch.whereabouts import whereabouts
from ..domain.attempt import FileFact
from ..domain.job import Job
from ..domain.model_facts import estimated_grams
from ..domain.pricing import typed_hours
from ..domain.reckoning import Reckoning
from ..domain.rights import Right
from ..domain.sliced_plate import (
    SlicedPlate,
    SlicedPlateState,
    contents,
    total_grams,
    total_hours,
)
from ..errors import NotFound, PrintflowError, StoreUnavailable
from ..ports import Database, FileStore, Place
from ..runtime.deadline import TookTooLong, patiently
from ..runtime.exhausted import is_exhausted, server_busy
from ..runtime.permits import needs
from ..said import say
from ..settings import Settings
from .lookup import job_of

if TYPE_CHECKING:
    from ..slicer_files import Sliced

_FILES = 5
_PATIENCE = 5
"""So many times as long as a page waits: someone asked for this very file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Grams and hours with their ``source``: a file's name, or "" for the volume.

    They are for all copies, or for one plate of a file with several: ``plate`` says which.
    ``material`` and ``printer`` are names of the catalog, "" where the slicer's are not known.
    """

    source: str = ""
    by_slicer: bool = False
    """Whether the lab's slicer estimated it itself; ``source`` is then the slicer."""
    grams: Decimal | None = None
    hours: Decimal | None = None
    material: str = ""
    printer: str = ""
    plate: int = 0
    """The plate's number in the slicer; 0 for all of them together."""
    plates: int = 1
    """How many plates the file lists."""
    state: SlicedPlateState = SlicedPlateState.SLICED
    """Of a plate; one that is not sliced has no figures."""
    name: str = ""
    """What the plate is called in the slicer."""
    objects: tuple[str, ...] = ()
    """What is on the plate."""

    @property
    def whole(self) -> bool:
        """Whether the figures are of all there is, not of one of several plates."""
        return self.plate == 0 or self.plates == 1

    @property
    def label(self) -> str:
        """Which plates of the file: "Plate 2 of 3", "All 3 plates"; "" where there is but one."""
        if self.plates == 1:
            return ""
        if self.plate == 0:
            return say("All {plates} plates", plates=self.plates)
        return say("Plate {number} of {plates}", number=self.plate, plates=self.plates)

    @property
    def contents(self) -> str:
        """The plate's name and what is on it, for people."""
        return contents(self.name, self.objects)


def filled_in(
    job: Job, found: Sequence[Suggestion], choices: Sequence[FileFact]
) -> Suggestion | None:
    """The suggestion that a form to approve ``job`` opens with, to be looked at and sent or changed.

    It is the one of the newest of the ``choices`` to print, saved by a slicer for this printer with
    weight and time of all of it; None where more than one file could be meant, where the material
    isn't known, where several copies are wanted (a slicer's file may hold one or all), and where
    the job has figures already.
    """
    sliced = [one for one in found if one.source and not one.by_slicer]
    if job.has_figures or job.quantity > 1 or len({one.source for one in sliced}) != 1:
        return None
    whole = next((one for one in sliced if one.whole), None)
    newest = next((file.name for file in choices if file.settled), "")
    if whole is None or whole.source != newest or not (whole.grams and whole.hours):
        return None
    fits = job.printer_open or whole.printer in ("", job.printer)
    return whole if whole.material and fits else None


def typed_suggestion(one: Suggestion) -> dict[str, str]:
    """The suggestion as the fields of an approval hold it, by their names in forms."""
    return {
        "weight": "" if one.grams is None else str(one.grams),
        "hours": "" if one.hours is None else typed_hours(one.hours),
        "material": one.material,
        "file": "" if one.by_slicer else one.source,
    }


def opening_figures(job: Job, filled: Suggestion | None, printer: str = "") -> dict[str, str]:
    """What a form that prices the job opens with, as :func:`typed_suggestion`: what its student was
    quoted, else the suggestion of :func:`filled_in`. ``printer`` is the one to plan with, where the
    file was sliced for none.
    """
    if job.status.record.quoted and job.has_figures:
        typed = {"weight": str(job.grams), "hours": str(job.hours), "material": job.material}
        return {**typed, "printer": job.printer}
    sliced_for = filled.printer if filled is not None and job.printer_open else ""
    typed = {} if filled is None else typed_suggestion(filled)
    return {**typed, "printer": sliced_for or printer or job.printer}


class Suggestions:
    """Figures to look at; none is ever taken before someone sends the form that shows them."""

    def __init__(
        self,
        database: Database,
        store: FileStore,
        catalogs: CatalogCache,
        settings: Settings,
    ) -> None:
        self._database = database
        self._store = store
        self._catalogs = catalogs
        self._settings = settings

    @needs(Right.SEE)
    def for_job(self, job_id: str) -> list[Suggestion]:
        """The newest file's first; the one estimated from the volume, without a slicer, last.

        A file with several plates gives all of them together, where each has figures, and then each
        plate: look at ``whole`` before taking one for the job.
        """
        with self._database.read() as tx:
            job = job_of(tx, job_id)
        try:
            found = patiently(lambda: self._of_files(job))
        except (TookTooLong, OSError, PrintflowError):
            found = []
        reckoned = job.original.reckoned
        if reckoned and not reckoned.problem and reckoned.printer == job.printer:
            found.append(_of_the_slicer(reckoned, job.quantity))
        method = self._catalogs.newest().method(job.method)
        grams = (
            estimated_grams(job.original.facts, method) if job.original.facts and method else None
        )
        if grams:
            found.append(Suggestion(grams=grams * job.quantity))
        return found

    @needs(Right.SEE)
    def plates(self, job_id: str, file: str) -> tuple[Suggestion, ...]:
        """The plates of one of a job's files by number, each with its own figures; () where the
        file is no slicer's. A plate that is not sliced is among them, without figures.

        Raises NotFound, SlicedFileUnreadable, and StoreUnavailable soon where the share does not
        answer.
        """
        with self._database.read() as tx:
            job = job_of(tx, job_id)
        try:
            return patiently(lambda: self._plates_of(job, file), times=_PATIENCE)
        except FileNotFoundError:
            raise NotFound(
                say("The job has no file named “{name}”.", name=file[:200]),
                next_step=say("Choose a file saved in the job's folder, with its job number."),
            ) from None
        except (OSError, TookTooLong) as error:
            if is_exhausted(error):
                raise server_busy(error) from error
            raise StoreUnavailable(say("The file share doesn't answer.")) from error

    def _plates_of(self, job: Job, name: str) -> tuple[Suggestion, ...]:
        from ..slicer_files import read_sliced

        place = self._place_of(job, name)
        with self._store.open(place.name, place.folder) as file:
            sliced = read_sliced(file)
        return tuple(self._of_plate(job, name, sliced, plate) for plate in sliced.plates)

    def _place_of(self, job: Job, name: str) -> Place:
        """Where the job's file lies; raises FileNotFoundError for what is none, or still grows."""
        store, seconds = self._store, self._settings.settle_seconds
        if (file := job.file_at(name)) and (places := whereabouts(store, file)):
            return places[0]
        for fact in store.siblings(job.id, job.status.folder, settle_seconds=seconds):
            if fact.name == name and fact.settled and fact.acceptable:
                return Place(fact.folder, name)
        if (file := job.file_called(name)) and (places := whereabouts(store, file)):
            return places[0]
        raise FileNotFoundError(name)

    def _of_files(self, job: Job) -> list[Suggestion]:
        from ..slicer_files import SlicedFileUnreadable, read_sliced

        store, seconds = self._store, self._settings.settle_seconds
        beside = store.siblings(job.id, job.status.folder, settle_seconds=seconds)
        found: list[Suggestion] = []
        for fact in beside[:_FILES]:
            if not (fact.settled and fact.acceptable):
                continue
            try:
                with store.open(fact.name, fact.folder) as file:
                    sliced = read_sliced(file)
            except (SlicedFileUnreadable, FileNotFoundError):
                continue  # one damaged file does not hide the others
            known = job.file_at(fact.name)
            found.extend(self._of_file(job, known.name if known else fact.name, sliced))
        return found

    def _of_file(self, job: Job, name: str, sliced: Sliced) -> list[Suggestion]:
        """All plates together, where each has figures, then each plate."""
        plates = sliced.plates
        if not any(plate.has_figures for plate in plates):
            return []
        if len(plates) == 1:
            return [replace(self._of_plate(job, name, sliced, plates[0]), plate=0)]
        found = [self._of_plate(job, name, sliced, plate) for plate in plates]
        grams, hours = total_grams(plates), total_hours(plates)
        if grams is not None or hours is not None:
            materials = {one.material for one in found if one.state is SlicedPlateState.SLICED}
            together = Suggestion(
                source=name,
                grams=grams,
                hours=hours,
                material=materials.pop() if len(materials) == 1 else "",
                printer=found[0].printer,
                plates=len(plates),
            )
            found.insert(0, together)
        return found

    def _of_plate(self, job: Job, name: str, sliced: Sliced, plate: SlicedPlate) -> Suggestion:
        catalog = self._catalogs.newest()
        method = catalog.method(job.method)
        # The project's own material may be that of any of several plates.
        known = plate.materials or (sliced.materials if len(sliced.plates) == 1 else ())
        wanted = known[0].casefold() if known else ""
        printers = [one.name for one in catalog.printers if job.method in one.methods]
        model = _plain(sliced.printer)
        return Suggestion(
            source=name,
            grams=plate.grams,
            hours=plate.hours,
            material=next(
                (one for one in (method.materials if method else ()) if one.casefold() == wanted),
                "",
            ),
            printer=next((one for one in printers if model and _plain(one).endswith(model)), ""),
            plate=plate.number,
            plates=len(sliced.plates),
            state=plate.state,
            name=plate.name,
            objects=plate.objects,
        )


def _of_the_slicer(reckoned: Reckoning, copies: int) -> Suggestion:
    return Suggestion(
        source=reckoned.source or "PrusaSlicer",
        by_slicer=True,
        grams=reckoned.grams * copies if reckoned.grams else None,
        hours=reckoned.hours * copies if reckoned.hours else None,
        material=reckoned.material,
        printer=reckoned.printer,
    )


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
