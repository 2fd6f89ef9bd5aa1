"""In which order a printer works, when its prints end, and when a new job would be ready. Pure.

Times are UTC, print times in hours. What nobody has priced yet has no print time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from .catalog import Catalog, Printer
from .job import Job
from .open_days import NO_HOURS, OpenDays
from .opening import OpeningHours
from .status import Status
from .worklist import no_such_page

USUAL_HOURS = Decimal(4)
"""What a print is taken to last while no print of the queue is known."""
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_CURSOR = re.compile(r"(\d{0,9})_(\d{1,17})_([0-9A-Z]{8})", re.ASCII)
_STAFFED_HOURS, _ALL_DAY = Decimal(8), Decimal(24)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedJob:
    """A job in its printer's queue. ``ends_at`` is None where a print time before it is unknown.

    ``late`` says that a running print should have ended by now.
    """

    job: Job
    ends_at: datetime | None
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Ready jobs of one material and color: they print without a change of filament."""

    material: str
    color: str
    method: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """All that waits for a printer: how many jobs, their print time in hours as far as it is known,
    and what prints without a change of filament. What is on hold only counts as a job.
    """

    count: int
    hours: Decimal
    batches: tuple[Batch, ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is printed before something else: how many jobs, of how many the print time is known, and
    the sum of these times in hours.
    """

    jobs: int = 0
    known: int = 0
    hours: Decimal = Decimal()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job stands in its printer's queue; see :func:`in_order`."""

    place: int | None
    since: datetime
    job_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterQueue:
    """What a printer prints (``running``) and prints next (``ready``), in that order."""

    printer: str
    running: tuple[QueuedJob, ...]
    ready: tuple[QueuedJob, ...]
    hours: Decimal
    """Print time of all ready jobs, as far as it is known."""
    batches: tuple[Batch, ...]


@dataclass(frozen=True, slots=True)
class ReadyRange:
    """When a new job is usually ready, in days from now; ``earliest`` < ``latest``. ``open_days`` is
    whether these are the lab's open days.
    """

    earliest: int
    latest: int
    open_days: bool = False


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of a job that isn't ready yet: an estimate, and never a promise.

    ``ahead`` is how many jobs its printer prints before it, None where it has no place in the queue
    yet. It is usually ready from the day ``first`` to the day ``last``, both of the lab's time zone
    and None while all of the printer's machines are out of service.
    """

    ahead: int | None
    first: date | None
    last: date | None


def in_order(jobs: Iterable[Job]) -> list[Job]:
    """Jobs that wait for one printer: those that staff gave a place, then who waits longest."""

    def key(job: Job) -> tuple[bool, int, datetime, str]:
        return job.queue_place is None, job.queue_place or 0, job.status_since, job.id

    return sorted(jobs, key=key)


def place_in_queue(job: Job) -> Place:
    """Where it stands."""
    return Place(job.queue_place, job.status_since, job.id)


def cursor(job: Job) -> str:
    """That place as a text for addresses."""
    place = "" if job.queue_place is None else job.queue_place
    return f"{place}_{(job.status_since - _EPOCH) // _MICROSECOND}_{job.id}"


def place_of(text: str) -> Place | None:
    """What :func:`cursor` wrote; None for "". Raises InvalidInput."""
    if not text:
        return None
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise no_such_page()
    place, since, job_id = found.groups()
    try:
        return Place(int(place) if place else None, _EPOCH + int(since) * _MICROSECOND, job_id)
    except OverflowError:
        raise no_such_page() from None


def queue_of(printer: str, jobs: Iterable[Job], now: datetime) -> PrinterQueue:
    """The queue of one printer; of ``jobs`` those that are its own count.

    A print that is over its time is taken to end now. Prints follow each other without a pause: an
    end is the earliest that can be meant.
    """
    own = [job for job in jobs if job.printer == printer]
    printing = sorted(
        (job for job in own if job.status is Status.PRINTING), key=lambda job: job.status_since
    )
    waiting = in_order(job for job in own if job.status is Status.READYTOPRINT)
    free: datetime | None = now
    running = []
    for job in printing:
        due = _end(job.status_since, job)
        running.append(QueuedJob(job=job, ends_at=due, late=due is not None and due < now))
        free = max(free, due, now) if free and due else None
    ready = []
    for job in waiting:
        if job.on_hold:
            ready.append(QueuedJob(job=job, ends_at=None))
            continue
        free = _end(free, job)
        ready.append(QueuedJob(job=job, ends_at=free))
    return PrinterQueue(
        printer=printer,
        running=tuple(running),
        ready=tuple(ready),
        hours=sum((job.hours or Decimal() for job in waiting if not job.on_hold), Decimal()),
        batches=batches(job for job in waiting if not job.on_hold),
    )


def _end(start: datetime | None, job: Job) -> datetime | None:
    if start is None or job.hours is None:
        return None
    return start + timedelta(hours=float(job.hours))


def queues(catalog: Catalog, jobs: Sequence[Job], now: datetime) -> tuple[PrinterQueue, ...]:
    """One queue for each printer of the catalog, and for each other that jobs still name."""
    names = [printer.name for printer in catalog.printers]
    others = sorted({job.printer for job in jobs} - set(names))
    return tuple(queue_of(name, jobs, now) for name in (*names, *others))


def batches(jobs: Iterable[Job]) -> tuple[Batch, ...]:
    """What can be printed without changing the material, the largest group first."""
    counted: dict[tuple[str, str, str], int] = {}
    for job in jobs:
        key = (job.material, job.color, job.method)
        counted[key] = counted.get(key, 0) + 1
    return batches_of(counted)


def batches_of(counted: Mapping[tuple[str, str, str], int]) -> tuple[Batch, ...]:
    """The groups of so many jobs of a material, color and method, the largest first."""
    order = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        Batch(material=material, color=color, method=method, count=count)
        for (material, color, method), count in order
    )


def printable_on(
    printer: Printer, jobs: Iterable[Job], *, material: str = "", color: str = ""
) -> list[Job]:
    """The ready jobs that a printer could print, whichever they are planned for.

    Its methods must be theirs and the model must fit; one that was not measured counts only for the
    printer it is planned for.
    """
    return in_order(
        job
        for job in jobs
        if job.status is Status.READYTOPRINT
        and not job.on_hold
        and job.method in printer.methods
        and material in ("", job.material)
        and color in ("", job.color)
        and (
            job.facts.goes_into(printer.build_volume) if job.facts else job.printer == printer.name
        )
    )


def new_places(order: Sequence[tuple[str, int | None]], job_id: str, before: str) -> dict[str, int]:
    """The places to write so that an order becomes :func:`moved`: what comes after the job keeps the
    place that it has, or none, wherever it can.
    """
    had = dict(order)
    ids = moved([one for one, _place in order], job_id, before)
    last = max(number for number, one in enumerate(ids) if one == job_id or had[one] is not None)
    changed, taken = {}, -1
    for one in ids[: last + 1]:
        place = had[one]
        if place is None or place <= taken:
            place = changed[one] = max(taken, 0) + 1
        taken = place
    return changed


def moved(order: Sequence[str], job_id: str, before: str) -> list[str]:
    """The ids with ``job_id`` put before another, or at the end where ``before`` is not there."""
    rest = [one for one in order if one != job_id]
    place = rest.index(before) if before in rest else len(rest)
    return [*rest[:place], job_id, *rest[place:]]


def ready_range(ahead: Ahead, machines: int = 1, days: OpenDays = NO_HOURS) -> ReadyRange | None:
    """In how many days a job that comes now for a printer is usually ready; None while none of
    its machines is in service.

    ``ahead`` are all jobs that the printer still has to print but those on hold, priced or not; one
    without a print time counts with the mean of the others. Earliest: one day for the look and the student's answer, then the printer runs day and
    night. Latest: two days more, and it runs 8 hours a day, because someone must start each print.
    ``machines`` in service share the work. With ``days`` that are counted, both are open days, and
    the 8 hours are those of an open day.
    """
    if machines < 1:
        return None
    return _after_hours(ahead, None, machines, days, (1, 2))


def forecast(
    job: Job, ahead: Ahead, machines: int, days: OpenDays, now: datetime
) -> Forecast | None:
    """When a job is usually ready; None for one that is done, or on hold.

    What isn't confirmed yet is expected as any new job: ``ahead`` is as for :func:`ready_range`,
    without it. What is, waits for those before it in the queue, and for what is printing; it is
    printed day and night at the earliest, and 8 hours a day at the latest.
    """
    if not job.status.ahead or job.on_hold:
        return None
    if not job.status.record.to_print:
        return Forecast(None, *_days(ready_range(ahead, machines, days), days, now))
    queued = job.status is Status.READYTOPRINT
    before = ahead if queued else Ahead()
    ready = _after_hours(before, job.hours, machines, days, (0, 1)) if machines > 0 else None
    return Forecast(before.jobs if queued else None, *_days(ready, days, now))


def _days(
    found: ReadyRange | None, days: OpenDays, now: datetime
) -> tuple[date | None, date | None]:
    if found is None:
        return None, None
    first, last = (
        days.day_of(days.after(now, number)) for number in (found.earliest, found.latest)
    )
    if not days.is_open_day(first):
        first = days.day_of(days.after(now, 1))
    return first, max(first, last)


def _after_hours(
    ahead: Ahead,
    own: Decimal | None,
    machines: int,
    days: OpenDays,
    plus: tuple[int, int],
) -> ReadyRange:
    """In how many days a print of ``own`` hours (None: the mean of those ahead) is done that machines
    in service begin after those ahead, and ``plus`` days for what people do.
    """
    mean = ahead.hours / ahead.known if ahead.known else USUAL_HOURS
    hours = (ahead.hours + mean * (ahead.jobs - ahead.known)) / machines
    hours += mean if own is None else own
    earliest = plus[0] + math.floor(hours / _ALL_DAY)
    latest = plus[1] + math.ceil(hours / (_open_hours(days.hours) or _STAFFED_HOURS))
    return ReadyRange(earliest, max(latest, earliest + 1), days.counted)


def _open_hours(hours: OpeningHours) -> Decimal | None:
    """How many hours an open day has, in the mean of the week; None where no hours were entered."""
    spans = [day for day in hours.week if day]
    if not spans:
        return None
    minutes = sum(span.closes - span.opens for day in spans for span in day)
    return Decimal(minutes) / 60 / len(spans)
