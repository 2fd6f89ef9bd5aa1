"""The database is away: every page says so in words, and works again when it is back."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from printflow import Printflow, Settings
from printflow.db import engine, migrate
from printflow_web.factory import create_app
from tests import sample_models
from tests.plugins.postgres import Cluster, new_database
from tests.plugins.small_disk import SmallDisk
from tests.web.conftest import FORM, PASSWORD, said, send, token
from tests.web.test_every_route import (  # noqa: F401 - fixtures
    LET_IN,
    address,
    leads_elsewhere,
    visitors,
)

_SECRETS = re.compile(
    r"traceback|sqlalchemy|psycopg|postgresql:|sqlite|lab_[0-9a-f]{8}|/tmp/|\.db\b|\.s\.PGSQL",
    re.IGNORECASE,
)
_NEED_NONE = ("/health/live", "/health/ready", "/static/<path:filename>")
"""What answers without the database, or tells of it in its own way."""


def _sound(answer: Response, seen: object) -> None:
    """No bare 500, and nothing that strangers should not read."""
    assert answer.status_code != 500, seen
    text = answer.get_data(as_text=True)
    assert not _SECRETS.search(text), (seen, _SECRETS.findall(text))
    if answer.status_code == 503:
        assert int(answer.headers["Retry-After"]) > 0, seen


def _every_route(
    app: Flask, browsers: dict[str, FlaskClient], filled: Callable[[str], str]
) -> dict[str, list[tuple[str, str, str, int]]]:
    """Ask each route in each way; what was answered, by the status."""
    found: dict[str, list[tuple[str, str, str, int]]] = {}
    for rule, methods in LET_IN.items():
        for method in methods:
            path = filled(rule)
            if leads_elsewhere(app, path, method, rule) or rule == "/logout":
                continue
            for role, browser in browsers.items():
                for accept in ("text/html", "application/json"):
                    headers = {"Accept": accept}
                    with browser.open(path, method=method, headers=headers) as answer:
                        seen = (method, rule, role, answer.status_code)
                        _sound(answer, seen)
                        found.setdefault(rule, []).append(seen)
                        if answer.status_code == 503 and accept == "application/json":
                            assert rule in _NEED_NONE or (answer.json or {})["error"]["message"]
    return found


@pytest.fixture
def cluster(postgresql_programs: Path) -> Iterator[Cluster]:
    """A PostgreSQL of this test's own, to be killed."""
    with Cluster(postgresql_programs) as running:
        yield running


@pytest.fixture
def settings(
    request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """On a PostgreSQL of its own where the test asks for one; a lock is waited for a moment."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.2)
    if "cluster" not in request.fixturenames:
        return settings
    running: Cluster = request.getfixturevalue("cluster")
    url = new_database(running.folder).replace("postgresql:", "postgresql+psycopg:")
    migrate.upgrade(url)
    return settings.model_copy(update={"database_url": url})


@pytest.mark.long
@pytest.mark.postgresql
def test_a_killed_postgresql_is_told_on_every_route_and_comes_back(
    cluster: Cluster,
    app: Flask,
    visitors: dict[str, FlaskClient],  # noqa: F811
    address: Callable[[str], str],  # noqa: F811
) -> None:
    for rule in LET_IN:
        address(rule)
    name = app.extensions["printflow"].catalog.current.lab_name
    cluster.kill()
    found = _every_route(app, visitors, address)
    for rule, answers in found.items():
        # Figures are given without the database, too: that it is away is one of them.
        without = rule in _NEED_NONE or rule == "/metrics"
        allowed = {200, 503} if without else {303, 400, 401, 403, 404, 412, 422, 503}
        assert {status for *_, status in answers} <= allowed, answers
    for page in ("/", "/submit", "/dashboard", "/login"):
        answer = visitors["manager"].get(page)
        assert answer.status_code == 503
        assert name in said(answer)
        assert "database can't be used right now" in said(answer)
        assert "Try again in 10 seconds" in said(answer)
    cluster.start()
    for rule, methods in LET_IN.items():
        if "GET" in methods and rule not in _NEED_NONE:
            with visitors["administrator"].get(address(rule)) as again:
                assert again.status_code < 500, rule


@pytest.mark.embedded
def test_a_database_locked_for_long_is_told_on_every_route(
    app: Flask,
    lab: Printflow,
    visitors: dict[str, FlaskClient],  # noqa: F811
    address: Callable[[str], str],  # noqa: F811
) -> None:
    for rule in LET_IN:
        address(rule)
    path = lab.settings.state_dir / "printflow.db"
    pages = ("/", "/dashboard", "/submit", "/nothing-here")
    with closing(engine.sqlite_module().connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = send(visitors["manager"], "/find", email="jane@example.edu")
        _sound(answer, "/find")
        assert answer.status_code == 503
        for page in pages:
            assert visitors["manager"].get(page).status_code in (200, 404)
        other.execute("ROLLBACK")


@pytest.mark.embedded
@pytest.mark.parametrize(
    "damage", [b"", b"this is no database " * 500], ids=["emptied", "overwritten"]
)
def test_a_database_that_is_none_is_told(settings: Settings, damage: bytes) -> None:
    with Printflow.open(settings) as lab:
        lab.stations.set_password(PASSWORD)
        app = create_app(lab)
        path = settings.state_dir / "printflow.db"
        lab._parts.database.close()
        for kept in (path.with_name("printflow.db-wal"), path.with_name("printflow.db-shm")):
            kept.unlink(missing_ok=True)
        path.write_bytes(damage)
        browser = app.test_client()
        for page in ("/", "/submit", "/find", "/login", "/dashboard", "/jobs/x", "/static/app.css"):
            with browser.get(page) as answer:
                _sound(answer, page)
        assert browser.get("/").status_code == 503
        assert browser.get("/no-such-page").status_code == 404
        assert browser.get("/static/no-such.css").status_code == 404


@pytest.mark.embedded
@pytest.mark.mounts
def test_a_full_disk_under_the_database_is_told_without_its_path(
    settings: Settings, small_disk: SmallDisk
) -> None:
    url = f"sqlite:///{small_disk.path / 'printflow.db'}"
    with Printflow.open(settings.model_copy(update={"database_url": url})) as lab:
        lab.stations.set_password(PASSWORD)
        app = create_app(lab)
        staff = app.test_client()
        send(staff, "/login", name="Ana", password=PASSWORD)
        page = "/staff"
        form = {"csrf_token": token(staff, page), "name": "<Sam>"}
        upload = {"csrf_token": token(staff, "/submit"), **FORM}
        small_disk.fill()
        model = (io.BytesIO(sample_models.stl()), "bracket.stl")
        answer = staff.post(page, data=form)
        sent = staff.post("/submit", data={**upload, "file": model})
        for told in (answer, sent):
            _sound(told, told.request.path)
            assert told.status_code == 503
            assert "database can't be used right now" in said(told)
        assert 'name="name" value="&lt;Sam&gt;"' in answer.text, "what was typed is kept"
        assert lab.jobs.find() == []
        small_disk.make_room()
        assert staff.post(page, data=form).status_code == 303


def test_an_error_in_a_hook_has_a_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_response: object) -> None:
        raise RuntimeError("/tmp/secret")

    app.after_request_funcs.setdefault(None, []).append(broken)
    answer = app.test_client().get("/")
    assert answer.status_code == 500, "a fault of ours is called one"
    assert "This is our fault" in said(answer)
    assert "/tmp/secret" not in answer.text
    assert app.extensions["printflow"].catalog.current.lab_name in said(answer)


def test_when_even_the_page_of_an_error_fails_there_are_words(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> str:
        raise RuntimeError("/tmp/secret")

    monkeypatch.setattr("printflow_web.errors.render_template", broken)
    answer = app.test_client().get("/no-such-page")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "/tmp/secret" not in answer.text
    assert app.extensions["printflow"].catalog.current.lab_name in said(answer)
