"""Migrations with data in the tables, up and down, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from printflow import Printflow, Settings
from printflow.db import migrate
from printflow.db.engine import open_engine
from printflow.db.people_rows import SqlPeopleRows
from tests import models
from tests.crash.scenario import FORM

NOW = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
STATIONS = "0007"
QUESTIONS = "0017"


def before(revision: str) -> str:
    """The revision that this one is chained to."""
    folder = Path(migrate.__file__).parent / "migrations"
    found = ScriptDirectory(str(folder)).get_revision(revision).down_revision
    assert isinstance(found, str)
    return found


def old_station(engine: Engine) -> None:
    """A station as it was before it could be revoked."""
    row = "INSERT INTO stations (name, password_hash, changed_at) VALUES ('Lab', 'x', :at)"
    at = NOW if engine.dialect.name == "postgresql" else NOW.replace(tzinfo=None)
    with engine.begin() as connection:
        connection.execute(text(row), {"at": str(at)})


def up_and_down(url: str) -> None:
    """A station of the old kind can do everything afterwards; going back keeps it."""
    config = migrate._config(url)
    command.upgrade(config, before(STATIONS))
    engine = open_engine(url)
    old_station(engine)
    for _ in range(2):
        command.upgrade(config, STATIONS)
        with engine.begin() as connection:
            people = SqlPeopleRows(connection)
            (station,) = people.stations(NOW)
            assert (station.name, station.admin, station.revoked_at) == ("Lab", True, None)
            assert station.changed_at == NOW
            assert [*people.sessions(NOW), *people.changes(limit=9, before=None)] == []
            people.begin_session(
                "k", station="Lab", name="Ana", address="x", now=NOW, expires_at=NOW
            )
        command.downgrade(config, before(STATIONS))
        assert not {"sessions", "changes", "workers"} & set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT name FROM stations")) == "Lab"
    engine.dispose()


def test_stations_and_sessions_on_sqlite(tmp_path: Path) -> None:
    up_and_down(f"sqlite:///{tmp_path / 'lab.db'}")


@pytest.mark.postgresql
def test_stations_and_sessions_on_postgresql(postgresql_url: str) -> None:
    up_and_down(postgresql_url)


def questions_up_and_down(url: str, folder: Path) -> None:
    """Who waits for an answer is known from the messages, and is known again after going back."""
    model = folder / "bracket.stl"
    model.write_bytes(models.stl())
    settings = Settings(store=folder / "store", database_url=url)
    command.upgrade(migrate._config(url), "head")
    with Printflow.open(settings) as lab:
        jobs = [lab.submit(model, **FORM) for _ in range(3)]
        for job in jobs[:2]:
            lab.send_message(lab.status_url(job).rpartition("/")[2], "Can it be blue?")
        lab.add_note(jobs[1].id, by="Ana", text="Yes.", for_student=True)
        asked = [lab.job(job.id).asked_at for job in jobs]
    assert [at is not None for at in asked] == [True, False, False]
    config = migrate._config(url)
    command.downgrade(config, before(QUESTIONS))
    engine = open_engine(url)
    assert "asked_at" not in {column["name"] for column in inspect(engine).get_columns("jobs")}
    engine.dispose()
    command.upgrade(config, "head")
    with Printflow.open(settings) as lab:
        assert [lab.job(job.id).asked_at for job in jobs] == asked


def test_unanswered_messages_on_sqlite(tmp_path: Path) -> None:
    questions_up_and_down(f"sqlite:///{tmp_path / 'lab.db'}", tmp_path)


@pytest.mark.postgresql
def test_unanswered_messages_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    questions_up_and_down(postgresql_url, tmp_path)
