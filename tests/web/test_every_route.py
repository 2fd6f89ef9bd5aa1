"""Who may do what: every route, every method, every kind of visitor, against one pinned table.

A new route fails here until it stands in the table: a decision, not an accident.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from printflow import Job, Printflow
from printflow_web.factory import create_app
from tests.web.conftest import PASSWORD, send
from tests.web.test_confirm import link

Role = Literal["everybody", "staff", "admin"]
ROLES = ("everybody", "staff", "admin")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")

LET_IN: dict[str, dict[str, Role]] = {
    # what students use
    "/": {"GET": "everybody"},
    "/submit": {"GET": "everybody", "POST": "everybody"},
    "/submit/price": {"GET": "everybody"},
    "/submit/success": {"GET": "everybody"},
    "/jobs/<token>": {"GET": "everybody"},
    "/jobs/<token>/messages": {"POST": "everybody"},
    "/jobs/<token>/picture": {"GET": "everybody"},
    "/jobs/<token>/withdraw": {"POST": "everybody"},
    "/find": {"GET": "everybody", "POST": "everybody"},
    "/confirm/<token>": {"GET": "everybody", "POST": "everybody"},
    # the door
    "/login": {"GET": "everybody", "POST": "everybody"},
    "/login/forget": {"POST": "everybody"},
    "/login/callback": {"GET": "everybody"},
    "/login/check": {"GET": "everybody"},
    "/login/confirm": {"GET": "everybody"},
    "/login/provider": {"GET": "everybody"},
    "/login/proxy": {"GET": "everybody"},
    "/login/way-in/<token>": {"GET": "everybody", "POST": "everybody"},
    "/my-jobs": {"GET": "everybody"},
    "/sign-in": {"GET": "everybody"},
    "/sign-out": {"POST": "everybody"},
    "/signed-out": {"GET": "everybody"},
    "/logout": {"POST": "everybody"},
    "/acting": {"POST": "staff"},
    # jobs
    "/dashboard": {"GET": "staff"},
    "/dashboard/list.<ending>": {"GET": "staff"},
    "/dashboard/bulk": {"GET": "staff", "POST": "staff"},
    "/dashboard/bulk/undo": {"POST": "staff"},
    "/dashboard/jobs/<job_id>": {"GET": "staff"},
    "/dashboard/jobs/<job_id>/<trigger>": {"GET": "staff", "POST": "staff"},
    "/dashboard/jobs/<job_id>/<trigger>/mail": {"POST": "staff"},
    "/dashboard/jobs/<job_id>/answered": {"POST": "staff"},
    "/dashboard/jobs/<job_id>/edit": {"GET": "staff", "POST": "staff"},
    "/dashboard/jobs/<job_id>/files/<int:file_id>": {"GET": "staff"},
    "/dashboard/jobs/<job_id>/notes": {"GET": "staff", "POST": "staff"},
    "/dashboard/jobs/<job_id>/notes/<int:note_id>/undo": {"POST": "staff"},
    "/dashboard/jobs/<job_id>/picture": {"GET": "staff"},
    "/dashboard/jobs/<job_id>/price": {"GET": "staff"},
    "/dashboard/jobs/<job_id>/reviewed": {"POST": "staff"},
    "/dashboard/jobs/<job_id>/versions": {"POST": "staff"},
    "/dashboard/jobs/<job_id>/ticket": {"GET": "staff"},
    "/dashboard/jobs/<job_id>/label": {"GET": "staff"},
    "/dashboard/jobs/<job_id>/undo": {"POST": "staff"},
    "/dashboard/payments": {"GET": "staff"},
    "/dashboard/payments/day-<day>.<ending>": {"GET": "staff"},
    "/dashboard/payments/owes": {"GET": "staff"},
    "/dashboard/payments/take": {"GET": "staff", "POST": "staff"},
    "/dashboard/payments/<int:payment_id>": {"GET": "staff"},
    "/dashboard/payments/<int:payment_id>/mail": {"POST": "staff"},
    "/dashboard/payments/<int:payment_id>/void": {"GET": "staff", "POST": "staff"},
    "/dashboard/jobs/<job_id>/upright": {"POST": "staff"},
    "/dashboard/queue": {"GET": "staff"},
    "/dashboard/queue/<job_id>/move": {"POST": "staff"},
    "/dashboard/plates/start": {"GET": "staff", "POST": "staff"},
    "/dashboard/plates/plan": {"POST": "staff"},
    "/dashboard/plates/undo": {"POST": "staff"},
    "/dashboard/plates/<int:plate_id>/start": {"POST": "staff"},
    "/dashboard/plates/<int:plate_id>/good": {"POST": "staff"},
    "/dashboard/plates/<int:plate_id>/end": {"GET": "staff", "POST": "staff"},
    "/dashboard/plates/<int:plate_id>/move": {"GET": "staff", "POST": "staff"},
    "/dashboard/machines/out": {"GET": "staff", "POST": "staff"},
    "/dashboard/machines/back": {"POST": "staff"},
    "/dashboard/machines/edit": {"GET": "staff", "POST": "staff"},
    "/dashboard/this-pc": {"GET": "staff"},
    "/dashboard/this-pc/printflow-opener.toml": {"GET": "staff"},
    "/dashboard/this-pc/opener/<name>": {"GET": "staff"},
    "/dashboard/this-pc/clicks": {"POST": "staff"},
    "/pick-up": {"GET": "staff"},
    "/pick-up/<job_id>": {"GET": "staff", "POST": "staff"},
    "/reports": {"GET": "staff"},
    "/reports/<name>.<ending>": {"GET": "staff"},
    # the lab
    "/inbox": {"GET": "staff"},
    "/inbox/<int:mail_id>": {"GET": "staff"},
    "/inbox/<int:mail_id>/original": {"GET": "staff"},
    "/inbox/<int:mail_id>/pictures/<int:picture_id>": {"GET": "staff"},
    "/inbox/<int:mail_id>/assign": {"POST": "staff"},
    "/inbox/<int:mail_id>/dismiss": {"POST": "staff"},
    "/inbox/<int:mail_id>/put-back": {"POST": "staff"},
    "/outbox": {"GET": "staff"},
    "/outbox/<int:mail_id>": {"GET": "staff"},
    "/outbox/<int:mail_id>/html": {"GET": "staff"},
    "/outbox/<int:mail_id>/retry": {"POST": "staff"},
    "/outbox/resume": {"POST": "staff"},
    "/staff": {"GET": "staff", "POST": "staff"},
    "/staff/deactivate": {"POST": "admin"},
    "/admin": {"GET": "admin"},
    "/admin/system": {"GET": "admin"},
    "/admin/system/checkup": {"POST": "admin"},
    "/admin/retention": {"GET": "admin"},
    "/admin/changes": {"GET": "admin"},
    "/admin/machines": {"GET": "admin", "POST": "admin"},
    "/admin/machines/retire": {"POST": "admin"},
    "/admin/identity": {"GET": "admin"},
    "/admin/stations": {"GET": "admin", "POST": "admin"},
    "/admin/stations/sign-out": {"POST": "admin"},
    "/admin/stations/<int:station_id>/password": {"POST": "admin"},
    "/admin/stations/<int:station_id>/role": {"POST": "admin"},
    "/admin/stations/<int:station_id>/revoke": {"POST": "admin"},
    "/admin/catalog": {"GET": "admin"},
    "/admin/catalog/edit/<section>": {"GET": "admin", "POST": "admin"},
    "/admin/catalog/import": {"POST": "admin"},
    "/admin/catalog/versions/<int:version>": {"GET": "admin"},
    "/admin/catalog/versions/<int:version>/<ending>": {"GET": "admin"},
    "/admin/catalog/versions/<int:version>/restore": {"POST": "admin"},
    # machines
    "/opened": {"POST": "everybody"},  # with a station's token
    "/health/live": {"GET": "everybody"},
    "/health/ready": {"GET": "everybody"},
    "/metrics": {"GET": "everybody"},
    "/static/<path:filename>": {"GET": "everybody"},
}
"""For each route and method, the least that lets someone in. HEAD goes with GET."""


@pytest.fixture
def visitors(app: Flask, lab: Printflow) -> dict[str, FlaskClient]:
    """A browser of each kind; where a form's token is asked for, they have one."""
    app.config["WTF_CSRF_ENABLED"] = False
    browsers = {role: app.test_client() for role in ROLES}
    passwords = {"Window": lab.stations.add("Window", by="Ana", role="manager"), "Lab": PASSWORD}
    for role, (station, password) in zip(("staff", "admin"), passwords.items(), strict=True):
        form = {"station": station, "name": "Ana", "password": password}
        assert browsers[role].post("/login", data=form).status_code == 303
    return browsers


@pytest.fixture
def address(lab: Printflow, job_in: Callable[[str], Job]) -> Callable[[str], str]:
    """The address of a route, with values that exist."""
    job = job_in("PENDING")
    lab.stations.add("Shelf", by="Ana")
    station = next(one for one in lab.stations.all() if one.name == "Shelf")
    (payment,) = lab.jobs.details(job_in("PAIDPICKEDUP").id).payments
    token = {
        "/jobs/": lab.students.url(job).rpartition("/")[2],
        "/confirm/": link(lab, job).rpartition("/")[2],
        "/login/way-in/": lab.identity.way_in().rpartition("/")[2],
    }
    values = {
        "job_id": job.id,
        "trigger": "requote",
        "file_id": str(job.file.id),
        "mail_id": str(lab.mail.find()[0].id),
        "picture_id": "1",
        "note_id": str(lab.notes.add(job.id, by="Ana", text="Mind the corner.")),
        "filename": "app.css",
        "name": "jobs",
        "station_id": str(station.id),
        "section": "printers",
        "version": "1",
        "payment_id": str(payment.id),
        "plate_id": "1",
        "day": "2026-03-02",
        "ending": "toml",
    }

    def filled(rule: str) -> str:
        found = dict(values)
        for start, secret in token.items():
            if rule.startswith(start):
                found["token"] = secret
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: found[match[1]], rule)

    return filled


def test_the_table_has_every_route_and_no_other(app: Flask) -> None:
    routes: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        routes.setdefault(rule.rule, set()).update(rule.methods or ())
    pinned = {
        rule: {*methods, "OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
        for rule, methods in LET_IN.items()
    }
    assert routes == pinned


@pytest.mark.parametrize("method", METHODS)
def test_who_is_let_in(
    app: Flask,
    visitors: dict[str, FlaskClient],
    address: Callable[[str], str],
    method: str,
) -> None:
    for rule, methods in LET_IN.items():
        if method == "OPTIONS" or leads_elsewhere(app, address(rule), method, rule):
            continue
        needed = methods.get("GET" if method == "HEAD" else method)
        for role, browser in visitors.items():
            if rule == "/logout":
                browser = browser.application.test_client()
            with browser.open(address(rule), method=method) as answer:
                seen = (method, rule, role, answer.status_code)
                if needed is None:
                    assert answer.status_code == 405, seen
                    assert set(methods) <= set(answer.headers["Allow"].split(", ")), seen
                elif ROLES.index(role) >= ROLES.index(needed):
                    assert answer.status_code not in (401, 405), seen
                    assert answer.status_code < 500, seen
                    if rule != "/logout" and not rule.startswith("/login"):
                        assert not answer.headers.get("Location", "").startswith("/login"), seen
                else:
                    refused_at_the_door(answer, method, role, seen)


NAMED_BY_THE_PROGRAM = {"trigger", "section", "ending", "day", "name", "filename"}
"""Parts of addresses that hold a word of the program's own; "name" is a report's."""


def test_no_address_holds_a_name_that_people_chose() -> None:
    """A station or printer may be called "a/b" or "..": an address has its number."""
    for rule in LET_IN:
        for kind, name in re.findall(r"<(?:(\w+):)?(\w+)>", rule):
            named = name in {"token", "job_id"} | NAMED_BY_THE_PROGRAM
            assert kind == "int" or named, rule


def leads_elsewhere(app: Flask, path: str, method: str, rule: str) -> bool:
    """Whether another rule of the table answers this: ".../notes" could be a trigger's name."""
    try:
        found, _values = app.url_map.bind("localhost").match(path, method, return_rule=True)
    except HTTPException:
        return False
    return found.rule != rule


def refused_at_the_door(answer: Response, method: str, role: str, seen: object) -> None:
    """Strangers are asked to sign in, and the staff are told that this is for administrators."""
    if role != "everybody":
        assert answer.status_code == 403, seen
        return
    assert answer.status_code == (303 if method in ("GET", "HEAD") else 401), seen
    assert method == "POST" or answer.location.startswith("/login"), seen


def test_asking_for_the_methods_does_nothing(
    visitors: dict[str, FlaskClient], address: Callable[[str], str]
) -> None:
    for rule in LET_IN:
        for browser in visitors.values():
            answer = browser.options(address(rule))
            assert answer.status_code in (200, 303, 401, 403), rule
            assert answer.status_code != 200 or answer.data == b"", rule


@pytest.fixture
def guarded(lab: Printflow) -> FlaskClient:
    """Ana's browser, with the forms' tokens asked for."""
    lab.stations.set_password(PASSWORD)
    browser = create_app(lab).test_client()
    send(browser, "/login", name="Ana", password=PASSWORD)
    return browser


def test_nothing_is_taken_without_a_form_s_token(
    lab: Printflow, guarded: FlaskClient, address: Callable[[str], str]
) -> None:
    before = (lab.jobs.find(), lab.mail.find(), lab.people.names())
    for rule, methods in LET_IN.items():
        if "POST" in methods:
            answer = guarded.post(address(rule), data={"name": "Ana", "text": "x"})
            # What openers report is no form; this is not even a report.
            assert answer.status_code == (400 if rule == "/opened" else 403), rule
    assert (lab.jobs.find(), lab.mail.find(), lab.people.names()) == before
    assert guarded.get("/dashboard").status_code == 200, "still signed in"
