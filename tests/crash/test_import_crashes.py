"""An import dies at its calls, and is simply repeated: every job once, every file once."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from printflow.importing.rows import flask_list
from printflow.testing import Crash, FaultPlan, Outside, When, settle, violations
from tests import old_system
from tests.plugins.fire import points

pytestmark = [pytest.mark.crash, pytest.mark.timeout(3600), pytest.mark.long]

JOBS = [
    old_system.old_job(1, "PaidPickedUp", "PAIDPICKEDUP"),
    old_system.old_job(2, "Printing", "PRINTING"),
]


def _import(world: Outside, folder: Path, plan: FaultPlan) -> bool:
    """One life; whether it came to its end."""
    lab = world.open(plan)
    try:
        lab.imports.run(flask_list(folder / "old.db"), folder / "storage", move=True)
    except Crash:
        return False
    finally:
        world.kill(lab)
    return True


@pytest.mark.parametrize("when", list(When))
def test_a_crash_at_every_call_of_an_import(
    when: When, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> None:
    base = tmp_path_factory.mktemp("import")
    rehearsal = FaultPlan()
    wrong: list[str] = []
    old_system.make(base / "r", JOBS)
    assert _import(Outside(base / "r" / "lab"), base / "r", rehearsal)
    assert len(rehearsal.calls) > 40
    numbers = [n for n, side in points(pytestconfig, rehearsal.calls, 50) if side is when]
    assert len(numbers) > 5
    for number in numbers:
        folder = base / str(number)
        old_system.make(folder, JOBS)
        world, plan = Outside(folder / "lab"), FaultPlan()
        world.kill(world.open())
        plan.crash(number, when)
        _import(world, folder, plan)
        if not plan.dead:
            continue
        world.clock.advance(hours=30)
        assert _import(world, folder, FaultPlan())
        lab = world.open()
        settle(world, lab)
        world.kill(lab)
        assert _import(world, folder, FaultPlan())  # once more, to remove what was settled late
        wrong += [f"call {number}: {problem}" for problem in violations(world, idle=True)]
        placed = [p for f in ("PaidPickedUp", "Printing") for p in (world.store / f).iterdir()]
        left = [path for path in (folder / "storage").rglob("*") if path.is_file()]
        if len(placed) != 2 or left:
            wrong.append(f"call {number}: placed {placed}, left {left}")
        world.close()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("when", list(When))
def test_a_crash_among_jobs_that_are_written_together(
    when: When, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """Jobs without files share a transaction: all of it is there, or nothing."""
    jobs = [*JOBS, old_system.old_job(3, "Completed", "COMPLETED")]
    old = flask_list(old_system.make(tmp_path, jobs))
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    rehearsal = FaultPlan()
    world = Outside(tmp_path / "rehearsal")
    lab = world.open(rehearsal)
    lab.imports.run(old, nothing, without_file=True)
    world.kill(lab)
    world.close()
    numbers = [n for n, side in points(pytestconfig, rehearsal.calls, 12) if side is when]
    assert numbers
    wrong: list[str] = []
    for number in numbers:
        world, plan = Outside(tmp_path / str(number)), FaultPlan()
        world.kill(world.open())
        plan.crash(number, when)
        lab = world.open(plan)
        with suppress(Crash):
            lab.imports.run(old, nothing, without_file=True)
        world.kill(lab)
        lab = world.open()
        found = len(lab.jobs.find())
        report = lab.imports.run(old, nothing, without_file=True)
        settle(world, lab)
        keys = [lab.jobs.details(job.id).events[-1].details["key"] for job in lab.jobs.find()]
        world.kill(lab)
        if found not in (0, 3) or report.already != found or sorted(set(keys)) != sorted(keys):
            wrong.append(f"call {number}: {found} there, {report.already} known, then {keys}")
        if len(keys) != 3:
            wrong.append(f"call {number}: {len(keys)} jobs")
        wrong += [f"call {number}: {problem}" for problem in violations(world, idle=True)]
        world.close()
    assert not wrong, "\n".join(wrong)
