"""Opening a lab: new stores, wrong stores, old and new databases, second servers."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from printflow import (
    AlreadyRunning,
    MigrationNeeded,
    Printflow,
    Settings,
    SettingsError,
    StoreUnavailable,
)
from printflow.db import migrate
from printflow.db.engine import interpreter_is_safe, open_engine, sqlite_module
from printflow.db.schema import metadata
from tests.plugins.lab import Submit


def test_an_empty_folder_becomes_a_lab_and_stays_the_same_one(settings: Settings) -> None:
    settings.store.mkdir()
    (settings.store / ".gitkeep").touch()
    with Printflow.open(settings, create=False) as lab:
        assert lab.jobs.find() == []
        key = lab.sessions.signing_key()
    with Printflow.open(settings, create=False) as lab:
        assert lab.sessions.signing_key() == key
        assert lab.catalog.current.printer("Prusa MK4S") is not None


def test_a_missing_folder(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="there's no folder") as refused:
        Printflow.open(settings, create=False)
    assert (refused.value.key, "printflow init" in refused.value.next_step) == ("store", True)


def test_a_folder_that_is_no_store(settings: Settings) -> None:
    settings.store.mkdir()
    (settings.store / "holiday.jpg").touch()
    with pytest.raises(SettingsError, match="neither empty nor a store"):
        Printflow.open(settings)
    assert [path.name for path in settings.store.iterdir()] == ["holiday.jpg"]


def test_the_store_of_another_lab(settings: Settings, tmp_path: Path) -> None:
    apart = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'lab.db'}"})
    Printflow.open(apart).close()
    identity = apart.store / ".printflow" / "store.json"
    identity.write_text(json.dumps({"identity": "someone-else"}))
    with pytest.raises(SettingsError, match="store of another lab"):
        Printflow.open(apart)


def test_an_unmounted_share_does_not_look_like_a_new_store(
    settings: Settings, tmp_path: Path
) -> None:
    apart = settings.model_copy(
        update={"database_url": f"sqlite:///{tmp_path / 'lab.db'}"},
    )
    Printflow.open(apart).close()
    apart.store.rename(tmp_path / "elsewhere")
    apart.store.mkdir()
    with pytest.raises(StoreUnavailable):
        Printflow.open(apart)
    assert list(apart.store.iterdir()) == []


@pytest.mark.embedded
def test_a_lost_database_beside_files_is_not_made_anew(
    lab: Printflow, submit: Submit, settings: Settings
) -> None:
    submit()
    lab.close()
    for path in settings.state_dir.glob("printflow.db*"):
        path.unlink()
    with pytest.raises(SettingsError, match=r"its database .* is missing"):
        Printflow.open(settings)


@pytest.mark.embedded
def test_a_second_server(settings: Settings) -> None:
    with (
        Printflow.open(settings, role="server"),
        pytest.raises(AlreadyRunning, match=r"A server already runs .*\(process \d+ on "),
    ):
        Printflow.open(settings, role="server")
    Printflow.open(settings, role="server").close()


# -- the schema -------------------------------------------------------------------------------


def revision(settings: Settings, value: str) -> None:
    path = settings.state_dir / "printflow.db"
    with closing(sqlite_module().connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [value])


@pytest.mark.embedded
def test_newer_and_older_than_the_program(settings: Settings) -> None:
    Printflow.open(settings).close()
    revision(settings, "9999")
    with pytest.raises(MigrationNeeded, match="newer than this program"):
        Printflow.open(settings)
    revision(settings, "0029")
    with pytest.raises(MigrationNeeded) as refused:
        Printflow.open(settings)
    assert refused.value.next_step == "Run: printflow db upgrade"


def test_migrations_make_exactly_the_tables_of_the_schema(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    url = f"sqlite:///{tmp_path / 'new.db'}"
    migrate.upgrade(url)
    engine = open_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": migrate.in_schema}
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_sqlite_in_use_has_no_wal_reset_bug() -> None:
    assert interpreter_is_safe()
