"""Archiving and removing: what is due, what goes, what stays, whatever crashes in between."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from printflow import (
    InvalidInput,
    Job,
    Part,
    Printflow,
    Settings,
    SettingsError,
    Status,
    TransitionRefused,
)
from printflow.doctor import examine
from printflow.settings_sections import RetentionSettings
from printflow.testing import Crash, FaultPlan, Outside, When, settle
from tests.crash.points import scratch_parent
from tests.crash.scenario import FORM, prepare
from tests.plugins.fire import effort
from tests.plugins.lab import Submit, TestClock


def names_left(store: Path, *words: str) -> list[str]:
    """Everything in the store's folders and database that still holds one of the words."""
    found = [
        path.name
        for path in store.rglob("*")
        if ".printflow" not in path.parts and any(word in path.name for word in words)
    ]
    (database,) = (store / ".printflow").glob("*.db")
    with closing(sqlite3.connect(database)) as connection:
        dump = "\n".join(connection.iterdump())
    return found + [word for word in words if word in dump]


@pytest.fixture
def two_old_jobs(lab: Printflow, clock: TestClock, job_in: Callable[[str], Job]) -> tuple[Job, Job]:
    """A job handed out and one rejected, a hundred days ago."""
    jobs = job_in("PAIDPICKEDUP"), job_in("REJECTED")
    lab.add_note(jobs[0].id, by="Ana", text="Jane Doe will call", for_student=True)
    lab.dispatch()
    clock.advance(days=100)
    return jobs


def test_a_dry_run_says_what_the_run_then_does(
    lab: Printflow, clock: TestClock, two_old_jobs: tuple[Job, Job]
) -> None:
    plan = lab.retention_plan()
    assert {(one.job_id, one.part) for one in plan} == {(job.id, None) for job in two_old_jobs}
    assert lab.counts()[Status.ARCHIVED] == 0, "looking changes nothing"
    assert set(lab.purge().archived) == {job.id for job in two_old_jobs}
    clock.advance(days=364)
    assert lab.retention_plan() == ()
    ahead = lab.retention_plan(ahead=timedelta(days=2))
    assert {one.part for one in ahead} == set(Part) and len(ahead) == 2 * len(Part)
    clock.advance(days=2)
    planned = {(one.job_id, one.part) for one in lab.retention_plan()}
    report = lab.purge()
    assert set(report.removed) == planned and not report.waiting
    assert lab.retention_plan() == () and lab.purge().removed == ()


def test_after_the_purge_nothing_names_the_student_and_figures_stay(
    lab: Printflow, clock: TestClock, two_old_jobs: tuple[Job, Job]
) -> None:
    lab.purge()
    clock.advance(days=366)
    before = lab.figures()
    page = lab.job_by_token(lab.status_url(two_old_jobs[0]).rpartition("/")[2])
    assert page.id == two_old_jobs[0].id
    lab.purge()
    after = lab.figures()
    for was, now in zip(before.tables, after.tables, strict=True):
        if was.name in ("reasons", "printers"):  # own words become one reason; use grows older
            assert [row[1] for row in was.rows] == [row[1] for row in now.rows]
        else:
            assert was == now
    store = lab.settings.store
    assert names_left(store, "Jane", "jane@", "JaneDoe", "bracket") == []
    assert names_left(store, "Sam", "Ana") == []
    with pytest.raises(Exception, match="no such job"):
        lab.job_by_token(lab.status_url(two_old_jobs[0]).rpartition("/")[2])
    details = lab.details(two_old_jobs[0].id)
    told = [event.details for event in details.events if event.trigger.value == "remove"]
    assert {one["removed"] for one in told} == set(Part)
    assert all(one["why"] == "kept for 365 days" for one in told)
    assert [p.amount_cents for p in details.payments] == [425]
    assert {file.state for file in details.job.files} == {"removed"}
    assert not list((store / "Thumbnails").glob(f"{details.job.id}*"))
    assert details.mails == () and details.notes == ()
    assert [f.code for f in examine(lab._ports, fix=False, hashes=True).findings if f.job_id] == []


def test_it_runs_by_itself_only_where_it_is_switched_on(
    settings: Settings, clock: TestClock, two_old_jobs: tuple[Job, Job], lab: Printflow
) -> None:
    lab.dispatch()
    assert lab.counts()[Status.ARCHIVED] == 0
    on = settings.model_copy(update={"retention": RetentionSettings(automatic=True)})
    with Printflow.open(on, clock=clock) as automatic:
        automatic.dispatch()
        assert automatic.counts()[Status.ARCHIVED] == 2


def test_a_period_of_nought_keeps_for_ever(
    settings: Settings, clock: TestClock, two_old_jobs: tuple[Job, Job], lab: Printflow
) -> None:
    lab.purge()
    clock.advance(days=9000)
    never = RetentionSettings(
        files_days=0, personal_days=0, mails_days=30, events_days=0, payments_days=0, jobs_days=0
    )
    with Printflow.open(settings.model_copy(update={"retention": never}), clock=clock) as keeping:
        assert {part for _, part in keeping.purge().removed} == {Part.MAILS}
        assert keeping.job(two_old_jobs[0].id).student_name == "Jane Doe"


def test_names_cannot_go_before_the_files_that_tell_them(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the names of the files tell whose they are"):
        Settings(store=tmp_path, retention={"files_days": 365, "personal_days": 30})


def test_a_file_that_is_held_open_keeps_the_names_until_it_is_gone(
    lab: Printflow, clock: TestClock, two_old_jobs: tuple[Job, Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.purge()
    clock.advance(days=366)

    def busy(*_: object) -> None:
        raise PermissionError(13, "in use")

    with monkeypatch.context() as held:
        held.setattr("printflow.filestore.FolderStore.remove", busy)
        waiting = lab.purge().waiting
        assert {part for _, part in waiting} == {Part.PERSONAL}
        assert lab.job(two_old_jobs[0].id).file.state == "removing"
    clock.advance(minutes=5)
    lab.dispatch()
    assert {part for _, part in lab.purge().removed} == {Part.PERSONAL}
    assert names_left(lab.settings.store, "JaneDoe") == []


def test_a_person_is_exported_and_erased(
    lab: Printflow, submit: Submit, two_old_jobs: tuple[Job, Job]
) -> None:
    other = submit(student="Ada Byron", email="ada@example.edu")
    assert {d.job.id for d in lab.person_export("jane@example.edu")} == {
        job.id for job in two_old_jobs
    }
    report = lab.person_erase("jane@example.edu", by="Ana")
    assert set(report.archived) == {job.id for job in two_old_jobs} and not report.waiting
    assert names_left(lab.settings.store, "Jane", "jane@", "JaneDoe") == []
    assert [p.amount_cents for p in lab.details(two_old_jobs[0].id).payments] == [425]
    why = {e.details.get("why") for e in lab.details(two_old_jobs[0].id).events[-3:]}
    assert why == {"at the person's request"}
    assert lab.job(other.id).student_name == "Ada Byron"
    assert lab.path(other).exists()
    with pytest.raises(InvalidInput, match="no job of"):
        lab.person_erase("jane@example.edu", by="Ana")
    with pytest.raises(TransitionRefused, match=other.id):
        lab.person_erase("ada@example.edu", by="Ana")
    assert lab.path(other).exists(), "nothing was removed"


# -- crashes --------------------------------------------------------------------------------------


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    """The world with one job, rejected and archived for more than a year."""
    with tempfile.TemporaryDirectory(dir=scratch_parent()) as folder:
        world = Outside(Path(folder) / "0")
        prepare(world)
        lab = world.open()
        job = lab.submit(world.folder / "bracket.stl", **FORM)
        lab.reject(job.id, by="Ana", reasons=["Too thin"])
        settle(world, lab)
        world.clock.advance(days=100)
        lab.purge()
        settle(world, lab)
        world.clock.advance(days=400)
        world.memory["job"] = job.id
        world.kill(lab)
        yield world


@pytest.mark.crash
def test_a_crash_anywhere_leaves_nothing_half_removed(
    outside: Outside, request: pytest.FixtureRequest
) -> None:
    plan = FaultPlan()
    rehearsal = outside.copy(outside.folder.parent / "rehearsal")
    lab = rehearsal.open(plan)
    lab.purge()
    rehearsal.kill(lab)
    points = [(number, when) for number in range(len(plan.calls)) for when in When]
    assert len(points) > 80
    wanted = effort(request.config, "--crash-points")
    if wanted != "all":
        points = random.Random(7).sample(points, min(len(points), int(wanted) // 2))
    for number, when in points:
        world = outside.copy(outside.folder.parent / f"run{number}{when}")
        crashing = FaultPlan()
        crashing.crash(number, when)
        lab = world.open(crashing)
        with pytest.raises(Crash):
            lab.purge()
        world.kill(lab)
        world.clock.advance(minutes=2)
        lab = world.open()
        lab.purge()
        settle(world, lab)
        assert lab.purge().waiting == ()
        events = lab.details(world.memory["job"]).events
        removed = [e.details["removed"] for e in events if e.trigger.value == "remove"]
        assert lab.job(world.memory["job"]).student_name == "(removed)"
        world.kill(lab)
        assert sorted(removed) == sorted(Part), (number, when, plan.calls[number])
        assert not list(world.store.rglob("*Jane*")), (number, when)
        world.close()
