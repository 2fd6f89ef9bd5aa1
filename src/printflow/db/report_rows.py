"""Queries for figures: the ways of the jobs of a period, in portions of a bounded size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, and_, case, func, null, or_, select, union

from ..domain.event_kind import Correction
from ..domain.job_track import FILTERS, Estimate, JobTrack, Money, Print, ReportQuery, Step
from ..domain.status import Status, Trigger
from .schema import (
    confirmations,
    events,
    jobs,
    machines,
    part_outcomes,
    payment_shares,
    payment_voids,
    payments,
    plate_parts,
    plates,
)

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
_FIELDS = ("id", "created_at", "status", *FILTERS, "grams", "cost_cents")


class SqlReportRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tracks(
        self, query: ReportQuery, since: datetime | None, until: datetime | None
    ) -> Iterator[JobTrack]:
        """The jobs that anything happened to from ``since`` to before ``until``."""
        wanted = select(*(jobs.c[name] for name in _FIELDS)).order_by(jobs.c.id)
        for name in FILTERS:
            if value := getattr(query, name):
                wanted = wanted.where(jobs.c[name] == value)
        if since is not None or until is not None:
            wanted = wanted.where(jobs.c.id.in_(_touched(since, until)))
        last = ""
        while True:
            page = self._connection.execute(wanted.where(jobs.c.id > last).limit(_PORTION)).all()
            yield from self._portion(page)
            if len(page) < _PORTION:
                return
            last = page[-1].id

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
        part, plate, outcome = plate_parts.c, plates.c, part_outcomes.c
        query = (
            select(
                part.job_id, part.id, machines.c.model, plate.started_at,
                func.max(outcome.at), func.sum(outcome.good), func.sum(outcome.failed),
                func.max(outcome.reason), plate.ended_at,
            )
            .select_from(
                plate_parts.join(plates)
                .join(machines)
                .outerjoin(part_outcomes, outcome.part_id == part.id)
            )
            .where(part.job_id.in_(ids), plate.started_at.is_not(None))
            .group_by(
                part.job_id, part.id, machines.c.model, plate.started_at, plate.ended_at
            )
            .order_by(part.id)
        )  # fmt: skip
        found: dict[str, list[Print]] = defaultdict(list)
        for job_id, _, model, begun, at, good, failed, reason, ended in self._connection.execute(
            query
        ):
            result = (
                "" if at is None else "failed" if failed else "completed" if good else "abandoned"
            )
            found[job_id].append(Print(model, begun, ended, result, reason or ""))
        return found

    def _money(self, ids: list[str]) -> dict[str, list[Money]]:
        share, entry = payment_shares.c, payments.c
        query = (
            select(
                share.job_id, entry.at, share.amount_cents, entry.method, entry.waived,
                payment_voids.c.at,
            )
            .select_from(_ENTRIES)
            .where(share.job_id.in_(ids))
            .order_by(share.id)
        )  # fmt: skip
        found: dict[str, list[Money]] = defaultdict(list)
        for job_id, at, cents, method, waived, voided_at in self._connection.execute(query):
            found[job_id].append(Money(at, cents, method, bool(waived)))
            if voided_at is not None:
                found[job_id].append(Money(voided_at, -cents, method, bool(waived), -1))
        return found

    def _estimates(self, ids: list[str]) -> dict[str, Estimate]:
        """Of each job the newest quote that someone agreed to."""
        table = confirmations.c
        query = (
            select(table.job_id, table.grams, table.hours, table.cost_cents)
            .where(table.job_id.in_(ids), table.used_at.is_not(None))
            .order_by(table.id)
        )
        rows = self._connection.execute(query)
        return {job_id: Estimate(grams, hours, cents) for job_id, grams, hours, cents in rows}


def _told(
    trigger: str, details: Mapping[str, Any]
) -> tuple[tuple[str, ...], int | None, Decimal | None]:
    """Reasons, the event that was taken back, and the final weight that an event names."""
    reasons = details.get("reasons") or ([details["reason"]] if details.get("reason") else [])
    undone = details.get("event") if trigger == Correction.UNDO else None
    grams = details.get("final_grams")
    return tuple(map(str, reasons)), undone, None if grams is None else Decimal(grams)


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
        _printing(since, until),
    )


def _printing(since: datetime | None, until: datetime | None) -> Select[Any]:
    """Jobs of which a print ran in the period, wherever it began and ended."""
    table = plates.c
    limits: list[Any] = [table.started_at.is_not(None)]
    if since is not None:
        limits.append(or_(table.ended_at >= since, table.ended_at.is_(None)))
    if until is not None:
        limits.append(table.started_at < until)
    return select(plate_parts.c.job_id).join(plates).where(and_(*limits))
