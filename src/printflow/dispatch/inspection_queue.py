"""Looking into models, file by file: leased work, the newest submission first.

A look that dies with its process is tried twice more; after that the job simply has no preview.
"""

from __future__ import annotations

import logging
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from ..catalogs.cache import CatalogCache
from ..domain.job import FileRole, Job, JobFile
from ..domain.model_facts import InspectionState, Looked
from ..domain.naming import ending_of
from ..domain.reckoning import Reckoning
from ..errors import PrintflowError
from ..estimating.estimator import Estimator
from ..ports import Clock, Database, FileStore, ModelReader
from ..said import say

_log = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)
TRIES = 3
_NEUTRAL = "#9aa3b2"


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
    ) -> None:
        self._database = database
        self._store = store
        self._catalogs = catalogs
        self._clock = clock
        self._inspector = inspector
        self._estimator = estimator

    def step(self) -> bool:
        """One file; False when none waits."""
        now = self._clock()
        with self._database.read() as tx:
            file_id = tx.files.to_inspect(now)
        if file_id is None:
            return False
        with self._database.write() as tx:
            claimed = tx.files.claim_inspection(file_id, now, LEASE)
            job = tx.jobs.get(claimed[0].job_id) if claimed else None
        if claimed is None or job is None:
            return True  # someone else is at it
        file, number = claimed
        known = self._catalogs.newest().color(job.method, job.color)
        with tempfile.TemporaryDirectory(prefix="printflow-look-") as folder:
            self._look(file, job, number, known.hex if known else "", Path(folder))
        return True

    def _look(self, file: JobFile, job: Job, number: int, color: str, folder: Path) -> None:
        """Facts and picture, without a color in the file's own; then, as the triangles are at hand, what the lab's slicer says."""
        try:
            self._store.check_identity()
            places = self._store.where(file.name, hint=file.last_seen or file.folder)
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
            model = self._store.open(file.name, places[0])
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
            )
        if looked.picture:
            try:
                self._store.keep_picture(picture_name(file), png.read_bytes())
                self._store.keep_picture(picture_name(file, small=True), webp.read_bytes())
            except OSError as error:
                _log.warning("the picture of %s could not be kept: %s", file.name, error)
                looked = replace(looked, picture=False)
        self._write(file, looked, number)
        if profile and looked.facts:
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
        state = InspectionState.DONE
        if looked.crashed and number < TRIES:
            state = InspectionState.QUEUED
        elif looked.facts is None and looked.error:
            state = InspectionState.FAILED
        if looked.error:
            _log.info("%s: no facts (try %s): %s", file.name, number, looked.error)
        with self._database.write() as tx:
            tx.files.inspected(
                file.id,
                state=state,
                now=self._clock(),
                facts=looked.facts.plain() if looked.facts else None,
                picture=looked.picture,
                note=looked.error,
            )
