"""Looking into models, file by file: leased work, the newest submission first.

A look that dies with its process is tried twice more; after that the job simply has no preview.
"""

from __future__ import annotations

import logging
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from ..catalogs.cache import CatalogCache
from ..domain.job import FileRole, Job, JobFile
from ..domain.model_facts import InspectionState, Looked, ModelFacts
from ..domain.naming import ending_of
from ..domain.printability import limits_for
from ..domain.printer_choice import fits_better
from ..domain.reckoning import Reckoning
from ..errors import PrintflowError
from ..estimating.estimator import Estimator
from ..ports import Clock, Database, FileStore, ModelReader, Transaction
from ..said import say
from .whereabouts import whereabouts

_log = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)
TRIES = 3
_NEUTRAL = "#9aa3b2"
_LOOK_BACK_EVERY = timedelta(hours=1)
"""After no facts of older readers were left; none come up while a process runs, but of a job that is
taken up again."""


def picture_name(file: JobFile, *, small: bool = False) -> str:
    """The picture's file name in the store's folder of pictures."""
    return f"{file.job_id}_{file.id}{'.webp' if small else '.png'}"


class InspectionQueue:
    """Takes the next model that waits, looks into it, writes down what came of it."""

    def __init__(
        self,
        database: Database,
        store: FileStore,
        catalogs: CatalogCache,
        clock: Clock,
        inspector: ModelReader,
        estimator: Estimator,
        version: int,
    ) -> None:
        """``version`` is that of the inspector's facts."""
        self._database = database
        self._store = store
        self._catalogs = catalogs
        self._clock = clock
        self._inspector = inspector
        self._estimator = estimator
        self.version = version
        self._look_back_at = clock()

    def turn(self) -> bool:
        """A file that waits; where none does, one whose facts are of older readers. False where no
        file waits: those of old are looked into one by one, in between."""
        if self.step():
            return True
        now = self._clock()
        if now >= self._look_back_at or self._look_back_at - now > _LOOK_BACK_EVERY:
            with self._database.read() as tx:
                outdated = tx.files.outdated(self.version)
            if outdated is None:
                self._look_back_at = now + _LOOK_BACK_EVERY
            else:
                self._take(outdated, now, again=True)
        return False

    def step(self) -> bool:
        """One file; False when none waits."""
        now = self._clock()
        with self._database.read() as tx:
            file_id = tx.files.to_inspect(now)
        if file_id is None:
            return False
        return self._take(file_id, now)

    def _take(self, file_id: int, now: datetime, *, again: bool = False) -> bool:
        with self._database.write() as tx:
            claimed = tx.files.claim_inspection(file_id, now, LEASE, again=again)
            job = tx.jobs.get(claimed[0].job_id) if claimed else None
        if claimed is None or job is None:
            return True  # someone else is at it
        file, number = claimed
        known = self._catalogs.newest().color(job.method, job.color)
        with tempfile.TemporaryDirectory(prefix="printflow-look-") as folder:
            color = known.hex if known else ""
            self._look(file, job, number, color, Path(folder), again=again)
        return True

    def _look(
        self, file: JobFile, job: Job, number: int, color: str, folder: Path, *, again: bool
    ) -> None:
        """Facts and picture, without a color in the file's own; then, as the triangles are at hand,
        what the lab's slicer says; not where it was told of the same facts ``again``."""
        try:
            self._store.check_identity()
            places = whereabouts(self._store, file)
            profile = self._estimator.profile(job, self._catalogs.newest())
        except (OSError, PrintflowError) as error:
            _log.warning("looking into %s has to wait: %s", file.name, error)
            return  # the lease runs out, and the share is back by then or not
        if not places:
            self._write(
                file, Looked(error=say("The file isn't where it should be."), code="file"), 0
            )
            return
        png, webp, stl = folder / "picture.png", folder / "small.webp", folder / "model.stl"
        try:
            model = self._store.open(places[0].name, places[0].folder)
        except OSError as error:
            _log.warning("looking into %s has to wait: %s", file.name, error)
            return
        with model:
            looked = self._inspector.look(
                model,
                ending_of(file.name),
                color=color or _NEUTRAL,
                own_colors=not color,
                picture=png,
                small=webp,
                up=file.up,
                sliced=file.role is FileRole.SLICED,
                triangles=stl if profile else None,
                limits=limits_for(self._catalogs.newest().method(job.method)),
            )
        if looked.picture:
            try:
                self._store.keep_picture(picture_name(file), png.read_bytes())
                self._store.keep_picture(picture_name(file, small=True), webp.read_bytes())
            except OSError as error:
                _log.warning("the picture of %s could not be kept: %s", file.name, error)
                looked = replace(looked, picture=False)
        self._write(file, looked, number)
        told = again and file.reckoned is not None and looked.facts == file.facts
        if profile and looked.facts and not told:
            self._reckon(file, job, stl, profile, looked.no_triangles)

    def _reckon(
        self, file: JobFile, job: Job, stl: Path, profile: tuple[Path, str], problem: str
    ) -> None:
        """Ask the lab's slicer; the facts and the picture are there already, and stay."""
        try:
            if problem:
                found = Reckoning(problem=problem, material=profile[1], printer=job.printer)
            else:
                found = self._estimator.reckon(job, stl, *profile)
        except (OSError, PrintflowError) as error:
            _log.warning("%s could not be sliced: %s", file.name, error)
            return
        if found.problem:
            _log.info("%s: no estimate: %s", file.name, found.problem)
        with self._database.write() as tx:
            tx.files.reckoned(file.id, found.plain())

    def _write(self, file: JobFile, looked: Looked, number: int) -> None:
        facts, picture = looked.facts, looked.picture
        if facts is None and (looked.crashed or looked.code == "file"):
            # Nothing was learned of the model: what is known of it stays.
            facts, picture = file.facts, file.picture
        state = InspectionState.DONE
        if looked.crashed and number < TRIES:
            state = InspectionState.QUEUED
        elif facts is None and looked.error:
            state = InspectionState.FAILED
        if looked.error:
            _log.info("%s: no facts (try %s): %s", file.name, number, looked.error)
        with self._database.write() as tx:
            tx.files.inspected(
                file.id,
                state=state,
                now=self._clock(),
                facts=facts.plain() if facts else None,
                version=self.version,
                picture=picture,
                note=looked.error,
            )
            if facts is not None and file.role is not FileRole.SLICED:
                self._plan(tx, file.job_id, facts)

    def _plan(self, tx: Transaction, job_id: str, facts: ModelFacts) -> None:
        """Where any printer will do, one that the model fits, now that its size is known."""
        job = tx.jobs.get(job_id)
        if job is None or not job.printer_open:
            return
        able = self._catalogs.within(tx).printers_for(job.method)
        fitting = fits_better(job.printer, able, facts)
        if fitting:
            tx.jobs.plan_printer(job_id, fitting)
