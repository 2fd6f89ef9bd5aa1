"""Machines, plates and copies, as plain frozen records. Times are UTC, weights g, print times h.

A *machine* is one unit of a printer of the catalog (its *model*); a *plate* is one start of one
machine; a *part* is what a plate holds of one job; *copies* are what the lab owes of a job.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from .marking import complete, mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One unit of a printer model. An ``implied`` one has its model's name: it stands for a model
    whose units nobody has named. ``id`` is 0 while an implied one is not stored.
    """

    id: int
    name: str
    """What its sticker says."""
    model: str
    """The name of the catalog's printer."""
    implied: bool = False
    place: str = ""
    nozzle: str = ""
    material: str = ""
    """What is loaded; "" if nobody said."""
    color: str = ""
    notes: str = ""
    out_since: datetime | None = None
    """Since when it is out of service; None while it is in service."""
    out_reason: str = ""
    out_by: str = ""
    added_at: datetime | None = None
    retired_at: datetime | None = None

    @property
    def in_service(self) -> bool:
        """Whether a print can be started on it."""
        return self.out_since is None and self.retired_at is None


class PlateState(StrEnum):
    """Where a plate stands."""

    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRecord:
    """Everything that is said of a kind of failure."""

    label: str


class Failure(StrEnum):
    """Why copies failed, for the figures; the words of staff stand beside it."""

    ADHESION = "adhesion"
    EXTRUSION = "extrusion"
    SHIFT = "shift"
    SUPPORTS = "supports"
    MACHINE = "machine"
    POWER = "power"
    MODEL = "model"
    SETTINGS = "settings"
    OTHER = "other"

    @property
    def label(self) -> str:
        """What people read (English; pages translate it)."""
        return FAILURES[self].label


FAILURES: Mapping[Failure, FailureRecord] = complete(
    Failure,
    {
        Failure.ADHESION: FailureRecord(label=mark("Came off the build plate")),
        Failure.EXTRUSION: FailureRecord(label=mark("Clogged nozzle or filament problem")),
        Failure.SHIFT: FailureRecord(label=mark("Layer shift")),
        Failure.SUPPORTS: FailureRecord(label=mark("Supports or overhangs failed")),
        Failure.MACHINE: FailureRecord(label=mark("Printer fault")),
        Failure.POWER: FailureRecord(label=mark("Power or network outage")),
        Failure.MODEL: FailureRecord(label=mark("Problem with the model")),
        Failure.SETTINGS: FailureRecord(label=mark("Wrong settings or material")),
        Failure.OTHER: FailureRecord(label=mark("Something else")),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOutcome:
    """What became of some copies of a part, as someone recorded it at one moment."""

    at: datetime
    by: str
    good: int = 0
    failed: int = 0
    not_printed: int = 0
    category: str = ""
    """A :class:`Failure`; "" where nothing failed or nobody said."""
    reason: str = ""
    grams_wasted: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatePart:
    """What a plate holds of one job."""

    id: int
    plate_id: int
    job_id: str
    copies: int
    added_at: datetime
    outcomes: tuple[PartOutcome, ...] = ()

    @property
    def good(self) -> int:
        """Copies that came out well."""
        return sum(one.good for one in self.outcomes)

    @property
    def failed(self) -> int:
        """Copies that failed."""
        return sum(one.failed for one in self.outcomes)

    @property
    def not_printed(self) -> int:
        """Copies that were taken off the plate without a result."""
        return sum(one.not_printed for one in self.outcomes)

    @property
    def open(self) -> int:
        """Copies of which nothing was recorded yet."""
        return self.copies - self.good - self.failed - self.not_printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """When a plate ran on a machine; a plate that was moved has several."""

    machine: Machine
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """One start of one machine. ``machine`` is the one it is planned for, runs on, or ran on last.

    ``hours`` is the print time that was given for it; None where nobody said.
    """

    id: int
    machine: Machine
    state: PlateState
    parts: tuple[PlatePart, ...]
    runs: tuple[Run, ...] = ()
    file_name: str = ""
    file_plate: int | None = None
    """Which plate of the sliced file it is, from 1; None where the file has one."""
    grams: Decimal | None = None
    hours: Decimal | None = None
    created_at: datetime
    created_by: str
    started_at: datetime | None = None
    started_by: str = ""
    ended_at: datetime | None = None
    ended_by: str = ""

    def part_of(self, job_id: str) -> PlatePart | None:
        """What it holds of a job."""
        return next((part for part in self.parts if part.job_id == job_id), None)

    @property
    def copies(self) -> int:
        """How many copies it holds in all."""
        return sum(part.copies for part in self.parts)

    @property
    def expected_end(self) -> datetime | None:
        """When it should be done; None where it doesn't run or its print time is not known."""
        if self.started_at is None or self.hours is None or self.ended_at is not None:
            return None
        return self.started_at + timedelta(hours=float(self.hours))


@dataclass(frozen=True, slots=True)
class Copies:
    """How many copies of a job are wanted, and what has become of them. ``failed`` counts every
    failed copy, those too that were printed again; ``out`` are handed out.
    """

    wanted: int
    good: int = 0
    printing: int = 0
    failed: int = 0
    out: int = 0

    @property
    def left(self) -> int:
        """Copies that still have to be started."""
        return max(self.wanted - self.good - self.printing, 0)

    @property
    def at_hand(self) -> int:
        """Finished copies that were not handed out yet."""
        return max(self.good - self.out, 0)

    @property
    def begun(self) -> bool:
        """Whether any copy is printing or good."""
        return self.good + self.printing > 0


def shown_machines(
    models: Iterable[str], stored: Iterable[Machine], busy: Iterable[int]
) -> tuple[Machine, ...]:
    """The machines of the lab: of each model those that have a name, else one of its own name.

    ``busy`` are the ids of machines that print now: an implied or retired one is shown as long as
    it does. Machines of models that the catalog no longer has come last.
    """
    every, running = list(stored), set(busy)
    names = list(models)
    others = sorted({one.model for one in every} - set(names))
    found: list[Machine] = []
    for model in (*names, *others):
        units = [one for one in every if one.model == model]
        named = [one for one in units if not one.implied and one.retired_at is None]
        implied = next((one for one in units if one.implied), None)
        if not named and model in names:
            found.append(implied or Machine(id=0, name=model, model=model, implied=True))
        elif implied is not None and implied.id in running:
            found.append(implied)
        found.extend(sorted(named, key=lambda one: one.name.casefold()))
        found.extend(
            one
            for one in units
            if not one.implied and one.retired_at is not None and one.id in running
        )
    return tuple(found)


def startable(machines: Iterable[Machine]) -> tuple[Machine, ...]:
    """Of the machines of one model, those in service that stay: one of the model's own name, which
    ends its last print while others have names by now, takes no other.
    """
    every = list(machines)
    named = any(not one.implied for one in every)
    return tuple(one for one in every if one.in_service and not (one.implied and named))


def machine_named(machines: Iterable[Machine], name: str) -> Machine | None:
    """The machine of that name, in any case."""
    wanted = name.strip().casefold()
    return next((one for one in machines if one.name.casefold() == wanted), None)


def free_first(
    machines: Iterable[Machine], busy_until: Mapping[int, datetime | None]
) -> list[Machine]:
    """Machines in service in the order in which they can print: idle ones, then who ends first.

    ``busy_until`` gives, by id, when the last print of a busy one ends; None where that is unknown.
    """

    def key(place_and_machine: tuple[int, Machine]) -> tuple[bool, bool, float, int]:
        place, machine = place_and_machine
        if machine.id not in busy_until or not machine.id:
            return False, False, 0.0, place
        until = busy_until[machine.id]
        return True, until is None, until.timestamp() if until else 0.0, place

    usable = [one for one in machines if one.in_service]
    return [one for _, one in sorted(enumerate(usable), key=key)]


def trimmed(part: PlatePart, left: int) -> PlatePart | None:
    """A planned part with no more copies than are left to start; None where none is."""
    return replace(part, copies=min(part.copies, left)) if left > 0 else None
