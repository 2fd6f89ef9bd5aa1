"""Suggests an approval's figures, from slicers' files and from the model's volume."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ..catalogs.cache import CatalogCache
from ..domain.job import Job
from ..domain.model_facts import estimated_grams
from ..domain.reckoning import Reckoning
from ..errors import PrintflowError
from ..ports import Database, FileStore
from ..runtime.deadline import TookTooLong, patiently
from ..settings import Settings
from .lookup import job_of

if TYPE_CHECKING:
    from ..slicer_files import Sliced

_FILES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Grams and hours for all copies, with their ``source``: a file's name, or "" for the volume.

    ``material`` and ``printer`` are names of the catalog, "" where the slicer's are not known.
    """

    source: str = ""
    by_slicer: bool = False
    """Whether the lab's slicer reckoned it itself; ``source`` is then the slicer."""
    grams: Decimal | None = None
    hours: Decimal | None = None
    material: str = ""
    printer: str = ""


class Suggestions:
    """Figures to look at; none is ever taken without someone's click."""

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

    def for_job(self, job_id: str) -> list[Suggestion]:
        """The newest file's first; the one reckoned from the volume, without a slicer, last."""
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

    def _of_files(self, job: Job) -> list[Suggestion]:
        from ..slicer_files import SlicedFileUnreadable, read_sliced

        store, seconds = self._store, self._settings.settle_seconds
        beside = store.siblings(job.id, job.status.folder, settle_seconds=seconds)
        found = []
        for fact in beside[:_FILES]:
            if not (fact.settled and fact.acceptable):
                continue
            try:
                with store.open(fact.name, fact.folder) as file:
                    sliced = read_sliced(file)
            except (SlicedFileUnreadable, FileNotFoundError):
                continue  # one damaged file does not hide the others
            if sliced.grams or sliced.hours:
                found.append(self._named(job, fact.name, sliced))
        return found

    def _named(self, job: Job, name: str, sliced: Sliced) -> Suggestion:
        method = self._catalogs.newest().method(job.method)
        materials = method.materials if method else ()
        wanted = sliced.material.casefold()
        printers = [
            one.name for one in self._catalogs.newest().printers if job.method in one.methods
        ]
        model = _plain(sliced.printer)
        return Suggestion(
            source=name,
            grams=sliced.grams,
            hours=sliced.hours,
            material=next((one for one in materials if one.casefold() == wanted), ""),
            printer=next((one for one in printers if model and _plain(one).endswith(model)), ""),
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
