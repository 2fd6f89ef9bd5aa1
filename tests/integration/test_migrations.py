"""Migrations with data in the tables, up and down, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from printflow import Printflow, Settings
from printflow.db import migrate
from printflow.db.engine import open_engine
from printflow.db.ledger_rows import SqlLedgerRows
from printflow.db.people_rows import SqlPeopleRows
from printflow.domain.ledger import Payment, Share, Void
from tests import models
from tests.crash.scenario import FORM

NOW = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
STATIONS = "0007"
QUESTIONS = "0017"
LEDGER = "0014"


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


# -- the ledger -----------------------------------------------------------------------------------

OLD_ROWS = """
INSERT INTO requests (id, created_at, student_name, student_email, consent_version)
VALUES (1, :at, 'Jane', 'jane@example.edu', '1');
INSERT INTO jobs (id, request_id, status, version, created_at, updated_at, status_since,
  student_name, student_email, discipline, class_number, method, color, printer, original_name,
  standard_name, currency, quantity, student_note, request_place, material, cost_cents, reasons,
  last_actor, token_hash, search_text)
VALUES ('AAAAAAAA', 1, 'PAIDPICKEDUP', 1, :at, :at, :at, 'Jane', 'jane@example.edu', 'Art', '1',
  'Filament', 'Blue', 'MK4S', 'a.stl', 'a', 'USD', 1, '', 1, 'PLA', 425, '[]', 'Ana', 'a', 'a'),
  ('BBBBBBBB', 1, 'PAIDPICKEDUP', 1, :at, :at, :at, 'Jane', 'jane@example.edu', 'Art', '1',
  'Filament', 'Blue', 'MK4S', 'b.stl', 'b', 'USD', 1, '', 2, 'PLA', 300, '[]', 'Ana', 'b', 'b');
INSERT INTO events (id, job_id, at, trigger, source, dest, actor_kind, actor, station, details)
VALUES (1, 'AAAAAAAA', :at, 'pick_up', 'COMPLETED', 'PAIDPICKEDUP', 'staff', 'Ana', '', '{}'),
  (2, 'BBBBBBBB', :at, 'pick_up', 'COMPLETED', 'PAIDPICKEDUP', 'staff', 'Ana', '', '{}');
INSERT INTO payments (id, job_id, at, by, amount_cents, currency, method, waived, voided_at,
  voided_by)
VALUES (4, 'AAAAAAAA', :at, 'Ana', 425, 'USD', 'card', '', :at, 'Ben'),
  (7, 'AAAAAAAA', :at, 'Ana', 425, 'USD', 'cash', '', NULL, ''),
  (9, 'BBBBBBBB', :at, 'Ana', 100, 'USD', 'cash', 'our mistake', NULL, '')
"""
OLD_PAYMENTS = "SELECT id, job_id, by, amount_cents, method, waived, voided_by FROM payments"


def old_payments(engine: Engine) -> None:
    """Two jobs as they were paid before: one with a payment that was taken back, one in part."""
    at = NOW if engine.dialect.name == "postgresql" else NOW.replace(tzinfo=None)
    with engine.begin() as connection:
        for statement in OLD_ROWS.split(";"):
            connection.execute(text(statement), {"at": at if at.tzinfo else str(at) + ".000000"})
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT setval('payments_id_seq', 9)"))


def share(job_id: str, cents: int, event_id: int, waived: int = 0) -> tuple[Share, ...]:
    one = Share(job_id=job_id, amount_cents=cents, waived_cents=waived, event_id=event_id)
    return (one,)


def ledger_up_and_down(url: str) -> None:
    """Every payment and void is there afterwards, and again when going back."""
    config = migrate._config(url)
    command.upgrade(config, before(LEDGER))
    engine = open_engine(url)
    old_payments(engine)
    with engine.connect() as connection:
        was = connection.execute(text(f"{OLD_PAYMENTS} ORDER BY id")).all()
    command.upgrade(config, "head")
    entry: dict[str, Any] = {"at": NOW, "by": "Ana", "currency": "USD"}
    with engine.begin() as connection:
        rows = SqlLedgerRows(connection)
        void = Void(at=NOW, by="Ben", reason="Taken back")
        assert rows.of_job("AAAAAAAA") == [
            Payment(id=4, amount_cents=425, method="card", shares=share("AAAAAAAA", 425, 1),
                    void=void, **entry),
            Payment(id=7, amount_cents=425, method="cash", shares=share("AAAAAAAA", 425, 1), **entry),
        ]  # fmt: skip
        assert rows.of_job("BBBBBBBB") == [
            Payment(id=9, amount_cents=100, method="cash", waived="our mistake",
                    shares=share("BBBBBBBB", 100, 2, waived=200), **entry)
        ]  # fmt: skip
        assert (rows.settled("AAAAAAAA"), rows.settled("BBBBBBBB")) == ((425, 0), (100, 200))
        both = (Share(job_id="AAAAAAAA", amount_cents=5), Share(job_id="BBBBBBBB", amount_cents=7))
        new = Payment(id=0, amount_cents=12, method="card", shares=both, receipt="17", **entry)
        assert rows.add(new, key="k") == 10, "numbers go on"
    command.downgrade(config, before(LEDGER))
    assert not {"payment_shares", "payment_voids"} & set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        now = connection.execute(text(f"{OLD_PAYMENTS} ORDER BY id")).all()
    assert now[:3] == was
    assert [tuple(row)[1:4] for row in now[3:]] == [("AAAAAAAA", "Ana", 5), ("BBBBBBBB", "Ana", 7)]
    command.upgrade(config, "head")
    with engine.begin() as connection:
        rows = SqlLedgerRows(connection)
        assert (rows.settled("AAAAAAAA"), rows.settled("BBBBBBBB")) == ((430, 0), (107, 193))
    engine.dispose()


def test_the_ledger_on_sqlite(tmp_path: Path) -> None:
    ledger_up_and_down(f"sqlite:///{tmp_path / 'lab.db'}")


@pytest.mark.postgresql
def test_the_ledger_on_postgresql(postgresql_url: str) -> None:
    ledger_up_and_down(postgresql_url)
