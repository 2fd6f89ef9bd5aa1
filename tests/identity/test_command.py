"""``printflow identity``: the same as the administrator's page, and a way in without the provider."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from printflow import Printflow
from printflow.cli.root import printflow
from tests.plugins.lab import TestClock

from .conftest import Walk, token
from .hostile import CLIENT_ID, SECRET, HostileProvider

Run = Callable[..., Result]


@pytest.fixture
def run(lab: Printflow, liar: HostileProvider) -> Run:
    environment = {
        "PRINTFLOW_STORE": str(lab.settings.store),
        "PRINTFLOW_DATABASE_URL": lab.settings.database_url,
        "PRINTFLOW_BASE_URL": "http://localhost",
        "PRINTFLOW_IDENTITY__ISSUER": liar.url,
        "PRINTFLOW_IDENTITY__CLIENT_ID": CLIENT_ID,
        "PRINTFLOW_IDENTITY__CLIENT_SECRET": SECRET,
        "PRINTFLOW_IDENTITY__ROLES": '{"lab-staff": "technician"}',
    }
    return lambda *words: CliRunner().invoke(printflow, ["identity", *words], env=environment)


def test_check_says_what_to_register_and_who_signed_in(
    run: Run, browser: FlaskClient, walk: Walk
) -> None:
    walk(browser)
    said = run("check")
    assert said.exit_code == 0, said.output
    assert "http://localhost/login/callback" in said.output
    assert "The provider answers" in said.output
    assert "Ana Reyes" in said.output
    assert SECRET not in said.output
    document = json.loads(run("check", "--json").output)
    assert document["provider"]["away"] is False
    assert document["sign_ins"][0]["claims"]["roles"] == ["lab-staff"]
    assert SECRET not in str(document)


def test_check_fails_where_the_provider_is_down(run: Run, liar: HostileProvider) -> None:
    liar.down = True
    said = run("check")
    assert said.exit_code == 1
    assert "503" in said.output


def test_way_in_signs_an_administrator_in(
    run: Run, browser: FlaskClient, lab: Printflow, clock: TestClock
) -> None:
    clock.now = datetime.now(UTC)  # the command's own
    link = run("way-in").output.split()[-1]
    path = urlsplit(link).path
    form = {"csrf_token": token(browser, path), "name": "Sam"}
    assert browser.post(path, data=form).status_code == 303
    assert [(one.name, one.role) for one in lab.sessions.all()] == [("Sam", "administrator")]
    assert run("way-in", "--json").exit_code == 0
