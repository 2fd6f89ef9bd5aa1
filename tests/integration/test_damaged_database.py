"""Damage that is really there: bytes are flipped in pages of the database, and in models."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from printflow import BackupNotTaken, DatabaseDamaged, Job, Printflow, Settings
from printflow.backup import Keep, backups, drill, prune, take_backup, verify
from printflow.backup.take import alone
from printflow.cli.root import printflow
from printflow.db.engine import sqlite_module
from tests.plugins.lab import Submit, TestClock

pytestmark = pytest.mark.embedded

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture
def job(lab: Printflow, submit: Submit, clock: TestClock) -> Job:
    """The first of some jobs of a lab that is closed, with all of it in one file."""
    clock.now = datetime.now(UTC)
    lab.stations.set_password()
    first = submit()
    for number in range(5):
        submit(student=f"Ada Byron {number}")
    lab.dispatch()
    lab.close()
    with closing(sqlite_module().connect(database(lab.settings))) as connection:
        connection.execute("CREATE TABLE gone AS SELECT * FROM events")
        connection.execute("DROP TABLE gone")  # its page is free now
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return first


def database(settings: Settings) -> Path:
    return settings.state_dir / "printflow.db"


def overwrite(path: Path, page: int, offset: int, data: bytes) -> None:
    """Write over a page's bytes; pages are counted from 1, offsets from the page's beginning."""
    with path.open("r+b") as file:
        size = int.from_bytes(file.read(18)[16:18])
        file.seek((page - 1) * size + offset)
        file.write(data)


def spoil(settings: Settings, name: str) -> None:
    """Damage the first page of a table or index."""
    with closing(sqlite3.connect(database(settings))) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        page = connection.execute(query, (name,)).fetchone()[0]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    overwrite(
        database(settings), page, 100 if page == 1 else 0, b"\x07\xff\xff\xff\xff\xff\xff\xff"
    )


def spoil_free_pages(settings: Settings) -> None:
    with database(settings).open("rb") as file:
        page = int.from_bytes(file.read(36)[32:36])
    assert page, "there is a free page"
    overwrite(database(settings), page, 4, b"\xff\xff\xff\xff")


def spoil_an_index_entry(settings: Settings) -> None:
    """An index that is well-formed, and says otherwise than its table."""
    with closing(sqlite3.connect(database(settings))) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'ix_jobs_student_email'"
        page = connection.execute(query).fetchone()[0]
    path = database(settings)
    data = path.read_bytes()
    size = int.from_bytes(data[16:18])
    at = data.index(b"jane@example.edu", (page - 1) * size)
    assert at < page * size
    overwrite(path, page, at - (page - 1) * size, b"jana")


def spoil_the_search(settings: Settings) -> None:
    spoil(settings, "job_search_data")


def examine(settings: Settings, *, fix: bool = False) -> dict[str, tuple[str, str]]:
    """What the doctor finds of the database: code, place and what to do next."""
    with Printflow.open(settings, create=False) as lab:
        found = lab.doctor.examine(fix=fix, only=("database",))
        assert found.unchecked == ()
        assert not fix or found.left == ()
        return {one.code: (one.place, one.next_step) for one in found.findings}


def test_a_search_beside_a_writer_is_no_damage(settings: Settings, model: Path) -> None:
    """A connection that has searched remembers pages that another one has replaced since."""
    form: dict[str, Any] = {"email": "a@example.edu", "method": "Filament", "color": "True Red"}
    rest: dict[str, Any] = {
        "printer": "Prusa MK4S",
        "discipline": "Engineering",
        "class_number": "1",
    }
    with Printflow.open(settings) as searching, Printflow.open(settings) as writing:
        for number in range(30):
            searching.jobs.find(search="Jane")
            writing.intake.submit(
                model, student=f"Jane Doe {number}", **form, **rest, acknowledge_minimum=True
            )
            assert searching.doctor.examine(only=("database",), hashes=False).findings == ()


@pytest.mark.parametrize(
    ("damage", "code"),
    [(spoil_the_search, "search_damaged"), (spoil_an_index_entry, "index_damaged")],
)
def test_a_damaged_index_is_made_again_and_nothing_restored(
    job: Job, settings: Settings, tmp_path: Path, damage: Callable[[Settings], None], code: str
) -> None:
    damage(settings)
    found = examine(settings)
    assert list(found) == [code]
    assert "restore" not in found[code][1]
    with Printflow.open(settings, create=False) as lab:
        assert len(lab.jobs.find(search="Byron")) == 5, "found without the index"
    taken = take_backup(settings, tmp_path / "backups", NOW)
    assert len(taken.indexes) == 1 and list(verify(taken.folder)) == []
    assert drill(taken.folder).passed
    assert list(examine(settings, fix=True)) == [code]
    assert examine(settings) == {}
    with Printflow.open(settings, role="server") as lab:
        assert len(lab.jobs.find(search="Byron")) == 5
        assert job.id in [one.id for one in lab.jobs.find(search="Jane")]
    assert take_backup(settings, tmp_path / "backups", NOW + timedelta(days=1)).indexes == ()


@pytest.mark.parametrize(
    "table",
    [
        "events",
        *(pytest.param(one, marks=pytest.mark.long) for one in ("jobs", "outbox", "job_files")),
    ],
)
def test_a_damaged_table_is_named_and_never_becomes_a_backup(
    job: Job, settings: Settings, tmp_path: Path, table: str
) -> None:
    good = take_backup(settings, tmp_path / "backups", NOW).folder
    spoil(settings, table)
    run = CliRunner(env={"PRINTFLOW_STORE": str(settings.store)})
    done = run.invoke(printflow, ["backup", str(tmp_path / "backups"), "--keep", "1,0,0"])
    assert done.exit_code == 3, done.output
    assert f"table {table}" in done.output
    assert backups(tmp_path / "backups") == [good]
    assert [path.name for path in (tmp_path / "backups").iterdir() if "partial" in path.name] == []
    done = run.invoke(printflow, ["doctor", "--quick"])
    assert done.exit_code in (1, 2), done.output
    assert f"The table {table} is damaged" in done.output
    assert "restore the newest backup" in done.output and "nexpected" not in done.output
    done = run.invoke(printflow, ["serve", "--port", "0"])
    assert done.exit_code == 3, done.output
    assert f"table {table}" in done.output and "printflow doctor" in done.output
    done = run.invoke(printflow, ["restore", str(good), "--force"])
    assert done.exit_code == 0, done.output
    assert examine(settings) == {}


@pytest.mark.parametrize("damage", [spoil_free_pages, lambda s: spoil(s, "sqlite_schema")])
def test_a_damaged_structure_is_said_in_words(
    job: Job, settings: Settings, tmp_path: Path, damage: Callable[[Settings], None]
) -> None:
    if damage is not spoil_free_pages:
        overwrite(database(settings), 1, 100, b"\x07\xff\xff\xff\xff")
    else:
        damage(settings)
    run = CliRunner(env={"PRINTFLOW_STORE": str(settings.store)})
    done = run.invoke(printflow, ["doctor", "--quick"])
    assert done.exit_code in (1, 2), done.output
    assert "database's structure is damaged" in done.output
    for words in (["backup", str(tmp_path / "backups")], ["serve", "--port", "0"]):
        done = run.invoke(printflow, words)
        assert done.exit_code == 3, done.output
        assert "is damaged" in done.output and "nexpected" not in done.output
    assert backups(tmp_path / "backups") == []


def test_no_database_at_all_is_said_in_words(job: Job, settings: Settings) -> None:
    database(settings).write_bytes(b"not a database" * 1000)
    run = CliRunner(env={"PRINTFLOW_STORE": str(settings.store)})
    for words in (["doctor"], ["list"], ["serve", "--port", "0"], ["backup", "x"]):
        done = run.invoke(printflow, words)
        assert done.exit_code in (2, 3), done.output
        assert "is damaged" in done.output and "nexpected" not in done.output


def test_a_server_that_meets_damage_remembers_it(job: Job, settings: Settings) -> None:
    with Printflow.open(settings, create=False) as lab:
        assert lab._parts.database.seen_damaged() == ""
    spoil(settings, "events")
    with Printflow.open(settings, create=False) as lab:
        with pytest.raises(DatabaseDamaged, match="is damaged"):
            lab.jobs.details(job.id)
        assert "is damaged" in lab._parts.database.seen_damaged()
        assert lab.system.health()["ok"] is False


def rot(settings: Settings, job: Job) -> Path:
    """Another bit in a model, as a disk does it: neither size nor time change."""
    path = settings.store / "Uploaded" / job.file.name
    status = path.stat()
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)
    path.chmod(0o444)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    return path


def test_a_model_that_changed_is_told_by_backup_verify_and_doctor(
    job: Job, settings: Settings, tmp_path: Path
) -> None:
    root = tmp_path / "backups"
    rot(settings, job)
    run = CliRunner(env={"PRINTFLOW_STORE": str(settings.store)})
    done = run.invoke(printflow, ["backup", str(root)])
    assert done.exit_code == 1
    assert f"{job.file.name} has changed in the store since it was accepted" in done.output
    done = run.invoke(printflow, ["backup", str(root), "--verify"])
    assert done.exit_code == 1 and job.file.name in done.output
    with Printflow.open(settings, create=False) as lab:
        assert [f.code for f in lab.doctor.examine(only=("files",)).findings] == ["file_changed"]
    assert [f.code for f in drill(backups(root)[0]).examination.left] == ["file_changed"]


def test_a_backup_keeps_the_accepted_bytes_of_a_model_that_changed_since(
    job: Job, settings: Settings, tmp_path: Path
) -> None:
    root = tmp_path / "backups"
    assert take_backup(settings, root, NOW).lacks == ()
    rot(settings, job)
    second = take_backup(settings, root, NOW + timedelta(days=1))
    assert [(one.name, one.held) for one in second.lacks] == [(job.file.name, True)]
    prune(root, Keep(1, 0, 0), NOW + timedelta(days=1))
    assert backups(root) == [second.folder]
    done = drill(second.folder)
    assert done.passed, done.examination


def test_a_file_of_the_backup_that_changed_is_told(
    job: Job, settings: Settings, tmp_path: Path
) -> None:
    taken = take_backup(settings, tmp_path / "backups", NOW).folder
    held = next((tmp_path / "backups" / "files").glob("*/*"))
    held.chmod(0o644)
    held.write_bytes(b"x" * held.stat().st_size)
    assert {why for _part, why in verify(taken)} == {"its contents have changed"}
    key = str(settings.state_dir / "backup.key")
    done = CliRunner().invoke(printflow, ["backup", str(taken), "--verify", "--key-file", key])
    assert done.exit_code == 1


def damage_database(folder: Path) -> None:
    path = folder / "database.sqlite"
    data = bytearray(path.read_bytes())
    data[5000] ^= 0xFF
    path.write_bytes(data)


def damage_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("{}")


def lose_a_model(folder: Path) -> None:
    next((folder.parent / "files").glob("*/*")).unlink()


@pytest.mark.parametrize("damage", [damage_database, damage_manifest, lose_a_model])
def test_rotation_removes_nothing_while_the_newest_is_damaged(
    job: Job, settings: Settings, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    root = tmp_path / "backups"
    taken = [take_backup(settings, root, NOW + timedelta(days=n)).folder for n in range(3)]
    damage(taken[-1])
    pruned = prune(root, Keep(1, 0, 0), NOW + timedelta(days=3))
    assert pruned.removed == () and [path for path, _why in pruned.doubtful] == [taken[-1]]
    assert backups(root) == taken


def test_rotation_counts_only_what_can_be_restored(
    job: Job, settings: Settings, tmp_path: Path
) -> None:
    root = tmp_path / "backups"
    taken = [take_backup(settings, root, NOW + timedelta(days=n)).folder for n in range(4)]
    damage_database(taken[2])
    pruned = prune(root, Keep(2, 0, 0), NOW + timedelta(days=4))
    assert pruned.removed == (taken[0],), "the damaged one takes no place of a good one"
    assert backups(root) == taken[1:]
    assert [path for path, _why in pruned.doubtful] == [taken[2]]


def test_rotation_passes_over_backups_of_a_clock_that_was_wrong(
    job: Job, settings: Settings, tmp_path: Path
) -> None:
    root = tmp_path / "backups"
    ahead = [take_backup(settings, root, NOW + timedelta(days=400 + n)).folder for n in range(2)]
    taken = [take_backup(settings, root, NOW + timedelta(days=n)).folder for n in range(3)]
    pruned = prune(root, Keep(1, 0, 0), NOW + timedelta(days=3))
    assert set(pruned.removed) == set(taken[:2])
    assert set(backups(root)) == {taken[2], *ahead}
    assert all("later than today" in why for _path, why in pruned.doubtful)
    for folder in backups(root):
        assert list(verify(folder)) == []


def test_a_backup_that_was_interrupted_counts_for_nothing(
    job: Job, settings: Settings, tmp_path: Path
) -> None:
    root = tmp_path / "backups"
    left = root / ".partial-00"
    left.mkdir(parents=True)
    (left / "database.sqlite").write_bytes(b"half")
    (root / "20260301T000000Z").mkdir()  # renamed, but nothing of it reached the disk
    assert backups(root) == []
    taken = take_backup(settings, root, NOW).folder
    assert backups(root) == [taken] and not left.exists()


def test_two_backups_at_once_do_not_remove_each_other_s_files(
    job: Job, settings: Settings, tmp_path: Path
) -> None:
    root = tmp_path / "backups"
    take_backup(settings, root, NOW)
    run = CliRunner(env={"PRINTFLOW_STORE": str(settings.store)})
    with alone(root):
        done = run.invoke(printflow, ["backup", str(root)])
        assert done.exit_code == 2 and "Another backup" in done.output


def test_a_folder_that_cannot_be_written_is_named(
    job: Job, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BackupNotTaken, match="No backup was taken into"):
        take_backup(settings, tmp_path / "file" / "backups", NOW)
    run = CliRunner(env={"PRINTFLOW_STORE": str(settings.store)})
    done = run.invoke(printflow, ["backup", str(tmp_path / "file" / "backups")])
    assert done.exit_code == 3 and "nexpected" not in done.output


@pytest.mark.parametrize("limit_kb", [64, 200])
def test_a_full_disk_leaves_no_backup(
    job: Job, settings: Settings, tmp_path: Path, limit_kb: int
) -> None:
    """The system refuses to let a file grow, as a full disk does."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    (settings.store / "Pending" / "large.stl").write_bytes(b"x" * 400_000)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_kb << 10, hard))
    try:
        done = CliRunner(env={"PRINTFLOW_STORE": str(settings.store)}).invoke(
            printflow, ["backup", str(tmp_path / "backups")]
        )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert done.exit_code == 3, done.output
    assert "nexpected" not in done.output
    assert backups(tmp_path / "backups") == []
    assert list(verify(take_backup(settings, tmp_path / "backups", NOW).folder)) == []
