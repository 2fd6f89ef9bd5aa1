"""The printers' queues: shows them, and changes their order."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..catalogs.cache import CatalogCache
from ..domain import print_room, queueing
from ..domain.catalog import Catalog
from ..domain.copy_guards import count
from ..domain.correction import before as values_before
from ..domain.event_kind import Correction
from ..domain.job import Job
from ..domain.plate import Machine, Plate, PlateState, machine_named, shown_machines, startable
from ..domain.plate_time import grams_together, hours_together
from ..domain.print_room import Fit, MachineChoice, ModelRoom, RunningPlate
from ..domain.printer_choice import FreeIn, planned_printer
from ..domain.queueing import Ahead, Forecast, PrinterQueue, ReadyRange, Waits
from ..domain.rights import Right
from ..domain.status import Status
from ..domain.worklist import JobQuery
from ..errors import InvalidInput, Refusal, TransitionRefused
from ..ports import Clock, Database, Transaction
from ..runtime.permits import needs
from ..said import say
from .acting import staff_actor
from .lookup import job_of
from .stale import stale

_ESTIMATED_SECONDS = 15.0
FIRST_ROWS = 40
"""So many of the jobs that wait are shown where nobody says how many."""
_OFFERED = 100
"""So many of the jobs that wait first are looked at for a form that starts some together."""
_LOOKED_AT = 200
"""Of so many jobs is asked at once whether they fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOffer:
    """What a form for starting jobs together shows. ``machine`` is preselected, "" if none is free.

    ``parts`` are the jobs with the copies to start; ``hours`` and ``grams`` what follows from the
    quotes, ``used`` how much of the build plate they take, in percent, all None where unknown.
    """

    parts: tuple[tuple[Job, int], ...]
    machine: str
    choices: tuple[tuple[str, tuple[MachineChoice, ...]], ...]
    fits: tuple[Fit, ...]
    hours: Decimal | None
    grams: Decimal | None
    used: int | None
    clash: str
    """Why they should not be printed together there, "" if they can: a warning."""
    unseen: int = 0
    """How many more jobs wait for the printer, so far back that nobody looked at whether they fit."""


@dataclass(frozen=True, slots=True)
class FittingJobs:
    """A page of ready jobs that fit a printer; ``next`` is the cursor of the page after it, "" on
    the last.
    """

    jobs: tuple[Job, ...]
    next: str = ""


class Queues:
    """What is ready and printing, by printer: the print room."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogs: CatalogCache,
        *,
        tell: bool,
    ) -> None:
        self._tell = tell
        self._database = database
        self._clock = clock
        self._catalogs = catalogs
        self._by_printer: tuple[float, dict[str, ReadyRange | None]] | None = None

    @needs(Right.SEE)
    def room(self, *, rows: int = FIRST_ROWS, of: str = "") -> tuple[ModelRoom, ...]:
        """The print room: by model its machines, what runs on them and comes next, and what waits:
        so many jobs of each, and all of them as counts and sums; and so many of those that print on
        no plate. ``of`` names a model to be shown alone; where there's none of that name, all are.
        """
        with self._database.read() as tx:
            room = self._room(tx, rows=rows, of=of)
            if not of:
                return room
            alone = tuple(one for one in room if one.model == of)
            return alone or self._room(tx, rows=rows)

    def _room(self, tx: Transaction, *, rows: int = 0, of: str = "") -> tuple[ModelRoom, ...]:
        """The room with the first ``rows`` jobs that wait, of each model or of one, and as many of
        each that print on no plate.
        """
        plates = tx.plates.find(states=(PlateState.RUNNING, PlateState.PLANNED))
        planned = print_room.planned_copies(plates)
        on_plates = {part.job_id for one in plates for part in one.parts}
        here = tx.queue.at_machines(on_plates, loose=rows)
        waits = tx.queue.waits(planned)
        settled = [
            job.id for job in here if not print_room.left_to_plan(job, planned.get(job.id, 0))
        ]
        names = [of] if of else list(waits)
        first = tx.queue.first(names, limit=rows, without=settled) if rows else ()
        return self._of(tx, here, plates, first, waits)

    def _at_work(self, tx: Transaction) -> tuple[ModelRoom, ...]:
        """The machines alone, for forms that choose one: what runs on each, with the first job of
        each plate, and nothing of what waits.
        """
        plates = tx.plates.find(states=(PlateState.RUNNING, PlateState.PLANNED))
        first = print_room.first_on_each(plates)
        return self._of(tx, tx.queue.at_machines(first, loose=0), plates, (), {})

    def _of(
        self,
        tx: Transaction,
        here: Sequence[Job],
        plates: Sequence[Plate],
        first: Sequence[Job],
        waits: Mapping[str, Waits],
    ) -> tuple[ModelRoom, ...]:
        catalog = self._catalogs.newest(tx)
        return print_room.print_room(
            catalog,
            self._machines(tx, catalog),
            here,
            plates,
            tx.plates.idle_since(),
            self._clock(),
            first,
            waits,
        )

    def _machines(self, tx: Transaction, catalog: Catalog) -> Sequence[Machine]:
        models = [printer.name for printer in catalog.printers]
        return shown_machines(models, tx.plates.machines(), tx.plates.busy_until())

    @needs(Right.SEE)
    def choices(self, job: Job) -> tuple[str, tuple[tuple[str, tuple[MachineChoice, ...]], ...]]:
        """Which machine a form for starting a job preselects, and all that it offers, by model."""
        with self._database.read() as tx:
            room = self._at_work(tx)
        offered = print_room.choices(room, self._catalogs.newest(), [job.method])
        return print_room.preselected(room, job.printer), offered

    @needs(Right.SEE)
    def offer(
        self,
        job_ids: Iterable[str],
        machine: str = "",
        copies: dict[str, str] | None = None,
        *,
        propose: bool = False,
    ) -> StartOffer:
        """What a form for starting these jobs together on a machine shows. ``copies`` are as typed.

        Without jobs, what fits a machine as it is loaded; with ``propose`` the first of those is on
        the plate already. Without a machine, the one of the first job's printer that is free first.
        Raises NotFound for a job that there is not.
        """
        typed = copies or {}
        with self._database.read() as tx:
            jobs = [job_of(tx, job_id) for job_id in dict.fromkeys(job_ids)]
            catalog = self._catalogs.newest(tx)
            units = self._machines(tx, catalog)
            named = machine_named(units, machine) if machine else None
            model = named.model if named else jobs[0].printer if jobs else ""
            room = self._room(tx, rows=_OFFERED if model else 0, of=model)
            planned = print_room.planned_copies(tx.plates.find(states=(PlateState.PLANNED,)))
        chosen = named.name if named else print_room.preselected(room, model)
        unit = machine_named(units, chosen) if chosen else None
        mine = next((each for each in room if each.model == model), None)
        queued = mine.waiting if mine else ()
        printer = catalog.printer(model)
        if propose and not jobs:
            first = print_room.fitting_together((), queued, printer, unit)[:1]
            jobs = [one.waiting.job for one in first if one.fits]
        parts = []
        for job in jobs:
            left = print_room.left_to_plan(job, planned.get(job.id, 0)) or max(job.copies.left, 1)
            parts.append((job, count(typed.get(job.id, "")) or left))
        return StartOffer(
            parts=tuple(parts),
            machine=chosen,
            choices=print_room.choices(room, catalog, {job.method for job in jobs}),
            fits=print_room.fitting_together(parts, queued, printer, unit),
            clash=print_room.clash(parts, unit),
            hours=hours_together(parts) if parts else None,
            grams=grams_together(parts) if parts else None,
            used=print_room.used(parts, printer) if parts and printer is not None else None,
            unseen=mine.count - len(queued) if mine else 0,
        )

    @needs(Right.SEE)
    def places_for(
        self, plate: Plate, jobs: Iterable[Job]
    ) -> tuple[str, tuple[tuple[str, tuple[MachineChoice, ...]], ...]]:
        """Where a plate with these jobs can be moved, by model, and which machine to preselect: one
        of its model, if any is free.
        """
        with self._database.read() as tx:
            room = self._at_work(tx)
        offered = print_room.choices(room, self._catalogs.newest(), {job.method for job in jobs})
        others = print_room.without(offered, plate.machine)
        return print_room.place_to_go(others, plate.machine), others

    @needs(Right.SEE)
    def short_of_machines(self, jobs: Iterable[Job]) -> tuple[tuple[str, int, int], ...]:
        """The models of which more of these jobs would start than machines are free: its name, how
        many jobs, how many free machines.
        """
        with self._database.read() as tx:
            return print_room.short_of_machines(self._at_work(tx), jobs)

    @needs(Right.SEE)
    def by_printer(self) -> tuple[PrinterQueue, ...]:
        """The queue of every printer, with expected ends."""
        with self._database.read() as tx:
            jobs = [
                job
                for status in (Status.PRINTING, Status.READYTOPRINT)
                for job in tx.jobs.find(JobQuery(status=status))
            ]
        return queueing.queues(self._catalogs.newest(), jobs, self._clock())

    @needs(Right.SEE)
    def printable_on(
        self,
        printer: str,
        *,
        material: str = "",
        color: str = "",
        after: str = "",
        limit: int = FIRST_ROWS,
    ) -> FittingJobs:
        """The ready jobs that fit a printer, whichever they are planned for, in their order: a page
        of them from a cursor on. It ends early after many that don't fit.

        Raises InvalidInput for a printer that the lab has not, and for a cursor that nobody wrote.
        """
        known = self._catalogs.newest().printer(printer)
        if known is None:
            raise InvalidInput.of(
                "fits",
                "printer_unknown",
                say("The lab has no such printer."),
                say("Choose another one."),
            )
        place = queueing.place_of(after)
        with self._database.read() as tx:
            some = tx.queue.ready(
                tx.queue.printers(),
                methods=known.methods,
                material=material,
                color=color,
                limit=_LOOKED_AT + 1,
                after=place,
            )
        looked_at = queueing.in_order(some)[:_LOOKED_AT]
        fitting = queueing.printable_on(known, looked_at, material=material, color=color)
        last = ""
        if len(fitting) > limit:
            last = queueing.cursor(fitting[limit - 1])
        elif len(some) > _LOOKED_AT:
            last = queueing.cursor(looked_at[-1])
        return FittingJobs(tuple(fitting[:limit]), last)

    @needs(Right.SEE)
    def fits_planned(self, job: Job) -> bool:
        """Whether the measured model fits the printer that is planned; False if either is unknown."""
        printer = self._catalogs.newest().printer(job.printer)
        if printer is None or job.facts is None:
            return False
        return job.facts.goes_into(printer.build_volume)

    @needs(Right.SEE)
    def busy_machines(self) -> tuple[tuple[Machine, RunningPlate], ...]:
        """The machines that print now, and what holds each, with the first job of each plate."""
        with self._database.read() as tx:
            columns = print_room.columns_of(self._at_work(tx))
        return tuple((one.machine, one.running[0]) for one in columns if one.running)

    def usually_ready(self, printer: str) -> ReadyRange | None:
        """In how many days a job that comes now for this printer is usually ready; None while all of
        its machines are out of service. Read again after some seconds, as the form's.
        """
        known = self.usually_ready_by_printer()
        return known[printer] if printer in known else self._usually_ready([printer])[printer]

    def forecast(self, job: Job) -> Forecast | None:
        """What is expected of a job that isn't ready yet, as the queue is now; None where nothing is,
        or the settings say that students aren't told.
        """
        if not self._tell or not job.status.ahead:
            return None
        with self._database.read() as tx:
            to_print = job.status.record.to_print
            ahead = tx.queue.before(job) if to_print else tx.queue.ahead_of(job)
            catalog = self._catalogs.newest(tx)
            units = tx.plates.machines_of(job.printer)
        models = [job.printer] if catalog.printer(job.printer) else []
        shown = shown_machines(models, units, [one.id for one in units if units[one]])
        in_service = len(startable(shown)) if shown else 1
        return queueing.forecast(job, ahead, in_service, catalog.open_days, self._clock())

    def usually_ready_by_method(self) -> dict[str, ReadyRange | None]:
        """The same for each print method: the soonest of its printers."""
        catalog, ready = self._catalogs.newest(), self.usually_ready_by_printer()
        found: dict[str, ReadyRange | None] = {}
        for method in catalog.methods:
            known = [ready.get(one.name) for one in catalog.printers_for(method.name)]
            ranges = [one for one in known if one is not None]
            found[method.name] = min(ranges, key=lambda one: one.latest, default=None)
        return found

    def usually_ready_by_printer(self) -> dict[str, ReadyRange | None]:
        """The same for each printer of the catalog. Read again after some seconds, for it stands on a
        public page.
        """
        at, held = time.monotonic(), self._by_printer
        if held is not None and at - held[0] < _ESTIMATED_SECONDS:
            return held[1]
        catalog = self._catalogs.newest()
        found = self._usually_ready([printer.name for printer in catalog.printers])
        self._by_printer = (at, found)
        return found

    def _usually_ready(self, printers: Sequence[str]) -> dict[str, ReadyRange | None]:
        with self._database.read() as tx:
            ahead = tx.queue.ahead()
            catalog = self._catalogs.newest(tx)
            machines, days = self._machines(tx, catalog), catalog.open_days
        found = {}
        for printer in printers:
            units = [one for one in machines if one.model == printer]
            in_service = len(startable(units)) if units else 1
            found[printer] = queueing.ready_range(ahead.get(printer, Ahead()), in_service, days)
        return found

    @needs(Right.SEE)
    def planned(self, job: Job) -> str:
        """The printer to price a job for: its own, or, where any will do, the one that should be free
        first of those that its model fits.
        """
        if not job.printer_open:
            return job.printer
        able = self._catalogs.newest().printers_for(job.method)
        return planned_printer(able, self.free_in(), job.facts) or job.printer

    def free_in(self) -> FreeIn:
        """In how many days a job that comes now is ready at the latest, for each printer."""
        found = self.usually_ready_by_printer()
        return {name: ready.latest if ready else None for name, ready in found.items()}

    @needs(Right.QUEUE)
    def move(self, job_id: str, *, by: str, station: str = "", before: str = "") -> bool:
        """Print a ready job before another one of its printer, or last; gives whether that changes
        anything. History keeps it, and an undo puts the job back.

        The order of the others stays. Raises NotFound, InvalidInput without a name, and
        TransitionRefused when one of the two does not wait for that printer (any more).
        """
        actor = staff_actor(by, station)
        with self._database.write() as tx:
            job, now = job_of(tx, job_id), self._clock()
            placed = tx.queue.order(job.printer)
            order = [one for one, _place in placed]
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
            if queueing.moved(order, job.id, before) == order:
                return False
            after = order.index(job.id) + 1
            stood_before = order[after] if after < len(order) else ""
            if not tx.jobs.update(job, now=now, actor=actor.name, status=job.status, values={}):
                raise stale(job, Correction.ORDER, tx.history.last_event(job.id))
            tx.queue.put(queueing.new_places(placed, job.id, before))
            tx.history.add_event(
                job.id,
                at=now,
                trigger=Correction.ORDER,
                source=job.status,
                dest=job.status,
                actor=actor,
                details={"before": {**values_before(job, {}), "order": stood_before}},
            )
            return True


def _refused(message: str) -> TransitionRefused:
    return TransitionRefused(
        [Refusal("not_in_queue", message, "before", say("Check the current queue."))]
    )
