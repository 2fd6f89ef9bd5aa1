"""Writes plates and what becomes of them, in the transaction of an event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ..domain.correction import Reversal
from ..domain.effects import EndCopies
from ..domain.job import Job
from ..domain.plate import Machine, PartOutcome, PlatePart, PlateState
from ..domain.plate_results import shares
from ..domain.plate_time import hours_of
from ..ports import Transaction


class PlateWriter:
    """Plates at one moment, by one person."""

    def __init__(self, tx: Transaction, now: datetime, by: str) -> None:
        self._tx = tx
        self._now = now
        self._by = by

    def machine_id(self, machine: Machine) -> int:
        """The id of a machine; an implied one is stored with its first plate."""
        return machine.id or self._tx.plates.add_machine(machine, now=self._now).id

    def start(self, job: Job, machine: Machine, copies: int, plate: int | None) -> None:
        """Copies of a job are printed: on a plate of their own, or on ``plate``."""
        if plate is None:
            plate = self._tx.plates.add(
                self.machine_id(machine),
                state=PlateState.RUNNING,
                file_name="",
                file_plate=None,
                grams=None,
                hours=hours_of(job, copies),
                now=self._now,
                by=self._by,
            )
        there = self._tx.plates.get(plate)
        if there is None or there.part_of(job.id) is None:
            self._tx.plates.add_part(plate, job.id, copies, now=self._now)

    def end(self, job: Job, parts: Sequence[PlatePart], result: EndCopies) -> None:
        """What became of copies; a plate on which nothing is open any more has ended."""
        for part, good, failed, not_printed in shares(parts, result):
            self._tx.plates.add_outcome(
                part.id,
                PartOutcome(
                    at=self._now,
                    by=self._by,
                    good=good,
                    failed=failed,
                    not_printed=not_printed,
                    category=result.category if failed else "",
                    reason=result.reason if failed or not_printed else "",
                    grams_wasted=result.grams_wasted if failed else None,
                ),
            )
            self._end_if_done(part.plate_id)

    def leave(self, job: Job, reason: str) -> None:
        """The job is on no plate any more."""
        for plate in self._tx.plates.find(states=(PlateState.RUNNING,), job_id=job.id):
            part = plate.part_of(job.id)
            if part is not None and part.open:
                self._tx.plates.add_outcome(
                    part.id,
                    PartOutcome(at=self._now, by=self._by, not_printed=part.open, reason=reason),
                )
                self._end_if_done(plate.id)
        self._tx.plates.set_planned(job.id, 0)

    def plan(self, machine_id: int) -> int:
        """A new planned plate; gives its id."""
        return self._tx.plates.add(
            machine_id,
            state=PlateState.PLANNED,
            file_name="",
            file_plate=None,
            grams=None,
            hours=None,
            now=self._now,
            by=self._by,
        )

    def put_back(self, job_id: str, back: Reversal) -> None:
        """What an undone step changed of plans and machines is as before."""
        if back.planned is not None:
            self._tx.plates.set_planned(job_id, 0)
            for machine_id, copies in back.planned:
                self._tx.plates.add_part(self.plan(machine_id), job_id, copies, now=self._now)
        if back.machine is not None and self._tx.plates.get(back.machine[0]) is not None:
            self._tx.plates.move(*back.machine, now=self._now, whole=True)

    def _end_if_done(self, plate_id: int) -> None:
        plate = self._tx.plates.get(plate_id)
        if plate is not None and not any(part.open for part in plate.parts):
            self._tx.plates.end(plate_id, now=self._now, by=self._by)
