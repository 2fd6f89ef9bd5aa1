"""Plates: starting, ending, moving and planning them. All jobs of a plate change together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..catalogs.cache import CatalogCache
from ..domain import copy_guards, guards
from ..domain.attempt import Arguments
from ..domain.correction import before
from ..domain.event_kind import Correction
from ..domain.job import Actor, Job
from ..domain.lifecycle import not_allowed
from ..domain.plate import Machine, Plate, PlateState, machine_named, shown_machines
from ..domain.plate_results import PartResult, at_end, trigger_of
from ..domain.plate_time import grams_together, hours_together
from ..domain.pricing import parse_grams, parse_hours
from ..domain.rights import Right
from ..domain.status import Trigger
from ..errors import InvalidInput, NotFound, Refusal, TransitionNotAllowed, TransitionRefused
from ..ports import Clock, Database, Placement, Transaction
from ..runtime.permits import needs
from ..said import Said, say
from .acting import staff_actor
from .filing import Filing
from .firing import Firing, Request
from .lookup import job_of
from .plate_writer import PlateWriter
from .stale import stale, told

MOST_PARTS = 200
"""Jobs on one plate."""

PartOf = str | tuple[str, int | str | None]
"""A job's id, or the id and how many copies ("" and None are all that are left)."""


@dataclass(frozen=True, slots=True)
class PlateDone:
    """What came of an act on a plate: the plate as it is now (None where it is no more), and the
    event that was written for each of its jobs: what an undo takes back.
    """

    plate: Plate | None
    events: tuple[tuple[str, int], ...]
    warnings: tuple[Said, ...] = ()
    """What is worth a second look, and was done all the same."""


class Plates:
    """The plates of the print room.

    All methods that change something take ``by`` and ``station``, and raise NotFound,
    TransitionNotAllowed, StaleJob, TransitionRefused (with all reasons, naming the job) and
    DatabaseBusy; after any of them nothing has changed, on none of the jobs.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogs: CatalogCache,
        firing: Firing,
        filing: Filing,
    ) -> None:
        self._database = database
        self._clock = clock
        self._catalogs = catalogs
        self._firing = firing
        self._filing = filing

    # -- looking ----------------------------------------------------------------------------------

    @needs(Right.SEE)
    def get(self, plate_id: int | str) -> Plate:
        """The plate of that number; raises NotFound."""
        with self._database.read() as tx:
            return _plate(tx, plate_id)

    @needs(Right.SEE)
    def to_end(self, plate_id: int | str) -> Plate:
        """The plate, which can be ended now; raises NotFound, or TransitionRefused as :meth:`end`."""
        return _expect_running(self.get(plate_id))

    @needs(Right.SEE)
    def to_move(self, plate_id: int | str) -> Plate:
        """The plate, which can be moved now; raises NotFound, or TransitionRefused as :meth:`move`."""
        return _expect_movable(self.get(plate_id))

    @needs(Right.SEE)
    def find(
        self, *, running: bool = False, planned: bool = False, limit: int | None = None
    ) -> list[Plate]:
        """Plates, oldest first: of the wanted states, else of all; with ``limit`` the newest."""
        states = [PlateState.RUNNING] * running + [PlateState.PLANNED] * planned
        with self._database.read() as tx:
            return list(tx.plates.find(states=states, limit=limit))

    # -- starting ---------------------------------------------------------------------------------

    @needs(Right.PRINT)
    def start(
        self,
        machine: str,
        parts: Iterable[PartOf],
        *,
        by: str,
        station: str = "",
        file: str = "",
        file_plate: int | None = None,
        hours: str | float | Decimal = "",
        grams: str | float | Decimal = "",
        expected: Mapping[str, int] | None = None,
    ) -> PlateDone:
        """Start copies of one or several jobs together on a machine.

        ``hours`` and ``grams`` are those of the whole plate; without them they follow from the
        jobs' quotes. ``expected`` gives, by job, the version that the caller has seen.
        """
        actor, wanted = staff_actor(by, station), _parts(parts)
        time, weight = _figure("hours", hours), _figure("grams", grams)
        with self._database.write() as tx:
            now = self._clock()
            jobs = self._jobs(tx, wanted, expected or {})
            unit = self._machine(tx, machine)
            numbers, warnings = _copies(jobs, wanted), _busy(tx, unit)
            plate_id = tx.plates.add(
                PlateWriter(tx, now, actor.name).machine_id(unit),
                state=PlateState.RUNNING,
                file_name=file[:200],
                file_plate=file_plate,
                grams=weight or grams_together(numbers),
                hours=time or hours_together(numbers),
                now=now,
                by=actor.name,
            )
            asked = {job.id: {"machine": machine, "copies": wanted[job.id]} for job in jobs}
            done, leased = self._fire(tx, jobs, Trigger.START_PRINTING, actor, plate_id, asked, now)
        self._filing.place(leased)
        return replace(done, warnings=warnings)

    @needs(Right.PRINT)
    def start_planned(
        self,
        plate_id: int | str,
        *,
        by: str,
        station: str = "",
        expected: Mapping[str, int] | None = None,
    ) -> PlateDone:
        """Start a planned plate on its machine."""
        actor = staff_actor(by, station)
        with self._database.write() as tx:
            now, plate = self._clock(), _plate(tx, plate_id)
            if plate.state is not PlateState.PLANNED:
                raise _wrong_state(plate, say("Only a planned plate can be started."))
            wanted = {part.job_id: str(part.copies) for part in plate.parts}
            jobs = self._jobs(tx, wanted, expected or {})
            hours = plate.hours or hours_together(_copies(jobs, wanted))
            warnings = _busy(tx, plate.machine)
            tx.plates.begin(plate.id, hours=hours, now=now, by=actor.name)
            asked = {
                job.id: {"machine": plate.machine.name, "copies": wanted[job.id]} for job in jobs
            }
            done, leased = self._fire(tx, jobs, Trigger.START_PRINTING, actor, plate.id, asked, now)
        self._filing.place(leased)
        return replace(done, warnings=warnings)

    # -- ending -----------------------------------------------------------------------------------

    @needs(Right.PRINT)
    def end(
        self,
        plate_id: int | str,
        *,
        by: str,
        station: str = "",
        good: Iterable[PartOf] = (),
        failed: Iterable[PartOf] = (),
        not_printed: Iterable[PartOf] = (),
        reason: str = "",
        category: str = "",
        wasted: str | float | Decimal = "",
        shelf: str = "",
        running: bool = False,
        hold_mail: bool = False,
        expected: Mapping[str, int] | None = None,
    ) -> PlateDone:
        """Record what became of a plate, part by part.

        What is not named is good; of a part whose good copies are counted, the others were not
        printed. With ``running`` only what is named is recorded, and the rest goes on printing.
        ``reason``, ``category`` and ``wasted`` (g, of the whole plate) tell of what failed.
        """
        actor = staff_actor(by, station)
        named = {
            "good": _parts(good, empty=True),
            "failed": _parts(failed, empty=True),
            "not_printed": _parts(not_printed, empty=True),
        }
        with self._database.write() as tx:
            now, plate = self._clock(), _expect_running(_plate(tx, plate_id))
            results = _results(plate, named, running=running)
            jobs = self._jobs(tx, dict.fromkeys(results, ""), expected or {})
            bad = [job_id for job_id, result in results.items() if result.failed]
            shares = _shared(wasted, bad)
            asked = {
                job.id: {
                    "good": str(results[job.id].good),
                    "failed": str(results[job.id].failed),
                    "not_printed": str(results[job.id].not_printed),
                    "reason": reason,
                    "category": category,
                    "wasted": shares.get(job.id, ""),
                    "shelf": shelf or job.shelf,
                }
                for job in jobs
            }
            done, leased = self._fire(
                tx,
                jobs,
                {job.id: trigger_of(job, results[job.id]) for job in jobs},
                actor,
                plate.id,
                asked,
                now,
                hold_mail=hold_mail,
            )
        self._filing.place(leased)
        return done

    # -- moving and planning ----------------------------------------------------------------------

    @needs(Right.PRINT)
    def move(
        self,
        plate_id: int | str,
        machine: str,
        *,
        by: str,
        station: str = "",
        whole: bool = False,
    ) -> PlateDone:
        """Move a running plate to another machine: the hours until now stay with the one it was on.

        With ``whole`` the record is corrected instead: it has been on the other one all along. A
        planned plate waits for the other machine.
        """
        actor = staff_actor(by, station)
        with self._database.write() as tx:
            now, plate = self._clock(), _expect_movable(_plate(tx, plate_id))
            unit = self._machine(tx, machine)
            jobs = self._jobs(tx, {part.job_id: "" for part in plate.parts if part.open}, {})
            self._expect_fit(tx, unit, jobs)
            if unit.id == plate.machine.id:
                raise _refused(
                    "machine_same",
                    say("The plate is on {machine} already.", machine=unit.name),
                    "machine",
                    say("Choose another machine."),
                )
            warned = _busy(tx, unit)
            number = PlateWriter(tx, now, actor.name).machine_id(unit)
            tx.plates.move(plate.id, number, now=now, whole=whole)
            told_of = {"from": plate.machine.name, "machine": unit.name, "plate": plate.id}
            running = plate.state is PlateState.RUNNING
            warnings = warned if running else ()
            changes = {"printer": unit.model} if running else {}
            # A move from now on is taken back by its time, a correction by what was there before.
            direct = whole or not running
            back = {"machine": [plate.id, plate.machine.id]} if direct else {}
            events = [
                self._note(tx, job, Correction.MOVE, actor, now, told_of, changes, back)
                for job in jobs
            ]
            return PlateDone(tx.plates.get(plate.id), tuple(events), warnings)

    @needs(Right.QUEUE)
    def plan(
        self,
        machine: str,
        parts: Iterable[PartOf],
        *,
        by: str,
        station: str = "",
        plate: int | str | None = None,
    ) -> PlateDone:
        """Plan what a machine prints next: copies of one or several jobs, on a plate of their own
        or together with what a planned ``plate`` holds. With "" as the machine they wait for any
        machine of their printer again.
        """
        actor, wanted = staff_actor(by, station), _parts(parts)
        with self._database.write() as tx:
            now = self._clock()
            jobs = self._jobs(tx, wanted, {})
            _expect_plannable(tx, jobs, wanted)
            was = {job.id: _planned(tx, job.id) for job in jobs}
            numbers = _copies(jobs, wanted)
            there = tx.plates.get(_number(plate)) if plate is not None else None
            for job in jobs:
                tx.plates.set_planned(job.id, 0)
            target, name = self._target(tx, machine, there, jobs, actor, now)
            for job, number in numbers:
                if target is not None:
                    tx.plates.add_part(target, job.id, number, now=now)
            events = [
                self._note(
                    tx,
                    job,
                    Correction.PLAN,
                    actor,
                    now,
                    {"machine": name},
                    {},
                    {"planned": was[job.id]},
                )
                for job in jobs
            ]
            planned = None if target is None else tx.plates.get(target)
            return PlateDone(planned, tuple(events))

    def _target(
        self,
        tx: Transaction,
        machine: str,
        plate: Plate | None,
        jobs: Sequence[Job],
        actor: Actor,
        now: datetime,
    ) -> tuple[int | None, str]:
        """The planned plate that takes the jobs, and its machine's name."""
        writer = PlateWriter(tx, now, actor.name)
        if plate is not None:
            if plate.state is not PlateState.PLANNED:
                raise _wrong_state(plate, say("Only a planned plate takes more jobs."))
            self._expect_fit(tx, plate.machine, jobs)
            gone = tx.plates.get(plate.id) is None  # it held nothing but these jobs
            return writer.plan(plate.machine.id) if gone else plate.id, plate.machine.name
        if not machine:
            return None, ""
        unit = self._machine(tx, machine)
        self._expect_fit(tx, unit, jobs)
        return writer.plan(writer.machine_id(unit)), unit.name

    # -- parts of it ------------------------------------------------------------------------------

    def _fire(
        self,
        tx: Transaction,
        jobs: Sequence[Job],
        triggers: Trigger | Mapping[str, Trigger],
        actor: Actor,
        plate_id: int,
        asked: Mapping[str, Mapping[str, Any]],
        now: datetime,
        *,
        hold_mail: bool = False,
    ) -> tuple[PlateDone, list[Placement]]:
        """Pull the trigger of each job; all reasons of all jobs come together."""
        events: list[tuple[str, int]] = []
        refusals: list[Refusal] = []
        leased: list[Placement] = []
        for job in jobs:
            trigger = triggers if isinstance(triggers, Trigger) else triggers[job.id]
            request = Request(
                trigger=trigger,
                job_id=job.id,
                actor=actor,
                args=Arguments(plate=str(plate_id), **asked[job.id]),
                hold_mail=hold_mail,
            )
            try:
                events.append((job.id, self._firing(tx, job, request, None, now)))
            except TransitionNotAllowed as error:
                raise told(error, tx.history.last_event(job.id)) from error
            except TransitionRefused as refused:
                refusals.extend(_of_job(one, job, len(jobs)) for one in refused.refusals)
            else:
                leased.extend(self._filing.lease(tx, job.id))
        if refusals:
            raise TransitionRefused(list(dict.fromkeys(refusals)))
        return PlateDone(tx.plates.get(plate_id), tuple(events)), leased

    def _jobs(
        self, tx: Transaction, wanted: Mapping[str, str], expected: Mapping[str, int]
    ) -> list[Job]:
        """The jobs, in the order of their ids: two plates never wait for each other."""
        found = sorted((job_of(tx, job_id) for job_id in wanted), key=lambda job: job.id)
        for job in found:
            if expected.get(job.id, job.version) != job.version:
                raise stale(job, Trigger.START_PRINTING, tx.history.last_event(job.id))
        return found

    def _machine(self, tx: Transaction, name: str) -> Machine:
        models = [printer.name for printer in self._catalogs.within(tx).printers]
        stored = tx.plates.machines()
        shown = shown_machines(models, stored, tx.plates.busy_until())
        unit = machine_named(shown, name) or machine_named(stored, name)
        if unit is None:
            raise _refused(
                "machine_unknown",
                say("There's no machine “{name}”.", name=name[:60]),
                "machine",
                say("Choose from: {names}.", names=", ".join(one.name for one in shown)),
            )
        return unit

    def _expect_fit(self, tx: Transaction, unit: Machine, jobs: Sequence[Job]) -> None:
        """Raise TransitionRefused if a job can't be printed on the machine."""
        catalog = self._catalogs.within(tx)
        refusals = [
            _of_job(refusal, job, len(jobs))
            for job in jobs
            for refusal in copy_guards.machine_fits(unit, job, catalog, "machine")
        ]
        if refusals:
            raise TransitionRefused(list(dict.fromkeys(refusals)))

    def _note(
        self,
        tx: Transaction,
        job: Job,
        kind: Correction,
        actor: Actor,
        now: datetime,
        details: Mapping[str, Any],
        changes: Mapping[str, Any],
        back: Mapping[str, Any],
    ) -> tuple[str, int]:
        if not tx.jobs.update(
            job, now=now, actor=actor.name, status=job.status, values=dict(changes)
        ):
            raise stale(job, kind, tx.history.last_event(job.id))
        event_id = tx.history.add_event(
            job.id,
            at=now,
            trigger=kind,
            source=job.status,
            dest=job.status,
            actor=actor,
            details={**details, "before": {**before(job, changes), **back}},
        )
        return job.id, event_id


def _plate(tx: Transaction, plate_id: int | str) -> Plate:
    plate = tx.plates.get(_number(plate_id))
    if plate is None:
        raise NotFound(say("There's no such plate."), next_step=say("Check the queue."))
    return plate


def _busy(tx: Transaction, unit: Machine) -> tuple[Said, ...]:
    """A warning for each plate that runs on the machine already."""
    running = tx.plates.find(states=(PlateState.RUNNING,), machine_id=unit.id) if unit.id else ()
    return tuple(
        say("{machine} is still printing plate {plate}.", machine=unit.name, plate=one.id)
        for one in running
    )


def _expect_running(plate: Plate) -> Plate:
    if plate.state is not PlateState.RUNNING:
        raise _wrong_state(plate, say("Only a running plate can be ended."))
    return plate


def _expect_movable(plate: Plate) -> Plate:
    if plate.state is PlateState.ENDED:
        raise _wrong_state(plate, say("Only a running or planned plate can be moved."))
    return plate


def _number(plate_id: int | str) -> int:
    """The number of a plate as it was typed; 0, which no plate has, where it is none."""
    text = str(plate_id).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _expect_plannable(tx: Transaction, jobs: Sequence[Job], wanted: Mapping[str, str]) -> None:
    """Raise TransitionNotAllowed for a job that has nothing to print, TransitionRefused for more
    copies than it has.
    """
    for job in jobs:
        if not job.status.record.to_print or not job.copies.left:
            raise told(not_allowed(Trigger.START_PRINTING, job), tx.history.last_event(job.id))
    refusals = [
        _of_job(one, job, len(jobs))
        for job in jobs
        for one in (*guards.waits_for_staff(job), *copy_guards.startable(job, wanted[job.id]))
    ]
    if refusals:
        raise TransitionRefused(refusals)


def _planned(tx: Transaction, job_id: str) -> list[list[int]]:
    """For which machines a job waits, and how many copies."""
    return [
        [plate.machine.id, part.copies]
        for plate in tx.plates.find(states=(PlateState.PLANNED,), job_id=job_id)
        for part in plate.parts
        if part.job_id == job_id
    ]


def _parts(parts: Iterable[PartOf], *, empty: bool = False) -> dict[str, str]:
    """By job id, how many copies as typed; raises TransitionRefused where a job is named twice."""
    found: dict[str, str] = {}
    for part in parts:
        given, copies = part if isinstance(part, tuple) else (part, None)
        job_id = given.replace("-", "").strip().upper()
        if job_id in found:
            raise _refused(
                "part_twice",
                say("Job {job_id} is named twice.", job_id=job_id[:8]),
                "parts",
                say("Name each job once, with all its copies."),
            )
        found[job_id] = "" if copies is None else str(copies)
    if not found and not empty:
        raise InvalidInput.of(
            "parts", "parts_missing", say("Choose at least one job."), say("Then start the plate.")
        )
    if len(found) > MOST_PARTS:
        raise InvalidInput.of(
            "parts",
            "parts_too_many",
            say("A plate holds at most {most} jobs.", most=MOST_PARTS),
            say("Start several plates."),
        )
    return found


def _copies(jobs: Sequence[Job], wanted: Mapping[str, str]) -> list[tuple[Job, int]]:
    """The jobs with their numbers of copies: all that are left where nothing, or no number, is
    said; the guards refuse what is no number.
    """
    return [(job, copy_guards.count(wanted[job.id]) or max(job.copies.left, 1)) for job in jobs]


def _results(
    plate: Plate, named: Mapping[str, Mapping[str, str]], *, running: bool
) -> dict[str, PartResult]:
    """By job, what became of its copies on the plate; raises TransitionRefused."""
    on = {part.job_id: part for part in plate.parts}
    for job_id in {job_id for words in named.values() for job_id in words}:
        if job_id not in on:
            raise _refused(
                "part_unknown",
                say("Job {job_id} isn't on plate {plate}.", job_id=job_id[:8], plate=plate.id),
                "parts",
                say("Check the plate."),
            )
    found: dict[str, PartResult] = {}
    for job_id, part in on.items():
        numbers: dict[str, int | None] = {}
        for kind, words in named.items():
            if job_id not in words:
                numbers[kind] = None
                continue
            typed = words[job_id]
            number = part.open if not typed.strip() else copy_guards.count(typed)
            if number is None or (typed.strip() and number == 0):
                raise _refused(
                    "copies_invalid",
                    say("Enter the number of copies of job {job_id}.", job_id=job_id),
                    "copies",
                    say("Use a whole number, 1 or more."),
                )
            numbers[kind] = number
        if not part.open or (running and all(number is None for number in numbers.values())):
            continue
        if running:
            found[job_id] = PartResult(**{kind: number or 0 for kind, number in numbers.items()})
        else:
            found[job_id] = at_end(part.open, **numbers)
    if not found:
        raise _refused("copies_missing", say("Enter what became of at least one copy."), "copies")
    return found


def _shared(wasted: str | float | Decimal, bad: Sequence[str]) -> dict[str, str]:
    """The wasted weight of a plate, divided among the jobs of which something failed."""
    total = parse_grams(str(wasted)) if str(wasted).strip() else None
    if total is None or len(bad) < 2:
        return dict.fromkeys(bad, str(wasted))
    each = (total / len(bad)).quantize(Decimal("0.001"))
    return {job_id: str(each) for job_id in bad}


def _figure(field: str, given: str | float | Decimal) -> Decimal | None:
    text = str(given).strip()
    if not text:
        return None
    value = parse_hours(text) if field == "hours" else parse_grams(text)
    if value is None:
        raise InvalidInput.of(
            field,
            f"{field}_invalid",
            say("Enter the print time in hours, like 3.25 or 2h 30m.")
            if field == "hours"
            else say("Enter the weight in grams, like 42.5."),
        )
    return value


def _of_job(refusal: Refusal, job: Job, jobs: int) -> Refusal:
    """The refusal, naming its job where there are several and it isn't the machine's fault."""
    if jobs < 2 or refusal.field in ("machine", "printer") or job.id in refusal.message:
        return refusal
    message = say("Job {job_id}: {problem}", job_id=job.id, problem=refusal.message)
    return replace(refusal, message=message)


def _wrong_state(plate: Plate, next_step: Said) -> TransitionRefused:
    words = {
        PlateState.PLANNED: say("Plate {plate} is only planned.", plate=plate.id),
        PlateState.RUNNING: say("Plate {plate} is running.", plate=plate.id),
        PlateState.ENDED: say(
            "{name} ended plate {plate} already.", name=plate.ended_by or "Someone", plate=plate.id
        ),
    }
    return _refused(f"plate_{plate.state}", words[plate.state], "", next_step)


def _refused(code: str, message: Said, field: str, next_step: str = "") -> TransitionRefused:
    return TransitionRefused([Refusal(code, message, field, next_step)])
