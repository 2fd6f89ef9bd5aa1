"""A lab whose people sign in at a provider, seen by Flask's test client."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import Printflow, Settings
from printflow_web.factory import create_app
from tests.plugins.lab import TestClock

from .hostile import CLIENT_ID, SECRET, HostileProvider, hostile_provider

ROLES = {"lab-admins": "administrator", "lab-staff": "technician"}


@pytest.fixture
def liar() -> Iterator[HostileProvider]:
    """A provider that says what a test tells it to."""
    with hostile_provider() as provider:
        provider.claims = {"name": "Ana Reyes", "email": "ana@example.edu", "roles": ["lab-staff"]}
        provider.userinfo = {"sub": "sub-1"}
        yield provider


@pytest.fixture
def identity() -> dict[str, Any]:
    """More settings of a test module."""
    return {}


@pytest.fixture
def server_settings() -> dict[str, Any]:
    """Settings of the section server."""
    return {}


@pytest.fixture
def settings(
    settings: Settings,
    liar: HostileProvider,
    identity: dict[str, Any],
    server_settings: dict[str, Any],
) -> Settings:
    given: dict[str, Any] = {
        "issuer": liar.url,
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "provider_name": "Example University",
        "roles": ROLES,
        **identity,
    }
    return Settings(
        environ={},
        store=settings.store,
        database_url=settings.database_url,
        base_url="http://localhost",
        settle_seconds=0,
        check_email_domain=False,
        server=server_settings,
        mail={"directory": settings.mail.directory, "staff_address": "lab@example.edu"},
        identity=given,
    )


@pytest.fixture
def app(lab: Printflow) -> Flask:
    made = create_app(lab)
    made.config["FIND_SECONDS"] = made.config["TALLY_SECONDS"] = 0
    return made


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def token(browser: FlaskClient, page: str) -> str:
    """The CSRF token of a page's form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page).text)
    assert found, f"{page} has no form"
    return found[1]


class Walk:
    """Goes to the provider and back, in one browser; each half on its own where a test wants it."""

    def __init__(self, liar: HostileProvider) -> None:
        self.liar = liar

    def leave(self, browser: FlaskClient, page: str = "/login/provider") -> str:
        """Go to the provider; gives the address of the way back."""
        answer = browser.get(page)
        assert answer.status_code == 303, answer.text
        assert answer.location.startswith(self.liar.url), answer.location
        code, state = self.liar.code_for(answer.location)
        return "/login/callback?" + urlencode({"code": code, "state": state})

    def __call__(self, browser: FlaskClient, page: str = "/login/provider") -> TestResponse:
        return browser.get(self.leave(browser, page))


@pytest.fixture
def walk(liar: HostileProvider) -> Walk:
    return Walk(liar)


Tabs = Callable[[], FlaskClient]


def path_of(answer: TestResponse) -> str:
    """Where an answer leads on this site."""
    parts = urlsplit(answer.location)
    return parts.path + (f"?{parts.query}" if parts.query else "")


__all__ = ["ROLES", "TestClock", "Walk", "path_of", "token"]
