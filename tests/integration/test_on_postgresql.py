"""The main job once more, on a real PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from printflow import DatabaseDamaged, DatabaseUnavailable, MigrationNeeded, Printflow, Settings
from printflow.backup import backups, key_if_there, restore, take_backup, verify
from printflow.db import migrate
from printflow.db.engine import open_engine
from printflow.db.schema import metadata
from tests.integration.test_limits import *  # noqa: F403
from tests.integration.test_main_job import *  # noqa: F403
from tests.plugins.lab import Submit
from tests.plugins.postgres import new_database

pytestmark = pytest.mark.postgresql


@pytest.fixture
def bare_settings(tmp_path: Path, postgresql_url: str) -> Settings:
    """Settings of a lab on an empty PostgreSQL database."""
    return Settings(
        store=tmp_path / "store",
        database_url=postgresql_url,
        base_url="http://127.0.0.1:8080",
        settle_seconds=0,
        mail={"directory": tmp_path / "mail", "staff_address": "lab@example.edu"},
    )


@pytest.fixture
def settings(bare_settings: Settings) -> Settings:
    """The same, with its tables."""
    migrate.upgrade(bare_settings.database)
    return bare_settings


def test_it_refuses_an_empty_database_with_the_command(bare_settings: Settings) -> None:
    with pytest.raises(MigrationNeeded, match="has no tables yet") as refused:
        Printflow.open(bare_settings)
    assert refused.value.next_step == "Run: printflow db upgrade"


def test_migrations_make_exactly_the_tables_of_the_schema(settings: Settings) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = open_engine(settings.database)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": migrate.in_schema}
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_an_unreachable_server_is_named_without_its_password(tmp_path: Path) -> None:
    settings = Settings(
        store=tmp_path / "store", database_url="postgresql://lab:geheim@127.0.0.1:1/printflow"
    )
    with pytest.raises(DatabaseUnavailable, match=r"127\.0\.0\.1:1") as refused:
        Printflow.open(settings)
    assert "geheim" not in str(refused.value)


def damaged_copy(url: str, cluster: Path, table: str) -> str:
    """A copy of the database, in which the bytes of a page of one table are others.

    The server keeps pages in memory: only a new database is read from the disk.
    """
    engine = open_engine(url, pooled=False).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CHECKPOINT")
        path = connection.scalar(text("SELECT pg_relation_filepath(:table)"), {"table": table})
    engine.dispose()
    with (cluster / "data" / str(path)).open("r+b") as file:
        file.write(b"\xff" * 64)
    name = f"damaged_{table}"
    engine = open_engine(
        new_database(cluster).replace("postgresql:", "postgresql+psycopg:"), pooled=False
    ).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
        source = make_url(url).database
        connection.exec_driver_sql(f'CREATE DATABASE {name} TEMPLATE "{source}" STRATEGY file_copy')
    engine.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.mark.long
def test_a_damaged_page_is_named_and_never_becomes_a_backup(
    lab: Printflow, settings: Settings, submit: Submit, tmp_path: Path, postgresql_cluster: Path
) -> None:
    submit()
    lab.stations.set_password()
    lab.dispatch()
    lab.close()
    taken = take_backup(settings, tmp_path / "backups", datetime(2026, 3, 2, tzinfo=UTC)).folder
    spoiled = settings.model_copy(
        update={"database_url": damaged_copy(settings.database, postgresql_cluster, "events")}
    )
    with Printflow.open(spoiled, create=False) as opened:
        (finding,) = opened.doctor.examine(only=("database",)).findings
        assert (finding.code, finding.place) == ("database_damaged", "events")
        assert "restore the newest backup" in finding.next_step
    with pytest.raises(DatabaseDamaged, match="invalid page"):
        take_backup(spoiled, tmp_path / "backups", datetime(2026, 3, 3, tzinfo=UTC))
    assert backups(tmp_path / "backups") == [taken]
    restore(spoiled, taken, force=True)
    with Printflow.open(spoiled, create=False) as opened:
        assert opened.doctor.examine(only=("database", "files")).findings == ()


def test_a_damaged_search_is_made_again(lab: Printflow, settings: Settings, submit: Submit) -> None:
    job = submit()
    engine = open_engine(settings.database, pooled=False)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM job_search")
    engine.dispose()
    assert lab.jobs.find(search="Jane") == []
    (finding,) = lab.doctor.examine(only=("database",)).findings
    assert finding.code == "search_damaged"
    assert lab.doctor.examine(fix=True, only=("database",)).left == ()
    assert [one.id for one in lab.jobs.find(search="Jane")] == [job.id]


@pytest.mark.long
def test_backup_and_restore(
    lab: Printflow, settings: Settings, submit: Submit, tmp_path: Path, postgresql_cluster: Path
) -> None:
    job = submit()
    taken = take_backup(settings, tmp_path / "backups", datetime(2026, 3, 2, tzinfo=UTC)).folder
    assert list(verify(taken)) == []
    there = settings.model_copy(
        update={
            "store": tmp_path / "there",
            "database_url": new_database(postgresql_cluster).replace(
                "postgresql://", "postgresql+psycopg://"
            ),
        }
    )
    restore(there, taken, key=key_if_there(settings.state_dir))
    with Printflow.open(there) as restored:
        assert restored.jobs.get(job.id) == job
        assert restored.files.path(job).read_bytes() == lab.files.path(job).read_bytes()
        restored.stations.set_password()
        restored.dispatch()
        assert restored.doctor.examine().findings == ()
