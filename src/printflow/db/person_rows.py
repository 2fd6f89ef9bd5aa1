"""Queries on everything of one person, and on people by their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from ..domain.debts import OWING
from ..domain.history import Note
from ..domain.job import Job
from ..domain.mailbox import mailbox
from ..domain.person import FoundPerson, PersonSums
from ..domain.pick_up import ON_SHELF
from ..domain.worklist import JobQuery
from . import search, worklist
from .history_rows import note_of
from .job_rows import SqlJobRows
from .ledger_rows import SETTLED
from .schema import jobs, notes


class SqlPersonRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def jobs(self, first: Job, after: tuple[str, str] | None, limit: int) -> Sequence[Job]:
        ids = worklist.ordered(select(jobs.c.id).where(_own(first)), JobQuery(after=after))
        return self._in_order(self._connection.scalars(ids.limit(limit)).all())

    def ready(self, first: Job) -> Sequence[Job]:
        ids = (
            select(jobs.c.id)
            .where(_own(first), jobs.c.status.in_(ON_SHELF), jobs.c.held_at.is_(None))
            .order_by(jobs.c.status_since, jobs.c.id)
        )
        return self._in_order(self._connection.scalars(ids).all())

    def _in_order(self, ids: Sequence[str]) -> Sequence[Job]:
        return SqlJobRows(self._connection).in_order(ids)

    def sums(self, first: Job) -> PersonSums:
        count, held = self._connection.execute(
            select(func.count(), func.count(jobs.c.held_at)).where(_own(first))
        ).one()
        settled = SETTLED.subquery()
        due = func.coalesce(jobs.c.cost_cents, 0) - func.coalesce(settled.c.paid, 0)
        due -= func.coalesce(settled.c.waived, 0)
        owes = and_(jobs.c.status.in_([status.value for status in OWING]), due > 0)
        money = self._connection.execute(
            select(
                jobs.c.currency,
                func.coalesce(func.sum(due).filter(owes), 0),
                func.coalesce(func.sum(settled.c.paid), 0),
            )
            .select_from(jobs.outerjoin(settled, settled.c.job_id == jobs.c.id))
            .where(_own(first))
            .group_by(jobs.c.currency)
            .order_by(jobs.c.currency)
        ).all()
        return PersonSums(
            count=int(count),
            held=int(held),
            owed={currency: int(owed) for currency, owed, _paid in money if owed},
            paid={currency: int(paid) for currency, _owed, paid in money if paid},
        )

    def messages(self, first: Job, limit: int) -> Sequence[tuple[str, Note]]:
        query = (
            select(notes)
            .join(jobs, jobs.c.id == notes.c.job_id)
            .where(_own(first), or_(notes.c.for_student, notes.c.from_student))
            .order_by(notes.c.at.desc(), notes.c.id.desc())
            .limit(limit)
        )
        return [(row.job_id, note_of(row)) for row in self._connection.execute(query)]

    def find(self, words: Sequence[str]) -> Sequence[FoundPerson]:
        who = func.coalesce(func.nullif(jobs.c.student_email, ""), jobs.c.id), jobs.c.student_name
        newest = jobs.c.created_at.desc(), jobs.c.id.desc()
        query = worklist.holding(
            select(
                jobs.c.id,
                jobs.c.student_name,
                jobs.c.student_email,
                jobs.c.created_at,
                func.count().over(partition_by=who).label("jobs"),
                func.row_number().over(partition_by=who, order_by=newest).label("place"),
            ).where(worklist.with_staff(jobs.c.id)),
            words,
        )
        few = search.candidates(self._connection, words)
        if few is not None:
            query = query.where(jobs.c.id.in_(few))
        found = query.subquery()
        newest_of_each = (
            select(found)
            .where(found.c.place == 1)
            .order_by(found.c.created_at.desc(), found.c.id.desc())
        )
        return [
            FoundPerson(
                name=row.student_name, email=row.student_email, job_id=row.id, jobs=row.jobs
            )
            for row in self._connection.execute(newest_of_each)
        ]


def _own(first: Job) -> ColumnElement[bool]:
    """The jobs of the person: the address says who that is, its mailbox finds it by an index. None
    that waits for its address, but the one asked for.
    """
    if not first.student_email:
        return jobs.c.id == first.id
    same: Any = and_(
        jobs.c.mailbox == mailbox(first.student_email),
        func.lower(jobs.c.student_email) == first.student_email.lower(),
    )
    return and_(same, or_(worklist.with_staff(jobs.c.id), jobs.c.id == first.id))
