"""``printflow db copy``: a lab moves from one database to another, and nothing is lost or changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from printflow import AlreadyRunning, DatabaseUnavailable, Printflow, Settings, SettingsError
from printflow.cli.root import printflow
from printflow.db import migrate
from printflow.db.copying import copy_database
from printflow.db.engine import open_engine
from printflow.db.schema import metadata
from printflow.domain.incoming import ArrivedMail, Fate, Why
from tests.benchmarks.many_jobs import RARE_WORD, Plan, fill
from tests.plugins.lab import Submit

pytestmark = pytest.mark.postgresql


def driver(url: str) -> str:
    return url.replace("postgresql:", "postgresql+psycopg:")


def elsewhere(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"database_url": driver(url)})


def test_a_lab_goes_over_and_works_on(
    lab: Printflow, settings: Settings, submit: Submit, postgresql_url: str
) -> None:
    fill(lab, Plan(240))
    job = submit(student="Zoë Ängström")
    lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    mail = ArrivedMail(identity="a" * 64, size=3, text="Up.", original=bytes(range(256)))
    with lab._parts.database.write() as tx:
        now = lab._parts.clock()
        mail_id = tx.incoming.add(mail, fate=Fate.TRAY, why=Why.NO_MATCH, now=now, job_id=job.id)
    lab.close()
    copied = copy_database(settings.database, driver(postgresql_url))
    assert {table.name for table in copied} == set(metadata.tables)
    assert next(table.rows for table in copied if table.name == "jobs") == 241
    with (
        Printflow.open(settings) as before,
        Printflow.open(elsewhere(settings, postgresql_url)) as after,
    ):
        assert after.jobs.find() == before.jobs.find()
        assert after.jobs.details(job.id) == before.jobs.details(job.id)
        assert after.inbox.original(mail_id) == bytes(range(256))
        assert after.catalog.current == before.catalog.current
        wanted = [one.id for one in before.jobs.find(search=RARE_WORD)]
        assert [one.id for one in after.jobs.find(search=RARE_WORD)] == wanted != []
        after.jobs.reject(job.id, by="Ana", reasons=["Too thin"])
        new = after.intake.submit(  # numbers go on where the others end
            after.files.path(after.jobs.get(job.id)),
            student="Jane Doe",
            email="jane@example.edu",
            method="Filament",
            color="True Red",
            printer="Prusa MK4S",
            discipline="Engineering",
            class_number="ARCH 4000",
            acknowledge_minimum=True,
        )
        assert after.jobs.get(new.id).request_id > job.request_id


@pytest.mark.long
def test_and_back_again(
    lab: Printflow, settings: Settings, tmp_path: Path, postgresql_url: str
) -> None:
    fill(lab, Plan(240))
    there = copy_database(settings.database, driver(postgresql_url))
    back = f"sqlite:///{tmp_path / 'back.db'}"
    assert copy_database(driver(postgresql_url), back) == there
    with Printflow.open(settings.model_copy(update={"database_url": back})) as again:
        assert again.jobs.find() == lab.jobs.find()


def test_the_command(
    lab: Printflow, settings: Settings, submit: Submit, postgresql_url: str
) -> None:
    submit()
    lab.close()
    environment = {"PRINTFLOW_STORE": str(settings.store)}
    command = ["db", "copy", "--from", settings.database, "--to", postgresql_url]
    done = CliRunner().invoke(printflow, [*command, "--json"], env=environment)
    assert done.exit_code == 0, done.output
    tables = {table["name"]: table for table in json.loads(done.stdout)["tables"]}
    assert tables["jobs"]["rows"] == 1
    assert len(tables["jobs"]["sha256"]) == 64
    again = CliRunner().invoke(printflow, command, env=environment)
    assert again.exit_code != 0
    assert "already has a lab" in again.output


@pytest.mark.embedded
def test_not_while_a_server_runs(settings: Settings, postgresql_url: str) -> None:
    with Printflow.open(settings, role="server"):
        command = ["db", "copy", "--to", postgresql_url]
        done = CliRunner().invoke(printflow, command, env={"PRINTFLOW_STORE": str(settings.store)})
        assert AlreadyRunning.__name__ in repr(done.exception) or "already runs" in done.output


def test_not_from_a_server_s_database_while_it_runs(
    settings: Settings, upgraded_url: str, tmp_path: Path
) -> None:
    """What is written after the copy's moment would be lost."""
    there = elsewhere(settings, upgraded_url)
    target = f"sqlite:///{tmp_path / 'copy.db'}"
    command = ["db", "copy", "--from", there.database, "--to", target]
    run = CliRunner(env={"PRINTFLOW_STORE": str(there.store)})
    with Printflow.open(there, role="worker") as lab:
        lab.worker.start()
        done = run.invoke(printflow, command)
        assert done.exit_code == 2, done.output
        assert "uses this database" in done.output and "Stop this lab's server" in done.output
    assert not (tmp_path / "copy.db").exists()
    done = run.invoke(printflow, command)
    assert done.exit_code == 0, done.output


def test_a_row_that_comes_out_different_is_found(
    lab: Printflow, settings: Settings, postgresql_url: str
) -> None:
    """A database that changes what it is given: nothing stays there."""
    lab.people.add("Ana")
    target = driver(postgresql_url)
    migrate.upgrade(target)
    engine = open_engine(target)
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$"
            )
        )
        connection.execute(
            text(
                "CREATE TRIGGER shout BEFORE INSERT ON staff FOR EACH ROW EXECUTE FUNCTION shout()"
            )
        )
    with pytest.raises(DatabaseUnavailable, match="staff came out different: 1 of 1 rows"):
        copy_database(settings.database, target)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM lab")) == 0
    engine.dispose()


def test_a_target_with_rows_is_refused(
    lab: Printflow, settings: Settings, tmp_path: Path, postgresql_url: str
) -> None:
    copy_database(settings.database, driver(postgresql_url))
    with pytest.raises(SettingsError, match="already has a lab"):
        copy_database(settings.database, driver(postgresql_url))
