"""Queries on what waits for a printer: the first rows, counts and sums, and places in the order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    text,
    true,
    tuple_,
    union_all,
    update,
)

from ..domain.job import Job
from ..domain.plate_time import share_of
from ..domain.queueing import Ahead, Place, Waits, batches_of, place_in_queue
from ..domain.status import Status
from .job_rows import SqlJobRows
from .schema import JOBS_AHEAD, JOBS_WAITING, jobs
from .wakeup import stir
from .worklist import with_staff

_AHEAD = text(JOBS_AHEAD)
_WAITS = and_(_AHEAD, text(JOBS_WAITING))
"""Jobs ahead, and those of them that wait, in the words of their indexes, which no parameter matches."""
_BEGUN = jobs.c.copies_good + jobs.c.copies_printing > 0
_FREE = jobs.c.held_at.is_(None)
_NOT_TO_PRINT = [status.value for status in Status if not status.record.to_print]
_READY = jobs.c.status == Status.READYTOPRINT.value
_SUMS = (func.count(), func.count(jobs.c.hours), func.sum(jobs.c.hours))
_LEFT = jobs.c.quantity - jobs.c.copies_good - jobs.c.copies_printing
_FREE_HOURS = func.sum(case((_FREE, jobs.c.hours)))
_BATCH = (jobs.c.printer, jobs.c.material, jobs.c.color, jobs.c.method)
_KEY = (jobs.c.queue_place, jobs.c.status_since, jobs.c.id)
# Put together once: every page of a student asks it.
_ALL_AHEAD = (
    select(jobs.c.printer, *_SUMS)
    .where(_AHEAD, _FREE, with_staff(jobs.c.id))
    .group_by(jobs.c.printer)
)
_AHEAD_OF = select(*_SUMS).where(
    _AHEAD,
    _FREE,
    with_staff(jobs.c.id),
    jobs.c.printer == bindparam("printer"),
    jobs.c.id != bindparam("job"),
)
_PUT = update(jobs).where(jobs.c.id == bindparam("moved_id")).values(queue_place=bindparam("place"))


_AT_MACHINES = and_(_AHEAD, jobs.c.status.not_in(_NOT_TO_PRINT))
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_ON_PLATES = select(jobs.c.id).where(_AT_MACHINES, jobs.c.id.in_(_IDS))
_NEWEST = (jobs.c.created_at.desc(), jobs.c.id.desc())


def _loose() -> Select[Any]:
    number = func.row_number().over(partition_by=jobs.c.printer, order_by=_NEWEST)
    others = (
        select(jobs.c.id, number.label("number"))
        .where(_AT_MACHINES, jobs.c.copies_printing > 0, jobs.c.id.not_in(_IDS))
        .order_by(*_NEWEST)
        .subquery()
    )
    return select(others.c.id).where(others.c.number <= bindparam("most"))


# What the print room asks for each time is put together once: that costs more than the asking.
_LOOSE = _loose()
_APART = or_(_BEGUN, jobs.c.id.in_(_IDS))
_WHOLE = (
    select(*_BATCH, func.count(), func.count(case((_FREE, 1))), _FREE_HOURS)
    .where(_WAITS, not_(_APART))
    .group_by(*_BATCH)
)
_EACH = select(jobs.c.id, *_BATCH, jobs.c.held_at, jobs.c.hours, jobs.c.quantity, _LEFT).where(
    _WAITS, _APART
)


def _placed(placed: bool) -> ColumnElement[bool]:
    return jobs.c.queue_place.is_not(None) if placed else jobs.c.queue_place.is_(None)


def _sooner(placed: bool) -> ColumnElement[bool]:
    """What comes before a job that has a place, or one that has none."""
    stands = [
        bindparam(name, type_=column.type) for name, column in zip(_STANDS, _KEY, strict=True)
    ]
    if placed:
        return and_(_placed(True), tuple_(*_KEY) < tuple_(*stands))
    return or_(_placed(True), and_(_placed(False), tuple_(*_KEY[1:]) < tuple_(*stands[1:])))


_STANDS = ("stands_at", "stands_since", "stands_id")
"""The parameters for where a job stands, as its key."""
_BEFORE = {
    placed: select(*_SUMS).where(
        _AHEAD,
        jobs.c.printer == bindparam("printer"),
        jobs.c.id != bindparam("job"),
        or_(jobs.c.status == Status.PRINTING.value, and_(_READY, _FREE, _sooner(placed))),
    )
    for placed in (True, False)
}


class SqlQueueRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def first(
        self,
        printers: Collection[str],
        *,
        limit: int,
        without: Collection[str] = (),
        after: Place | None = None,
    ) -> Sequence[Job]:
        names = {f"printer_{number}": name for number, name in enumerate(printers)}
        if after is None:
            asked = {**names, "most": limit, "ids": list(without)}
            return self._walked(_first_of(tuple(names)), asked, limit)
        where = and_(_WAITS, jobs.c.id.not_in(list(without)))
        return self._walked(_walk(tuple(names), where, after), {**names, "most": limit}, limit)

    def ready(
        self,
        printers: Collection[str],
        *,
        methods: Collection[str],
        material: str,
        color: str,
        limit: int,
        after: Place | None,
    ) -> Sequence[Job]:
        where = and_(_WAITS, _READY, _FREE, jobs.c.method.in_(list(methods)))
        if material:
            where = and_(where, jobs.c.material == material)
        if color:
            where = and_(where, jobs.c.color == color)
        names = {f"printer_{number}": name for number, name in enumerate(printers)}
        return self._walked(_walk(tuple(names), where, after), {**names, "most": limit}, limit)

    def _walked(
        self, query: CompoundSelect[Any] | None, asked: Mapping[str, Any], limit: int
    ) -> Sequence[Job]:
        found: dict[str, list[str]] = {}
        if query is not None:
            for job_id, printer in self._connection.execute(query, asked):
                found.setdefault(printer, []).append(job_id)
        ids = [job_id for some in found.values() for job_id in some[:limit]]
        return SqlJobRows(self._connection).in_order(ids)

    def printers(self) -> Collection[str]:
        query = select(jobs.c.printer).where(_WAITS).distinct()
        return set(self._connection.scalars(query))

    def at_machines(self, job_ids: Collection[str], *, loose: int) -> Sequence[Job]:
        ids = list(job_ids)
        found: list[str] = []
        if ids:
            found += self._connection.scalars(_ON_PLATES, {"ids": ids})
        if loose:
            found += self._connection.scalars(_LOOSE, {"ids": ids, "most": loose})
        return SqlJobRows(self._connection).in_order(found)

    def waits(self, planned: Mapping[str, int]) -> Mapping[str, Waits]:
        ids = {"ids": list(planned)}
        rows: list[Any] = list(self._connection.execute(_WHOLE, ids))
        # Those of which copies are begun or planned are few: each is looked at.
        for job_id, *batch, held_at, hours, wanted, left in self._connection.execute(_EACH, ids):
            copies = left - planned.get(job_id, 0)
            if copies > 0:
                free = held_at is None
                share = None if hours is None or not free else share_of(hours, copies, wanted)
                rows.append((*batch, 1, int(free), share))
        return _together(rows)

    def ahead(self) -> Mapping[str, Ahead]:
        rows = self._connection.execute(_ALL_AHEAD)
        return {printer: _ahead(*sums) for printer, *sums in rows}

    def ahead_of(self, job: Job) -> Ahead:
        own = {"printer": job.printer, "job": job.id}
        return _ahead(*self._connection.execute(_AHEAD_OF, own).one())

    def before(self, job: Job) -> Ahead:
        place = place_in_queue(job)
        stands = dict(zip(_STANDS, (place.place, place.since, place.job_id), strict=True))
        own = {"printer": job.printer, "job": job.id, **stands}
        query = _BEFORE[place.place is not None]
        return _ahead(*self._connection.execute(query, own).one())

    def order(self, printer: str) -> Sequence[tuple[str, int | None]]:
        query = select(jobs.c.id, jobs.c.queue_place).where(_WAITS, jobs.c.printer == printer)
        found = self._connection.execute(query.order_by(jobs.c.queue_place.is_(None), *_KEY))
        return [(job_id, place) for job_id, place in found]

    def put(self, places: Mapping[str, int]) -> None:
        if places:
            rows = [{"moved_id": job_id, "place": place} for job_id, place in places.items()]
            self._connection.execute(_PUT, rows)
            stir(self._connection)


def _walk(
    names: Iterable[str], where: ColumnElement[bool], after: Place | None
) -> CompoundSelect[Any] | None:
    """The first ``most`` jobs of each printer that a parameter names: of its two parts, those with a
    place and those without, each is walked by its index, and no further than is wanted.
    """
    parts = []
    for name in names:
        for placed in (True, False):
            beyond = _beyond(placed, after)
            if beyond is None:
                continue
            some = (
                select(jobs.c.id, jobs.c.printer)
                .where(where, jobs.c.printer == bindparam(name), _placed(placed), beyond)
                .order_by(*_KEY)
                .limit(bindparam("most"))
                .subquery()
            )
            parts.append(select(some.c.id, some.c.printer))
    return union_all(*parts) if parts else None


@cache
def _first_of(names: tuple[str, ...]) -> CompoundSelect[Any] | None:
    """The same for all that waits, but for some ``ids``; made once for each number of printers."""
    return _walk(names, and_(_WAITS, jobs.c.id.not_in(_IDS)), None)


def _beyond(placed: bool, after: Place | None) -> ColumnElement[bool] | None:
    """What comes after a place, of the jobs with a place or those without; None for none of them."""
    if after is None or (not placed and after.place is not None):
        return true()
    if placed:
        return None if after.place is None else tuple_(*_KEY) > tuple_(*_values(after))
    return tuple_(*_KEY[1:]) > tuple_(*_values(after)[1:])


def _values(place: Place) -> tuple[BindParameter[Any], ...]:
    values = (place.place, place.since, place.job_id)
    return tuple(literal(value, column.type) for value, column in zip(values, _KEY, strict=True))


def _ahead(count: int, known: int, hours: Decimal | None) -> Ahead:
    return Ahead(jobs=int(count), known=int(known), hours=hours or Decimal())


def _together(rows: Iterable[Any]) -> dict[str, Waits]:
    counts: dict[str, int] = {}
    sums: dict[str, Decimal] = {}
    free: dict[str, dict[tuple[str, str, str], int]] = {}
    for printer, material, color, method, count, unheld, hours in rows:
        counts[printer] = counts.get(printer, 0) + int(count)
        sums[printer] = sums.get(printer, Decimal()) + (hours or Decimal())
        if unheld:
            of, key = free.setdefault(printer, {}), (material, color, method)
            of[key] = of.get(key, 0) + int(unheld)
    return {
        printer: Waits(count=count, hours=sums[printer], batches=batches_of(free.get(printer, {})))
        for printer, count in counts.items()
    }
