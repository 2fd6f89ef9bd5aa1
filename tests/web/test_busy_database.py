"""Someone holds the database's lock: a click waits, then says so, and nothing was done."""

from __future__ import annotations

from contextlib import closing

import pytest
from flask.testing import FlaskClient

from printflow import Printflow, Settings
from printflow.db import engine
from tests.plugins.lab import Submit
from tests.web.conftest import said, token


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Patience of one second, so that the test need not wait ten."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 1)
    return settings


@pytest.mark.embedded
def test_the_lock_held_for_long_is_a_503(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    page = f"/dashboard/jobs/{job.id}/reject"
    form = {"csrf_token": token(staff, page), "text": "Too thin"}
    path = lab.settings.state_dir / "printflow.db"
    # The same SQLite library: locks of two libraries in one process do not see each other.
    with closing(engine.sqlite_module().connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = staff.post(page, data=form)
        assert staff.get("/dashboard").status_code == 200, "looking goes on"
        other.execute("ROLLBACK")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "busy with someone else's change. Nothing was done" in said(answer)
    assert lab.jobs.get(job.id) == job
    assert staff.post(page, data=form).status_code == 303
