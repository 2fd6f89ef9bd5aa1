"""The tables of the print room: machines, and the plates that are started on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from ..domain.plate import Machine, PartOutcome, Plate, PlateState


class PlateRows(Protocol):
    """Machines, plates, and what became of the copies on them."""

    def machines(self) -> Sequence[Machine]:
        """All that are stored, the retired ones too, oldest first."""

    def machines_of(self, model: str) -> Mapping[Machine, bool]:
        """Those of one model, and whether each prints now."""

    def add_machine(self, machine: Machine, *, now: datetime) -> Machine:
        """Store a machine (its ``id`` is ignored) and give it with its id. Raises DuplicateKey when
        another has its name.
        """

    def change_machine(self, machine_id: int, values: Mapping[str, Any]) -> None: ...

    def busy_until(self) -> Mapping[int, datetime | None]:
        """By machine that prints now: when its last plate should end; None where that is unknown."""

    def idle_since(self) -> Mapping[int, datetime]:
        """By machine that has printed: when its last run ended."""

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
        """Add a plate without parts, and its run where it is running; gives its id."""

    def begin(self, plate_id: int, *, hours: Decimal | None, now: datetime, by: str) -> None:
        """A planned plate runs from now on."""

    def add_part(self, plate_id: int, job_id: str, copies: int, *, now: datetime) -> None: ...

    def set_hours(self, plate_id: int, hours: Decimal | None) -> None: ...

    def get(self, plate_id: int) -> Plate | None: ...

    def find(
        self,
        *,
        states: Collection[PlateState] = (),
        job_id: str = "",
        machine_id: int | None = None,
        limit: int | None = None,
    ) -> Sequence[Plate]:
        """Plates with their parts and runs, oldest first; with ``limit`` the newest so many."""

    def add_outcome(self, part_id: int, outcome: PartOutcome) -> None: ...

    def end(self, plate_id: int, *, now: datetime, by: str) -> None:
        """The plate is done, and so is its run."""

    def move(self, plate_id: int, machine_id: int, *, now: datetime, whole: bool) -> None:
        """It runs on another machine from now on; with ``whole``, it has since its last run began.
        A planned plate waits for the other one.
        """

    def set_planned(self, job_id: str, left: int) -> None:
        """The job is planned with ``left`` copies at most; a planned plate that holds nothing is
        forgotten.
        """

    def unplan(self, machine_id: int) -> None:
        """Nothing is planned for the machine any more."""

    def take_back(self, job_id: str, at: datetime) -> None:
        """Undo what an event of that moment wrote: plates that began, ended or were moved."""
