"""The main job once more, on a real PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from printflow import DatabaseUnavailable, MigrationNeeded, Printflow, Settings
from printflow.backup import key_if_there, restore, take_backup, verify
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


def test_d52_an_unreachable_server_is_named_without_its_password(tmp_path: Path) -> None:
    settings = Settings(
        store=tmp_path / "store", database_url="postgresql://lab:geheim@127.0.0.1:1/printflow"
    )
    with pytest.raises(DatabaseUnavailable, match=r"127\.0\.0\.1:1") as refused:
        Printflow.open(settings)
    assert "geheim" not in str(refused.value)


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
        assert restored.job(job.id) == job
        assert restored.path(job).read_bytes() == lab.path(job).read_bytes()
        restored.set_staff_password()
        restored.dispatch()
        assert restored.examine().findings == ()
