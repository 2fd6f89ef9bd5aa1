"""Readiness: each thing that it promises is broken for real, told, and well again."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Any

import pytest
from flask.testing import FlaskClient

from printflow import Printflow, Settings
from printflow.db import engine
from printflow.service import system
from printflow_web.factory import create_app
from tests.plugins.small_disk import SmallDisk

pytestmark = pytest.mark.embedded


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look commits, so that the tests need not wait for the next."""
    monkeypatch.setattr(system, "_COMMIT_EVERY", 0.0)
    monkeypatch.setattr(system, "_COMMIT_SECONDS", 0.5)


def _becomes(browser: FlaskClient, status: int) -> dict[str, Any]:
    """Ask as monitoring does until the status is that; gives what was said."""
    until = time.monotonic() + 10
    while (answer := browser.get("/health/ready")).status_code != status:
        assert time.monotonic() < until, answer.text
        time.sleep(0.2)
    said: dict[str, Any] = answer.get_json()
    return said


def _browser(lab: Printflow) -> FlaskClient:
    browser = create_app(lab).test_client()
    assert browser.get("/health/ready").status_code == 200
    return browser


@pytest.mark.long
def test_a_database_that_another_process_locks(lab: Printflow) -> None:
    browser = _browser(lab)
    path = lab.settings.state_dir / "printflow.db"
    with closing(engine.sqlite_module().connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert _becomes(browser, 503)["database"] == "not available"
        other.execute("ROLLBACK")
    assert _becomes(browser, 200)["database"] == "ok"


@pytest.mark.mounts
@pytest.mark.long
def test_a_full_disk_under_the_database(settings: Settings, small_disk: SmallDisk) -> None:
    url = f"sqlite:///{small_disk.path / 'printflow.db'}"
    with Printflow.open(settings.model_copy(update={"database_url": url})) as lab:
        browser = _browser(lab)
        small_disk.fill()
        assert _becomes(browser, 503)["database"] == "not available"
        small_disk.make_room()
        assert _becomes(browser, 200)["database"] == "ok"


@pytest.mark.mounts
@pytest.mark.long
def test_a_store_that_is_read_only(settings: Settings, small_disk: SmallDisk) -> None:
    given: dict[str, Any] = {
        "store": small_disk.path / "store",
        "database_url": f"sqlite:///{settings.store.parent / 'printflow.db'}",
        "base_url": settings.base_url,
        "disk_reserve_mb": 0,
    }
    with Printflow.open(Settings(**given)) as lab:
        browser = _browser(lab)
        small_disk.protect()
        assert _becomes(browser, 503)["store"] == "not available"
        small_disk.protect(write=True)
        assert _becomes(browser, 200)["store"] == "ok"


def test_looking_leaves_nothing_behind(lab: Printflow) -> None:
    browser = _browser(lab)
    before = sorted(str(path) for path in lab.settings.store.rglob("*") if path.is_file())
    _becomes(browser, 200)
    after = sorted(str(path) for path in lab.settings.store.rglob("*") if path.is_file())
    assert before == after
