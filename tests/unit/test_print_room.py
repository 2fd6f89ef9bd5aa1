"""The print room as data: columns, expected ends, what fits together, and which machine is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from printflow.domain import print_room
from printflow.domain.job import FileRole, FileState, Job, JobFile
from printflow.domain.model_facts import ModelFacts
from printflow.domain.plate import Machine, Plate, PlatePart, PlateState
from printflow.domain.print_room import ModelRoom, fitting_together
from printflow.domain.status import Status
from tests.queue_reference import waits
from tests.unit.builders import NOW
from tests.unit.test_queueing import CATALOG, made

PRINTING = Status.PRINTING


def machine(number: int, **given: object) -> Machine:
    one = Machine(id=number, name=f"M{number}", model="MK4S")
    return replace(one, **given)  # type: ignore[arg-type]


def plate(on: Machine, *parts: tuple[Job, int], running: bool = True, hours: int = 2) -> Plate:
    held = tuple(
        PlatePart(id=place, plate_id=1, job_id=job.id, copies=copies, added_at=NOW)
        for place, (job, copies) in enumerate(parts)
    )
    return Plate(
        id=1,
        machine=on,
        state=PlateState.RUNNING if running else PlateState.PLANNED,
        parts=held,
        hours=Decimal(hours),
        created_at=NOW,
        created_by="Ana",
        started_at=NOW - timedelta(hours=1) if running else None,
    )


def rooms_of(
    machines: Iterable[Machine],
    jobs: Iterable[Job],
    plates: Iterable[Plate],
    idle: Mapping[int, datetime] | None = None,
) -> tuple[ModelRoom, ...]:
    """The room with all that waits."""
    every, held = list(jobs), list(plates)
    counted = waits(every, print_room.planned_copies(held))
    return print_room.print_room(CATALOG, machines, every, held, idle or {}, NOW, every, counted)


def room(machines: Iterable[Machine], jobs: Iterable[Job], *plates: Plate) -> ModelRoom:
    found = rooms_of(machines, jobs, plates, {2: NOW})
    return next(one for one in found if one.model == "MK4S")


def ends(found: ModelRoom) -> list[float | None]:
    """In how many hours each waiting job should be done."""
    return [
        None if one.ends_at is None else (one.ends_at - NOW).total_seconds() / 3600
        for one in found.waiting
    ]


def measured(job: Job, x: float, y: float, z: float = 10) -> Job:
    facts = ModelFacts(
        format="stl",
        triangles=12,
        bodies=1,
        dimensions_mm=(x, y, z),
        volume_cm3=1,
        area_cm2=1,
        open_edges=0,
        wound=True,
    )
    file = JobFile(
        id=1,
        job_id=job.id,
        role=FileRole.ORIGINAL,
        authoritative=True,
        name="a.stl",
        folder="",
        last_seen="",
        state=FileState.SETTLED,
        size=1,
        sha256="",
        facts=facts,
    )
    return replace(job, files=(file,))


def test_waiting_jobs_go_to_the_machine_that_is_free_first() -> None:
    on, idle, out = machine(1), machine(2), machine(3, out_since=NOW, out_reason="belt")
    running = made("p", PRINTING, hours="2")
    running = replace(running, copies_printing=1)
    jobs = [running, made("a", ago=3, hours="3"), made("b", ago=2, hours="3"), made("c", hours="1")]
    found = room([on, idle, out], jobs, plate(on, (running, 1)))
    # The first machine ends in an hour, the idle one starts at once, the third prints nothing.
    assert ends(found) == [3, 4, 4]
    first, second, third = found.machines
    assert first.running[0].percent == 50
    assert (first.ends_at, first.idle_since) == (NOW + timedelta(hours=1), None)
    assert (second.idle_since, second.busy, third.busy) == (NOW, False, False)
    assert found.in_service == 2
    assert ends(room([out], jobs[1:])) == [None, None, None]


def test_a_machine_of_the_model_s_own_name_ends_its_print_and_takes_no_other() -> None:
    old, named = machine(1, implied=True, name="MK4S"), machine(2)
    running = replace(made("p", PRINTING), copies_printing=1)
    found = room([old, named], [running, made("a"), made("b")], plate(old, (running, 1)))
    assert (found.in_service, found.single) == (1, False)
    assert ends(found) == [2, 4], "all on the other one"
    offered = print_room.choices([found], CATALOG, [running.method])
    assert [str(one.refused) for _model, units in offered for one in units] == [
        "no longer used",
        "",
    ]
    assert room([old], [made("a")]).single


def test_copies_that_are_planned_do_not_wait_twice() -> None:
    on = machine(1)
    job = replace(made("a", hours="4"), quantity=4)
    found = room([on], [job], plate(on, (job, 1), running=False, hours=1))
    (waiting,) = found.waiting
    assert (waiting.copies, waiting.hours) == (3, Decimal(3))
    assert ends(found) == [4], "after what is planned"
    assert found.machines[0].planned[0].ends_at == NOW + timedelta(hours=1)
    whole = room([on], [job], plate(on, (job, 4), running=False))
    assert whole.waiting == ()


def test_a_job_with_copies_left_waits_while_others_print_and_failed_ones_come_first() -> None:
    on = machine(1)
    some = replace(made("a", PRINTING, hours="4"), quantity=4, copies_printing=2, queue_place=0)
    some = replace(some, copies_failed=1)
    other = made("b", ago=9)
    found = room([on], [other, some], plate(on, (some, 2)))
    assert [(one.job.id, one.copies, one.again) for one in found.waiting] == [
        ("a", 2, True),
        ("b", 1, False),
    ]
    assert found.loose == ()
    assert [job.id for job in room([on], [some]).loose] == ["a"], "printing, and on no plate"


def test_the_preselected_machine_is_free_and_nothing_is_planned_for_it() -> None:
    on, planned, free = machine(1), machine(2), machine(3)
    running = replace(made("p", PRINTING), copies_printing=1)
    job = made("a")
    plates = (plate(on, (running, 1)), plate(planned, (job, 1), running=False))
    rooms = rooms_of([on, planned, free], [running, job], plates)
    assert print_room.preselected(rooms, "MK4S") == "M3"
    fewer = rooms_of([on, planned], [running, job], plates)
    assert print_room.preselected(fewer, "MK4S") == "M2"
    assert print_room.preselected(fewer, "Unknown") == ""
    assert print_room.short_of_machines(fewer, [job, job]) == (("MK4S", 2, 1),)


def test_what_fits_says_why_and_what_does_not_too() -> None:
    printer = CATALOG.printers[0]
    x, y, z = printer.build_volume
    half = measured(made("h"), x / 2, y - 10)
    small, large = measured(made("s"), 10, 10), measured(made("l"), x + 1, y, z)
    other = replace(measured(made("o"), 10, 10), color="Other")
    many = replace(measured(made("m"), x / 2 - 10, y / 2 - 10), quantity=9)
    jobs = [small, large, other, many, made("u")]
    waiting = room([machine(1)], jobs).waiting
    found = {one.waiting.job.id: one for one in fitting_together([(half, 1)], waiting, printer)}
    assert (found["s"].fits, str(found["s"].reason)) == (True, "same material and color, fits")
    assert str(found["l"].reason) == f"too large for the {printer.name}"
    assert str(found["o"].reason) == "other color: Other"
    assert str(found["u"].reason) == "not measured, so check by eye"
    assert (found["m"].fits, found["m"].copies) == (True, 2)
    assert str(found["m"].reason) == "room for 2 of 9"
    full = fitting_together([(half, 2)], waiting, printer)
    assert not any(one.fits for one in full if one.waiting.job.id == "m")
    assert full[-1].fits is False, "what fits comes first"
    loaded = machine(1, color="Blue")
    first = fitting_together([], waiting, printer, loaded)[0]
    assert str(first.reason).startswith("needs ")
    assert print_room.clash([(small, 1), (other, 1)], None) == "These jobs need different colors."
    assert "has Blue loaded" in print_room.clash([(small, 1)], loaded)
    assert print_room.used([(half, 1)], printer) in range(45, 56)
    assert print_room.used([(made("u"), 1)], printer) is None
