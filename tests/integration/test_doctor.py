"""The doctor: each inconsistency is planted, found, and mended where that loses nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from printflow import Job, Printflow, Settings, sandbox
from printflow.db.engine import open_engine
from printflow.ports import FailureKind, MailFailure
from tests.integration.conftest import Program
from tests.plugins.lab import Submit, TestClock

OLD = time.time() - 3600


@pytest.fixture
def healthy(lab: Printflow, submit: Submit, clock: TestClock) -> Job:
    """A job of a lab in which all is well."""
    clock.now = datetime.now(UTC)
    lab.stations.set_password()
    job = submit()
    lab.dispatch()
    assert codes(lab) == []
    return job


def codes(lab: Printflow, *, fix: bool = False) -> list[str]:
    found = lab.doctor.examine(fix=fix)
    assert found.unchecked == ()
    return [finding.code for finding in found.findings]


def row(lab: Printflow, statement: str) -> None:
    """Change a row behind the program's back, and past the database's own checks."""
    engine = open_engine(lab.settings.database)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql(statement)
        connection.commit()
    engine.dispose()


Plant = Callable[[Printflow, Job], None]


def misplaced(lab: Printflow, job: Job) -> None:
    lab.files.path(job).rename(lab.settings.store / "Printing" / job.file.name)


def twice_the_same(lab: Printflow, job: Job) -> None:
    (lab.settings.store / "Printing" / job.file.name).write_bytes(lab.files.path(job).read_bytes())


def twice_another(lab: Printflow, job: Job) -> None:
    (lab.settings.store / "Printing" / job.file.name).write_bytes(b"something else")


def folder_not_status(lab: Printflow, _job: Job) -> None:
    row(lab, "UPDATE job_files SET folder = 'Printing'")


def not_settled(lab: Printflow, _job: Job) -> None:
    row(lab, "UPDATE job_files SET state = 'busy'")


def stray(lab: Printflow, _job: Job) -> None:
    path = lab.settings.store / "Pending" / "holiday photos.zip"
    path.write_bytes(b"x")
    os.utime(path, (OLD, OLD))


def leftover(lab: Printflow, job: Job) -> None:
    path = lab.settings.store / "Pending" / f"sliced_{job.id}.gcode"
    path.write_bytes(b"x")
    os.utime(path, (OLD, OLD))


def stale_upload(lab: Printflow, _job: Job) -> None:
    path = lab.settings.store / ".incoming" / "00.part"
    path.write_bytes(b"x")
    os.utime(path, (OLD - 90_000, OLD - 90_000))


def folder_missing(lab: Printflow, _job: Job) -> None:
    (lab.settings.store / ".trash").rmdir()


def key_readable(lab: Printflow, _job: Job) -> None:
    (lab.settings.state_dir / "secret.key").chmod(0o644)


@pytest.mark.parametrize(
    ("plant", "code"),
    [
        (misplaced, "file_misplaced"),
        (twice_the_same, "file_twice"),
        (twice_another, "file_twice"),
        (folder_not_status, "folder_not_status"),
        (not_settled, "file_not_settled"),
        (stray, "file_without_row"),
        (leftover, "file_without_row"),
        (stale_upload, "stale_upload"),
        (folder_missing, "folder_missing"),
        (key_readable, "key_readable"),
    ],
)
def test_what_can_be_mended_is_and_nothing_is_lost(
    lab: Printflow, healthy: Job, plant: Plant, code: str
) -> None:
    data = lab.files.path(healthy).read_bytes()
    plant(lab, healthy)
    assert codes(lab) == [code], "looking alone changes nothing"
    assert codes(lab) == [code]
    assert codes(lab, fix=True) == [code]
    assert codes(lab) == [], "a second run is clean"
    assert lab.files.path(lab.jobs.get(healthy.id)).read_bytes() == data


def test_what_is_put_aside_stays_in_quarantine(lab: Printflow, healthy: Job) -> None:
    stray(lab, healthy)
    twice_another(lab, healthy)
    lab.doctor.examine(fix=True)
    kept = sorted(path.read_bytes() for path in (lab.settings.store / ".quarantine").iterdir())
    assert kept == [b"something else", b"x"]


def missing(lab: Printflow, job: Job) -> None:
    lab.files.path(job).unlink()


def overwritten(lab: Printflow, job: Job) -> None:
    path = lab.files.path(job)
    data = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(data[:-1] + b"!")


def cut_short(lab: Printflow, job: Job) -> None:
    path = lab.files.path(job)
    path.chmod(0o644)
    path.write_bytes(b"short")


def no_password(lab: Printflow, _job: Job) -> None:
    row(lab, "DELETE FROM stations")


def dead_letter(lab: Printflow, _job: Job) -> None:
    row(lab, "UPDATE outbox SET state = 'dead', error = '550 no such user'")


def overdue(lab: Printflow, _job: Job) -> None:
    past = "'2020-01-01 00:00:00.000000'"
    row(lab, f"UPDATE outbox SET state = 'queued', created_at = {past}, next_try_at = {past}")


def future_event(lab: Printflow, _job: Job) -> None:
    row(lab, "UPDATE events SET at = '2040-01-01 00:00:00.000000'")


def points_nowhere(lab: Printflow, _job: Job) -> None:
    row(lab, "UPDATE outbox SET job_id = 'ZZZZZZZZ'")


@pytest.mark.parametrize(
    ("plant", "code"),
    [
        (missing, "file_missing"),
        (overwritten, "file_changed"),
        (cut_short, "file_changed"),
        (no_password, "no_password"),
        (dead_letter, "dead_letter"),
        (overdue, "mail_failing"),
        (future_event, "clock_behind"),
        pytest.param(points_nowhere, "database_damaged", marks=pytest.mark.embedded),
    ],
)
def test_what_a_person_must_mend_is_told_and_left_alone(
    lab: Printflow, healthy: Job, plant: Plant, code: str
) -> None:
    plant(lab, healthy)
    (finding,) = lab.doctor.examine(fix=True).findings
    assert finding.code == code
    assert finding.next_step
    assert codes(lab) == [code]


def test_a_slicer_s_file_beside_its_job_is_no_stray(lab: Printflow, healthy: Job) -> None:
    path = lab.files.path(healthy).with_suffix(".gcode")
    path.write_bytes(b"G28")
    os.utime(path, (OLD, OLD))
    assert codes(lab) == []


def test_a_new_file_may_be_somebody_s_work(lab: Printflow, healthy: Job) -> None:
    (lab.settings.store / "Pending" / "just now.stl").write_bytes(b"x")
    assert codes(lab) == []


def test_the_share_that_is_gone_is_said_not_mistaken(
    lab: Printflow, healthy: Job, tmp_path: Path
) -> None:
    lab.settings.store.rename(tmp_path / "away")
    lab.settings.store.mkdir()
    (lab.settings.store / ".printflow").mkdir()
    found = lab.doctor.examine(fix=True)
    assert any(words.startswith("files: ") for words in found.unchecked)
    assert "file_missing" not in [finding.code for finding in found.findings]


def test_unsafe_settings_are_named(settings: Settings, clock: TestClock) -> None:
    mail = settings.mail.model_copy(
        update={"smtp_host": "mail.example.edu", "smtp_security": "none", "smtp_username": "x"}
    )
    server = settings.server.model_copy(update={"host": "0.0.0.0"})
    risky = settings.model_copy(
        update={"mail": mail, "server": server, "base_url": "http://prints.example.edu"}
    )
    clock.now = datetime.now(UTC)
    with Printflow.open(risky, clock=clock) as lab:
        lab.stations.set_password()
        assert codes(lab) == ["unsafe_http", "unsafe_login"]


def test_a_paused_outbox(settings: Settings, clock: TestClock, model: Path) -> None:
    class Locked:
        def send(self, _message: object) -> None:
            raise MailFailure(FailureKind.AUTHENTICATION, "535 wrong password")

        def check(self) -> None:
            self.send(None)

    clock.now = datetime.now(UTC)
    with Printflow.open(settings, clock=clock, mailer=Locked()) as lab:
        lab.stations.set_password()
        form: dict[str, Any] = {
            "student": "A B",
            "email": "a@b.cc",
            "method": "Filament",
            "color": "Blue",
        }
        rest: dict[str, Any] = {"printer": "Prusa XL", "discipline": "Other", "class_number": "1"}
        lab.intake.submit(model, **form, **rest, acknowledge_minimum=True)
        lab.dispatch()
        assert codes(lab) == ["mail_paused"]


def test_what_the_sandbox_lacks_is_told_and_not_counted(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody can change it, a nightly job must not fail forever."""
    program.submit()
    said = program.call("doctor", "--json")
    assert said.json["unguarded"] == list(sandbox.missing())
    words = "A process that reads a model can open this machine's files."
    monkeypatch.setattr(sandbox, "missing", lambda: (words,))
    lacking = program.call("doctor", "--json")
    assert (lacking.code, lacking.json["unguarded"]) == (said.code, [words])
    assert f"sandbox: {words}" in program.call("doctor").out
