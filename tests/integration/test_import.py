"""Taking over an older system: what becomes a job, what does not and why, and doing it twice."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from printflow import InvalidInput, Job, Printflow, TransitionRefused
from printflow.backup import read_manifest, take_backup, verify
from printflow.importing.mapping import read_mapping
from printflow.importing.rows import csv_list, flask_list
from printflow.testing import Outside, settle, violations
from tests import old_system, sample_models
from tests.integration.conftest import Program
from tests.plugins.lab import TestClock

MAPPING = """
source = "spreadsheet"
time_zone = "America/New_York"
dates = ["%m/%d/%Y %H:%M", "%m/%d/%Y"]
decimal = "."

[columns]
key = "No."
student_name = "Name"
student_email = "Mail"
color = "Color"
printer = "Machine"
status = "State"
cost = "Price"
created_at = "Received"
status_since = "Last change"
file = "File"

[values.status]
"handed out" = "PAIDPICKEDUP"
"new" = "UPLOADED"

[values.printer]
"the big one" = "Prusa XL"

[defaults]
discipline = "Other"
class_number = "unknown"
"""
HEADINGS = ("No.", "Name", "Mail", "Color", "Machine", "State", "Price", "Received", "Last change",
            "File", "Remark")  # fmt: skip


def write_csv(folder: Path, *rows: tuple[str, ...]) -> tuple[Path, Path]:
    mapping, path = folder / "mapping.toml", folder / "old.csv"
    mapping.write_text(MAPPING, "utf-8")
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows((HEADINGS, *rows))
    return path, mapping


GOOD = ("7", "José Ñandú", "j@example.edu", "blue", "The Big One", "Handed out", "$1,004.50",
        "07/04/2023 09:30", "07/06/2023", "models/part.stl", "")  # fmt: skip


def test_the_older_flask_system_is_taken_over_whole(lab: Printflow, tmp_path: Path) -> None:
    database = old_system.make(tmp_path / "old")
    before = database.read_bytes()
    report = lab.imports.run(flask_list(database), tmp_path / "old" / "storage")
    assert (report.rows, report.imported, report.refused) == (7, 7, ())
    assert report.unused_columns == ("student_confirmed",)
    assert database.read_bytes() == before
    assert sorted(report.by_status) == sorted([*old_system.STATUSES, "REJECTED"])
    for job in lab.jobs.find():
        assert (job.student_name, job.discipline, job.method) == (
            "Ada Byron",
            "Engineering",
            "Filament",
        )
        assert (job.printer, job.color) == ("Prusa MK4S", "True Red")
        assert job.created_at == datetime(2024, 3, 1, 14, 30, 0, 123456, UTC)
        assert job.status_since == datetime(2024, 3, 5, 8, 15, tzinfo=UTC)
        assert lab.files.path(job).parent.name == job.status.folder
        assert lab.files.path(job).read_bytes()[:3] == b"box"
        first, last = lab.jobs.details(job.id).events
        assert (first.trigger, first.at) == ("submit", job.created_at)
        assert (last.trigger, last.dest, last.details["from"]) == ("import", job.status, "flask")
        assert last.details["last_changed_by"] == "sam"
    (rejected,) = lab.jobs.find(status="REJECTED")
    assert rejected.reasons == ("Too thin", "Not closed")
    assert [note.text for note in lab.jobs.details(rejected.id).notes] == [
        "Asked for a thicker wall"
    ]
    (done,) = lab.jobs.find(status="PAIDPICKEDUP")
    assert (done.grams, done.hours, done.cost_cents) == (Decimal("42.5"), Decimal("3.25"), 425)
    assert lab.jobs.details(done.id).paid_cents == 425
    assert not list((tmp_path / "mail").glob("*.eml"))
    lab.stations.set_password()
    assert lab.doctor.examine().findings == ()


def test_what_was_taken_over_goes_on_as_any_job(lab: Printflow, tmp_path: Path) -> None:
    lab.imports.run(flask_list(old_system.make(tmp_path / "old")), tmp_path / "old" / "storage")
    by_status = {job.status.value: job.id for job in lab.jobs.find()}
    lab.jobs.approve(by_status["UPLOADED"], by="Ana", grams="10", hours="1", material="PLA")
    lab.jobs.perform("resend", by_status["PENDING"], by="Ana")
    lab.jobs.start_printing(by_status["READYTOPRINT"], by="Ana")
    lab.jobs.complete(by_status["PRINTING"], by="Ana")
    lab.jobs.pick_up(by_status["COMPLETED"], by="Ana", amount="4.25", method="cash")
    assert {lab.jobs.get(by_status[s]).status for s in ("UPLOADED", "PENDING")} == {"PENDING"}


def test_a_second_run_takes_nothing_twice(lab: Printflow, tmp_path: Path) -> None:
    database = old_system.make(tmp_path / "old")
    files = tmp_path / "old" / "storage"
    lab.imports.run(flask_list(database), files)
    again = lab.imports.run(flask_list(database), files, move=True)
    assert (again.imported, again.already, again.removed) == (0, 7, 7)
    assert len(lab.jobs.find()) == 7
    assert not [path for path in files.rglob("*") if path.is_file()]
    lab.stations.set_password()
    assert lab.doctor.examine().findings == ()


def test_a_file_is_removed_only_if_the_copy_is_the_same(lab: Printflow, tmp_path: Path) -> None:
    database = old_system.make(tmp_path / "old")
    files = tmp_path / "old" / "storage"
    lab.imports.run(flask_list(database), files)
    (changed,) = (files / "Pending").iterdir()
    changed.write_bytes(sample_models.stl(header=b"changed since"))
    again = lab.imports.run(flask_list(database), files, move=True)
    assert again.removed == 6
    assert changed.read_bytes()[:13] == b"changed since"
    assert any(str(changed) in note.message for note in again.notes)


def test_a_dry_run_writes_nothing_and_says_the_same(lab: Printflow, tmp_path: Path) -> None:
    jobs = [
        old_system.old_job(1, "Uploaded", "UPLOADED"),
        old_system.old_job(2, "Uploaded", "LOST"),
        old_system.old_job(3, "Pending", "PENDING", printer="Ultimaker"),
        old_system.old_job(4, "Pending", "PENDING", weight_g=-1),
    ]
    database = old_system.make(tmp_path / "old", jobs)
    files = tmp_path / "old" / "storage"
    dry = lab.imports.run(flask_list(database), files, dry_run=True)
    assert lab.jobs.find() == []
    assert not list((lab.settings.store / ".incoming").iterdir())
    real = lab.imports.run(flask_list(database), files)
    assert (dry.imported, dry.by_status, dry.bytes) == (real.imported, real.by_status, real.bytes)
    assert (dry.refused, dry.notes) == (real.refused, real.notes)
    lost, negative = dry.refused
    assert "LOST" in lost.message
    assert "“-1” isn't a number" in negative.message
    told = {(note.field, note.message.partition(";")[0]) for note in dry.notes}
    assert ("printer", "“Ultimaker” isn't in the catalog. It's kept anyway.") in told


def test_csv_with_a_mapping(lab: Printflow, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "part.stl").write_bytes(sample_models.stl())
    path, mapping = write_csv(tmp_path, GOOD)
    report = lab.imports.run(csv_list(path, read_mapping(mapping)), tmp_path)
    assert (report.imported, report.unused_columns) == (1, ("Remark",))
    (job,) = lab.jobs.find()
    assert (job.student_name, job.printer, job.color) == ("José Ñandú", "Prusa XL", "Blue")
    assert (job.cost_cents, job.discipline, job.status) == (100_450, "Other", "PAIDPICKEDUP")
    assert job.created_at == datetime(2023, 7, 4, 13, 30, tzinfo=UTC)
    assert job.file.name.startswith("JoseNandu_Filament_Blue_")


def test_a_decimal_comma_is_a_comma_where_the_mapping_says_so(
    lab: Printflow, tmp_path: Path
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "part.stl").write_bytes(sample_models.stl())
    path, mapping = write_csv(tmp_path, (*GOOD[:6], "4,25", *GOOD[7:]))
    refused = lab.imports.run(csv_list(path, read_mapping(mapping)), tmp_path)
    assert [note.place for note in refused.refused] == ["line 2"]
    assert lab.jobs.find() == []
    mapping.write_text(MAPPING.replace('decimal = "."', 'decimal = ","'), "utf-8")
    lab.imports.run(csv_list(path, read_mapping(mapping)), tmp_path)
    (job,) = lab.jobs.find()
    assert job.cost_cents == lab.jobs.details(job.id).paid_cents == 425


def test_examples_show_what_the_list_says_and_what_was_read(lab: Printflow, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "part.stl").write_bytes(sample_models.stl())
    path, mapping = write_csv(
        tmp_path,
        GOOD,
        ("8", *GOOD[1:6], "3", *GOOD[7:]),
        ("9", *GOOD[1:6], "3", *GOOD[7:]),
        ("10", *GOOD[1:6], "5", *GOOD[7:]),
        ("11", *GOOD[1:6], "$21,004.50", *GOOD[7:]),
        ("12", *GOOD[1:6], "3,0", *GOOD[7:]),
    )
    report = lab.imports.run(csv_list(path, read_mapping(mapping)), tmp_path, dry_run=True)
    shown = {(one.field, one.listed): one.read for one in report.examples}
    assert {listed: read for (field, listed), read in shown.items() if field == "cost"} == {
        "$1,004.50": "$1,004.50",
        "3": "$3.00",
        "$21,004.50": "$21,004.50",
    }
    assert shown["created_at", "07/04/2023 09:30"] == "Tue, Jul 4, 2023, 9:30 AM"
    assert shown["status", "Handed out"] == "Paid & picked up"
    assert shown["printer", "The Big One"] == "Prusa XL"


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("No.", "", "key"),
        ("Name", " ", "The student's name is missing"),
        ("State", "gone", "“gone” isn't one of these"),
        ("Received", "soon", "“soon” isn't a date or time"),
        ("Received", "", "submission time"),
        ("Last change", "31/12/2023", "“31/12/2023” isn't a date or time"),
        ("Price", "4,25", "“4,25” isn't a number with the decimal sign “.”"),
        ("Price", "n/a", "“n/a” isn't a number"),
        ("Price", "€4.25", "“€4.25” isn't in USD"),
        ("Price", "-4.25", "isn't a number"),
        ("Price", "1e3", "isn't a number"),
        ("Price", "999999.00", "isn't a price of at most $100,000.00"),
        ("Received", "2999-01-01", "future"),
        ("Received", "0203-01-01", "before 1970"),
        ("Received", "9999-12-31 23:59", "isn't a date or time"),
        ("File", "../secret.stl", "isn't in"),
        ("File", "models/none.stl", "isn't in"),
        ("File", "models/notes.txt", "isn't a model"),
        ("File", "models/empty.stl", "empty"),
        ("File", "models/link.stl", "is outside"),
        ("File", "", "doesn't name a file"),
    ],
)
def test_rows_that_cannot_become_jobs(
    lab: Printflow, tmp_path: Path, column: str, value: str, said: str
) -> None:
    folder = tmp_path / "csv"
    (folder / "models").mkdir(parents=True)
    (folder / "models" / "part.stl").write_bytes(sample_models.stl())
    (folder / "models" / "empty.stl").write_bytes(b"")
    (folder / "models" / "notes.txt").write_text("hello")
    (tmp_path / "secret.stl").write_bytes(sample_models.stl())
    (folder / "models" / "link.stl").symlink_to(tmp_path / "secret.stl")
    row = list(GOOD)
    row[HEADINGS.index(column)] = value
    path, mapping = write_csv(folder, tuple(row))
    report = lab.imports.run(csv_list(path, read_mapping(mapping)), folder)
    assert report.imported == 0
    assert said in " ".join(note.message for note in report.refused)
    assert lab.jobs.find() == []
    assert not list((lab.settings.store / ".incoming").iterdir())


def without_file(lab: Printflow, tmp_path: Path, state: str) -> Job:
    path, mapping = write_csv(tmp_path, (*GOOD[:5], state, *GOOD[6:]))
    old = csv_list(path, read_mapping(mapping))
    assert lab.imports.run(old, tmp_path).imported == 0
    assert lab.imports.run(old, tmp_path, without_file=True).imported == 1
    (job,) = lab.jobs.find()
    assert job.file.state == "absent"
    return job


def test_a_job_without_a_file_is_well(lab: Printflow, tmp_path: Path, clock: TestClock) -> None:
    job = without_file(lab, tmp_path, "READYTOPRINT")
    lab.stations.set_password()
    for _ in range(3):
        assert lab._parts.placer.place_due() == (0, 0), "nothing is looked for"
        assert lab.doctor.examine().findings == ()
        clock.advance(minutes=10)
    job = lab.jobs.start_printing(job.id, by="Ana")
    job = lab.jobs.complete(job.id, by="Ana")
    job = lab.jobs.pick_up(job.id, by="Ana", amount="1004.50", method="cash")
    assert (job.file.state, job.file.folder) == ("absent", "PaidPickedUp")
    assert lab.doctor.examine().findings == ()
    taken = take_backup(lab.settings, tmp_path / "backups", clock())
    assert (taken.files, taken.lacks, read_manifest(taken.folder).files) == (0, (), ())
    assert list(verify(taken.folder)) == []
    with lab._parts.database.write() as tx:
        tx.retention.files(job.id, clock())
    assert lab._parts.placer.place_due() == (0, 1)
    assert lab.jobs.get(job.id).file.state == "removed"


def test_another_import_was_faster_with_one_of_many_rows(
    lab: Printflow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What can't be written together is written row by row, and no job twice."""
    rows = [(str(number), *GOOD[1:]) for number in range(5)]
    path, mapping = write_csv(tmp_path, rows[3])
    old = csv_list(path, read_mapping(mapping))
    assert lab.imports.run(old, tmp_path, without_file=True).imported == 1
    looked = lab.imports._brought
    asked: list[int] = []

    def brought(keys: Sequence[str]) -> Mapping[str, str]:
        asked.append(len(keys))
        return {} if len(asked) == 1 else looked(keys)  # at first as before the other import wrote

    monkeypatch.setattr(lab.imports, "_brought", brought)
    path, mapping = write_csv(tmp_path, *rows)
    told: list[int] = []
    lab.imports.run(
        csv_list(path, read_mapping(mapping)), tmp_path, without_file=True, progress=told.append
    )
    keys = [lab.jobs.details(job.id).events[-1].details["key"] for job in lab.jobs.find()]
    assert sorted(keys) == ["0", "1", "2", "3", "4"]
    assert (asked, told[-1]) == ([5, 1], 5)


def test_nothing_of_a_job_without_a_file_is_a_violation(tmp_path: Path) -> None:
    world = Outside(tmp_path / "world")
    lab = world.open()
    without_file(lab, tmp_path, "UPLOADED")
    settle(world, lab)
    world.kill(lab)
    assert violations(world, idle=True) == []


def test_a_job_without_a_file_gets_one_before_it_is_approved(
    lab: Printflow, tmp_path: Path
) -> None:
    job = without_file(lab, tmp_path, "UPLOADED")

    def approve() -> Job:
        return lab.jobs.approve(job.id, by="Ana", grams="10", hours="1", material="PLA")

    assert lab.files.choices(job.id) == []
    with pytest.raises(TransitionRefused, match="imported without a file"):
        approve()
    model = tmp_path / "found.stl"
    model.write_bytes(sample_models.stl())
    lab.versions.add(job.id, model, by="Ana")
    approved = approve()
    assert [file.state for file in approved.files] == ["absent", "settled"]
    assert lab.files.path(approved).read_bytes() == sample_models.stl()
    lab.stations.set_password()
    assert lab.doctor.examine().findings == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns = 3", "columns"),
        ("colums = {}", "There's no key colums"),
        (MAPPING.replace('key = "No."', ""), "columns.key is missing"),
        (MAPPING.replace("[values.status]", "[values.state]"), "values.state"),
        (MAPPING.replace("America/New_York", "Mars"), "time_zone"),
        (
            MAPPING.replace('decimal = "."', ""),
            'decimal is missing. These columns need it: cost. Set it to "." or ",".',
        ),
        (MAPPING.replace('decimal = "."', 'decimal = ";"'), 'decimal must be "." or ","'),
        ("= nonsense", "can't be read"),
    ],
)
def test_a_wrong_mapping_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidInput) as raised:
        read_mapping(path)
    assert str(path) in raised.value.message
    assert said in raised.value.message


def test_a_list_that_is_none(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as database:
        database.execute("CREATE TABLE other (id)")
    with pytest.raises(InvalidInput, match="no such table"):
        flask_list(tmp_path / "x.db")
    with pytest.raises(InvalidInput, match="file doesn't exist"):
        flask_list(tmp_path / "none.db")


def test_a_folder_of_files_that_is_none_is_said_once(lab: Printflow, tmp_path: Path) -> None:
    path, mapping = write_csv(tmp_path, GOOD, GOOD)
    with pytest.raises(InvalidInput, match="There's no folder"):
        lab.imports.run(csv_list(path, read_mapping(mapping)), tmp_path / "models")


def test_the_command(program: Program, tmp_path: Path) -> None:
    database = old_system.make(tmp_path / "old")
    dry = program.run("import", str(database), "--dry-run")
    assert dry.code == 0, dry.err
    assert "7 of 7 rows would be imported" in dry.out
    assert "Dry run: nothing was changed." in dry.out
    assert "weight_g\tWeight\t42.5\t42.5 g\n" in dry.out
    assert "cost_usd\tPrice\t4.25\t$4.25\n" in dry.out
    report = tmp_path / "report.csv"
    said = program.run("import", str(database), "--json", "--report", str(report))
    assert said.json["imported"] == 7
    assert "The older link no longer works" in report.read_text("utf-8-sig")
    assert program.run("import", str(database), "--json").json["already"] == 7
    path, _ = write_csv(tmp_path, GOOD)
    assert "needs --mapping" in program.run("import", str(path)).err
