"""Archiving and removing: what is due, what goes, what stays, whatever crashes in between."""

from __future__ import annotations

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
from printflow.settings.sections import RetentionSettings
from printflow.testing import Crash, FaultPlan, Outside, settle
from tests.crash.points import scratch_parent
from tests.crash.scenario import FORM, prepare
from tests.plugins.fire import points
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
    lab.notes.add(jobs[0].id, by="Ana", text="Jane Doe will call", for_student=True)
    lab.dispatch()
    clock.advance(days=100)
    return jobs


def test_a_dry_run_says_what_the_run_then_does(
    lab: Printflow, clock: TestClock, two_old_jobs: tuple[Job, Job]
) -> None:
    plan = lab.retention.plan()
    assert {(one.job_id, one.part) for one in plan} == {(job.id, None) for job in two_old_jobs}
    assert lab.jobs.counts()[Status.ARCHIVED] == 0, "looking changes nothing"
    assert set(lab.retention.purge().archived) == {job.id for job in two_old_jobs}
    clock.advance(days=364)
    assert lab.retention.plan() == ()
    ahead = lab.retention.plan(ahead=timedelta(days=2))
    assert {one.part for one in ahead} == set(Part) and len(ahead) == 2 * len(Part)
    clock.advance(days=2)
    planned = {(one.job_id, one.part) for one in lab.retention.plan()}
    report = lab.retention.purge()
    assert set(report.removed) == planned and not report.waiting
    assert lab.retention.plan() == () and lab.retention.purge().removed == ()


def test_after_the_purge_nothing_names_the_student_and_figures_stay(
    lab: Printflow, clock: TestClock, two_old_jobs: tuple[Job, Job]
) -> None:
    lab.retention.purge()
    clock.advance(days=366)
    before = lab.reports.figures()
    page = lab.students.job(lab.students.url(two_old_jobs[0]).rpartition("/")[2])
    assert page.id == two_old_jobs[0].id
    lab.retention.purge()
    after = lab.reports.figures()
    for was, now in zip(before.tables, after.tables, strict=True):
        if was.name in ("own_reasons", "printers"):  # own words become one reason; use grows older
            assert [row[1] for row in was.rows] == [row[1] for row in now.rows]
        else:
            assert was == now
    store = lab.settings.store
    assert names_left(store, "Jane", "jane@", "JaneDoe", "bracket") == []
    assert names_left(store, "Sam", "Ana") == []
    with pytest.raises(Exception, match="This link doesn't lead to a job"):
        lab.students.job(lab.students.url(two_old_jobs[0]).rpartition("/")[2])
    details = lab.jobs.details(two_old_jobs[0].id)
    told = [event.details for event in details.events if event.trigger.value == "remove"]
    assert {one["removed"] for one in told} == set(Part)
    assert all(one["why"] == "kept for 365 days" for one in told)
    assert [p.amount_cents for p in details.payments] == [425]
    assert {file.state for file in details.job.files} == {"removed"}
    assert not list((store / "Thumbnails").glob(f"{details.job.id}*"))
    assert details.mails == () and details.notes == ()
    assert [f.code for f in lab.doctor.examine().findings if f.job_id] == []


def test_it_runs_by_itself_only_where_it_is_switched_on(
    settings: Settings, clock: TestClock, two_old_jobs: tuple[Job, Job], lab: Printflow
) -> None:
    lab.dispatch()
    assert lab.jobs.counts()[Status.ARCHIVED] == 0
    on = settings.model_copy(update={"retention": RetentionSettings(automatic=True)})
    with Printflow.open(on, clock=clock) as automatic:
        automatic.dispatch()
        assert automatic.jobs.counts()[Status.ARCHIVED] == 2


def test_a_period_of_nought_keeps_for_ever(
    settings: Settings, clock: TestClock, two_old_jobs: tuple[Job, Job], lab: Printflow
) -> None:
    lab.retention.purge()
    clock.advance(days=9000)
    never = RetentionSettings(
        files_days=0, personal_days=0, mails_days=30, events_days=0, payments_days=0, jobs_days=0
    )
    with Printflow.open(settings.model_copy(update={"retention": never}), clock=clock) as keeping:
        assert {part for _, part in keeping.retention.purge().removed} == {Part.MAILS}
        assert keeping.jobs.get(two_old_jobs[0].id).student_name == "Jane Doe"


def test_names_cannot_go_before_the_files_that_tell_them(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the files' names say whose they are"):
        Settings(store=tmp_path, retention={"files_days": 365, "personal_days": 30})


def test_a_file_that_is_held_open_keeps_the_names_until_it_is_gone(
    lab: Printflow, clock: TestClock, two_old_jobs: tuple[Job, Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.retention.purge()
    clock.advance(days=366)

    def busy(*_: object) -> None:
        raise PermissionError(13, "in use")

    with monkeypatch.context() as held:
        held.setattr("printflow.store.folder_store.FolderStore.remove", busy)
        waiting = lab.retention.purge().waiting
        assert {part for _, part in waiting} == {Part.PERSONAL}
        assert lab.jobs.get(two_old_jobs[0].id).file.state == "removing"
    clock.advance(minutes=5)
    lab.dispatch()
    assert {part for _, part in lab.retention.purge().removed} == {Part.PERSONAL}
    assert names_left(lab.settings.store, "JaneDoe") == []


def test_a_person_is_exported_and_erased(
    lab: Printflow, submit: Submit, two_old_jobs: tuple[Job, Job]
) -> None:
    other = submit(student="Ada Byron", email="ada@example.edu")
    assert {d.job.id for d in lab.personal_data.export("jane@example.edu")} == {
        job.id for job in two_old_jobs
    }
    report = lab.personal_data.erase("jane@example.edu", by="Ana")
    assert set(report.archived) == {job.id for job in two_old_jobs} and not report.waiting
    assert names_left(lab.settings.store, "Jane", "jane@", "JaneDoe") == []
    assert [p.amount_cents for p in lab.jobs.details(two_old_jobs[0].id).payments] == [425]
    why = {e.details.get("why") for e in lab.jobs.details(two_old_jobs[0].id).events[-3:]}
    assert why == {"at the person's request"}
    assert lab.jobs.get(other.id).student_name == "Ada Byron"
    assert lab.files.path(other).exists()
    with pytest.raises(InvalidInput, match="no job for"):
        lab.personal_data.erase("jane@example.edu", by="Ana")
    with pytest.raises(TransitionRefused, match=other.id):
        lab.personal_data.erase("ada@example.edu", by="Ana")
    assert lab.files.path(other).exists(), "nothing was removed"


def test_all_jobs_of_a_person_are_found_however_many(lab: Printflow, submit: Submit) -> None:
    made = {submit(email="Ada@Example.edu").id for _ in range(53)}
    assert {one.job.id for one in lab.personal_data.export(" ada@example.EDU ")} == made


def test_not_even_the_file_of_the_database_remembers_a_person(
    settings: Settings, submit: Submit, lab: Printflow
) -> None:
    """Its free pages, its index of words and its write-ahead log."""
    for _ in range(3):
        job = submit(student="Zaphod Quirrel", email="zaphod@example.edu")
        lab.notes.add(job.id, by="Ana", text="Zaphod called", for_student=False)
        lab.jobs.reject(job.id, by="Ana", reasons=["Zaphod's is too thin"])
    lab.dispatch()

    def traces() -> int:
        files = [path for path in settings.state_dir.rglob("*") if path.is_file()]
        return sum(path.read_bytes().lower().count(b"zaphod") for path in files)

    assert traces()
    assert not lab.personal_data.erase("zaphod@example.edu", by="Ana").waiting
    lab.close()
    assert traces() == 0


def test_nothing_of_a_job_stays_beside_its_own_files(
    lab: Printflow, clock: TestClock, two_old_jobs: tuple[Job, Job], model: Path
) -> None:
    """What staff saved and never chose, copies in quarantine, mails as files, what was written
    down about addresses: all of it names the student.
    """
    job, other = two_old_jobs
    store, mails = lab.settings.store, lab.settings.mail.directory
    assert mails is not None
    sliced = store / "Uploaded" / f"JaneDoe_Filament_TrueRed_{job.id}_0.2mm.gcode"
    sliced.write_text("; sliced")
    copied = store / ".quarantine" / f"20260302T101010_Pending_{job.file.name}"
    copied.write_bytes(lab.files.path(job).read_bytes())
    plates = store / "Originals" / f"{job.id} plates"
    plates.mkdir()
    (plates / "JaneDoe 1.gcode").write_text("; sliced")
    (store / "Uploaded" / f"of {job.id}.stl").symlink_to(model)
    strange = store / "Uploaded" / "JaneDoe_somebody_else.gcode"
    strange.write_text("; of no job")
    lab.messages.mail_links("jane@example.edu")
    lab.dispatch()
    links = next(mail for mail in lab.mail.find() if mail.template == "find_jobs")
    lab.mail.retry(links.id, to="jane@example.org", by="Ana")
    lab.dispatch()
    assert list(mails.glob("*.eml"))
    lab.retention.purge()
    clock.advance(days=366)
    report = lab.retention.purge()
    lab.dispatch()
    assert report.mails == 1 and not report.waiting
    assert not list(mails.iterdir()), "and none of the mails, for all of them were hers"
    assert model.exists(), "what a link leads to is not ours"
    assert names_left(store, "JaneDoe", "jane@") == ["JaneDoe_somebody_else.gcode"]
    left = [path for path in store.rglob("*") if job.id in path.name or other.id in path.name]
    assert left == []
    assert lab.doctor.examine().findings[0].place.endswith(strange.name)


def test_a_leftover_that_is_held_open_keeps_the_job_due(
    lab: Printflow, clock: TestClock, two_old_jobs: tuple[Job, Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    job, other = two_old_jobs
    sliced = lab.settings.store / "Uploaded" / f"JaneDoe_{job.id}.gcode"
    sliced.write_text("; sliced")
    lab.retention.purge()
    clock.advance(days=366)

    def busy(*_: object) -> None:
        raise PermissionError(13, "in use")

    with monkeypatch.context() as held:
        held.setattr("printflow.store.folder_store._remove_whole", busy)
        report = lab.retention.purge()
    assert set(report.waiting) == {(job.id, Part.FILES), (job.id, Part.PERSONAL)}
    assert (other.id, Part.PERSONAL) in report.removed
    assert lab.files.path(lab.jobs.get(job.id)).exists() and sliced.exists()
    assert (job.id, Part.FILES) in lab.retention.purge().removed
    assert not sliced.exists()


def test_files_wait_while_the_store_is_away(
    lab: Printflow, clock: TestClock, two_old_jobs: tuple[Job, Job]
) -> None:
    lab.retention.purge()
    clock.advance(days=366)
    identity = lab.settings.state_dir / "store.json"
    text = identity.read_text()
    identity.unlink()
    report = lab.retention.purge()
    assert {job_id for job_id, part in report.waiting if part is Part.FILES} == {
        job.id for job in two_old_jobs
    }
    assert lab.jobs.get(two_old_jobs[0].id).student_name == "Jane Doe"
    identity.write_text(text)
    assert not lab.retention.purge().waiting


def test_a_long_plan_is_read_a_page_of_whole_days_at_a_time(
    lab: Printflow, clock: TestClock, submit: Submit
) -> None:
    for number in (1, 3, 1, 1):  # so many on each of four days
        for _ in range(number):
            lab.jobs.reject(submit().id, by="Ana", reasons=["Too thin"])
        clock.advance(days=1)
    clock.advance(days=400)
    ahead = timedelta(days=5)
    whole = lab.retention.page(ahead=ahead)
    assert [len(one.jobs) for one in whole.days] == [1, 3, 1, 1] and whole.next is None
    pages, since = [], None
    for _ in range(9):
        page = lab.retention.page(ahead=ahead, since=since, limit=2)
        pages.append([len(one.jobs) for one in page.days])
        since = page.next
        if since is None:
            break
    assert len(pages) > 2
    assert [one for page in pages for one in page] == [1, 3, 1, 1], "each day once, and whole"


def test_the_plan_of_many_jobs_is_whole_and_told_by_day(
    lab: Printflow, clock: TestClock, submit: Submit
) -> None:
    for number in range(3):
        lab.jobs.reject(submit().id, by="Ana", reasons=["Too thin"])
        clock.advance(days=number)  # two on one day, one the day after
    clock.advance(days=86)
    days = lab.retention.page(ahead=timedelta(days=5)).days
    assert [(len(one.jobs), one.parts, one.due) for one in days] == [
        (2, (None,), False),
        (1, (None,), False),
    ]
    clock.advance(days=1)
    assert [one.due for one in lab.retention.page(ahead=timedelta(days=5)).days] == [True, False]
    assert len(lab.retention.archive_due(limit=1)) == 1
    clock.advance(days=5)
    assert len(lab.retention.archive_due()) == 2


# -- crashes --------------------------------------------------------------------------------------


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    """The world with one job, rejected and archived for more than a year."""
    with tempfile.TemporaryDirectory(dir=scratch_parent()) as folder:
        world = Outside(Path(folder) / "0")
        prepare(world)
        lab = world.open()
        job = lab.intake.submit(world.folder / "bracket.stl", **FORM)
        lab.jobs.reject(job.id, by="Ana", reasons=["Too thin"])
        settle(world, lab)
        world.clock.advance(days=100)
        lab.retention.purge()
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
    lab.retention.purge()
    rehearsal.kill(lab)
    assert len(plan.calls) > 40
    for number, when in points(request.config, plan.calls, 24):
        world = outside.copy(outside.folder.parent / f"run{number}{when}")
        crashing = FaultPlan()
        crashing.crash(number, when)
        lab = world.open(crashing)
        with pytest.raises(Crash):
            lab.retention.purge()
        world.kill(lab)
        world.clock.advance(minutes=2)
        lab = world.open()
        lab.retention.purge()
        settle(world, lab)
        assert lab.retention.purge().waiting == ()
        events = lab.jobs.details(world.memory["job"]).events
        removed = [e.details["removed"] for e in events if e.trigger.value == "remove"]
        assert lab.jobs.get(world.memory["job"]).student_name == "(removed)"
        world.kill(lab)
        assert sorted(removed) == sorted(Part), (number, when, plan.calls[number])
        assert not list(world.store.rglob("*Jane*")), (number, when)
        world.close()


@pytest.mark.crash
def test_an_erasure_that_breaks_off_anywhere_is_ended_by_asking_again(
    outside: Outside, request: pytest.FixtureRequest
) -> None:
    plan = FaultPlan()
    rehearsal = outside.copy(outside.folder.parent / "rehearsal")
    lab = rehearsal.open(plan)
    lab.personal_data.erase(FORM["email"], by="Ana")
    rehearsal.kill(lab)
    for number, when in points(request.config, plan.calls, 24):
        world = outside.copy(outside.folder.parent / f"run{number}{when}")
        crashing = FaultPlan()
        crashing.crash(number, when)
        lab = world.open(crashing)
        with pytest.raises(Crash):
            lab.personal_data.erase(FORM["email"], by="Ana")
        world.kill(lab)
        world.clock.advance(minutes=2)
        lab = world.open()
        for _ in range(2):  # the files may be gone only after the first
            try:
                lab.personal_data.erase(FORM["email"], by="Ana")
            except InvalidInput:  # the address is gone, and with it all the rest
                break
            settle(world, lab)
        events = lab.jobs.details(world.memory["job"]).events
        removed = [e.details["removed"] for e in events if e.trigger.value == "remove"]
        world.kill(lab)
        assert sorted(removed) == ["files", "mails", "payments", "personal"], (number, when)
        assert not list(world.store.rglob("*Jane*")), (number, when)
        world.close()
