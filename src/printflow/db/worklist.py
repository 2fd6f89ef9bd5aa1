"""The conditions of a list of jobs in SQL, each with an index behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    extract,
    func,
    literal,
    or_,
    select,
    text,
    type_coerce,
    union_all,
)

from ..domain.attention import HANDED_OUT, Attention, Flag
from ..domain.job import FileState
from ..domain.pick_up import ON_SHELF
from ..domain.plate import PlateState
from ..domain.worklist import ACTIVE, JobQuery, Sort
from .ledger_rows import UNPAID
from .schema import (
    FACETS,
    NEW_JOBS,
    confirmations,
    events,
    job_files,
    jobs,
    notes,
    outbox,
    plate_parts,
    plates,
)

_ORDERS = {
    Sort.NEWEST: (jobs.c.created_at, True),
    Sort.OLDEST: (jobs.c.created_at, False),
    Sort.WAITING: (jobs.c.status_since, False),
    Sort.NAME: (jobs.c.student_name, False),
    Sort.NEEDED: (jobs.c.needed_by, False),
}
_TROUBLED = [state.value for state in (FileState.MISSING, FileState.BUSY, FileState.PARKED)]
_HELD = select(jobs.c.id).where(jobs.c.held_at.is_not(None))


_WAITING = jobs.alias("waiting_jobs")
"""Under a name of its own, so that it stands beside the jobs of any query."""
_UNCONFIRMED = _WAITING.c.unconfirmed_since.is_not(None)
UNCONFIRMED = select(_WAITING.c.id).where(_UNCONFIRMED)
"""The ids of the jobs whose address is to be confirmed yet: few, found by an index of their own, so
that no list needs another column for them in its own index.
"""
BY_STATUS = union_all(
    select(jobs.c.status, func.count()).group_by(jobs.c.status),
    # Taken off, so that the many are counted in the smallest index alone.
    select(_WAITING.c.status, -func.count()).where(_UNCONFIRMED).group_by(_WAITING.c.status),
)


def with_staff(job_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether staff see the job at all. Every list, count and report asks this."""
    return job_id.not_in(UNCONFIRMED)


def facets(query: JobQuery, limit: int) -> CompoundSelect[Any] | None:
    """Name and id of the jobs that have each wanted printer, color and so on, ``limit`` of each."""
    parts = []
    for name in FACETS:
        if wanted := getattr(query, name):
            some = select(jobs.c.id).where(jobs.c[name] == wanted).limit(limit).subquery()
            parts.append(select(literal(name).label("facet"), some.c.id))
    return union_all(*parts) if parts else None


def words_of(query: JobQuery) -> list[str]:
    """The words that are searched for, as the searched text holds them."""
    return query.search.casefold().split()


def narrowed(
    rows: Select[Any], query: JobQuery, candidates: Collection[str] | None = None
) -> Select[Any]:
    """The jobs of the query, in its order, from its place on; see :func:`matching`."""
    return ordered(matching(rows, query, candidates), query)


def matching(
    rows: Select[Any], query: JobQuery, candidates: Collection[str] | None = None
) -> Select[Any]:
    """The jobs of the query, in no order.

    ``candidates`` are the only ones that can hold the words of a search, where that is known.
    """
    if query.held:
        rows = rows.where(jobs.c.held_at.is_not(None))
    rows = rows.where(jobs.c.id.in_(UNCONFIRMED) if query.unconfirmed else with_staff(jobs.c.id))
    if query.status is not None:
        rows = rows.where(jobs.c.status == query.status.value)
    for name in FACETS:
        if wanted := getattr(query, name):
            # As an expression, so that the list is walked in its order: what is rare enough for
            # an index of its own is among the candidates already.
            rows = rows.where(func.coalesce(jobs.c[name], "") == wanted)
    if query.since is not None:
        rows = rows.where(jobs.c.created_at >= query.since)
    if query.until is not None:
        rows = rows.where(jobs.c.created_at < query.until)
    if query.before is not None:
        rows = rows.where(jobs.c.status_since < query.before)
    if candidates is not None:
        rows = rows.where(jobs.c.id.in_(candidates))
    return holding(rows, words_of(query))


def holding(rows: Select[Any], words: Sequence[str]) -> Select[Any]:
    """The jobs whose searched text holds all of the words."""
    for word in words:
        rows = rows.where(jobs.c.search_text.like(_like(word), escape="\\"))
    return rows


def ordered(rows: Select[Any], query: JobQuery) -> Select[Any]:
    """The rows in the query's order, from its place on."""
    column, falling = _ORDERS[query.sort]
    if query.after is not None:
        value: Any = query.after[0]
        if query.sort is not Sort.NAME:
            value = datetime.fromisoformat(value)
            value = value.date() if query.sort is Sort.NEEDED else value
        beyond = column < value if falling else column > value
        id_beyond = jobs.c.id < query.after[1] if falling else jobs.c.id > query.after[1]
        rows = rows.where(or_(beyond, and_(column == value, id_beyond)))
    order = (column, jobs.c.id)
    return rows.order_by(*(part.desc() if falling else part for part in order))


def _like(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


_ENDS = 5 * extract("epoch", plates.c.started_at) + 18 * type_coerce(plates.c.hours, BigInteger)
"""When a plate should end, in fifths of a second, so that thousandths of an hour stay whole."""


def by_flag(attention: Attention) -> dict[Flag, Select[tuple[str]]]:
    """The ids of the jobs that have each flag; a job may come more than once."""
    return _by_flag(moments(attention))


def moments(attention: Attention) -> dict[str, Any]:
    """What the flags are told by, as parameters of :func:`flags_among`."""
    found = {
        "now": attention.now,
        "overdue": 5 * int(attention.overdue.timestamp()),
        "aged": attention.aged,
    }
    return found if attention.unclaimed is None else {**found, "unclaimed": attention.unclaimed}


def _by_flag(at: Mapping[str, Any]) -> dict[Flag, Select[tuple[str]]]:
    """``at`` has the moments, or the parameters that stand for them."""
    found = {
        Flag.LAPSED: select(confirmations.c.job_id).where(
            confirmations.c.used_at.is_(None),
            confirmations.c.voided_at.is_(None),
            confirmations.c.expires_at <= at["now"],
            confirmations.c.job_id.not_in(_HELD),
        ),
        Flag.FILE: select(job_files.c.job_id).where(job_files.c.state.in_(_TROUBLED)),
        Flag.MAIL: select(outbox.c.job_id).where(
            outbox.c.state == "dead", outbox.c.job_id.is_not(None)
        ),
        Flag.OVERDUE: select(plate_parts.c.job_id)
        .join(plates, plates.c.id == plate_parts.c.plate_id)
        .join(jobs, jobs.c.id == plate_parts.c.job_id)
        .where(
            plates.c.state == PlateState.RUNNING.value,
            type_coerce(at["overdue"], BigInteger) > _ENDS,
            jobs.c.copies_printing > 0,
        ),
        Flag.UNPAID: UNPAID,
        Flag.MESSAGE: select(jobs.c.id).where(jobs.c.asked_at.is_not(None)),
        Flag.CANCEL: select(jobs.c.id).where(jobs.c.cancel_asked_at.is_not(None)),
        Flag.AGE: select(jobs.c.id).where(
            jobs.c.status.in_([status.value for status in ACTIVE]),
            jobs.c.status_since < at["aged"],
            jobs.c.held_at.is_(None),
        ),
    }
    if "unclaimed" in at:
        found[Flag.UNCLAIMED] = select(jobs.c.id).where(
            jobs.c.status.in_(ON_SHELF),
            jobs.c.status_since < at["unclaimed"],
            jobs.c.held_at.is_(None),
        )
    return {flag: query.where(with_staff(*query.selected_columns)) for flag, query in found.items()}


def flagged(attention: Attention) -> CompoundSelect[tuple[str]]:
    """The ids of all jobs that have any flag; a job may come more than once.

    A UNION that removes what is doubled would have every part sorted by id, which costs more
    than all the rest.
    """
    return union_all(*by_flag(attention).values())


def _standing_for(given: Iterable[str]) -> dict[str, Any]:
    return {name: bindparam(name) for name in given}


@cache
def attention_counts(given: tuple[str, ...], *, unpaid: bool) -> CompoundSelect[Any]:
    """How many jobs have a flag that is found by an index; which of them were handed out; and which
    are unpaid, where that is asked. Made once; ``given`` are the names of its :func:`moments`.
    """
    others = _by_flag(_standing_for(given))
    owing = others.pop(Flag.UNPAID).subquery()
    flagged = union_all(*others.values()).cte("flagged")
    job_id = flagged.c[0]
    handed_out = jobs.c.status.in_([status.value for status in HANDED_OUT])
    parts: list[Any] = [
        select(literal("number"), literal(""), func.count(job_id.distinct())),
        select(literal("both"), jobs.c.id, literal(0)).where(
            jobs.c.id.in_(select(job_id)), handed_out
        ),
    ]
    if unpaid:
        parts.append(select(literal("unpaid"), owing.c[0], literal(0)))
    return union_all(*parts)


@cache
def flags_among(given: tuple[str, ...]) -> CompoundSelect[Any]:
    """Job id and flag of those jobs that are among ``ids``, a parameter beside the ``given`` ones of
    :func:`moments`; in one statement, which is made once.
    """
    parts = []
    for flag, query in _by_flag(_standing_for(given)).items():
        (column,) = query.selected_columns
        some = query.where(column.in_(bindparam("ids", expanding=True)))
        parts.append(some.add_columns(literal(flag.value).label("flag")))
    return union_all(*parts)


NEW = text(NEW_JOBS)
"""Jobs that nobody has reviewed yet, in the words of their index, which no parameter matches."""
ASIDE = select(
    select(func.count(jobs.c.id)).where(NEW).scalar_subquery(),
    select(func.count()).select_from(_HELD.subquery()).scalar_subquery(),
    select(func.count()).select_from(UNCONFIRMED.subquery()).scalar_subquery(),
    select(func.max(events.c.id)).scalar_subquery(),
    select(func.max(notes.c.id)).scalar_subquery(),
    select(func.max(job_files.c.inspected_at)).scalar_subquery(),
)
