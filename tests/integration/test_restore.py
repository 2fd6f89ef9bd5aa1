"""Restoring over a lab: refused while it runs, kept beside when it does not; and the drill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from printflow import AlreadyRunning, DatabaseUnavailable, Printflow, Settings, SettingsError
from printflow.backup import drill, key_if_there, restore, take_backup
from printflow.db import migrate
from printflow.db.copying import copy_database
from printflow.db.engine import open_engine, sqlite_path
from printflow.db.replacing import holds_lab
from tests.plugins.lab import Submit

pytestmark = pytest.mark.embedded  # the fixture below brings PostgreSQL, too, in every run
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture(
    params=["embedded", "outside", pytest.param("server", marks=pytest.mark.postgresql)]
)
def settings(settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """A lab's settings, for each place that its database may be in."""
    url = settings.database_url
    if request.param == "outside":
        (tmp_path / "local").mkdir()
        url = f"sqlite:///{tmp_path / 'local' / 'printflow.db'}"
    elif request.param == "server":
        url = request.getfixturevalue("upgraded_url")
        url = url.replace("postgresql://", "postgresql+psycopg://")
    return settings.model_copy(update={"database_url": url})


@pytest.fixture
def taken(lab: Printflow, settings: Settings, submit: Submit, tmp_path: Path) -> Path:
    """A backup of a lab with one job, that has another one since; the lab is closed."""
    submit()
    lab.stations.set_password("correct horse")
    lab.dispatch()
    folder = take_backup(settings, tmp_path / "backups", NOW).folder
    submit(student="Ada Byron")
    lab.dispatch()
    lab.close()
    return folder


def environment(settings: Settings) -> dict[str, str]:
    """What names the lab to a command."""
    named = {"STORE": str(settings.store), "DATABASE_URL": settings.database_url}
    mail = {"MAIL__DIRECTORY": str(settings.mail.directory)}
    given = {f"PRINTFLOW_{name}": value for name, value in (named | mail).items() if value}
    return {**{k: v for k, v in os.environ.items() if not k.startswith("PRINTFLOW_")}, **given}


def command(settings: Settings, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run ``printflow`` as a lab's administrator does."""
    return subprocess.run(
        [sys.executable, "-m", "printflow", *arguments],
        env=environment(settings) | more,
        cwd=settings.store.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )


@contextmanager
def running(settings: Settings, *arguments: str) -> Iterator[None]:
    """A server or worker of the lab, while the block runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "printflow", *arguments, "--json"],
        env=environment(settings),
        cwd=settings.store.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith("{"), first + process.stdout.read()
        threading.Thread(target=process.stdout.read, daemon=True).start()
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def rows(settings: Settings, *, without: frozenset[str] = frozenset()) -> dict[str, list[str]]:
    """Every row of every table, whatever the tables are."""
    engine = open_engine(settings.database, pooled=False)
    try:
        with engine.connect() as connection:
            return {
                name: sorted(
                    repr(tuple(row)) for row in connection.execute(text(f"SELECT * FROM {name}"))
                )
                for name in inspect(connection).get_table_names()
                if not name.startswith("job_search_") and name not in without
            }
    finally:
        engine.dispose()


def files(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder, and its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def checkpoint(settings: Settings) -> None:
    """Take SQLite's log into the database, so that its bytes can be compared."""
    if sqlite_path(settings.database) is not None:
        engine = open_engine(settings.database, pooled=False)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.long
def test_a_lab_in_use_is_never_replaced(
    lab: Printflow, settings: Settings, submit: Submit, tmp_path: Path, force: bool
) -> None:
    submit()
    taken = take_backup(settings, tmp_path / "backups", NOW).folder
    submit(student="Ada Byron")
    before, models = rows(settings), sorted(path.name for path in settings.store.iterdir())
    elsewhere = settings.model_copy(update={"store": tmp_path / "elsewhere"})
    if not settings.database_url:  # the store's own database would be another one
        elsewhere = settings
    with pytest.raises(AlreadyRunning if force else SettingsError) as refused:
        restore(elsewhere, taken, force=force, key=key_if_there(settings.state_dir))
    assert refused.value.next_step
    assert rows(settings) == before
    assert sorted(path.name for path in settings.store.iterdir()) == models
    assert elsewhere is settings or not elsewhere.store.exists()
    assert len(lab.jobs.find()) == 2


@pytest.mark.long
@pytest.mark.parametrize("role", ["serve", "worker"])
def test_the_mistaken_drill_does_not_touch_the_lab_that_runs(
    taken: Path, settings: Settings, tmp_path: Path, role: str
) -> None:
    """Another store, and the lab's own database: as its settings name it."""
    moving = frozenset({"workers", "job_files", "outbox"})  # what the worker works on
    with running(settings, role, *(["--port", "0"] if role == "serve" else [])):
        before = rows(settings, without=moving)
        key = ("--key-file", str(settings.state_dir / "backup.key"))
        for more in ((), ("--force",)):
            done = command(
                settings, "restore", str(taken), *key, *more,
                PRINTFLOW_STORE=str(tmp_path / "elsewhere" if settings.database_url else settings.store),
            )  # fmt: skip
            assert done.returncode == 2, done.stdout + done.stderr
            assert "Traceback" not in done.stderr
        assert rows(settings, without=moving) == before
        assert not (tmp_path / "elsewhere").exists()


@pytest.mark.long
def test_the_drill_beside_a_running_server_leaves_the_lab_as_it_is(
    taken: Path, settings: Settings, tmp_path: Path
) -> None:
    moving = frozenset({"workers"})
    with running(settings, "serve", "--port", "0", "--no-worker"):
        checkpoint(settings)
        before, kept = rows(settings, without=moving), files(settings.store)
        mails = files(settings.mail.directory) if settings.mail.directory else {}
        done = command(settings, "restore", str(taken), "--drill", "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        told = json.loads(done.stdout)
        assert told["jobs"] == 1 and told["files"] == 1 and told["passed"]
        assert told["signature"] == "good"
        assert rows(settings, without=moving) == before
        assert files(settings.store) == kept
        assert settings.mail.directory is None or files(settings.mail.directory) == mails
    assert not list(tmp_path.glob("printflow-drill-*"))


def test_the_drill_says_what_came_back_and_removes_it(
    taken: Path, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "drill"
    done = drill(taken, folder=folder, key=key_if_there(settings.state_dir))
    assert done.passed and done.jobs == 1
    assert done.manifest.rows["jobs"] == 1
    assert not folder.exists()
    folder.mkdir()
    drill(taken, folder=folder)
    assert list(folder.iterdir()) == [], "a folder that was there stays, empty"
    (folder / "thesis.txt").write_text("precious")
    with pytest.raises(SettingsError, match="not an empty folder"):
        drill(taken, folder=folder)
    assert files(folder) == {"thesis.txt": b"precious"}


def test_what_a_drill_keeps_opens_with_its_own_settings(
    taken: Path, settings: Settings, tmp_path: Path
) -> None:
    done = drill(taken, folder=tmp_path / "drill", keep=True)
    assert done.folder == tmp_path / "drill"
    own = Settings(config_file=done.folder / "printflow.toml", environ={})
    assert own.database != settings.database
    with Printflow.open(own, create=False) as lab:
        (job,) = lab.jobs.find()
        assert job.student_name == "Jane Doe"
        assert lab.files.path(job).exists()


def test_a_drill_fails_when_a_model_is_lost(
    lab: Printflow, settings: Settings, submit: Submit, tmp_path: Path
) -> None:
    job = submit()
    lab.dispatch()
    lab.files.path(lab.jobs.get(job.id)).unlink()
    taken = take_backup(settings, tmp_path / "backups", NOW)
    assert [one.name for one in taken.lacks] == [job.file.name]
    done = drill(taken.folder)
    assert not done.passed
    assert [one.code for one in done.examination.left] == ["file_missing"]


@pytest.mark.long
def test_what_force_replaces_is_kept_beside(taken: Path, settings: Settings) -> None:
    before = rows(settings)
    models = {name for name in files(settings.store) if name.endswith(".stl")}
    done = restore(settings, taken, force=True)
    with Printflow.open(settings, create=False) as lab:
        assert [job.student_name for job in lab.jobs.find()] == ["Jane Doe"]
        assert lab.sessions.check_password("correct horse", address="x") == "Lab"
        lab.dispatch()
        assert [f.code for f in lab.doctor.examine(only=("database", "files")).findings] == []
        lab.intake.submit(  # numbers go on
            lab.files.path(lab.jobs.find()[0]), student="Bo Li", email="bo@example.edu", method="Filament",
            color="True Red", printer="Prusa MK4S", discipline="Engineering",
            class_number="ARCH 4000", acknowledge_minimum=True,
        )  # fmt: skip
    store = Path(done.aside[0])
    assert {name for name in files(store) if name.endswith(".stl")} == models
    assert kept_rows(settings, done.aside) == before
    assert key_if_there(settings.state_dir) == key_if_there(store / ".printflow")


def kept_rows(settings: Settings, aside: tuple[str, ...]) -> dict[str, list[str]]:
    """The rows of what had to make room."""
    if len(aside) == 1:
        kept = Path(aside[0]) / ".printflow" / "printflow.db"
        url = f"sqlite:///{kept}"
    elif sqlite_path(settings.database) is not None:
        url = f"sqlite:///{aside[1]}"
    else:
        schema = aside[1].split('"')[1]
        url = f"{settings.database}&options=-csearch_path%3D{schema}"
    return rows(settings.model_copy(update={"database_url": url}))


def test_a_restore_that_fails_at_the_end_leaves_all_as_it_was(
    taken: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, names = rows(settings), set(files(tmp_path))

    def refused(path: Path) -> None:
        if path == settings.store:  # the last step of all
            raise OSError(28, os.strerror(28))

    monkeypatch.setattr(sys.modules["printflow.backup.restore"], "sync_folder", refused)
    with pytest.raises(SettingsError, match="No space left"):
        restore(settings, taken, force=True)
    monkeypatch.undo()
    assert rows(settings) == before
    left = {
        name
        for name in set(files(tmp_path)) - names
        if not name.endswith(("-wal", "-shm", ".lock"))
    }
    assert left == set()
    with Printflow.open(settings, create=False) as lab:
        assert len(lab.jobs.find()) == 2


@pytest.mark.long
def test_an_older_backup_replaces_a_newer_schema(taken: Path, settings: Settings) -> None:
    """Tables that the program of the backup does not know neither stop it nor are lost."""
    engine = open_engine(settings.database, pooled=False)
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE of_tomorrow (id varchar(8) PRIMARY KEY REFERENCES jobs (id))")
        )
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    done = restore(settings, taken, force=True)
    assert "of_tomorrow" in kept_rows(settings, done.aside)
    assert migrate.current(settings.database) == migrate.HEAD
    assert "of_tomorrow" not in rows(settings)


def test_an_empty_database_is_no_lab(taken: Path, settings: Settings, tmp_path: Path) -> None:
    assert holds_lab(settings.database)
    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    assert not holds_lab(empty)
    migrate.upgrade(empty)
    assert not holds_lab(empty)
    copy_database(settings.database, empty)
    assert holds_lab(empty)
    (tmp_path / "thesis.db").write_bytes(b"not a database" * 100)
    assert holds_lab(f"sqlite:///{tmp_path / 'thesis.db'}"), "it is not ours to lose"


@pytest.mark.postgresql
def test_an_account_that_may_not_make_schemas_is_told_the_statement(
    postgresql_url: str, tmp_path: Path, lab: Printflow, submit: Submit
) -> None:
    url = postgresql_url.replace("postgresql://", "postgresql+psycopg://")
    settings = lab.settings
    submit()
    taken = take_backup(settings, tmp_path / "backups", NOW).folder
    engine = open_engine(url, pooled=False)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS plain_account")
        connection.exec_driver_sql("CREATE ROLE plain_account LOGIN")
    engine.dispose()
    there = settings.model_copy(
        update={
            "store": tmp_path / "there",
            "database_url": url.replace("postgres@", "plain_account@"),
        }
    )
    with pytest.raises(DatabaseUnavailable, match="isn't allowed") as refused:
        restore(there, taken, key=key_if_there(settings.state_dir))
    assert "GRANT CREATE ON DATABASE" in refused.value.next_step
    assert not there.store.exists()
