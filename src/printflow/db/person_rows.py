"""Queries on everything of one person, and on people by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from ..domain.debts import OWING
from ..domain.history import Note
from ..domain.job import Job
from ..domain.mailbox import mailbox
from ..domain.person import FoundPerson, PersonSums, people_of
from ..domain.pick_up import ON_SHELF
from ..domain.status import Status
from ..domain.worklist import JobQuery
from . import search, worklist
from .history_rows import note_of
from .job_rows import SqlJobRows
from .ledger_rows import of_the_job
from .schema import jobs, notes, payment_shares

_NOT_ON_SHELF: Final = [status.value for status in Status if status not in ON_SHELF]
"""Said so, no database looks for a person's jobs among all that lie on the shelf."""


class SqlPersonRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def jobs(self, first: Job, after: tuple[str, str] | None, limit: int) -> Sequence[Job]:
        ids = worklist.ordered(select(jobs.c.id).where(_own(first)), JobQuery(after=after))
        return self._in_order(self._connection.scalars(ids.limit(limit)).all())

    def ready(self, first: Job) -> Sequence[Job]:
        ids = (
            select(jobs.c.id)
            .where(_own(first), jobs.c.status.not_in(_NOT_ON_SHELF), jobs.c.held_at.is_(None))
            .order_by(jobs.c.status_since, jobs.c.id)
        )
        return self._in_order(self._connection.scalars(ids).all())

    def _in_order(self, ids: Sequence[str]) -> Sequence[Job]:
        return SqlJobRows(self._connection).in_order(ids)

    def sums(self, first: Job) -> PersonSums:
        count, held = self._connection.execute(
            select(func.count(), func.count(jobs.c.held_at)).where(_own(first))
        ).one()
        paid = of_the_job(payment_shares.c.amount_cents)
        due = func.coalesce(jobs.c.cost_cents, 0) - of_the_job()
        each = (
            select(jobs.c.currency, jobs.c.status, due.label("due"), paid.label("paid"))
            .where(_own(first))
            .subquery()
        )
        owes = and_(each.c.status.in_([status.value for status in OWING]), each.c.due > 0)
        money = self._connection.execute(
            select(
                each.c.currency,
                func.coalesce(func.sum(each.c.due).filter(owes), 0),
                func.sum(each.c.paid),
            )
            .group_by(each.c.currency)
            .order_by(each.c.currency)
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

    def find(self, words: Sequence[str], limit: int) -> Sequence[FoundPerson]:
        query = worklist.holding(
            select(jobs.c.id, jobs.c.student_name, jobs.c.student_email, jobs.c.created_at).where(
                worklist.with_staff(jobs.c.id)
            ),
            words,
        ).order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
        few = search.candidates(self._connection, words)
        if few is not None:
            query = query.where(jobs.c.id.in_(few))
        rows, people, many = list[Any](), tuple[FoundPerson, ...](), 2 * limit
        while True:  # from the newest job on, until there are enough
            some = self._connection.execute(_from(query, rows[-1:]).limit(many)).all()
            rows += some
            people = people_of((_found(row) for row in rows), words)[:limit]
            if len(people) == limit or len(some) < many:
                return self._counted(people, words)
            many *= 2

    def _counted(
        self, people: Sequence[FoundPerson], words: Sequence[str]
    ) -> Sequence[FoundPerson]:
        """The people with the number of all their jobs that hold the words."""
        address = func.lower(jobs.c.student_email)
        query = worklist.holding(
            select(address, func.count())
            .where(
                worklist.with_staff(jobs.c.id),
                jobs.c.mailbox.in_({mailbox(one.email) for one in people if one.email}),
            )
            .group_by(address),
            words,
        )
        counts: dict[str, int] = {}
        for email, count in self._connection.execute(query):
            counts[email.casefold()] = counts.get(email.casefold(), 0) + int(count)
        return [
            replace(one, jobs=counts.get(one.email.casefold(), one.jobs) if one.email else 1)
            for one in people
        ]


def _from(query: Select[Any], last: Sequence[Any]) -> Select[Any]:
    """What comes behind the last row."""
    for row in last:
        at = literal(row.created_at, jobs.c.created_at.type)
        behind = tuple_(jobs.c.created_at, jobs.c.id) < tuple_(at, literal(row.id, jobs.c.id.type))
        query = query.where(behind)
    return query


def _found(row: Any) -> FoundPerson:
    return FoundPerson(name=row.student_name, email=row.student_email, job_id=row.id, jobs=1)


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
