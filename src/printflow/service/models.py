"""What was found in models, and requests to inspect them again."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ..catalogs.cache import CatalogCache
from ..dispatch.inspection_queue import InspectionQueue
from ..domain.catalog import Printer
from ..domain.job import FileRole, Job, JobFile
from ..domain.model_facts import ModelFacts, compared, fitting, verdict, warnings
from ..domain.printed_outline import OutlineVerdict, PrintedOutline, compare_outline
from ..domain.rights import Right
from ..ports import Database
from ..runtime.permits import needs
from .lookup import job_of
from .pictures import Pictures


class Models:
    """Facts and pictures of models."""

    def __init__(
        self,
        database: Database,
        catalogs: CatalogCache,
        queue: InspectionQueue,
        pictures: Pictures,
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._catalogs = catalogs
        self._queue = queue
        self._pictures = pictures
        self._wake = wake

    @needs(Right.EDIT)
    def inspect_due(self, *, limit: int | None = None) -> int:
        """Look into the models that wait, the newest first; gives how many were looked at.

        A server does this automatically. Each takes up to 45 s in a process of its own.
        """
        done = 0
        while (limit is None or done < limit) and self._queue.step():
            done += 1
        return done

    @needs(Right.EDIT)
    def inspect_again(
        self, job_ids: Collection[str] | None = None, *, outdated: bool = False
    ) -> int:
        """Have the models of these jobs (None: of all) looked into once more; gives how many.

        Only those whose facts were found by an older version, where ``outdated``. A server does so
        automatically for jobs that are still to be printed.
        """
        older = self._queue.version if outdated else None
        with self._database.write() as tx:
            ids = None if job_ids is None else [job_of(tx, one).id for one in job_ids]
            count = tx.files.inspect_again(ids, older_than=older)
        self._wake()
        return count

    @needs(Right.EDIT)
    def stand_up(self, job_id: str) -> Job:
        """Turn the student's model in its picture and its facts: y up instead of z, or back.

        The file stays as it is. Some programs' models lie on their back, because y is up there.
        Raises NotFound.
        """
        with self._database.write() as tx:
            job = job_of(tx, job_id)
            tx.files.stand(job.original.id, "z" if job.original.up == "y" else "y")
            job = job_of(tx, job_id)
        self._wake()
        return job

    @needs(Right.SEE)
    def uninspected(self) -> int:
        """How many models wait for a look."""
        with self._database.read() as tx:
            return tx.files.uninspected()

    def picture(self, file: JobFile, *, small: bool = False) -> bytes:
        """A model's picture: a PNG of 512 px, or a small WebP for lists.

        Raises NotFound, and StoreUnavailable soon where the share does not answer.
        """
        return self._pictures.read(file, small=small)

    @needs(Right.SEE)
    def fits(self, job: Job, facts: ModelFacts) -> tuple[str, ...]:
        """The names of the printers of the job's method that its model fits, however turned."""
        return fitting(facts, self._printers(job))

    def warnings(self, job: Job, facts: ModelFacts) -> tuple[str, ...]:
        """What to know before a job's model is printed, in sentences."""
        return warnings(facts, self._printers(job), job.wished_printer)

    @needs(Right.SEE)
    def verdict(self, job: Job, facts: ModelFacts) -> str:
        """The most important of it in one sentence."""
        return verdict(facts, self._printers(job), job.wished_printer)

    @needs(Right.SEE)
    def change(self, job: Job, file: JobFile) -> str:
        """How a later version differs from the original: "10 % smaller than the original"."""
        first = job.original.facts
        same = file.id == job.original.id or file.role is FileRole.SCALED
        if file.facts is None or first is None or same:
            return ""
        return compared(file.facts, first)

    @needs(Right.SEE)
    def outline(self, job_id: str, printed: PrintedOutline) -> OutlineVerdict | None:
        """Whether G-code that prints this can be of the job's model, or of a later version of it; None
        where no version was measured. Raises NotFound.
        """
        with self._database.read() as tx:
            job = job_of(tx, job_id)
        first = job.original
        files = [first, *(file for file in job.files if file.id != first.id)]
        return compare_outline(printed, [one.facts for one in files if one.facts], job.quantity)

    def _printers(self, job: Job) -> list[Printer]:
        return [one for one in self._catalogs.newest().printers if job.method in one.methods]
