"""A new version of a job's file, uploaded by staff: a repaired model, or a slicer's file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ..domain.event_kind import Correction
from ..domain.job import Actor, FileRole, Job
from ..domain.naming import ALL_MODEL_ENDINGS, PRINTABLE_ENDINGS, ending_of
from ..domain.rights import Right
from ..domain.scaling import Scaling
from ..domain.unconfirmed import expect_confirmed
from ..errors import InvalidInput, Refusal, TransitionRefused
from ..ports import Clock, Database, Placement, Transaction
from ..runtime.permits import needs
from ..said import say
from ..settings import Settings
from ..uploads.file_type import check_model, empty
from ..uploads.receiving import Upload
from .acting import staff_actor
from .files import Files
from .filing import Filing
from .in_place import write_version
from .lookup import job_of
from .scaling import Scalings, write_as_scaled
from .stale import stale
from .uploading import Uploads


class Versions:
    """Replacing the file that is printed."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        uploads: Uploads,
        filing: Filing,
        files: Files,
        scalings: Scalings,
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._uploads = uploads
        self._filing = filing
        self._files = files
        self._scalings = scalings

    @needs(Right.EDIT)
    def add(
        self,
        job_id: str,
        file: Upload | str | os.PathLike[str],
        *,
        by: str,
        station: str = "",
        expected_version: int | None = None,
    ) -> Job:
        """Make ``file`` the one to print. What was printed until now is kept in the originals.

        A quote that waits for its answer was for the other file: its link is void, and the job needs
        a new quote. Raises NotFound, StaleJob, TransitionRefused (it prints already, or is done),
        the FileRefused family, StoreUnavailable and StoreFull; after any of them nothing has
        changed, and nothing is left behind.
        """
        actor = staff_actor(by, station)
        upload = file if isinstance(file, Upload) else None
        try:
            self._open_for_a_version(self._now(job_id))
            if upload is None:
                upload = self._uploads.of_path(Path(str(file)))
            upload.seal(self._ending_of)
            with self._database.write() as tx:
                job = job_of(tx, job_id)
                self._open_for_a_version(job)
                leased = self._take_in(tx, job, upload, actor, expected_version)
        except BaseException:
            if upload is not None:
                upload.discard()
            raise
        self._filing.place(leased)
        return self._now(job.id)

    @needs(Right.EDIT)
    def scale(
        self,
        job_id: str,
        scaling: Scaling | str,
        *,
        by: str,
        station: str = "",
        expected_version: int | None = None,
    ) -> Job:
        """Make the file to print, scaled, the one to print; otherwise as :meth:`add`.

        Raises InvalidInput for a scaling that there isn't, FileTypeRefused for a format that states its
        unit, and what :meth:`add` raises.
        """
        actor = staff_actor(by, station)
        try:
            scaling = Scaling(scaling)
        except ValueError:
            raise InvalidInput.of(
                "scaling", "scaling_unknown", say("Choose the unit that the model was made in.")
            ) from None
        job = self._now(job_id)
        self._open_for_a_version(job)
        with self._files.open(job) as source:
            scaled = self._scalings.of(source, job.file.name, scaling)
        try:
            with self._database.write() as tx:
                now = job_of(tx, job_id)
                self._open_for_a_version(now)
                if now.file.id != job.file.id:  # it was scaled, or replaced, at the same moment
                    raise stale(now, Correction.SCALE, tx.history.last_event(job.id))
                self._advance(tx, now, actor, Correction.SCALE, expected_version)
                write_as_scaled(tx, now, scaled, scaling, actor, self._clock())
                leased = self._filing.lease(tx, job.id)
        except BaseException:
            scaled.discard()
            raise
        self._filing.place(leased)
        return self._now(job.id)

    def _advance(
        self,
        tx: Transaction,
        job: Job,
        actor: Actor,
        kind: Correction,
        expected_version: int | None,
    ) -> None:
        """The job's next version; raises StaleJob where the page was of an earlier one."""
        last = tx.history.last_event(job.id)
        current = expected_version in (None, job.version)
        if not current or not tx.jobs.update(
            job, now=self._clock(), actor=actor.name, status=job.status, values={}
        ):
            raise stale(job, kind, last)

    def _take_in(
        self,
        tx: Transaction,
        job: Job,
        upload: Upload,
        actor: Actor,
        expected_version: int | None,
    ) -> Sequence[Placement]:
        """Write that the upload is the one to print; gives the files that are to be placed."""
        now = self._clock()
        self._advance(tx, job, actor, Correction.VERSION, expected_version)
        write_version(
            tx,
            job,
            upload,
            FileRole.SLICED,
            Correction.VERSION,
            actor,
            now,
            why="",
            why_voided=say("another file"),
        )
        return self._filing.lease(tx, job.id)

    def _ending_of(self, name: str, head: bytes, size: int) -> str:
        """The ending of a model that the lab takes, or of what slicers save."""
        ending = ending_of(name)
        if ending in ALL_MODEL_ENDINGS or ending not in PRINTABLE_ENDINGS:
            return check_model(name, head, size, self._settings.model_endings)
        if not size:
            raise empty()
        return ending

    def _now(self, job_id: str) -> Job:
        """The job as it is now; raises NotFound."""
        with self._database.read() as tx:
            return job_of(tx, job_id)

    def _open_for_a_version(self, job: Job) -> None:
        expect_confirmed(job)
        if not job.status.record.takes_versions:
            raise TransitionRefused(
                [
                    Refusal(
                        "version_too_late",
                        say(
                            "The file can't be replaced while the job's status is “{status}”.",
                            status=job.status.label,
                        ),
                        "file",
                        say("If it has to be printed again, report the failed print first."),
                    )
                ]
            )
