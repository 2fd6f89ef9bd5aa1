"""Queries on machines, plates, their parts, and what became of these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from ..domain.plate import Machine, PartOutcome, Plate, PlatePart, PlateState, Run
from ..ports import DuplicateKey
from .schema import machines, part_outcomes, plate_parts, plate_runs, plates

_MACHINE = tuple(field.name for field in fields(Machine))
_PORTION = 500
_OUTCOME = tuple(field.name for field in fields(PartOutcome))

# What the print room and students' pages ask for each time is put together once: that costs more than the asking.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_MACHINES = select(*(machines.c[name] for name in _MACHINE)).order_by(machines.c.id)
_BUSY = select(plates.c.machine_id, plates.c.started_at, plates.c.hours).where(
    plates.c.state == PlateState.RUNNING
)
_OF_MODEL = (
    select(
        *(machines.c[name] for name in _MACHINE),
        machines.c.id.in_(
            select(plates.c.machine_id).where(plates.c.state == PlateState.RUNNING)
        ).label("prints"),
    )
    .where(machines.c.model == bindparam("model"))
    .order_by(machines.c.id)
)
_IDLE = (
    select(plate_runs.c.machine_id, func.max(plate_runs.c.ended_at))
    .where(plate_runs.c.ended_at.is_not(None))
    .group_by(plate_runs.c.machine_id)
)
_IN_STATES = select(plates).where(plates.c.state.in_(bindparam("states", expanding=True)))
_PARTS = select(plate_parts).where(plate_parts.c.plate_id.in_(_IDS)).order_by(plate_parts.c.id)
_OUTCOMES = (
    select(part_outcomes.c.part_id, *(part_outcomes.c[name] for name in _OUTCOME))
    .where(part_outcomes.c.part_id.in_(_IDS))
    .order_by(part_outcomes.c.id)
)
_RUNS = select(plate_runs).where(plate_runs.c.plate_id.in_(_IDS)).order_by(plate_runs.c.id)
_OF_JOB = (
    select(plates)
    .where(
        plates.c.id.in_(
            select(plate_parts.c.plate_id).where(plate_parts.c.job_id == bindparam("job"))
        )
    )
    .order_by(plates.c.id)
)


class SqlPlateRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- machines ---------------------------------------------------------------------------------

    def machines(self) -> Sequence[Machine]:
        rows = self._connection.execute(_MACHINES)
        return [Machine(**dict(zip(_MACHINE, row, strict=True))) for row in rows]

    def machines_of(self, model: str) -> Mapping[Machine, bool]:
        rows = self._connection.execute(_OF_MODEL, {"model": model})
        return {
            Machine(**dict(zip(_MACHINE, values, strict=True))): bool(prints)
            for *values, prints in rows
        }

    def add_machine(self, machine: Machine, *, now: datetime) -> Machine:
        added = replace(machine, added_at=now)
        values = {name: getattr(added, name) for name in _MACHINE if name != "id"}
        try:
            row = insert(machines).values(**values).returning(machines.c.id)
            number = int(self._connection.execute(row).scalar_one())
        except IntegrityError as error:
            raise DuplicateKey("name") from error
        return replace(added, id=number)

    def change_machine(self, machine_id: int, values: Mapping[str, Any]) -> None:
        self._connection.execute(
            update(machines).where(machines.c.id == machine_id).values(**values)
        )

    def busy_until(self) -> Mapping[int, datetime | None]:
        found: dict[int, datetime | None] = {}
        for machine_id, started_at, hours in self._connection.execute(_BUSY):
            end = None if hours is None else started_at + timedelta(hours=float(hours))
            before = found.get(machine_id, end)
            found[machine_id] = max(before, end) if before and end else None
        return found

    def idle_since(self) -> Mapping[int, datetime]:
        return {int(number): ended for number, ended in self._connection.execute(_IDLE)}

    # -- plates -----------------------------------------------------------------------------------

    def add(
        self,
        machine_id: int,
        *,
        state: PlateState,
        file_name: str,
        file_plate: int | None,
        grams: Decimal | None,
        hours: Decimal | None,
        now: datetime,
        by: str,
    ) -> int:
        row = insert(plates).values(
            machine_id=machine_id,
            state=state,
            file_name=file_name,
            file_plate=file_plate,
            grams=grams,
            hours=hours,
            created_at=now,
            created_by=by,
        )
        number = int(self._connection.execute(row.returning(plates.c.id)).scalar_one())
        if state is PlateState.RUNNING:
            self.begin(number, hours=hours, now=now, by=by)
        return number

    def begin(self, plate_id: int, *, hours: Decimal | None, now: datetime, by: str) -> None:
        machine_id = self._connection.execute(
            update(plates)
            .where(plates.c.id == plate_id)
            .values(state=PlateState.RUNNING, hours=hours, started_at=now, started_by=by)
            .returning(plates.c.machine_id)
        ).scalar_one()
        self._begin_run(plate_id, machine_id, now)

    def _begin_run(self, plate_id: int, machine_id: int, now: datetime) -> None:
        self._connection.execute(
            insert(plate_runs).values(plate_id=plate_id, machine_id=machine_id, started_at=now)
        )

    def add_part(self, plate_id: int, job_id: str, copies: int, *, now: datetime) -> None:
        self._connection.execute(
            insert(plate_parts).values(
                plate_id=plate_id, job_id=job_id, copies=copies, added_at=now
            )
        )

    def set_hours(self, plate_id: int, hours: Decimal | None) -> None:
        self._connection.execute(update(plates).where(plates.c.id == plate_id).values(hours=hours))

    def get(self, plate_id: int) -> Plate | None:
        rows = self._connection.execute(select(plates).where(plates.c.id == plate_id)).all()
        found = self._whole(rows)
        return found[0] if found else None

    def find(
        self,
        *,
        states: Collection[PlateState] = (),
        job_id: str = "",
        machine_id: int | None = None,
        limit: int | None = None,
    ) -> Sequence[Plate]:
        if job_id and not states and machine_id is None and limit is None:
            return self._whole(self._connection.execute(_OF_JOB, {"job": job_id}).all())
        query, asked = select(plates), dict[str, Any]()
        if states:
            query, asked = _IN_STATES, {"states": [str(state) for state in states]}
        if job_id:
            mine = select(plate_parts.c.plate_id).where(plate_parts.c.job_id == job_id)
            query = query.where(plates.c.id.in_(mine))
        if machine_id is not None:
            query = query.where(plates.c.machine_id == machine_id)
        if limit is not None:
            newest = query.order_by(plates.c.id.desc()).limit(limit)
            return self._whole(list(reversed(self._connection.execute(newest, asked).all())))
        return self._whole(self._connection.execute(query.order_by(plates.c.id), asked).all())

    def _whole(self, rows: Sequence[Row[Any]]) -> list[Plate]:
        """The plates of these rows, with parts, results and runs: four queries for each portion."""
        if not rows:
            return []
        known = {machine.id: machine for machine in self.machines()}
        found: list[Plate] = []
        for start in range(0, len(rows), _PORTION):
            page = rows[start : start + _PORTION]
            ids = [row.id for row in page]
            parts, runs = self._parts(ids), self._runs(ids, known)
            found.extend(
                _plate(row, known[row.machine_id], parts[row.id], runs[row.id]) for row in page
            )
        return found

    def _parts(self, ids: Collection[int]) -> dict[int, list[PlatePart]]:
        rows = self._connection.execute(_PARTS, {"ids": list(ids)}).all()
        outcomes = self._outcomes([row.id for row in rows])
        found: dict[int, list[PlatePart]] = defaultdict(list)
        for row in rows:
            found[row.plate_id].append(
                PlatePart(
                    id=row.id,
                    plate_id=row.plate_id,
                    job_id=row.job_id,
                    copies=row.copies,
                    added_at=row.added_at,
                    outcomes=tuple(outcomes[row.id]),
                )
            )
        return found

    def _outcomes(self, ids: Sequence[int]) -> dict[int, list[PartOutcome]]:
        found: dict[int, list[PartOutcome]] = defaultdict(list)
        for start in range(0, len(ids), _PORTION):
            some = {"ids": ids[start : start + _PORTION]}
            for part_id, *values in self._connection.execute(_OUTCOMES, some):
                found[part_id].append(PartOutcome(**dict(zip(_OUTCOME, values, strict=True))))
        return found

    def _runs(self, ids: Collection[int], known: Mapping[int, Machine]) -> dict[int, list[Run]]:
        found: dict[int, list[Run]] = defaultdict(list)
        for row in self._connection.execute(_RUNS, {"ids": list(ids)}):
            found[row.plate_id].append(
                Run(
                    machine=known[row.machine_id],
                    started_at=row.started_at,
                    ended_at=row.ended_at,
                )
            )
        return found

    # -- what becomes of them ---------------------------------------------------------------------

    def add_outcome(self, part_id: int, outcome: PartOutcome) -> None:
        values = {field.name: getattr(outcome, field.name) for field in fields(outcome)}
        self._connection.execute(insert(part_outcomes).values(part_id=part_id, **values))

    def end(self, plate_id: int, *, now: datetime, by: str) -> None:
        self._connection.execute(
            update(plates)
            .where(plates.c.id == plate_id)
            .values(state=PlateState.ENDED, ended_at=now, ended_by=by)
        )
        self._end_run(plate_id, now)

    def _end_run(self, plate_id: int, now: datetime) -> None:
        self._connection.execute(
            update(plate_runs)
            .where(plate_runs.c.plate_id == plate_id, plate_runs.c.ended_at.is_(None))
            .values(ended_at=now)
        )

    def move(self, plate_id: int, machine_id: int, *, now: datetime, whole: bool) -> None:
        state = self._connection.execute(
            update(plates)
            .where(plates.c.id == plate_id)
            .values(machine_id=machine_id)
            .returning(plates.c.state)
        ).scalar_one()
        if state != PlateState.RUNNING:
            return
        if whole:
            self._connection.execute(
                update(plate_runs)
                .where(plate_runs.c.plate_id == plate_id, plate_runs.c.ended_at.is_(None))
                .values(machine_id=machine_id)
            )
            return
        self._end_run(plate_id, now)
        self._begin_run(plate_id, machine_id, now)

    def set_planned(self, job_id: str, left: int) -> None:
        planned = self._connection.execute(
            select(plate_parts.c.id, plate_parts.c.copies)
            .join(plates)
            .where(plate_parts.c.job_id == job_id, plates.c.state == PlateState.PLANNED)
            .order_by(plate_parts.c.id)
        ).all()
        for part_id, copies in planned:
            stay = min(copies, left)
            left -= stay
            if stay == copies:
                continue
            mine = plate_parts.c.id == part_id
            self._connection.execute(
                update(plate_parts).where(mine).values(copies=stay)
                if stay
                else delete(plate_parts).where(mine)
            )
        if planned:
            self._forget_empty()

    def unplan(self, machine_id: int) -> None:
        planned = select(plates.c.id).where(
            plates.c.machine_id == machine_id, plates.c.state == PlateState.PLANNED
        )
        self._connection.execute(delete(plate_parts).where(plate_parts.c.plate_id.in_(planned)))
        self._forget_empty()

    def _forget_empty(self, among: Iterable[int] | None = None) -> None:
        holds = exists().where(plate_parts.c.plate_id == plates.c.id)
        query = select(plates.c.id).where(~holds)
        query = query.where(
            plates.c.state == PlateState.PLANNED if among is None else plates.c.id.in_(list(among))
        )
        empty = list(self._connection.scalars(query))
        if empty:
            self._connection.execute(delete(plate_runs).where(plate_runs.c.plate_id.in_(empty)))
            self._connection.execute(delete(plates).where(plates.c.id.in_(empty)))

    def take_back(self, job_id: str, at: datetime) -> None:
        db = self._connection
        mine = select(plate_parts.c.id).where(plate_parts.c.job_id == job_id)
        on = list(db.scalars(select(plate_parts.c.plate_id).where(plate_parts.c.job_id == job_id)))
        if not on:
            return
        db.execute(
            delete(part_outcomes).where(part_outcomes.c.part_id.in_(mine), part_outcomes.c.at == at)
        )
        self._back_on_machine(on, at)
        ended = plates.c.id.in_(on) & (plates.c.ended_at == at)
        reopened = list(db.scalars(select(plates.c.id).where(ended)))
        if reopened:
            db.execute(
                update(plates)
                .where(plates.c.id.in_(reopened))
                .values(state=PlateState.RUNNING, ended_at=None, ended_by="")
            )
            db.execute(
                update(plate_runs)
                .where(plate_runs.c.plate_id.in_(reopened), plate_runs.c.ended_at == at)
                .values(ended_at=None)
            )
        begun = select(plates.c.id).where(plates.c.id.in_(on), plates.c.started_at == at)
        db.execute(
            delete(plate_parts).where(
                plate_parts.c.job_id == job_id,
                (plate_parts.c.added_at == at) | plate_parts.c.plate_id.in_(begun),
            )
        )
        self._forget_empty(on)

    def _back_on_machine(self, on: Sequence[int], at: datetime) -> None:
        """The last run began by a move at that moment: the one before it goes on."""
        db, runs = self._connection, plate_runs.c
        moved = db.execute(
            select(runs.id, runs.plate_id)
            .join(plates, plates.c.id == runs.plate_id)
            .where(runs.plate_id.in_(on), runs.started_at == at, plates.c.started_at != at)
        ).all()
        for run_id, plate_id in moved:
            db.execute(delete(plate_runs).where(runs.id == run_id))
            machine_id = db.execute(
                update(plate_runs)
                .where(runs.plate_id == plate_id, runs.ended_at == at)
                .values(ended_at=None)
                .returning(runs.machine_id)
            ).scalar_one()
            db.execute(update(plates).where(plates.c.id == plate_id).values(machine_id=machine_id))


def _plate(
    row: Row[Any], machine: Machine, parts: Sequence[PlatePart], runs: Sequence[Run]
) -> Plate:
    return Plate(
        id=row.id,
        machine=machine,
        state=PlateState(row.state),
        parts=tuple(parts),
        runs=tuple(runs),
        file_name=row.file_name,
        file_plate=row.file_plate,
        grams=row.grams,
        hours=row.hours,
        created_at=row.created_at,
        created_by=row.created_by,
        started_at=row.started_at,
        started_by=row.started_by,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )
