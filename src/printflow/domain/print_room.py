"""The print room as data: what each machine prints and prints next, and what waits for its model.

Pure. Times are UTC, print times in hours, areas in mm². Ends are the earliest that can be meant:
prints follow each other without a pause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from ..said import say, say_n
from .callbacks import FRONT
from .catalog import Catalog, Printer
from .job import Job
from .needed_by import ends_after
from .plate import Machine, Plate, PlatePart, PlateState, free_first, startable
from .plate_time import hours_of, hours_together
from .queueing import Batch, Waits, in_order

MARGIN_MM = 5.0
"""Room around each copy on a build plate: for a brim, and for the nozzle to pass."""
_WHOLE = 100
_NOTHING = Waits(count=0, hours=Decimal(), batches=())


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOfJob:
    """A part of a plate with its job."""

    job: Job
    part: PlatePart


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningPlate:
    """A plate that is printed. ``ends_at`` is None where its print time is unknown; ``percent`` is
    how much of the print time is over, and ``late`` says that it should have ended by now.
    """

    plate: Plate
    parts: tuple[PartOfJob, ...]
    ends_at: datetime | None
    left: timedelta | None
    percent: int | None
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPlate:
    """What a machine prints next."""

    plate: Plate
    parts: tuple[PartOfJob, ...]
    hours: Decimal | None
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineColumn:
    """A machine, what it prints, and what it prints next. ``idle_since`` is None where it prints,
    or never has.
    """

    machine: Machine
    running: tuple[RunningPlate, ...] = ()
    planned: tuple[PlannedPlate, ...] = ()
    idle_since: datetime | None = None
    usable: bool = True
    """Whether a print can be started on it now, or after what runs."""

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs on its plates."""
        running = [part.job for one in self.running for part in one.parts]
        return (*running, *(part.job for one in self.planned for part in one.parts))

    @property
    def busy(self) -> bool:
        """Whether it prints now."""
        return bool(self.running)

    @property
    def ends_at(self) -> datetime | None:
        """When what runs on it should be done; None where it is idle, or that is unknown."""
        ends = [one.ends_at for one in self.running]
        return None if None in ends else max((one for one in ends if one), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCopies:
    """Copies of a job that wait for any machine of its model; some others may be printing."""

    job: Job
    copies: int
    hours: Decimal | None
    starts_at: datetime | None
    ends_at: datetime | None
    late: bool = False
    """Whether its expected end is after the day it's needed by."""
    again: bool = False
    """Whether copies have failed that are to be printed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRoom:
    """A printer of the catalog: its machines, and what waits for any of them, in order: ``count``
    jobs, of which ``waiting`` are the first that were asked for.
    """

    model: str
    machines: tuple[MachineColumn, ...]
    waiting: tuple[WaitingCopies, ...]
    loose: tuple[Job, ...]
    """Jobs that are printing, as an override or an import says, on no plate; the newest ones first,
    at most as many as were asked for."""
    count: int
    hours: Decimal
    """Print time of all that waits, as far as it is known."""
    batches: tuple[Batch, ...]

    @property
    def single(self) -> bool:
        """Whether it has one machine, which nobody has named."""
        return len(self.machines) == 1 and self.machines[0].machine.implied

    @property
    def in_service(self) -> int:
        """How many machines can be started."""
        return sum(one.usable for one in self.machines)


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineChoice:
    """A machine as a form offers it. ``refused`` says why it can't be chosen, "" if it can."""

    machine: Machine
    busy: RunningPlate | None
    refused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Whether copies of a job go on a plate with others; ``reason`` says why, or why not. ``copies``
    are those that fit, or all that are left.
    """

    waiting: WaitingCopies
    fits: bool
    copies: int
    reason: str


# -- the room -------------------------------------------------------------------------------------


def left_to_plan(job: Job, planned: int) -> int:
    """Copies that wait for any machine: those left to start that are planned for none."""
    return max(job.copies.left - planned, 0) if job.status.record.to_print else 0


def planned_copies(plates: Iterable[Plate]) -> dict[str, int]:
    """How many copies of each job are planned."""
    planned: dict[str, int] = {}
    for plate in plates:
        if plate.state is PlateState.PLANNED:
            for part in plate.parts:
                planned[part.job_id] = planned.get(part.job_id, 0) + part.copies
    return planned


def on_running(plates: Iterable[Plate]) -> set[str]:
    """The ids of the jobs of which copies are printing on a plate."""
    running = (plate for plate in plates if plate.state is not PlateState.PLANNED)
    return {part.job_id for plate in running for part in plate.parts if part.open}


def first_on_each(plates: Iterable[Plate]) -> set[str]:
    """The ids of the jobs that the plates which are printed are told by: the first on each."""
    running = (plate for plate in plates if plate.state is PlateState.RUNNING)
    open_parts = ([part.job_id for part in plate.parts if part.open] for plate in running)
    return {ids[0] for ids in open_parts if ids}


def print_room(
    catalog: Catalog,
    machines: Iterable[Machine],
    jobs: Iterable[Job],
    plates: Iterable[Plate],
    idle_since: Mapping[int, datetime],
    now: datetime,
    first: Iterable[Job],
    waits: Mapping[str, Waits],
) -> tuple[ModelRoom, ...]:
    """The room of each model: those of the catalog first, then others that still have something.

    ``plates`` are those that run or are planned, ``jobs`` those that are on them or print on none.
    ``first`` are the jobs that wait first for each model; ``waits`` says of each what waits in all.
    """
    known, next_ones = {job.id: job for job in jobs}, list(first)
    every, shown = list(plates), list(machines)
    models = [printer.name for printer in catalog.printers]
    others = {one.model for one in shown} | {job.printer for job in known.values()}
    others |= waits.keys()
    planned, on_plate = planned_copies(every), on_running(every)
    rooms = []
    for model in (*models, *sorted(others - set(models))):
        mine = [one for one in shown if one.model == model]
        usable = startable(mine)
        columns = [
            replace(_column(one, every, known, idle_since, now), usable=one in usable)
            for one in mine
        ]
        own = [job for job in known.values() if job.printer == model]
        queue = in_order(
            job
            for job in next_ones
            if job.printer == model and left_to_plan(job, planned.get(job.id, 0))
        )
        waiting = _scheduled(queue, planned, columns, now)
        waiting = tuple(
            replace(one, late=ends_after(one.ends_at, one.job.needed_by, catalog.time_zone))
            for one in waiting
        )
        loose = [job for job in own if job.copies_printing and job.id not in on_plate]
        all_that_waits = waits.get(model, _NOTHING)
        if not (mine or waiting or loose or all_that_waits.count):
            continue
        rooms.append(
            ModelRoom(
                model=model,
                machines=tuple(columns),
                waiting=waiting,
                loose=tuple(loose),
                count=all_that_waits.count,
                hours=all_that_waits.hours,
                batches=all_that_waits.batches,
            )
        )
    return tuple(rooms)


def _column(
    machine: Machine,
    plates: Sequence[Plate],
    jobs: Mapping[str, Job],
    idle_since: Mapping[int, datetime],
    now: datetime,
) -> MachineColumn:
    mine = [one for one in plates if machine.id and one.machine.id == machine.id]
    running = tuple(_running(one, jobs, now) for one in mine if one.state is PlateState.RUNNING)
    free = _free_at(running, now)
    planned = []
    for plate in mine:
        if plate.state is not PlateState.PLANNED:
            continue
        parts = _parts(plate, jobs)
        hours = plate.hours or hours_together((one.job, one.part.copies) for one in parts)
        start, free = free, _after(free, hours)
        planned.append(
            PlannedPlate(plate=plate, parts=parts, hours=hours, starts_at=start, ends_at=free)
        )
    return MachineColumn(
        machine=machine,
        running=running,
        planned=tuple(planned),
        idle_since=None if running else idle_since.get(machine.id),
    )


def _parts(plate: Plate, jobs: Mapping[str, Job]) -> tuple[PartOfJob, ...]:
    return tuple(
        PartOfJob(job=jobs[part.job_id], part=part)
        for part in plate.parts
        if part.job_id in jobs and (part.open or plate.state is PlateState.PLANNED)
    )


def _running(plate: Plate, jobs: Mapping[str, Job], now: datetime) -> RunningPlate:
    end, start = plate.expected_end, plate.started_at
    percent = None
    if end is not None and start is not None and end > start:
        percent = max(0, min(_WHOLE, int((now - start) / (end - start) * _WHOLE)))
    return RunningPlate(
        plate=plate,
        parts=_parts(plate, jobs),
        ends_at=end,
        left=max(end - now, timedelta()) if end else None,
        percent=percent,
        late=end is not None and end < now,
    )


def _free_at(running: Iterable[RunningPlate], now: datetime) -> datetime | None:
    free: datetime | None = now
    for one in running:
        free = max(free, one.ends_at) if free and one.ends_at else None
    return free


def _after(start: datetime | None, hours: Decimal | None) -> datetime | None:
    return None if start is None or hours is None else start + timedelta(hours=float(hours))


def _scheduled(
    jobs: Sequence[Job],
    planned: Mapping[str, int],
    columns: Sequence[MachineColumn],
    now: datetime,
) -> tuple[WaitingCopies, ...]:
    """Each job in turn on the machine in service that is free first."""
    free: list[datetime | None] = []
    for column in columns:
        if column.usable:
            last = column.planned[-1].ends_at if column.planned else None
            free.append(last if column.planned else _free_at(column.running, now))
    found = []
    for job in jobs:
        copies = left_to_plan(job, planned.get(job.id, 0))
        hours = hours_of(job, copies)
        known = [(at, place) for place, at in enumerate(free) if at is not None]
        start = end = None
        if known and not job.on_hold:
            start, place = min(known)
            end = free[place] = _after(start, hours)
        found.append(
            WaitingCopies(
                job=job,
                copies=copies,
                hours=hours,
                starts_at=start,
                ends_at=end,
                again=job.copies.failed > 0 and job.queue_place == FRONT,
            )
        )
    return tuple(found)


# -- choosing a machine ---------------------------------------------------------------------------


def columns_of(rooms: Iterable[ModelRoom]) -> tuple[MachineColumn, ...]:
    """All machines of the room."""
    return tuple(column for room in rooms for column in room.machines)


def choices(
    rooms: Iterable[ModelRoom], catalog: Catalog, methods: Iterable[str]
) -> tuple[tuple[str, tuple[MachineChoice, ...]], ...]:
    """The machines by model, as a form offers them for jobs of these methods: models that print
    none of them are left out.
    """
    wanted = set(methods)
    found = []
    for room in rooms:
        printer = catalog.printer(room.model)
        if printer is None or not (wanted <= set(printer.methods)):
            continue
        units = tuple(
            MachineChoice(
                machine=column.machine,
                busy=column.running[0] if column.running else None,
                refused=why_not(column),
            )
            for column in room.machines
        )
        if units:
            found.append((room.model, units))
    return tuple(found)


def why_not(column: MachineColumn) -> str:
    """Why nothing can be started on it, "" if it can."""
    machine = column.machine
    if column.usable:
        return ""
    if machine.retired_at is not None or machine.out_since is None:
        return say("no longer used")
    if machine.out_reason:
        return say("out of service: {reason}", reason=machine.out_reason)
    return say("out of service")


def preselected(rooms: Iterable[ModelRoom], model: str) -> str:
    """The name of the machine of a model that is free first; "" where all are out of service."""
    columns = [column for room in rooms if room.model == model for column in room.machines]
    until = {one.machine.id: one.ends_at for one in columns if one.busy and one.machine.id}
    # One that something is planned for gives way to one that nothing is.
    order = free_first((one.machine for one in columns if one.usable), until)
    planned = {one.machine.name for one in columns if one.planned}
    busy = {one.machine.name for one in columns if one.busy}
    free = [one for one in order if one.name not in busy]
    order = [one for one in free if one.name not in planned] or free or order
    return order[0].name if order else ""


def without(
    offered: Iterable[tuple[str, tuple[MachineChoice, ...]]], machine: Machine
) -> tuple[tuple[str, tuple[MachineChoice, ...]], ...]:
    """The choice without a machine, and without models that have no other."""
    found = (
        (model, tuple(one for one in units if one.machine.name != machine.name))
        for model, units in offered
    )
    return tuple((model, units) for model, units in found if units)


def place_to_go(offered: Iterable[tuple[str, tuple[MachineChoice, ...]]], machine: Machine) -> str:
    """The name of the machine that a plate of ``machine`` moves to best: a free one of its model,
    else any free one; "" where all are busy.
    """
    free = [
        one.machine
        for _model, units in offered
        for one in units
        if not one.refused and one.busy is None
    ]
    alike = [one for one in free if one.model == machine.model]
    return (alike or free)[0].name if free else ""


def short_of_machines(
    rooms: Iterable[ModelRoom], jobs: Iterable[Job]
) -> tuple[tuple[str, int, int], ...]:
    """The models of which more jobs would start than machines are free: name, jobs, free ones."""
    wanted: dict[str, int] = {}
    for job in jobs:
        wanted[job.printer] = wanted.get(job.printer, 0) + 1
    found = []
    for room in rooms:
        count = wanted.get(room.model, 0)
        free = sum(one.usable and not one.busy for one in room.machines)
        if count > free:
            found.append((room.model, count, free))
    return tuple(found)


# -- what fits together ---------------------------------------------------------------------------


def footprint(job: Job) -> float | None:
    """The area that a copy takes on a build plate, with its margin; None where it isn't measured."""
    if job.facts is None:
        return None
    x, y, _z = job.facts.dimensions_mm
    return (x + MARGIN_MM) * (y + MARGIN_MM)


def used(parts: Iterable[tuple[Job, int]], printer: Printer) -> int | None:
    """How much of the build plate these copies take, in percent; None where one isn't measured."""
    total = 0.0
    for job, copies in parts:
        area = footprint(job)
        if area is None:
            return None
        total += area * copies
    x, y, _z = printer.build_volume
    return round(total / (x * y) * _WHOLE)


def fitting_together(
    chosen: Sequence[tuple[Job, int]],
    waiting: Iterable[WaitingCopies],
    printer: Printer | None,
    machine: Machine | None = None,
) -> tuple[Fit, ...]:
    """Of what waits: what goes on a plate with ``chosen``, or on a machine with what is loaded.

    Roughly, by the areas that the copies take: a proposal that people may always override. What fits
    comes first, each in the order of the queue.
    """
    ids = {job.id for job, _copies in chosen}
    free = (one for one in waiting if one.job.id not in ids and not one.job.on_hold)
    found = [_fit(one, chosen, printer, machine) for one in free]
    return tuple(sorted(found, key=lambda one: not one.fits))


def clash(parts: Sequence[tuple[Job, int]], machine: Machine | None) -> str:
    """Why these jobs should not be printed together on a machine as it is loaded; "" if they can.

    A warning: people may know better.
    """
    jobs = [job for job, _copies in parts]
    if len({job.method for job in jobs}) > 1:
        return say("These jobs need different methods.")
    if len({job.material for job in jobs}) > 1:
        return say("These jobs need different materials.")
    if len({job.color for job in jobs}) > 1:
        return say("These jobs need different colors.")
    if not jobs or machine is None:
        return ""
    for loaded, wanted in ((machine.material, jobs[0].material), (machine.color, jobs[0].color)):
        if loaded and wanted and loaded.casefold() != wanted.casefold():
            return say(
                "{machine} has {loaded} loaded, and this needs {wanted}.",
                machine=machine.name,
                loaded=loaded,
                wanted=wanted,
            )
    return ""


def _fit(
    one: WaitingCopies,
    chosen: Sequence[tuple[Job, int]],
    printer: Printer | None,
    machine: Machine | None,
) -> Fit:
    copies, reason = _judged(one, chosen, printer, machine)
    return Fit(waiting=one, fits=copies > 0, copies=copies or one.copies, reason=reason)


def _judged(
    one: WaitingCopies,
    chosen: Sequence[tuple[Job, int]],
    printer: Printer | None,
    machine: Machine | None,
) -> tuple[int, str]:
    """How many copies fit, and why, or why none does."""
    job = one.job
    if printer is not None and job.method not in printer.methods:
        return 0, say("{model} doesn't print {method}", model=printer.name, method=job.method)
    alike: tuple[tuple[str, str, Callable[[str], str]], ...] = ()
    if chosen:
        first = chosen[0][0]
        alike = (
            (first.method, job.method, lambda name: say("other method: {name}", name=name)),
            (first.material, job.material, lambda name: say("other material: {name}", name=name)),
            (first.color, job.color, lambda name: say("other color: {name}", name=name)),
        )
    elif machine is not None:
        alike = (
            (machine.material, job.material, lambda name: say("needs {name}", name=name)),
            (machine.color, job.color, lambda name: say("needs {name}", name=name)),
        )
    for wanted, own, words in alike:
        if wanted and own.casefold() != wanted.casefold():
            return 0, words(own or "–")
    area = footprint(job)
    if area is None:
        return 0, say("not measured, so check by eye")
    if printer is None or job.facts is None:
        return one.copies, say("same material and color")
    if not job.facts.goes_into(printer.build_volume):
        return 0, say("too large for the {model}", model=printer.name)
    x, y, _z = printer.build_volume
    taken = sum((footprint(other) or 0.0) * copies for other, copies in chosen)
    room = int(max(x * y - taken, 0.0) / area)
    if room < 1:
        return 0, say("no room left on the plate")
    if room < one.copies:
        return room, say_n(
            "room for {count} of {wanted}", "room for {count} of {wanted}", room, wanted=one.copies
        )
    return one.copies, say("same material and color, fits")
