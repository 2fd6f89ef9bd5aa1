"""A lab with years of jobs, written straight into its tables.

Every status holds at least one full page of the dashboard, in a small lab as in a large one, so
that pages of both show as much; of the statuses that someone still works on a lab never has more
than a thousand jobs each.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Integer, String, Table, insert, text

from printflow import Printflow, Status
from printflow.db import search
from printflow.db.engine import open_engine, writing
from printflow.db.schema import (
    confirmations,
    events,
    job_files,
    jobs,
    machines,
    notes,
    outbox,
    part_outcomes,
    payment_shares,
    payments,
    plate_parts,
    plate_runs,
    plates,
    requests,
)
from tests.benchmarks.one_job import ACTIVE, RARE_PRINTER, RARE_WORD, Floor, OneJob, machine_rows

__all__ = ["ORDER", "RARE_PRINTER", "RARE_WORD", "Plan", "complete", "fill"]

BATCH: Final = 2000
ORDER: Final = (requests, jobs, job_files, notes, events, confirmations, payments,
                 payment_shares, outbox, machines, plates, plate_runs, plate_parts,
                 part_outcomes)  # fmt: skip
"""Rows that others point to come first."""
PRINTING: Final = 60
"""No lab has more machines at work; of what else someone works on it has up to a thousand."""
TOGETHER: Final = 6
"""Each so many jobs, one was sent together with the one before it."""
RARE: Final = 120
"""About so many jobs have the rare word, and as many the rare printer; in a lab of fewer, all the word."""
_CLOSED: Final = {"ARCHIVED": 0.75, "PAIDPICKEDUP": 0.15, "REJECTED": 0.10}
_EMPTY: Final = {Integer: 0, String: ""}


@dataclass(frozen=True)
class Plan:
    """How many jobs of each status, over how many years before ``now``."""

    count: int
    years: float = 10.0
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    seed: int = 7

    def statuses(self) -> list[str]:
        """The statuses of all jobs, oldest first: what is closed is older."""
        each = min(1000, max(self.count // 8, 1))
        printing = min(each, PRINTING)
        closed = self.count - each * (len(ACTIVE) - 1) - printing
        chance = random.Random(self.seed)
        shares = [status for status, share in _CLOSED.items() for _ in range(int(closed * share))]
        shares += ["ARCHIVED"] * (closed - len(shares))
        chance.shuffle(shares)
        active = [status for status in ACTIVE if status != "PRINTING"] * each
        active += ["PRINTING"] * printing
        chance.shuffle(active)
        return [*shares, *active]


def fill(lab: Printflow, plan: Plan) -> None:
    """Write the plan's jobs with their files, events, mails, quotes, prints and payments."""
    engine = open_engine(lab.settings.database)
    try:
        with writing(engine) as connection:
            _write(connection, plan)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("VACUUM ANALYZE"))
    finally:
        engine.dispose()


def _write(connection: Connection, plan: Plan) -> None:
    gathered: dict[Table, list[dict[str, Any]]] = {}
    for number, (table, row) in enumerate(_rows(plan)):
        gathered.setdefault(table, []).append(row)
        if number % (BATCH * 20) == 0:
            _flush(connection, gathered)
    _flush(connection, gathered)
    search.rebuild(connection)
    if connection.dialect.name == "postgresql":
        for table in ORDER:
            if table is jobs:
                continue
            name = table.name
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "
                    f"GREATEST((SELECT max(id) FROM {name}), 1))"
                )
            )


def _flush(connection: Connection, gathered: dict[Table, list[dict[str, Any]]]) -> None:
    for table in ORDER:
        rows = gathered.pop(table, [])
        for start in range(0, len(rows), BATCH):
            connection.execute(insert(table), rows[start : start + BATCH])


def complete(table: Table, given: Mapping[str, Any]) -> dict[str, Any]:
    """The row with something in every column that wants it: tables grow."""
    row = dict(given)
    for column in table.c:
        if column.name in row or column.nullable or column.server_default is not None:
            continue
        if column.default is None and not column.primary_key:
            row[column.name] = next(
                (v for kind, v in _EMPTY.items() if isinstance(column.type, kind)), 0
            )
    return row


def _rows(plan: Plan) -> Iterator[tuple[Table, dict[str, Any]]]:
    chance = random.Random(plan.seed)
    statuses = plan.statuses()
    step = timedelta(days=365.25 * plan.years) / len(statuses)
    event_id = 0
    every = max(len(statuses) // RARE, 1)
    last, floor = None, Floor(plan.now)
    for table, row in machine_rows(plan.now - timedelta(days=365.25 * plan.years)):
        yield table, complete(table, row)
    for number, status in enumerate(statuses, 1):
        created = plan.now - step * (len(statuses) - number + 1)
        rare = number % every
        with_it = last if number % TOGETHER == 0 and rare > 1 else None
        job = OneJob(number, Status(status), created, chance, plan.now, rare, with_it, floor)
        last = job
        for table, row in job.rows(event_id):
            yield table, complete(table, row)
        event_id += len(job.way)
