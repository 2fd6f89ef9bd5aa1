"""Migrations with data in the tables, up and down, on both databases."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from printflow import Job, MigrationNeeded, Printflow, Settings
from printflow.db import migrate
from printflow.db.engine import open_engine
from printflow.db.schema import metadata
from printflow.domain.agreement import Agreement
from printflow.service.addresses import mailbox_of
from tests import sample_models
from tests.crash.scenario import FORM

FOLDER = Path(migrate.__file__).parent / "migrations"
FOLDED = "0029"


def test_numbers_and_order_agree_and_there_is_one_head() -> None:
    scripts = ScriptDirectory(str(FOLDER))
    in_order = [script.revision for script in reversed(list(scripts.walk_revisions()))]
    assert in_order == sorted(in_order) == list(migrate.REVISIONS)
    assert scripts.get_heads() == [migrate.HEAD]
    files = sorted(path.name for path in (FOLDER / "versions").glob("*.py"))
    assert [name.partition("_")[0] for name in files] == in_order
    assert all(re.fullmatch(r"[0-9]{4}_[a-z_]+\.py", name) for name in files)


def a_lab(url: str, folder: Path) -> tuple[Settings, Job]:
    """A lab with a job in it, whose student waits for an answer."""
    model = folder / "bracket.stl"
    model.write_bytes(sample_models.stl())
    settings = Settings(store=folder / "store", database_url=url)
    migrate.upgrade(url)
    with Printflow.open(settings) as lab:
        job = lab.intake.submit(model, **FORM)
        lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
        lab.messages.send(lab.students.url(job).rpartition("/")[2], "Can it be blue?")
        return settings, lab.jobs.get(job.id)


def set_revision(url: str, revision: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    engine.dispose()


def takes_in_what_was_made_before(url: str, folder: Path) -> None:
    """A store from before the first revision keeps all that is in it."""
    settings, job = a_lab(url, folder)
    command.downgrade(migrate._config(url), migrate.REVISIONS[0])
    set_revision(url, FOLDED)
    with pytest.raises(MigrationNeeded, match=FOLDED):
        migrate.check(url)
    copy = migrate.upgrade(url)
    assert migrate.current(url) == migrate.HEAD
    assert (copy is not None and copy.exists()) == url.startswith("sqlite")
    with Printflow.open(settings) as lab:
        assert lab.jobs.get(job.id) == job
        assert [found.id for found in lab.jobs.find(search="Jane")] == [job.id]
        with lab._parts.database.read() as tx:
            found = tx.jobs.of_mailbox(mailbox_of(job.student_email))
        assert [one.id for one in found] == [job.id]


def test_what_was_made_before_is_taken_in_on_sqlite(tmp_path: Path) -> None:
    takes_in_what_was_made_before(f"sqlite:///{tmp_path / 'lab.db'}", tmp_path)


@pytest.mark.postgresql
def test_what_was_made_before_is_taken_in_on_postgresql(
    postgresql_url: str, tmp_path: Path
) -> None:
    takes_in_what_was_made_before(postgresql_url, tmp_path)


@pytest.mark.parametrize("revision", ["0001", "0016", "0026"])
def test_what_is_older_than_that_is_told_the_way(tmp_path: Path, revision: str) -> None:
    url = f"sqlite:///{tmp_path / 'lab.db'}"
    a_lab(url, tmp_path)
    set_revision(url, revision)
    for asked in (migrate.check, migrate.upgrade):
        with pytest.raises(MigrationNeeded, match="from before the first release") as refused:
            asked(url)
        assert FOLDED in refused.value.next_step
    assert migrate.current(url) == revision, "nothing was touched"


def test_what_a_newer_program_upgraded_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'lab.db'}"
    a_lab(url, tmp_path)
    set_revision(url, "9999")
    with pytest.raises(MigrationNeeded, match="newer"):
        migrate.upgrade(url)


def keeps_jobs_and_staff_without_languages(url: str, folder: Path) -> None:
    """Before there were languages nobody had chosen one; without them everything else stays."""
    settings, job = a_lab(url, folder)
    with Printflow.open(settings) as lab:
        lab.people.add("Ana")
        with lab._parts.database.write() as tx:
            tx.people.speak("Ana", "es")
            tx.jobs.add_request(
                now=job.created_at,
                idempotency_key="",
                student_name="Zoë",
                student_email="zoe@example.edu",
                agreement=Agreement("1", "es", "Acepto."),
                language="es",
            )
    command.downgrade(migrate._config(url), migrate.REVISIONS[migrate.REVISIONS.index("0053") - 1])
    engine = open_engine(url)
    with engine.connect() as connection:
        names = connection.execute(text("SELECT student_name FROM requests ORDER BY id")).scalars()
        assert list(names) == ["Jane Doe", "Zoë"]
        agreed = text("SELECT consent_version FROM requests WHERE student_name = 'Zoë'")
        assert connection.scalar(agreed) == "1"
    command.upgrade(migrate._config(url), "head")
    with engine.connect() as connection:
        for table in ("requests", "staff"):
            found = connection.execute(text(f"SELECT DISTINCT language FROM {table}")).scalars()
            assert list(found) == [""]
        agreed = text("SELECT consent_version, consent_language, consent_text FROM requests")
        assert ("1", "", "") in connection.execute(agreed).all()
    engine.dispose()
    with Printflow.open(settings) as lab:
        assert lab.jobs.get(job.id) == job


def test_languages_come_and_go_with_data_on_sqlite(tmp_path: Path) -> None:
    keeps_jobs_and_staff_without_languages(f"sqlite:///{tmp_path / 'lab.db'}", tmp_path)


@pytest.mark.postgresql
def test_languages_come_and_go_with_data_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    keeps_jobs_and_staff_without_languages(postgresql_url, tmp_path)


def down_and_up(url: str) -> None:
    """Going back removes every table, and going up again makes the schema of this program."""
    config = migrate._config(url)
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    engine = open_engine(url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    command.upgrade(config, "head")
    with engine.connect() as connection:
        options = {"compare_type": True, "include_name": migrate.in_schema}
        assert (
            compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        )
    engine.dispose()


def test_down_and_up_on_sqlite(tmp_path: Path) -> None:
    down_and_up(f"sqlite:///{tmp_path / 'lab.db'}")


@pytest.mark.postgresql
def test_down_and_up_on_postgresql(postgresql_url: str) -> None:
    down_and_up(postgresql_url)


def goes_back_before_a_file_has_its_name(
    url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program from before looks for a file under one name: the one that it still has."""
    settings, job = a_lab(url, folder)

    def busy(*_: object) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    with monkeypatch.context() as patched, Printflow.open(settings) as lab:
        patched.setattr("printflow.store.folder_store.rename_exclusive", busy)
        assert lab.corrections.edit(job.id, by="Ana", color="Blue").file.renaming
    command.downgrade(migrate._config(url), "0051")
    migrate.upgrade(url)
    with Printflow.open(settings) as lab:
        file = lab.jobs.get(job.id).file
        assert (file.name, file.renaming, file.was_named) == (job.file.name, False, ())
        lab.dispatch()
        assert lab.files.path(lab.jobs.get(job.id)).exists()
        assert lab.corrections.edit(job.id, by="Ana", color="Green").file.name == (
            f"JaneDoe_Filament_Green_{job.id}.stl"
        )


def test_going_back_before_a_file_has_its_name_on_sqlite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_back_before_a_file_has_its_name(f"sqlite:///{tmp_path / 'lab.db'}", tmp_path, monkeypatch)


@pytest.mark.postgresql
def test_going_back_before_a_file_has_its_name_on_postgresql(
    tmp_path: Path, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_back_before_a_file_has_its_name(postgresql_url, tmp_path, monkeypatch)
