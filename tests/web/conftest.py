"""The web adapter over a real lab, seen by Flask's test client."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import Printflow
from printflow_web.factory import create_app
from tests import sample_models

PASSWORD = "correct horse battery"
FORM = {
    "student_name": "Jane Doe",
    "student_email": "jane@example.edu",
    "discipline": "Engineering",
    "class_number": "ARCH 4000",
    "print_method": "Filament",
    "color": "True Red",
    "printer": "Prusa MK4S",
    "minimum_charge": "yes",
}


@pytest.fixture
def app(lab: Printflow) -> Flask:
    lab.stations.set_password(PASSWORD)
    made = create_app(lab)
    made.config["FIND_SECONDS"] = 0
    made.config["TALLY_SECONDS"] = 0  # a test does not wait to see what it has done
    return made


@pytest.fixture
def student(app: Flask) -> FlaskClient:
    """A browser that nobody signed in with."""
    return app.test_client()


@pytest.fixture
def staff(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Ana's browser; its session outlasts the turns that tests give the lab's clock."""
    browser = app.test_client()
    form = {"csrf_token": token(browser, "/login"), "name": "Ana", "password": PASSWORD}
    with monkeypatch.context() as patch:
        patch.setattr("printflow.service.sessions.SESSION_LIFETIME", timedelta(days=3650))
        assert browser.post("/login", data=form).status_code == 303
    return browser


def token(browser: FlaskClient, page: str) -> str:
    """The CSRF token of a page's form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page).text)
    assert found, f"{page} has no form"
    return found[1]


def send(browser: FlaskClient, page: str, **fields: object) -> TestResponse:
    """Post a page's own form."""
    return browser.post(page, data={"csrf_token": token(browser, page), **fields})


def said(response: TestResponse) -> str:
    """The words of a page."""
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", response.text, flags=re.S)
    return " ".join(unescape(text).split())


Upload = Callable[..., TestResponse]


@pytest.fixture
def upload(student: FlaskClient) -> Upload:
    """Send the public form with a model; keyword arguments replace fields."""

    def sent(name: str = "bracket.stl", data: bytes | None = None, **fields: str) -> TestResponse:
        content = sample_models.stl() if data is None else data
        form: dict[str, object] = {"csrf_token": token(student, "/submit"), **FORM, **fields}
        if name:
            form["file"] = (io.BytesIO(content), name)
        return student.post("/submit", data=form, content_type="multipart/form-data")

    return sent
