"""Backups: taken under load, verified, restored; what is damaged or foreign is refused."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from printflow import BackupDamaged, BackupNotTaken, Job, Printflow, Settings, SettingsError, Status
from printflow.backup import (
    Keep,
    backups,
    key_if_there,
    prune,
    read_manifest,
    restore,
    take_backup,
    verify,
)
from tests.plugins.lab import Submit


def key(settings: Settings) -> bytes | None:
    """What the lab's backups are signed with."""
    return key_if_there(settings.state_dir)


NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def elsewhere(settings: Settings, folder: Path) -> Settings:
    """The same lab's settings on another machine, with a database of its own."""
    mail = settings.mail.model_copy(update={"directory": folder / "mail"})
    own = {"store": folder / "store", "mail": mail, "database_url": ""}
    return settings.model_copy(update=own)


def test_everything_comes_back(
    lab: Printflow, settings: Settings, job_in: Callable[[Status], Job], tmp_path: Path
) -> None:
    jobs = [job_in(status) for status in (Status.UPLOADED, Status.PENDING, Status.PAIDPICKEDUP)]
    beside = lab.files.path(jobs[0]).with_suffix(".gcode")
    beside.write_bytes(b"G28\n")
    lab.stations.set_password("correct horse")
    taken = take_backup(settings, tmp_path / "backups", NOW).folder
    assert list(verify(taken)) == []
    there = elsewhere(settings, tmp_path / "there")
    restore(there, taken, key=key(settings))
    with Printflow.open(there, create=False) as restored:
        for job in jobs:
            assert restored.jobs.get(job.id) == job
            assert restored.files.path(job).read_bytes() == lab.files.path(job).read_bytes()
            assert restored.students.url(job) == lab.students.url(job), (
                "links in old mails still work"
            )
        assert (there.store / "Uploaded" / beside.name).read_bytes() == b"G28\n"
        assert restored.sessions.check_password("correct horse", address="x") == "Lab"
        restored.dispatch()
        found = restored.doctor.examine()
        assert (found.findings, found.unchecked) == ((), ())


def test_the_same_bytes_are_kept_once(
    lab: Printflow, settings: Settings, submit: Submit, tmp_path: Path
) -> None:
    submit()
    root = tmp_path / "backups"
    first = take_backup(settings, root, NOW).folder
    inode = next((root / "files").glob("*/*")).stat().st_ino
    submit(student="Alan Turing")
    second = take_backup(settings, root, NOW + timedelta(days=1)).folder
    assert backups(root) == [first, second]
    (held,) = (root / "files").glob("*/*")
    assert held.stat().st_ino == inode
    assert [len(read_manifest(taken).files) for taken in (first, second)] == [1, 2]


def test_backups_during_a_running_load_are_consistent(
    lab: Printflow, settings: Settings, submit: Submit, tmp_path: Path
) -> None:
    stop = threading.Event()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            while not stop.is_set():
                job = submit()
                lab.jobs.approve(job.id, by="Ana", grams=10, hours=1, material="PLA")
                lab.jobs.confirm(job.id, by="Ana", note="x")
                lab.jobs.start_printing(job.id, by="Ana")
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    taken = [
        take_backup(settings, tmp_path / "backups", NOW + timedelta(minutes=n)).folder
        for n in range(4)
    ]
    stop.set()
    thread.join()
    assert errors == []
    for number, folder in enumerate(taken):
        there = elsewhere(settings, tmp_path / f"there{number}")
        restore(there, folder, key=key(settings))
        with Printflow.open(there, create=False) as restored:
            restored.stations.set_password()
            restored.dispatch()
            left = [
                f
                for f in restored.doctor.examine().findings
                if f.code not in ("clock_behind", "work_overdue")
            ]
            assert left == []
            assert len(restored.jobs.find()) <= len(lab.jobs.find())


@pytest.mark.embedded
def test_a_store_that_is_not_empty(
    lab: Printflow, settings: Settings, submit: Submit, tmp_path: Path
) -> None:
    job = submit()
    taken = take_backup(settings, tmp_path / "backups", NOW).folder
    there = elsewhere(settings, tmp_path / "there")
    there.store.mkdir(parents=True)
    (there.store / "theirs.txt").write_text("precious")
    with pytest.raises(SettingsError, match="is not empty"):
        restore(there, taken, key=key(settings))
    assert [path.name for path in there.store.iterdir()] == ["theirs.txt"]
    restore(there, taken, key=key(settings), force=True)
    (aside,) = (tmp_path / "there").glob("store-before-restore-*")
    assert (aside / "theirs.txt").read_text() == "precious"
    with Printflow.open(there) as restored:
        assert restored.jobs.get(job.id).student_name == "Jane Doe"


@pytest.mark.embedded
@pytest.mark.parametrize("why", [errno.EACCES, errno.EBUSY, errno.EXDEV])
def test_a_store_that_cannot_be_renamed_makes_room_within(
    lab: Printflow,
    settings: Settings,
    submit: Submit,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    why: int,
) -> None:
    """A mount, or a folder of root's: as in the guide for administrators."""
    job = submit()
    taken = take_backup(settings, tmp_path / "backups", NOW).folder
    outside = tmp_path / "local" / "printflow.db"
    there = elsewhere(settings, tmp_path / "there").model_copy(
        update={"database_url": f"sqlite:///{outside}"}
    )
    with Printflow.open(there) as other:
        theirs = other.intake.submit(
            tmp_path / "bracket.stl", student="Ada Byron", email="ada@example.edu",
            method="Filament", color="True Red", printer="Prusa MK4S", discipline="Engineering",
            class_number="ARCH 4000", acknowledge_minimum=True,
        )  # fmt: skip
    rename = Path.rename

    def refused(path: Path, target: Path) -> Path:
        if path == there.store:
            raise OSError(why, os.strerror(why))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refused)
    store, database = map(Path, restore(there, taken, key=key(settings), force=True).aside)
    assert (store / "Uploaded" / theirs.file.name).exists()
    assert store.parent == there.store and database.parent == outside.parent
    with closing(sqlite3.connect(database)) as kept:
        assert kept.execute("SELECT id FROM jobs").fetchall() == [(theirs.id,)]
    with Printflow.open(there) as restored:
        assert restored.jobs.get(job.id).student_name == "Jane Doe"
        restored.stations.set_password()
        restored.dispatch()
        assert restored.doctor.examine().findings == ()
        assert [one.id for one in restored.jobs.find()] == [job.id]


def damage_file(taken: Path) -> None:
    held = next((taken.parent / "files").glob("*/*"))
    held.write_bytes(b"other")


def lose_file(taken: Path) -> None:
    next((taken.parent / "files").glob("*/*")).unlink()


def damage_database(taken: Path) -> None:
    (found,) = [path for path in taken.iterdir() if path.stem == "database"]
    found.write_bytes(b"other")


def change_manifest(taken: Path) -> None:
    path = taken / "manifest.json"
    path.write_text(path.read_text().replace("Uploaded", "../../x"))


def no_manifest(taken: Path) -> None:
    (taken / "manifest.json").unlink()


@pytest.mark.parametrize(
    "spoil", [damage_file, lose_file, damage_database, change_manifest, no_manifest]
)
def test_a_damaged_backup_is_refused_before_anything_is_written(
    lab: Printflow,
    settings: Settings,
    submit: Submit,
    tmp_path: Path,
    spoil: Callable[[Path], None],
) -> None:
    submit()
    taken = take_backup(settings, tmp_path / "backups", NOW).folder
    spoil(taken)
    there = elsewhere(settings, tmp_path / "there")
    with pytest.raises(BackupDamaged):
        restore(there, taken, key=key(settings))
    assert not there.store.exists()


def test_a_newer_backup(lab: Printflow, settings: Settings, tmp_path: Path) -> None:
    import hashlib

    taken = take_backup(settings, tmp_path / "backups", NOW).folder
    plain = json.loads((taken / "manifest.json").read_text())
    text = json.dumps({**plain, "revision": "9999"})
    (taken / "manifest.json").write_text(text)
    (taken / "manifest.sha256").write_text(hashlib.sha256(text.encode()).hexdigest())
    with pytest.raises(BackupDamaged, match="is newer"):
        restore(elsewhere(settings, tmp_path / "there"), taken, unverified=True)


def test_a_backup_that_fails_leaves_nothing(
    lab: Printflow, settings: Settings, submit: Submit, tmp_path: Path
) -> None:
    submit()
    shutil.rmtree(settings.store / "Printing")
    with pytest.raises(BackupNotTaken, match="Printing"):
        take_backup(settings, tmp_path / "backups", NOW)
    assert backups(tmp_path / "backups") == []
    assert not list((tmp_path / "backups").glob(".partial-*"))


def test_pruning_keeps_days_weeks_and_months(
    lab: Printflow, settings: Settings, submit: Submit, tmp_path: Path
) -> None:
    root = tmp_path / "backups"
    for days in range(0, 70, 5):
        submit()
        take_backup(settings, root, NOW - timedelta(days=70 - days))
    before = {path.name[:8] for path in backups(root)}
    assert len(before) == 14
    prune(root, Keep(daily=2, weekly=3, monthly=3), NOW)
    kept = [path.name[:8] for path in backups(root)]
    # By days the 20th and 25th, by weeks the 15th too, by months December's and January's last.
    assert kept == ["20251227", "20260131", "20260215", "20260220", "20260225"]
    newest = backups(root)[-1]
    assert newest.name[:8] == "20260225"
    assert list(verify(newest)) == []
    assert prune(root, Keep(daily=2, weekly=3, monthly=3), NOW).removed == ()


@pytest.mark.skipif(sys.platform != "linux", reason="looks at a process by /proc")
def test_the_program_gives_way_and_nothing_else_does(
    lab: Printflow, settings: Settings, tmp_path: Path
) -> None:
    own = os.nice(0)
    take_backup(settings, tmp_path / "backups", NOW)
    assert os.nice(0) == own
    run = "from printflow.cli import main; main()"
    program = subprocess.Popen(
        [sys.executable, "-c", run, "backup", str(tmp_path / "backups")],
        env={
            **os.environ,
            "PRINTFLOW_STORE": str(settings.store),
            "PRINTFLOW_DATABASE_URL": settings.database,
        },
    )
    seen = {own}
    while program.poll() is None:
        fields = Path(f"/proc/{program.pid}/stat").read_text().rpartition(")")[2].split()
        seen.add(int(fields[16]))
    assert program.returncode == 0
    assert max(seen) == min(own + 10, 19)
