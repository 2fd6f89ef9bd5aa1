"""Plates on real databases: several jobs on one, one job on several, and what becomes of copies."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from printflow import (
    Conflict,
    InvalidInput,
    Job,
    NotFound,
    Printflow,
    TransitionNotAllowed,
    TransitionRefused,
)
from tests.plugins.lab import TestClock

Ready = Callable[..., Job]


@pytest.fixture
def ready(lab: Printflow, submit: Callable[..., Job]) -> Ready:
    """A job that waits for a printer: of so many copies, 10 g and 1 h each."""

    def made(quantity: int = 1, **given: str) -> Job:
        job = submit(quantity=quantity, **given)
        lab.jobs.approve(
            job.id, by="Ana", grams=str(10 * quantity), hours=str(quantity), material="PLA"
        )
        return lab.jobs.confirm(job.id, by="Ana", note="by phone")

    return made


def copies(lab: Printflow, job: Job) -> tuple[int, int, int, int]:
    """Good, printing, failed and left."""
    found = lab.jobs.get(job.id).copies
    return found.good, found.printing, found.failed, found.left


def codes(error: pytest.ExceptionInfo[TransitionRefused]) -> set[str]:
    return {refusal.code for refusal in error.value.refusals}


def test_two_students_on_one_plate(lab: Printflow, ready: Ready) -> None:
    one, two = ready(), ready(3)
    done = lab.plates.start("Prusa MK4S", [one.id, (two.id, 2)], by="Ana")
    assert done.plate is not None
    assert [(part.job_id, part.copies) for part in done.plate.parts] == sorted(
        [(one.id, 1), (two.id, 2)]
    )
    assert (done.plate.hours, done.plate.grams) == (Decimal(3), Decimal(30))
    assert [lab.jobs.get(job.id).status for job in (one, two)] == ["PRINTING", "PRINTING"]
    assert copies(lab, two) == (0, 2, 0, 1)

    ended = lab.plates.end(done.plate.id, by="Ana")
    assert ended.plate is not None
    assert ended.plate.state == "ended"
    assert lab.jobs.get(one.id).status == "COMPLETED"
    assert lab.jobs.get(two.id).status == "PRINTING", "one copy is left"
    assert copies(lab, two) == (2, 0, 0, 1)

    lab.jobs.start_printing(two.id, by="Ana")
    assert lab.jobs.complete(two.id, by="Ana").status == "COMPLETED"
    assert copies(lab, two) == (3, 0, 0, 0)
    assert [plate.copies for plate in lab.jobs.details(two.id).plates] == [3, 1]


def test_one_job_on_two_machines_and_a_failure_at_the_front(lab: Printflow, ready: Ready) -> None:
    first, job = ready(), ready(5)
    lab.machines.add("MK4S-1", model="Prusa MK4S", by="Ana")
    lab.machines.add("MK4S-2", model="Prusa MK4S", by="Ana")
    left = lab.plates.start("MK4S-1", [(job.id, 3)], by="Ana").plate
    right = lab.plates.start("mk4s-2", [(job.id, 2)], by="Ana").plate
    assert left is not None and right is not None
    with pytest.raises(TransitionRefused) as refused:
        lab.jobs.fail(job.id, by="Ana", reason="which?")
    assert codes(refused) == {"plate_missing"}

    lab.plates.end(
        left.id, by="Ana", failed=[(job.id, 1)], reason="spaghetti", category="adhesion", wasted="4"
    )
    assert copies(lab, job) == (2, 2, 1, 1)
    assert lab.jobs.get(job.id).status == "PRINTING"
    lab.plates.end(right.id, by="Ana")
    assert copies(lab, job) == (4, 0, 1, 1)
    outcome = lab.plates.get(left.id).parts[0].outcomes[0]
    assert (outcome.good, outcome.failed, outcome.grams_wasted) == (2, 1, Decimal(4))
    assert (outcome.category, outcome.reason) == ("adhesion", "spaghetti")
    assert lab.jobs.get(job.id).queue_place == 0 and lab.jobs.get(first.id).queue_place is None


def test_all_failed_is_ready_again_and_costs_nothing(lab: Printflow, ready: Ready) -> None:
    job = ready(2)
    lab.jobs.start_printing(job.id, by="Ana")
    failed = lab.jobs.fail(job.id, by="Ana", reason="came off")
    assert (failed.status, failed.cost_cents) == ("READYTOPRINT", job.cost_cents)
    assert copies(lab, job) == (0, 0, 2, 2)
    assert [attempt.result for attempt in lab.jobs.details(job.id).attempts] == ["failed"]


def test_not_printed_is_no_failure(lab: Printflow, ready: Ready) -> None:
    job = ready(4)
    plate = lab.plates.start("Prusa MK4S", [job.id], by="Ana").plate
    assert plate is not None
    lab.plates.end(plate.id, by="Ana", good=[(job.id, 1)])
    assert copies(lab, job) == (1, 0, 0, 3)
    plate = lab.plates.start("Prusa MK4S", [job.id], by="Ana").plate
    assert plate is not None
    lab.plates.end(plate.id, by="Ana", failed=[(job.id, 1)], reason="x", running=True)
    assert copies(lab, job) == (1, 2, 1, 1), "the other two go on"
    assert lab.plates.get(plate.id).state == "running"


def test_a_move_leaves_the_hours_where_they_were(
    lab: Printflow, ready: Ready, clock: TestClock
) -> None:
    job = ready()
    plate = lab.plates.start("Prusa MK4S", [job.id], by="Ana").plate
    assert plate is not None
    clock.advance(hours=1)
    moved = lab.plates.move(plate.id, "Prusa XL", by="Ben")
    assert moved.plate is not None
    assert [(run.machine.name, run.ended_at is None) for run in moved.plate.runs] == [
        ("Prusa MK4S", False),
        ("Prusa XL", True),
    ]
    assert lab.jobs.get(job.id).printer == "Prusa XL"
    lab.corrections.undo(job.id, by="Ben")
    back = lab.plates.get(plate.id)
    assert [run.machine.name for run in back.runs] == ["Prusa MK4S"]
    assert (back.machine.name, lab.jobs.get(job.id).printer) == ("Prusa MK4S", "Prusa MK4S")
    lab.plates.move(plate.id, "Prusa XL", by="Ben", whole=True)
    assert [run.machine.name for run in lab.plates.get(plate.id).runs] == ["Prusa XL"]
    lab.corrections.undo(job.id, by="Ben")
    assert [run.machine.name for run in lab.plates.get(plate.id).runs] == ["Prusa MK4S"]


def test_a_plan_is_started_undone_and_trimmed(lab: Printflow, ready: Ready) -> None:
    one, two = ready(3), ready()
    plan = lab.plates.plan("Prusa XL", [one.id], by="Ana").plate
    assert plan is not None
    lab.plates.plan("", [two.id], by="Ana", plate=plan.id)
    assert lab.plates.get(plan.id).copies == 4
    lab.plates.plan("Prusa MK4S", [two.id], by="Ana")
    lab.corrections.undo(two.id, by="Ana")
    assert {p.machine.name for p in lab.plates.find(planned=True)} == {"Prusa XL"}
    lab.jobs.start_printing(one.id, by="Ana", copies=2)
    assert [part.copies for part in lab.plates.get(plan.id).parts] == [1], "only one is left"
    started = lab.plates.start_planned(plan.id, by="Ana").plate
    assert started is not None
    assert (started.state, copies(lab, one)) == ("running", (0, 3, 0, 0))
    assert started.machine.name == "Prusa XL"


def test_an_overridden_job_leaves_its_plates(lab: Printflow, ready: Ready) -> None:
    one, two = ready(2), ready()
    plate = lab.plates.start("Prusa MK4S", [(one.id, 1), two.id], by="Ana").plate
    assert plate is not None
    lab.plates.plan("Prusa XL", [one.id], by="Ana")
    lab.jobs.override(one.id, by="Ana", to="REJECTED", reason="a weapon")
    assert lab.plates.find(planned=True) == []
    assert lab.plates.get(plate.id).state == "running", "the other part goes on"
    lab.jobs.complete(two.id, by="Ana")
    assert lab.plates.get(plate.id).state == "ended"
    assert copies(lab, one)[1] == 0


def test_undo_of_a_plate(lab: Printflow, ready: Ready) -> None:
    one, two = ready(2), ready()
    done = lab.plates.start("Prusa MK4S", [one.id, two.id], by="Ana")
    assert done.plate is not None
    answers = lab.bulk.undo(done.events, by="Ana")
    assert [answer.error for answer in answers] == [None, None]
    with pytest.raises(NotFound):
        lab.plates.get(done.plate.id)
    assert copies(lab, one) == (0, 0, 0, 2)

    plate = lab.plates.start("Prusa MK4S", [one.id, two.id], by="Ana").plate
    assert plate is not None
    ended = lab.plates.end(plate.id, by="Ana", hold_mail=True)
    lab.bulk.undo(ended.events, by="Ana")
    again = lab.plates.get(plate.id)
    assert (again.state, [run.ended_at for run in again.runs]) == ("running", [None])
    assert copies(lab, one) == (0, 2, 0, 0)


@pytest.mark.parametrize("number", ["6", "-1", "0", "1.5", "99999999999", "two"])
def test_numbers_that_are_none(lab: Printflow, ready: Ready, number: str) -> None:
    job = ready(5)
    with pytest.raises(TransitionRefused) as refused:
        lab.plates.start("Prusa MK4S", [(job.id, number)], by="Ana")
    assert codes(refused) <= {"copies_invalid", "too_many_copies"}
    with pytest.raises(TransitionRefused):
        lab.plates.plan("Prusa MK4S", [(job.id, number)], by="Ana")
    assert lab.plates.find() == []


def test_what_a_plate_refuses(lab: Printflow, ready: Ready, submit: Callable[..., Job]) -> None:
    job, raw = ready(), submit()
    with pytest.raises(TransitionRefused) as refused:
        lab.plates.start("Prusa MK4S", [job.id, job.id.lower()], by="Ana")
    assert codes(refused) == {"part_twice"}
    with pytest.raises(TransitionNotAllowed):
        lab.plates.start("Prusa MK4S", [job.id, raw.id], by="Ana")
    assert lab.jobs.get(job.id).status == "READYTOPRINT", "nothing of it was done"
    with pytest.raises(TransitionRefused) as refused:
        lab.plates.start("Nowhere", [job.id], by="Ana")
    assert codes(refused) == {"machine_unknown"}
    with pytest.raises(TransitionRefused) as refused:
        lab.plates.start("Formlabs Form 3", [job.id], by="Ana")
    assert codes(refused) == {"machine_method"}
    with pytest.raises(InvalidInput):
        lab.plates.start("Prusa MK4S", [], by="Ana")
    plate = lab.plates.start("Prusa MK4S", [job.id], by="Ana").plate
    assert plate is not None
    with pytest.raises(TransitionRefused) as refused:
        lab.plates.end(plate.id, by="Ana", failed=[job.id])
    assert codes(refused) == {"reason_missing"}
    with pytest.raises(TransitionRefused) as refused:
        lab.plates.end(plate.id, by="Ana", good=[(job.id, 2)])
    assert codes(refused) == {"too_many_copies"}
    with pytest.raises(TransitionRefused) as refused:
        lab.plates.end(plate.id, by="Ana", good=[raw.id])
    assert codes(refused) == {"part_unknown"}
    lab.plates.end(plate.id, by="Ben")
    with pytest.raises(TransitionRefused) as refused:
        lab.plates.end(plate.id, by="Ana")
    assert codes(refused) == {"plate_ended"}
    assert "Ben" in str(refused.value)
    with pytest.raises(NotFound):
        lab.plates.end("7x", by="Ana")


def test_two_start_the_same_copies_and_one_hears_who_was_first(
    lab: Printflow, ready: Ready
) -> None:
    job = ready()
    lab.plates.start("Prusa MK4S", [job.id], by="Ben")
    with pytest.raises(TransitionNotAllowed) as refused:
        lab.plates.start("Prusa XL", [job.id], by="Ana")
    assert refused.value.last_actor == "Ben"


def test_machines_go_out_and_back_and_retire(lab: Printflow, ready: Ready) -> None:
    job = ready()
    assert [one.name for one in lab.machines.all()][:2] == ["Prusa MK4S", "Prusa XL"]
    plan = lab.plates.plan("Prusa MK4S", [job.id], by="Ana").plate
    assert plan is not None
    out = lab.machines.take_out("prusa mk4s", reason="Nozzle is clogged", by="Ana")
    assert (out.out_reason, out.out_by) == ("Nozzle is clogged", "Ana")
    assert lab.plates.find(planned=True) == []
    with pytest.raises(TransitionRefused) as refused:
        lab.jobs.start_printing(job.id, by="Ana")
    assert codes(refused) == {"machine_out"}
    with pytest.raises(Conflict):
        lab.machines.take_out("Prusa MK4S", reason="again", by="Ben")
    lab.machines.add("MK4S-7", model="Prusa MK4S", by="Ana", place="Room 2")
    assert [one.name for one in lab.machines.all() if one.model == "Prusa MK4S"] == ["MK4S-7"]
    lab.jobs.start_printing(job.id, by="Ana")
    with pytest.raises(Conflict):
        lab.machines.retire("MK4S-7", by="Ana")
    lab.jobs.complete(job.id, by="Ana")
    assert lab.machines.retire("MK4S-7", by="Ana").retired_at is not None
    lab.machines.put_back("Prusa MK4S", by="Ana")
    assert [one.name for one in lab.machines.all() if one.model == "Prusa MK4S"] == ["Prusa MK4S"]
    with pytest.raises(InvalidInput):
        lab.machines.add("Prusa XL", model="Prusa MK4S", by="Ana")
    with pytest.raises(InvalidInput):
        lab.machines.add("X", model="No such", by="Ana")
    kinds = [change.kind for change in lab.changes.find() if change.kind.startswith("machine")]
    assert kinds == ["machine_back", "machine_retired", "machine_added", "machine_out"]


def test_finished_copies_are_handed_out_before_the_rest(lab: Printflow, ready: Ready) -> None:
    job = ready(5)
    plate = lab.plates.start("Prusa MK4S", [(job.id, 3)], by="Ana").plate
    assert plate is not None
    lab.plates.end(plate.id, by="Ana")
    assert lab.jobs.hand_out(job.id, by="Ana", copies=2).copies_out == 2
    with pytest.raises(TransitionRefused) as refused:
        lab.jobs.hand_out(job.id, by="Ana", copies=2)
    assert codes(refused) == {"too_many_copies"}
    lab.jobs.start_printing(job.id, by="Ana")
    lab.jobs.complete(job.id, by="Ana")
    done = lab.jobs.pick_up(job.id, by="Ana", waive="ours")
    assert (done.status, done.copies_out) == ("PAIDPICKEDUP", 5)
