"""How an SQLite database's transactions begin: as a reader's, or as a writer's, who waits a turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from printflow.db import engine as engines
from printflow.db.embedded import WRITES
from printflow.db.engine import open_engine, to_write, writing
from printflow.settings.database_url import sqlite_url


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0)
    opened = open_engine(sqlite_url(tmp_path / "lab.sqlite"))
    with writing(opened) as connection:
        connection.execute(text("CREATE TABLE jobs (id INTEGER)"))
    yield opened
    opened.dispose()


def test_a_writer_waits_its_turn_before_it_asks_anything(engine: Engine) -> None:
    with writing(engine), to_write(engine) as second:
        with pytest.raises(OperationalError, match="locked"):
            second.begin()
        assert not second.in_transaction()


def test_each_transaction_of_a_writing_connection_writes(engine: Engine) -> None:
    with to_write(engine) as first:
        for _ in range(2):
            with first.begin(), to_write(engine) as second, pytest.raises(OperationalError):
                second.begin()
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO jobs VALUES (1)"))


def test_readers_see_one_moment_beside_a_writer(engine: Engine) -> None:
    count = text("SELECT count(*) FROM jobs")
    with engine.begin() as reader:
        assert reader.scalar(count) == 0
        with writing(engine) as writer, engine.begin() as another:
            writer.execute(text("INSERT INTO jobs VALUES (1)"))
            assert another.scalar(count) == 0
        assert reader.scalar(count) == 0
    with engine.begin() as reader:
        assert reader.scalar(count) == 1


def test_a_connection_that_wrote_reads_when_it_is_had_again(engine: Engine) -> None:
    with writing(engine) as connection:
        kept = connection.connection.dbapi_connection
    with engine.begin() as reader:
        assert reader.connection.dbapi_connection is kept
        with writing(engine) as writer:  # a reader is in nobody's way
            writer.execute(text("INSERT INTO jobs VALUES (1)"))


def test_an_error_takes_back_what_was_written(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), writing(engine) as writer:
        writer.execute(text("INSERT INTO jobs VALUES (1)"))
        raise ZeroDivisionError
    with engine.begin() as reader:
        assert reader.scalar(text("SELECT count(*) FROM jobs")) == 0


def test_an_engine_cannot_be_told_what_would_not_reach_its_transactions(engine: Engine) -> None:
    with pytest.raises(TypeError, match="not of an engine"):
        engine.execution_options(**{WRITES: True})


def test_no_listener_slows_statements_down(engine: Engine) -> None:
    """SQLAlchemy asks for every kind of listener with each statement as soon as there is one."""
    assert "_has_events" not in vars(engine)
