"""A cookie counts for nothing but the session that it names: every staff page, every method."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from printflow import Job, Printflow
from tests.plugins.lab import TestClock
from tests.web.conftest import PASSWORD, said
from tests.web.test_every_route import LET_IN, address, leads_elsewhere, refused_at_the_door

__all__ = ["address"]

WAYS: dict[str, Callable[[Printflow, TestClock], None]] = {
    "never was": lambda lab, _clock: None,
    "ended": lambda lab, _clock: lab.sessions.sign_out("the key"),
    "ended from elsewhere": lambda lab, _clock: (lab.sessions.sign_out_others(by="Ana"), None)[1],
    "expired": lambda _lab, clock: clock.advance(hours=12),
    "station revoked": lambda lab, _clock: lab.stations.revoke("Window", by="Ana"),
    "station renewed": lambda lab, _clock: (lab.stations.renew("Window", by="Ana"), None)[1],
    "name deactivated": lambda lab, _clock: lab.people.deactivate("Ana"),
    "name deactivated meanwhile": lambda lab, clock: _deactivated_meanwhile(lab, clock),
    "station revoked meanwhile": lambda lab, clock: _revoked_meanwhile(lab, clock),
}
"""How a session came to be none; each began as Ana's at the station Window, an administrator."""


def _deactivated_meanwhile(lab: Printflow, clock: TestClock) -> None:
    """By another process, at the moment of signing in: the session's row is still there."""
    with lab._parts.database.write() as tx:
        assert tx.people.deactivate("Ana", clock())


def _revoked_meanwhile(lab: Printflow, clock: TestClock) -> None:
    with lab._parts.database.write() as tx:
        tx.people.revoke_station("Window", clock() - timedelta(seconds=1))


def cookie(app: Flask, browser: FlaskClient, **content: Any) -> None:
    """Give the browser a cookie that the lab's own key has signed."""
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    browser.set_cookie("printflow", signer.dumps(content))


@pytest.fixture
def browser(
    app: Flask, lab: Printflow, request: pytest.FixtureRequest, clock: TestClock
) -> FlaskClient:
    """Its cookie names a session that is none, and says that Ana signed in."""
    app.config["WTF_CSRF_ENABLED"] = False
    made = app.test_client()
    password = lab.stations.add("Window", by="Ana", role="administrator")
    claims: dict[str, Any] = {"staff": "Ana", "station": "Window", "admin": True}
    if request.param == "no key":
        cookie(app, made, **claims)
        return made
    key = lab.sessions.sign_in(password, name="Ana", station="Window", address="x").key
    cookie(app, made, **claims, key="0" * 32 if request.param == "never was" else key)
    if request.param == "ended":
        lab.sessions.sign_out(key)
    else:
        WAYS[request.param](lab, clock)
    return made


@pytest.mark.parametrize("browser", ["no key", *WAYS], indirect=True)
@pytest.mark.long
def test_a_cookie_without_its_session_opens_nothing(
    app: Flask,
    lab: Printflow,
    browser: FlaskClient,
    address: Callable[[str], str],
    job_in: Callable[[str], Job],
) -> None:
    job_in("UPLOADED")
    kept = {one.key: one.value for one in (browser.get_cookie("printflow"),) if one}
    before = (lab.jobs.find(), lab.mail.find(), lab.people.all(), lab.changes.find())
    for rule, methods in LET_IN.items():
        for method, needed in methods.items():
            path = address(rule)
            if needed == "everybody" or leads_elsewhere(app, path, method, rule):
                continue
            for name, value in kept.items():
                browser.set_cookie(name, value)
            with browser.open(path, method=method, data={"name": "Ana"}) as answer:
                refused_at_the_door(answer, method, "everybody", (method, rule))
    assert (lab.jobs.find(), lab.mail.find(), lab.people.all(), lab.changes.find()) == before


def test_what_strangers_see_never_takes_a_claim_for_a_session(app: Flask, lab: Printflow) -> None:
    """Public and error pages, answers to scripts, the opener's door: all ask the database."""
    lab.people.add("Ana")
    made, plain = app.test_client(), app.test_client()
    for page in ("/", "/login", "/submit", "/nowhere", "/find"):
        cookie(
            app,
            made,
            staff="Ana",
            station="Lab",
            last_staff="Ana",
            role="administrator",
            key="0" * 32,
        )
        forged, bare = made.get(page), plain.get(page)
        if page == "/login":
            assert "Ana" not in forged.text
            continue
        assert said(forged) == said(bare), page
    cookie(app, made, staff="Ana", station="Lab")
    headers = {"X-Requested-With": "fetch"}
    assert made.post("/staff", data={"name": "Eve"}, headers=headers).status_code == 401


def test_a_key_may_be_anything(app: Flask) -> None:
    made = app.test_client()
    keys: list[Any] = [None, 7, [], {"a": 1}, "é" * 300, "\ud800"]
    for key in keys:
        cookie(app, made, key=key, staff="Ana")
        assert made.get("/dashboard").status_code == 303


def test_signing_out_with_a_claim_ends_nobody_s_session(app: Flask, lab: Printflow) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    lab.sessions.sign_in(PASSWORD, name="Ana", address="x")
    made = app.test_client()
    cookie(app, made, staff="Ana", station="Lab")
    assert made.post("/logout", data={"everywhere": "yes"}).status_code == 303
    assert len(lab.sessions.all()) == 1
