"""A corrected job's files get the name that belongs to it, whatever is in between."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from printflow import FileState, Job, Printflow, Settings, Status
from printflow.backup import key_if_there, restore, take_backup, verify
from printflow.dispatch.placement import LEASE, attempt
from printflow.service.renaming import file_names
from printflow.store import folder_store
from printflow.store.exclusive_rename import rename_exclusive
from printflow.store.folder import Folder
from tests import sample_models
from tests.plugins.lab import Submit, TestClock

MODEL = sample_models.stl(sample_models.box(30, 20, 10))
GCODE = b"; estimated printing time (normal mode) = 1h 0m 0s\nG28\nG1 X10\n"


def on_disk(lab: Printflow) -> set[str]:
    """Every model's file, as "folder/name"."""
    store = lab.settings.store
    return {
        f"{folder.name}/{file.name}"
        for folder in store.iterdir()
        if folder.is_dir() and not folder.name.startswith(".") and folder.name != "Thumbnails"
        for file in folder.iterdir()
    }


@contextmanager
def held_open(monkeypatch: pytest.MonkeyPatch, name: str = "") -> Iterator[None]:
    """A staff PC has files open (those whose name has ``name`` in it): they can't be renamed."""
    rename = rename_exclusive

    def busy(source: str, *rest: object) -> None:
        if name in str(source):
            raise OSError(errno.EBUSY, "Device or resource busy")
        rename(source, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(folder_store, "rename_exclusive", busy)
        yield


def beside(lab: Printflow, job: Job, name: str, data: bytes = GCODE) -> Path:
    """What a slicer saves next to the job's file."""
    path = lab.settings.store / job.status.folder / name
    path.write_bytes(data)
    return path


def codes(lab: Printflow, *, fix: bool = False) -> list[str]:
    return [finding.code for finding in lab.doctor.examine(fix=fix, only=["files"]).findings]


def settled(lab: Printflow, clock: TestClock, job: Job) -> Job:
    """The job once the background has done what it can, and its file is looked at."""
    clock.advance(minutes=3)
    lab.dispatch()
    job = lab.jobs.get(job.id)
    assert {file.state for file in job.files} == {FileState.SETTLED}
    assert not any(file.renaming for file in job.files)
    for file in job.files:
        with lab.files.open(file) as opened:
            assert len(opened.read()) == file.size
    assert on_disk(lab) >= {f"{file.folder}/{file.name}" for file in job.files}
    return job


def test_every_role_of_file_follows_every_kind_of_correction(
    lab: Printflow, submit: Submit, tmp_path: Path
) -> None:
    job = submit()
    start = f"JaneDoe_Filament_TrueRed_{job.id}"
    lab.versions.scale(job.id, "inches", by="Ana")
    repaired = tmp_path / "repaired.stl"
    repaired.write_bytes(MODEL)
    lab.versions.add(job.id, repaired, by="Ana")
    job = lab.jobs.get(job.id)
    beside(lab, job, f"0.2mm_{start}_PLA.gcode")
    given: dict[str, Any] = {"weight": "42.5", "hours": "3.25", "material": "PLA"}
    job = lab.jobs.perform("approve", job.id, by="Ana", file=f"0.2mm_{start}_PLA.gcode", **given)

    def called(words: str) -> set[str]:
        stem = f"{words}_{job.id}"
        return {
            f"Originals/{stem}.stl",
            f"Originals/{stem}_v2.stl",
            f"Originals/{stem}_v3.stl",
            f"Pending/0.2mm_{stem}_PLA.gcode",
        }

    assert on_disk(lab) == called("JaneDoe_Filament_TrueRed")
    corrected = lab.corrections.edit(job.id, by="Ana", color="Blue")
    assert {f"{file.folder}/{file.name}" for file in corrected.files} == on_disk(lab)
    assert on_disk(lab) == called("JaneDoe_Filament_Blue")
    (event,) = lab.jobs.details(job.id).events[-1:]
    blue = f"JaneDoe_Filament_Blue_{job.id}"
    assert event.details["changed"] == {"color": ["True Red", "Blue"], "files": [start, blue]}
    lab.corrections.edit(job.id, by="Ana", student_name="Zoë Müller 王")
    assert on_disk(lab) == called("ZoeWang_Filament_Blue")
    lab.corrections.undo(job.id, by="Ana")
    assert on_disk(lab) == called("JaneDoe_Filament_Blue")
    lab.corrections.edit(
        job.id,
        by="Ana",
        print_method="Resin",
        material="Standard Resin",
        color="Black",
        printer="Formlabs Form 3",
    )
    assert on_disk(lab) == called("JaneDoe_Resin_Black")
    assert codes(lab) == []


def test_a_students_own_change_and_new_file(lab: Printflow, submit: Submit, model: Path) -> None:
    job = submit()
    token = lab.students.url(job).rpartition("/")[2]
    lab.own_changes.change(token, color="Blue", quantity="1", note="")
    assert on_disk(lab) == {f"Uploaded/JaneDoe_Filament_Blue_{job.id}.stl"}
    upload = lab.intake.receive("other.stl")
    upload.write(MODEL)
    lab.own_changes.change(token, color="Green", quantity="1", note="", file=upload)
    green = f"JaneDoe_Filament_Green_{job.id}"
    assert on_disk(lab) == {f"Originals/{green}.stl", f"Uploaded/{green}_v2.stl"}


def test_no_work_where_the_name_stays(
    lab: Printflow, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = submit(student="Zoe Muller")
    with held_open(monkeypatch):
        after = lab.corrections.edit(
            job.id, by="Ana", student_name="Zoë Müller", class_number="A 1"
        )
    assert (after.file, after.standard_name) == (job.file, job.standard_name)
    assert "files" not in lab.jobs.details(job.id).events[-1].details["changed"]


def test_several_corrections_while_the_file_is_open_elsewhere(
    lab: Printflow,
    submit: Submit,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    tmp_path: Path,
) -> None:
    job = submit()
    red = job.file.name
    with held_open(monkeypatch, red):
        job = lab.corrections.edit(job.id, by="Ana", color="Blue")
        blue = job.file.name
        assert blue == f"JaneDoe_Filament_Blue_{job.id}.stl"
        assert (job.file.state, job.file.last_named, job.file.on_disk) == (FileState.BUSY, red, red)
        assert lab.files.path(job).name == red
        with lab.files.open(job) as opened:
            assert opened.read(5)
        (choice,) = lab.files.choices(job.id)
        assert (choice.name, choice.settled, choice.authoritative) == (blue, True, True)
        assert codes(lab) == []
        assert codes(lab, fix=True) == [], "nothing that waits for its name is put aside"
        there = take_backup(settings, tmp_path / "backups", clock.now).folder
        assert list(verify(there)) == []
        lab.corrections.edit(job.id, by="Ana", color="Green")
        lab.corrections.edit(job.id, by="Ana", color="Brown")
        lab.corrections.undo(job.id, by="Ana")
        lab.jobs.perform("approve", job.id, by="Ana", weight="9", hours="1", material="PLA")
        clock.advance(minutes=2)
        lab.dispatch()
        assert on_disk(lab) == {f"Uploaded/{red}"}
        assert lab.jobs.get(job.id).file.state is FileState.BUSY
    job = settled(lab, clock, job)
    assert on_disk(lab) == {f"Pending/JaneDoe_Filament_Green_{job.id}.stl"}
    assert job.file.was_named == (red, blue, f"JaneDoe_Filament_Brown_{job.id}.stl")
    if not settings.database_url:
        elsewhere = settings.model_copy(update={"store": tmp_path / "there"})
        restore(elsewhere, there, key=key_if_there(settings.state_dir))
        with Printflow.open(elsewhere, create=False, clock=clock) as restored:
            settled(restored, clock, job)
            assert on_disk(restored) == {f"Uploaded/{blue}"}


def test_corrected_and_taken_back_before_it_was_renamed(
    lab: Printflow, submit: Submit, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = submit()
    with held_open(monkeypatch):
        lab.corrections.edit(job.id, by="Ana", color="Blue")
        job = lab.corrections.undo(job.id, by="Ana")
    assert not job.file.renaming
    settled(lab, clock, job)
    assert on_disk(lab) == {f"Uploaded/JaneDoe_Filament_TrueRed_{job.id}.stl"}


def test_old_names_are_understood(lab: Printflow, submit: Submit, clock: TestClock) -> None:
    job = submit()
    red = job.file.name
    job = lab.corrections.edit(job.id, by="Ana", color="Blue")
    lab.openings.clicked(job.id, red, by="Ana")
    lab.stations.set_password("correct horse")
    name, token = lab.openings.token("PC 3", station="Lab")
    lab.openings.report(job.file.name, station=name, token=token)
    (opening,) = lab.jobs.details(job.id).openings
    assert (opening.by, opening.file_name in job.file.names) == ("Ana", True)
    job = lab.jobs.perform(
        "approve", job.id, by="Ana", weight="9", hours="1", material="PLA", file=red
    )
    assert (job.status, job.file.name) == (Status.PENDING, f"JaneDoe_Filament_Blue_{job.id}.stl")
    assert lab.suggestions.plates(job.id, red) == ()


def test_what_a_slicer_saves_under_the_old_name_is_another_file(
    lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    """It was started before the correction, and saves where its model was."""
    job = submit()
    red, stem = job.file.name, job.standard_name
    job = lab.corrections.edit(job.id, by="Ana", color="Blue")
    beside(lab, job, red, b"solid again\nendsolid again\n")
    beside(lab, job, f"{stem}_PLA.gcode")
    assert {choice.name for choice in lab.files.choices(job.id)} == {
        red,
        f"{stem}_PLA.gcode",
        job.file.name,
    }
    job = lab.jobs.perform(
        "approve", job.id, by="Ana", weight="9", hours="1", material="PLA", file=f"{stem}_PLA.gcode"
    )
    blue = f"JaneDoe_Filament_Blue_{job.id}"
    assert on_disk(lab) == {
        f"Uploaded/{red}",
        f"Originals/{blue}.stl",
        f"Pending/{blue}_PLA.gcode",
    }
    assert lab.jobs.details(job.id).quotes[-1].file_name == f"{blue}_PLA.gcode"
    lab.corrections.undo(job.id, by="Ana")
    job = lab.jobs.perform(
        "approve", job.id, by="Ana", weight="9", hours="1", material="PLA", file=red
    )
    settled(lab, clock, job)
    assert job.file.name == f"{blue}_v2.stl", "no two files of a job ever had one name"
    assert lab.files.path(job).read_bytes().startswith(b"solid again")


def test_a_name_that_is_taken(lab: Printflow, submit: Submit, clock: TestClock) -> None:
    job = submit()
    red = lab.files.path(job)
    taken = beside(lab, job, f"JaneDoe_Filament_Blue_{job.id}.stl", b"something else")
    job = lab.corrections.edit(job.id, by="Ana", color="Blue")
    assert job.file.state is FileState.PARKED
    assert (red.stat().st_size, taken.read_bytes()) == (job.file.size, b"something else")
    assert codes(lab, fix=True) == ["name_taken"]
    assert (red.exists(), taken.read_bytes()) == (True, b"something else")
    taken.unlink()
    settled(lab, clock, job)
    assert codes(lab) == []


def test_a_rename_that_stopped_halfway(
    lab: Printflow, submit: Submit, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system can't rename without overwriting, a file has two names for a moment."""
    job = submit()
    with held_open(monkeypatch):
        job = lab.corrections.edit(job.id, by="Ana", color="Blue")
    os.link(lab.files.path(job), lab.settings.store / "Uploaded" / job.file.name)
    assert codes(lab, fix=True) == []
    settled(lab, clock, job)
    assert on_disk(lab) == {f"Uploaded/{job.file.name}"}


@pytest.mark.parametrize("dies", [False, True])
def test_a_call_that_is_late(
    lab: Printflow,
    submit: Submit,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
    dies: bool,
) -> None:
    """It was stopped for longer than its lease, and renames what was taken back meanwhile."""
    job = submit()
    with held_open(monkeypatch):
        job = lab.corrections.edit(job.id, by="Ana", color="Blue")
        clock.advance(minutes=2)
        with lab._parts.database.write() as tx:
            late = tx.files.claim(job.file.id, clock(), LEASE)
        assert late is not None
        clock.advance(minutes=2)
    job = lab.corrections.edit(job.id, by="Ana", color="True Red")
    assert job.file.state is FileState.SETTLED
    if dies:
        attempt(lab._parts.store, late, "stamp")
        assert on_disk(lab) == {f"Uploaded/JaneDoe_Filament_Blue_{job.id}.stl"}
        assert codes(lab, fix=True) == ["file_misnamed"]
    else:
        lab._parts.placer._place(late)
    settled(lab, clock, job)
    assert on_disk(lab) == {f"Uploaded/JaneDoe_Filament_TrueRed_{job.id}.stl"}
    assert codes(lab) == []


def test_a_name_that_differs_only_in_case_where_case_does_not_matter(
    lab: Printflow, submit: Submit, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows and macOS: a file is found under every case of its name."""
    stat, rename = Folder.stat, rename_exclusive

    def as_written(folder: Folder, name: str) -> str:
        names = {one.casefold(): one for one in os.listdir(folder.path)}
        return names.get(name.casefold(), name)

    def refuses(source: str, dest: str, here: int, there: int) -> None:
        if dest.casefold() in map(str.casefold, os.listdir(there)):
            raise FileExistsError(errno.EEXIST, "File exists", dest)
        rename(source, dest, here, there)

    monkeypatch.setattr(Folder, "stat", lambda self, name: stat(self, as_written(self, name)))
    monkeypatch.setattr(folder_store, "rename_exclusive", refuses)
    job = submit(student="JANE DOE")
    assert job.file.name == f"JANEDOE_Filament_TrueRed_{job.id}.stl"
    job = lab.corrections.edit(job.id, by="Ana", student_name="Jane Doe")
    settled(lab, clock, job)
    assert on_disk(lab) == {f"Uploaded/JaneDoe_Filament_TrueRed_{job.id}.stl"}
    job = lab.jobs.reject(job.id, by="Ana", text="x")
    assert on_disk(lab) == {f"Rejected/{job.file.name}"}


def test_what_is_archived_keeps_its_name(submit: Submit) -> None:
    job = submit()
    assert file_names(job, f"A_B_C_{job.id}") == {job.file.id: f"A_B_C_{job.id}.stl"}
    archived = replace(job, status=Status.ARCHIVED)
    assert file_names(archived, f"A_B_C_{job.id}") == {job.file.id: job.file.name}


def test_a_job_without_its_file(lab: Printflow, submit: Submit) -> None:
    job = submit()
    with lab._parts.database.write() as tx:
        tx._connection.exec_driver_sql(  # type: ignore[attr-defined]
            "UPDATE job_files SET state = 'absent', last_seen = '', next_try_at = NULL"
        )
    job = lab.corrections.edit(job.id, by="Ana", color="Blue")
    assert (job.file.state, job.file.renaming) == (FileState.ABSENT, False)
    assert lab.dispatch().placed == 0


def test_removed_with_its_old_name(
    lab: Printflow,
    job_in: Callable[[Status], Job],
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Retention takes a file that was never renamed, as someone had it open all the time."""
    job = job_in(Status.REJECTED)
    with held_open(monkeypatch):
        lab.corrections.edit(job.id, by="Ana", student_name="Al Roe")
        clock.advance(days=100)
        lab.jobs.archive(job.id, by="Ana")
        lab.personal_data.erase(job.student_email, by="Ana")
    clock.advance(minutes=2)
    lab.dispatch()
    assert on_disk(lab) == set()
