"""The printers' queues: shows them, and changes their order."""

from __future__ import annotations

from collections.abc import Mapping

from ..catalogs.cache import CatalogCache
from ..domain import queueing
from ..domain.job import Job
from ..domain.model_facts import fits
from ..domain.queueing import PrinterQueue, QueuedJob, ReadyRange
from ..domain.status import Status
from ..domain.worklist import JobQuery
from ..errors import InvalidInput, Refusal, TransitionRefused
from ..ports import Clock, Database, Transaction
from ..said import say
from .acting import staff_actor
from .lookup import job_of


class Queues:
    """What is ready and printing, by printer."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogs: CatalogCache,
    ) -> None:
        self._database = database
        self._clock = clock
        self._catalogs = catalogs

    def _in(self, tx: Transaction, *statuses: Status) -> list[Job]:
        now = self._clock()
        return [
            job for status in statuses for job in tx.jobs.find(JobQuery(status=status), now, now)
        ]

    def by_printer(self) -> tuple[PrinterQueue, ...]:
        """The queue of every printer, with expected ends."""
        with self._database.read() as tx:
            jobs = self._in(tx, Status.PRINTING, Status.READYTOPRINT)
        return queueing.queues(self._catalogs.newest(), jobs, self._clock())

    def printable_on(self, printer: str, *, material: str = "", color: str = "") -> list[Job]:
        """The ready jobs that fit a printer, whichever they are planned for, in their order.

        Raises InvalidInput for a printer that the lab has not.
        """
        known = self._catalogs.newest().printer(printer)
        if known is None:
            raise InvalidInput.of(
                "fits",
                "printer_unknown",
                say("The lab has no such printer."),
                say("Choose another one."),
            )
        with self._database.read() as tx:
            ready = self._in(tx, Status.READYTOPRINT)
        return queueing.printable_on(known, ready, material=material, color=color)

    def fits_planned(self, job: Job) -> bool:
        """Whether the measured model fits the printer that is planned; False if either is unknown."""
        printer = self._catalogs.newest().printer(job.printer)
        if printer is None or job.facts is None:
            return False
        return fits(job.facts.dimensions_mm, printer.build_volume)

    def busy_printers(self) -> Mapping[str, QueuedJob]:
        """By name, the printers that print now, and what holds them longest."""
        with self._database.read() as tx:
            printing = self._in(tx, Status.PRINTING)
        return queueing.busy(printing, self._clock())

    def usually_ready(self, printer: str) -> ReadyRange:
        """In how many days a job that comes now for this printer is usually ready."""
        with self._database.read() as tx:
            jobs = self._in(tx, *(status for status in Status if status.ahead))
        return queueing.ready_range(jobs, printer)

    def move(self, job_id: str, *, by: str, before: str = "") -> None:
        """Print a ready job before another one of its printer, or last.

        The order of the others stays. Raises NotFound, InvalidInput without a name, and
        TransitionRefused when one of the two does not wait for that printer (any more).
        """
        staff_actor(by, "")
        with self._database.write() as tx:
            job = job_of(tx, job_id)
            waiting = self._in(tx, Status.READYTOPRINT)
            queue = queueing.in_order(one for one in waiting if one.printer == job.printer)
            order = [one.id for one in queue]
            if job.id not in order:
                raise _refused(
                    say("Job {job_id} is no longer waiting for a printer.", job_id=job.id)
                )
            if before and before not in order:
                raise _refused(
                    say(
                        "Job {job_id} is no longer waiting for {printer}.",
                        job_id=before[:8],
                        printer=job.printer,
                    )
                )
            for place, one in enumerate(queueing.moved(order, job.id, before), 1):
                tx.jobs.set_queue_place(one, place)


def _refused(message: str) -> TransitionRefused:
    return TransitionRefused(
        [Refusal("not_in_queue", message, "before", say("Check the current queue."))]
    )
