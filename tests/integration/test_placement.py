"""Placement: level-triggered, never overwriting, patient."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from printflow import FileState, Printflow, Status
from printflow.store.exclusive_rename import rename_exclusive
from tests.plugins.lab import Submit, TestClock


def test_a_file_moved_by_hand_is_found_and_brought_home(lab: Printflow, submit: Submit) -> None:
    job = submit()
    lab.files.path(job).rename(lab.settings.store / "Rejected" / job.file.name)
    job = lab.jobs.override(job.id, by="Sam", to="READYTOPRINT", reason="x")
    assert job.file.state is FileState.SETTLED
    assert lab.files.path(job).parent.name == "ReadyToPrint"
    assert lab.files.path(job).exists()


def test_a_lost_file_is_flagged_and_comes_back(
    lab: Printflow, submit: Submit, clock: TestClock, tmp_path: Path
) -> None:
    job = submit()
    lab.files.path(job).rename(tmp_path / "away.stl")
    job = lab.jobs.reject(job.id, by="Sam", text="x")
    assert (job.status, job.file.state) == (Status.REJECTED, FileState.MISSING)
    (tmp_path / "away.stl").rename(lab.settings.store / "Uploaded" / job.file.name)
    clock.advance(minutes=2)
    assert lab.dispatch().placed == 1
    assert lab.jobs.get(job.id).file.state is FileState.SETTLED


def test_two_different_files_of_one_name_are_parked(lab: Printflow, submit: Submit) -> None:
    job = submit()
    here, there = lab.files.path(job), lab.settings.store / "Printing" / job.file.name
    there.write_bytes(b"something else")
    job = lab.jobs.reject(job.id, by="Sam", text="x")
    assert job.file.state is FileState.PARKED
    assert here.exists()
    assert there.read_bytes() == b"something else"


def test_two_equal_files_of_one_name_become_one(lab: Printflow, submit: Submit) -> None:
    job = submit()
    data = lab.files.path(job).read_bytes()
    (lab.settings.store / "Printing" / job.file.name).write_bytes(data)
    job = lab.jobs.reject(job.id, by="Sam", text="x")
    assert job.file.state is FileState.SETTLED
    assert lab.files.path(job).read_bytes() == data
    quarantined = list((lab.settings.store / ".quarantine").iterdir())
    assert [path.read_bytes() for path in quarantined] == [data]


def test_an_unmounted_share_stops_the_mover(
    lab: Printflow, submit: Submit, clock: TestClock, tmp_path: Path
) -> None:
    job = submit()
    store = lab.settings.store
    store.rename(tmp_path / "elsewhere")
    store.mkdir()
    job = lab.jobs.reject(job.id, by="Sam", text="x")
    assert (job.status, job.file.state) == (Status.REJECTED, FileState.PENDING)
    store.rmdir()
    (tmp_path / "elsewhere").rename(store)
    clock.advance(minutes=2)
    lab.dispatch()
    assert lab.files.path(lab.jobs.get(job.id)).parent.name == "Rejected"


def test_a_file_open_elsewhere_does_not_block_the_click(
    lab: Printflow, submit: Submit, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = submit()

    def busy(*_: object) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    with monkeypatch.context() as patched:
        patched.setattr("printflow.store.folder_store.rename_exclusive", busy)
        job = lab.jobs.reject(job.id, by="Sam", text="x")
    assert (job.status, job.file.state) == (Status.REJECTED, FileState.BUSY)
    clock.advance(seconds=2)
    lab.dispatch()
    assert lab.jobs.get(job.id).file.state is FileState.SETTLED


def test_a_rename_never_overwrites(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("1")
    two.write_text("2")
    with pytest.raises(FileExistsError):
        rename_exclusive(one, two)
    assert (one.read_text(), two.read_text()) == ("1", "2")
    two.unlink()
    rename_exclusive(one, two)
    assert (one.exists(), two.read_text()) == (False, "1")
    with pytest.raises(FileNotFoundError):
        rename_exclusive(one, tmp_path / "three")
