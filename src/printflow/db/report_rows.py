"""Queries for figures: the ways of the jobs of a period, in portions of a bounded size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    func,
    null,
    or_,
    select,
    union,
)

from ..domain.budgets import BY_BUDGET
from ..domain.currency import decimals
from ..domain.event_kind import Correction
from ..domain.job_track import FILTERS, Estimate, JobTrack, Money, Print, ReportQuery, Step
from ..domain.ledger import Entry
from ..domain.plate import PartOutcome
from ..domain.plate_track import PartTrack, RunTrack
from ..domain.price_rows import course_key
from ..domain.pricing import Price
from ..domain.status import Status, Trigger
from .schema import (
    confirmations,
    events,
    jobs,
    machines,
    part_outcomes,
    payer_claims,
    payers,
    payment_shares,
    payment_voids,
    payments,
    plate_parts,
    plate_runs,
    plates,
)
from .worklist import with_staff

_PORTION = 500
_WORDY = (
    Trigger.REJECT,
    Trigger.DECLINE,
    Trigger.WITHDRAW,
    Trigger.OVERRIDE,
    Trigger.COMPLETE,
    Correction.UNDO,
    Correction.IMPORT,
)
"""Events whose details reports read."""
_STATUS = {status.value: status for status in Status}
_ENTRIES = payment_shares.join(payments, payments.c.id == payment_shares.c.payment_id).outerjoin(
    payment_voids, payment_voids.c.payment_id == payments.c.id
)
_OUTCOME = ("at", "by", "good", "failed", "not_printed", "category", "reason", "grams_wasted")
_FIELDS = ("id", "created_at", "status", *FILTERS, "group", "grams", "cost_cents")


class SqlReportRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tracks(
        self, query: ReportQuery, since: datetime | None, until: datetime | None
    ) -> Iterator[JobTrack]:
        """The jobs that anything happened to from ``since`` to before ``until``."""
        wanted = select(*(jobs.c[name] for name in _FIELDS)).order_by(jobs.c.id)
        wanted = wanted.where(with_staff(jobs.c.id))
        for name in FILTERS:
            if value := getattr(query, name):
                wanted = wanted.where(self._is(name, value))
        if since is not None or until is not None:
            wanted = wanted.where(jobs.c.id.in_(_touched(since, until)))
        last = ""
        while True:
            page = self._connection.execute(wanted.where(jobs.c.id > last).limit(_PORTION)).all()
            yield from self._portion(page)
            if len(page) < _PORTION:
                return
            last = page[-1].id

    def _is(self, name: str, value: str) -> ColumnElement[bool]:
        """Whether a job has that value; a class number however it was typed: as ``course_key`` says, and
        nothing else does.
        """
        if name != "class_number" or not course_key(value):
            return jobs.c[name] == value
        typed = self._connection.scalars(select(jobs.c.class_number).distinct())
        return jobs.c.class_number.in_(
            [one for one in typed if course_key(one) == course_key(value)]
        )

    def _about(self, query: ReportQuery) -> list[ColumnElement[bool]]:
        """What a query asks of jobs, but the printer: that is the machine's where machines count."""
        return [
            self._is(name, value)
            for name in FILTERS
            if name != "printer" and (value := getattr(query, name))
        ]

    def _portion(self, page: Sequence[Row[Any]]) -> Iterator[JobTrack]:
        ids = [row.id for row in page]
        if not ids:
            return
        steps = self._steps(ids)
        prints = self._prints(ids)
        money = self._money(ids)
        quoted = self._estimates(ids)
        for row in page:
            yield JobTrack(
                created_at=row.created_at,
                status=_STATUS[row.status],
                grams=row.grams,
                cents=row.cost_cents,
                steps=tuple(steps[row.id]),
                prints=tuple(prints[row.id]),
                money=tuple(money[row.id]),
                estimate=quoted.get(row.id),
                group=row.group,
                **{name: getattr(row, name) for name in FILTERS},
            )

    def _steps(self, ids: list[str]) -> dict[str, list[Step]]:
        wordy = case((events.c.trigger.in_(_WORDY), events.c.details), else_=null())
        query = (
            select(
                events.c.job_id, events.c.id, events.c.at, events.c.trigger,
                events.c.source, events.c.dest, wordy,
            )
            .where(events.c.job_id.in_(ids))
            .order_by(events.c.job_id, events.c.id)
        )  # fmt: skip
        found: dict[str, list[Step]] = defaultdict(list)
        for job_id, number, at, trigger, source, dest, details in self._connection.execute(query):
            told = _told(trigger, details or {})
            step = Step(number, at, trigger, _STATUS.get(source), _STATUS[dest], *told)
            found[job_id].append(step)
        return found

    def _prints(self, ids: list[str]) -> dict[str, list[Print]]:
        part, plate, other = plate_parts.c, plates.c, plate_parts.alias("other").c
        good = func.sum(part_outcomes.c.good)
        together = select(func.count()).where(other.plate_id == part.plate_id).scalar_subquery()
        query = (
            select(
                part.job_id, plate.started_at, func.max(part_outcomes.c.at), good,
                jobs.c.quantity, together,
            )
            .select_from(plate_parts.join(plates).join(part_outcomes).join(jobs))
            .where(part.job_id.in_(ids), plate.started_at.is_not(None))
            .group_by(
                part.job_id, part.id, part.plate_id, plate.started_at, jobs.c.quantity
            )
            .having(good > 0)
            .order_by(part.id)
        )  # fmt: skip
        found: dict[str, list[Print]] = defaultdict(list)
        for job_id, begun, ended, copies, wanted, parts in self._connection.execute(query):
            found[job_id].append(Print(begun, ended, copies >= wanted and parts == 1))
        return found

    def runs(
        self, query: ReportQuery, since: datetime | None, until: datetime | None
    ) -> Iterator[RunTrack]:
        """When machines ran in that time for such jobs: by machine, in the order of the starts."""
        run = plate_runs.c
        wanted = (
            select(run.machine_id, run.started_at, run.ended_at)
            .select_from(plate_runs.join(machines, machines.c.id == run.machine_id))
            .where(*_during(run, since, until))
            .order_by(run.machine_id, run.started_at, run.id)
        )
        if query.printer:
            wanted = wanted.where(machines.c.model == query.printer)
        if about := self._about(query):
            held = select(plate_parts.c.plate_id).join(jobs).where(*about)
            wanted = wanted.where(run.plate_id.in_(held))
        for row in self._connection.execute(wanted.execution_options(yield_per=_PORTION)):
            yield RunTrack(*row)

    def parts(
        self, query: ReportQuery, since: datetime | None, until: datetime | None
    ) -> Iterator[PartTrack]:
        """What became of copies of such jobs on plates that ran in that time."""
        part, one = plate_parts.c, part_outcomes.c
        wanted = (
            select(
                part.id, plates.c.machine_id, jobs.c.material, part.copies, one.at, one.by,
                one.good, one.failed, one.not_printed, one.category, one.reason, one.grams_wasted,
            )
            .select_from(
                plate_parts.join(plates).join(machines).join(jobs).join(
                    part_outcomes, one.part_id == part.id
                )
            )
            .where(*_during(plates.c, since, until), *self._about(query))
            .order_by(part.id, one.id)
        )  # fmt: skip
        if query.printer:
            wanted = wanted.where(machines.c.model == query.printer)
        rows = self._connection.execute(wanted.execution_options(yield_per=_PORTION))
        for _, every in groupby(rows, key=lambda row: row.id):
            told = list(every)
            outcomes = tuple(
                PartOutcome(**{name: getattr(row, name) for name in _OUTCOME}) for row in told
            )
            yield PartTrack(told[0].machine_id, told[0].material, told[0].copies, outcomes)

    def _money(self, ids: list[str]) -> dict[str, list[Money]]:
        share, entry = payment_shares.c, payments.c
        query = (
            select(
                share.job_id, entry.at, share.amount_cents, entry.method, entry.waived,
                payment_voids.c.at, entry.kind, entry.account,
            )
            .select_from(_ENTRIES)
            .where(share.job_id.in_(ids))
            .order_by(share.id)
        )  # fmt: skip
        found: dict[str, list[Money]] = defaultdict(list)
        codes: dict[str, str] | None = None
        rows = self._connection.execute(query).all()
        for job_id, at, cents, method, why, voided_at, kind, account in rows:
            # A refund is no payment less: it takes from what was paid.
            waived, count = bool(why) and kind != Entry.REFUND, int(kind != Entry.REFUND)
            payer = ""
            if method == BY_BUDGET:
                codes = self._codes(ids) if codes is None else codes
                payer = account or codes.get(job_id, "")
            found[job_id].append(Money(at, cents, method, waived, count, payer))
            if voided_at is not None:
                found[job_id].append(Money(voided_at, -cents, method, waived, -count, payer))
        return found

    def _codes(self, ids: list[str]) -> dict[str, str]:
        """Who pays for which job: of several, the last, from whom refunds are taken first."""
        query = (
            select(payer_claims.c.job_id, payers.c.code)
            .join(payers, payers.c.id == payer_claims.c.payer_id)
            .where(payer_claims.c.job_id.in_(ids))
            .order_by(payer_claims.c.id)
        )
        return {row.job_id: row.code for row in self._connection.execute(query)}

    def _estimates(self, ids: list[str]) -> dict[str, Estimate]:
        """Of each job the newest quote that someone agreed to."""
        table = confirmations.c
        query = (
            select(
                table.job_id, table.grams, table.hours, table.cost_cents, table.used_at,
                table.price_lines, table.currency,
            )
            .where(table.job_id.in_(ids), table.used_at.is_not(None))
            .order_by(table.id)
        )  # fmt: skip
        return {
            row.job_id: Estimate(
                row.grams, row.hours, row.cost_cents, row.used_at,
                Price(row.price_lines, decimals(row.currency)),
            )
            for row in self._connection.execute(query)
        }  # fmt: skip


def _told(
    trigger: str, details: Mapping[str, Any]
) -> tuple[tuple[str, ...], int | None, Decimal | None]:
    """Reasons, the event that was taken back, and the final weight that an event names."""
    reasons = details.get("reasons") or ([details["reason"]] if details.get("reason") else [])
    undone = details.get("event") if trigger == Correction.UNDO else None
    grams = details.get("final_grams")
    return tuple(map(str, reasons)), undone, None if grams is None else Decimal(grams)


def _during(span: Any, since: datetime | None, until: datetime | None) -> list[Any]:
    """What began and did not end outside of the period."""
    limits: list[Any] = [span.started_at.is_not(None)]
    if since is not None:
        limits.append(or_(span.ended_at >= since, span.ended_at.is_(None)))
    if until is not None:
        limits.append(span.started_at < until)
    return limits


def _touched(since: datetime | None, until: datetime | None) -> Any:
    def within(key: Column[str], at: Column[datetime]) -> Select[Any]:
        limits = []
        if since is not None:
            limits.append(at >= since)
        if until is not None:
            limits.append(at < until)
        return select(key).where(and_(*limits))

    return union(
        within(events.c.job_id, events.c.at),
        within(payment_shares.c.job_id, payments.c.at).where(
            payment_shares.c.payment_id == payments.c.id
        ),
        within(payment_shares.c.job_id, payment_voids.c.at).where(
            payment_shares.c.payment_id == payment_voids.c.payment_id
        ),
    )
