"""Links, pipes and folders in the store's places: never followed, never read, never changed."""

from __future__ import annotations

import os
import stat
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from printflow import (
    FileState,
    NotFound,
    Printflow,
    Settings,
    SettingsError,
    Status,
    StoreUnavailable,
    TransitionRefused,
)
from printflow.backup import read_manifest, take_backup
from printflow.dispatch.inspection_queue import picture_name
from printflow.domain.status import FOLDERS
from printflow.store.folder import Folder
from printflow.store.folder_store import FolderStore
from printflow.store.log_files import log_tails
from printflow.store.making import make_store
from printflow.store.plain_file import NotPlain
from tests import sample_models
from tests.planted import PLANTS, SECRET, Plant, folder, hard_link, pipe, secret, symlink, untouched
from tests.plugins.lab import Submit, TestClock

plants = pytest.mark.parametrize(
    "plant", [symlink, hard_link, pipe, folder], ids=lambda plant: plant.__name__
)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return secret(tmp_path)


def replaced(path: Path, plant: Plant, target: Path) -> None:
    """Someone puts something else in a file's place."""
    path.unlink(missing_ok=True)
    plant(path, target)


def quickly(call: Callable[[], object]) -> object:
    """A pipe without a writer holds nobody."""
    begun = time.monotonic()
    try:
        return call()
    finally:
        assert time.monotonic() - begun < 2


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
@pytest.mark.parametrize("place", FOLDERS)
def test_every_operation_on_every_folder(
    tmp_path: Path, target: Path, plant: Plant, place: str
) -> None:
    root = tmp_path / "store"
    store = FolderStore(root, make_store(root))
    name, dest = "JaneDoe_Filament_TrueRed_K7Q2MX9A.stl", "Printing"
    planted = root / place / name
    plant(planted, target)
    for look in (store.open, store.sha256, store.size, store.protect):
        if look == store.size and plant is hard_link:
            continue  # a number of bytes, of an entry that is not followed
        with pytest.raises(FileNotFoundError):
            quickly(lambda look=look: look(name, place))  # type: ignore[misc]
    assert list(store.everywhere(name)) == []
    assert list(store.where(name, hint=place)) == []
    assert list(store.in_the_way(name)) == [place]
    assert store.siblings("K7Q2MX9A", place, settle_seconds=0) == []
    store.move(name, place, dest) if place != dest else None
    moved = root / dest / name
    assert os.path.lexists(moved)
    store.quarantine(name, dest, "stamp")
    aside = root / ".quarantine" / f"stamp_{name}"
    assert os.path.lexists(aside) and not os.path.lexists(moved)
    assert untouched(target)
    assert store.remove_leftovers({"K7Q2MX9A"}, set()) == set()
    assert not os.path.lexists(aside)
    plant(planted, target) if plant.__name__ != "symlink_to_symlink" else symlink(planted, target)
    store.remove(name, place)
    assert not os.path.lexists(planted)
    assert untouched(target)


@plants
def test_the_job_s_file_counts_as_missing(
    lab: Printflow, submit: Submit, target: Path, plant: Plant, clock: TestClock
) -> None:
    job = submit()
    replaced(lab.files.path(job), plant, target)
    with pytest.raises(NotFound):
        quickly(lambda: lab.files.open(job))
    assert not quickly(lambda: lab.files.choices(job.id)[0].present)
    with pytest.raises(TransitionRefused):
        lab.jobs.approve(job.id, by="Ana", grams="1", hours="1", material="PLA")
    job = lab.jobs.reject(job.id, by="Sam", text="x")
    assert (job.status, job.file.state) == (Status.REJECTED, FileState.MISSING)
    clock.advance(minutes=5)
    lab.dispatch()
    assert lab.jobs.get(job.id).file.state is FileState.MISSING
    assert untouched(target)


@plants
def test_what_lies_where_a_file_belongs_keeps_it_out_until_the_doctor_puts_it_aside(
    lab: Printflow, submit: Submit, target: Path, plant: Plant, clock: TestClock
) -> None:
    job = submit()
    data = lab.files.path(job).read_bytes()
    planted = lab.settings.store / "Rejected" / job.file.name
    plant(planted, target)
    os.utime(planted, (0, 0), follow_symlinks=False) if plant is not hard_link else None
    job = lab.jobs.reject(job.id, by="Sam", text="x")
    assert job.file.state is FileState.PARKED
    assert job.file.last_seen == "Uploaded"
    with lab.files.open(job) as file:
        assert file.read() == data, "meanwhile it is read where it is"
    clock.now = datetime.now(UTC)
    found = {one.code for one in lab.doctor.examine(fix=True).mended}
    if plant is hard_link:  # a job's own name: a person must look which of the two is right
        planted.unlink()
    else:
        assert "not_a_file" in found
    clock.advance(minutes=5)
    lab.dispatch()
    assert lab.jobs.get(job.id).file.state is FileState.SETTLED
    assert lab.files.path(lab.jobs.get(job.id)).read_bytes() == data
    assert untouched(target)


@plants
def test_the_doctor_names_it_and_puts_the_entry_itself_aside(
    lab: Printflow, submit: Submit, target: Path, plant: Plant, clock: TestClock
) -> None:
    lab.stations.set_password()
    job = submit()
    lab.dispatch()
    planted = lab.settings.store / "Completed" / "report.txt"
    plant(planted, target)
    if plant is not hard_link:
        os.utime(planted, (0, 0), follow_symlinks=False)
    clock.now = datetime.now(UTC)
    (finding,) = lab.doctor.examine(fix=True).findings
    assert (finding.code, finding.place) == ("not_a_file", "Completed/report.txt")
    assert not os.path.lexists(planted)
    (aside,) = (lab.settings.store / ".quarantine").iterdir()
    assert stat.S_IFMT(aside.lstat().st_mode) != stat.S_IFREG or plant is hard_link
    assert lab.doctor.examine().findings == ()
    assert untouched(target)
    lab.files.open(lab.jobs.get(job.id)).close()


def test_the_doctor_looks_at_hashes_without_following(
    lab: Printflow, submit: Submit, target: Path
) -> None:
    job = submit()
    lab.dispatch()
    replaced(lab.files.path(job), symlink, target)
    found = {one.code for one in lab.doctor.examine(fix=True, hashes=True).findings}
    assert {"file_missing", "not_a_file"} <= found
    assert untouched(target)


@plants
def test_a_planted_slicer_s_file_is_no_choice_and_says_nothing(
    lab: Printflow, submit: Submit, target: Path, plant: Plant
) -> None:
    job = submit()
    target.chmod(0o644)
    target.write_bytes(b"; generated by PrusaSlicer\n; filament used [g] = 6.5\n")
    plant(lab.files.path(job).with_suffix(".gcode"), target)
    assert all(not one.by_slicer and not one.source for one in lab.suggestions.for_job(job.id))
    assert [fact.name for fact in lab.files.choices(job.id)] == [job.file.name]
    with pytest.raises(TransitionRefused):
        lab.jobs.approve(
            job.id,
            by="Ana",
            grams="1",
            hours="1",
            material="PLA",
            file=lab.files.path(job).with_suffix(".gcode").name,
        )


@plants
def test_an_upload_that_is_replaced_on_its_way(
    lab: Printflow, target: Path, plant: Plant, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def swapped(self: FolderStore, incoming: str, name: str, dest: str) -> None:
        replaced(lab.settings.store / ".incoming" / incoming, plant, target)
        monkeypatch.undo()
        self.adopt_incoming(incoming, name, dest)

    monkeypatch.setattr(FolderStore, "adopt_incoming", swapped)
    job = submit()
    assert job.file.state is FileState.MISSING
    assert untouched(target)


@plants
def test_incoming_is_swept_without_following(
    lab: Printflow, target: Path, plant: Plant, clock: TestClock
) -> None:
    for name in ("0123.part", "other.part"):
        planted = lab.settings.store / ".incoming" / name
        (plant if name.startswith("0") else lambda path, _: path.write_bytes(b""))(planted, target)
        if plant is not hard_link or not name.startswith("0"):
            os.utime(planted, (0, 0), follow_symlinks=False)
    clock.now = datetime.now(UTC)
    lab.dispatch()
    assert not (lab.settings.store / ".incoming" / "other.part").exists(), "the sweep goes on"
    assert untouched(target)


@plants
def test_pictures_are_neither_read_nor_written_through_links(
    lab: Printflow, submit: Submit, target: Path, plant: Plant
) -> None:
    job = submit()
    lab.models.inspect_due()
    job = lab.jobs.get(job.id)
    planted = lab.settings.store / "Thumbnails" / picture_name(job.file)
    replaced(planted, plant, target)
    with pytest.raises(NotFound):
        quickly(lambda: lab.models.picture(job.file))
    lab.models.inspect_again([job.id])
    lab.models.inspect_due()
    if not planted.is_dir():
        assert lab.models.picture(lab.jobs.get(job.id).file).startswith(b"\x89PNG"), (
            "drawn in its place"
        )
    assert untouched(target)


@plants
def test_a_backup_holds_no_foreign_file(
    lab: Printflow, settings: Settings, submit: Submit, target: Path, plant: Plant, tmp_path: Path
) -> None:
    job, well = submit(), submit()
    replaced(lab.files.path(job), plant, target)
    if plant is not hard_link:
        plant_beside = symlink if plant.__name__ == "symlink_to_symlink" else plant
        plant_beside(lab.files.path(well).with_suffix(".gcode"), target)
    taken = take_backup(settings, tmp_path / "backups", datetime.now(UTC)).folder
    manifest = read_manifest(taken)
    assert [one.name for one in manifest.lacks] == [job.file.name]
    assert [one.name for one in manifest.files] == [well.file.name]
    assert not any(
        SECRET in path.read_bytes() for path in (tmp_path / "backups").rglob("*") if path.is_file()
    )
    assert untouched(target)


def test_a_person_s_export_holds_no_foreign_file(
    lab: Printflow, submit: Submit, target: Path, tmp_path: Path
) -> None:
    from printflow.cli.retention import _write_zip

    planted, well = submit(), submit()
    replaced(lab.files.path(planted), symlink, target)
    zipped = tmp_path / "jane.zip"
    missing = _write_zip(lab, zipped, {}, [planted.file, well.file], {})
    assert missing == [planted.file.name]
    with zipfile.ZipFile(zipped) as archive:
        assert archive.read(f"models/{well.file.name}") == sample_models.stl()
        assert archive.getinfo(f"models/{well.file.name}").compress_type == zipfile.ZIP_DEFLATED
        assert len(archive.namelist()) == 2


@plants
def test_retention_removes_the_entry_and_nothing_else(
    lab: Printflow, submit: Submit, target: Path, plant: Plant
) -> None:
    job = submit()
    replaced(lab.files.path(job), plant, target)
    lab.jobs.reject(job.id, by="Sam", text="x")
    lab.personal_data.erase("jane@example.edu", by="Ana")
    lab.dispatch()
    assert not os.path.lexists(lab.files.path(job))
    assert untouched(target)


@pytest.mark.parametrize("name", ["secret.key", "store.json"])
def test_the_store_s_own_files_are_no_links(settings: Settings, target: Path, name: str) -> None:
    with Printflow.open(settings):
        pass
    replaced(settings.state_dir / name, symlink, target)
    with (
        pytest.raises((SettingsError, StoreUnavailable), match=r"can't be read|isn't there"),
        Printflow.open(settings) as opened,
    ):
        opened.intake.receive("a.stl")
    assert untouched(target)


def test_the_key_of_the_backups_is_no_link(
    lab: Printflow, settings: Settings, target: Path, tmp_path: Path
) -> None:
    symlink(settings.state_dir / "backup.key", target)
    with pytest.raises(SettingsError, match=r"backup\.key can't be read"):
        take_backup(settings, tmp_path / "backups", datetime.now(UTC))
    assert untouched(target)


def test_logs_are_neither_shown_nor_written_through_links(
    lab: Printflow, settings: Settings, target: Path
) -> None:
    import logging

    from printflow.cli.log import COMMANDS, log_file, logged

    path = log_file(settings, COMMANDS)
    path.parent.mkdir(exist_ok=True)
    symlink(path, target)
    assert log_tails(settings.state_dir, lines=10) == ()
    with logged(settings, COMMANDS, debug=False):
        logging.getLogger("printflow").warning("written")
    assert untouched(target)
    path.unlink()
    with logged(settings, COMMANDS, debug=False):
        logging.getLogger("printflow").warning("written")
    (tail,) = log_tails(settings.state_dir, lines=10)
    assert "written" in tail.lines[-1]


@pytest.mark.parametrize("name", ["Uploaded", ".incoming", "Thumbnails"])
def test_a_folder_that_is_a_link(
    lab: Printflow, settings: Settings, submit: Submit, tmp_path: Path, name: str
) -> None:
    lab.stations.set_password()
    job = submit()
    outside = tmp_path / "outside"
    (settings.store / name).rename(outside)
    (settings.store / name).symlink_to(outside)
    if name == "Uploaded":
        with pytest.raises(NotFound):
            lab.files.open(job)
        assert lab.jobs.reject(job.id, by="Sam", text="x").file.state is FileState.MISSING
    before = sorted(path.name for path in outside.iterdir())
    with pytest.raises(SettingsError, match="is a link"):
        Printflow.open(settings, role="worker").close()
    found = lab.doctor.examine(fix=True)
    assert "folder_is_link" in {finding.code for finding in found.mended}
    assert (settings.store / name).is_dir() and not (settings.store / name).is_symlink()
    assert sorted(path.name for path in outside.iterdir()) == before
    Printflow.open(settings, role="worker").close()


def test_the_root_itself_may_be_a_link(settings: Settings, model: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    settings.store.symlink_to(tmp_path / "disk")
    with Printflow.open(settings, role="server") as lab:
        job = lab.intake.submit(
            model,
            student="Jane Doe",
            email="jane@example.edu",
            method="Filament",
            color="True Red",
            printer="Prusa MK4S",
            discipline="Engineering",
            class_number="1",
            acknowledge_minimum=True,
        )
        job = lab.jobs.reject(job.id, by="Sam", text="x")
        assert job.file.state is FileState.SETTLED
        lab.files.open(job).close()


def test_a_rename_that_stopped_halfway_is_finished(lab: Printflow, submit: Submit) -> None:
    """Where the system knows no other rename, a file gets its new name and then loses the old."""
    job = submit()
    (lab.settings.store / "Rejected" / job.file.name).hardlink_to(lab.files.path(job))
    job = lab.jobs.reject(job.id, by="Sam", text="x")
    assert job.file.state is FileState.SETTLED
    assert lab.files.path(job).stat().st_nlink == 1
    assert not (lab.settings.store / "Uploaded" / job.file.name).exists()
    assert list((lab.settings.store / ".quarantine").iterdir()) == []
    lab.files.open(job).close()


def test_a_pipe_that_takes_the_place_after_the_look_holds_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Uploaded").mkdir()
    path = tmp_path / "Uploaded" / "a.stl"
    path.write_bytes(b"x")
    with Folder(tmp_path, "Uploaded") as opened:
        seen = opened.stat("a.stl")
        path.unlink()
        os.mkfifo(path)
        monkeypatch.setattr(Folder, "stat", lambda *_: seen)
        with pytest.raises(NotPlain):
            quickly(lambda: opened.open("a.stl"))
        path.unlink()
        path.symlink_to("/etc/passwd")
        with pytest.raises(NotPlain):
            opened.open("a.stl")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/etc/passwd", "a\0b"])
def test_only_single_names_are_looked_up(tmp_path: Path, name: str) -> None:
    with Folder(tmp_path) as opened, pytest.raises(ValueError, match="not the name"):
        opened.open(name)
    with pytest.raises(ValueError, match="not the name"):
        Folder(tmp_path, name)


@plants
def test_no_model_is_looked_into_through_a_link(
    lab: Printflow, submit: Submit, target: Path, plant: Plant
) -> None:
    job = submit()
    target.chmod(0o644)
    target.write_bytes(sample_models.stl())
    replaced(lab.files.path(job), plant, target)
    quickly_enough = time.monotonic() + 20
    lab.models.inspect_due()
    assert time.monotonic() < quickly_enough
    job = lab.jobs.get(job.id)
    assert job.facts is None
    assert not job.file.picture
