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

from printflow import ADMINISTRATOR, Job, Printflow, Right
from printflow.domain.rights import SHIPPED_ROLES, rights_of
from printflow.runtime.tokens import token_hash
from printflow_web.factory import create_app
from tests.web.conftest import PASSWORD, send
from tests.web.test_confirm import link

Needed = Literal["everybody"] | Right | tuple[Right, ...]
ROLES = ("everybody", *(role.name for role in SHIPPED_ROLES))
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")

_CATALOG = (Right.PRICES, Right.TEXTS, Right.ROLES)
_LAB = (Right.SETTINGS, *_CATALOG, Right.EQUIPMENT, Right.STATIONS, Right.RETENTION, Right.AUDIT)
LET_IN: dict[str, dict[str, Needed]] = {
    # what students use
    "/": {"GET": "everybody"},
    "/submit": {"GET": "everybody", "POST": "everybody"},
    "/submit/price": {"GET": "everybody"},
    "/submit/payer": {"GET": "everybody"},
    "/uploads": {"POST": "everybody"},
    "/uploads/<token>": {
        "GET": "everybody",
        "PATCH": "everybody",
        "DELETE": "everybody",
        "POST": "everybody",
    },
    "/submit/success": {"GET": "everybody"},
    "/submit/success/send-again": {"POST": "everybody"},
    "/confirm-address/<token>": {"GET": "everybody", "POST": "everybody"},
    "/jobs/<token>": {"GET": "everybody"},
    "/jobs/<token>/messages": {"POST": "everybody"},
    "/jobs/<token>/change": {"POST": "everybody"},
    "/jobs/<token>/request": {"GET": "everybody"},
    "/find/forget": {"POST": "everybody"},
    "/jobs/<token>/pay": {"GET": "everybody"},
    "/payment/back": {"GET": "everybody"},
    "/payment/callback": {"POST": "everybody"},  # signed by the payment service
    "/jobs/<token>/picture": {"GET": "everybody"},
    "/jobs/<token>/code": {"GET": "everybody"},
    "/jobs/<token>/withdraw": {"POST": "everybody"},
    "/jobs/<token>/cancel": {"POST": "everybody"},
    "/jobs/<token>/ask-to-cancel": {"POST": "everybody"},
    "/find": {"GET": "everybody", "POST": "everybody"},
    "/contact": {"GET": "everybody"},
    "/privacy": {"GET": "everybody"},
    "/accessibility": {"GET": "everybody"},
    "/language": {"POST": "everybody"},
    "/confirm/<token>": {"GET": "everybody", "POST": "everybody"},
    "/payer/<token>": {"GET": "everybody", "POST": "everybody"},
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
    "/acting": {"POST": Right.SEE},
    # jobs
    "/dashboard": {"GET": Right.SEE},
    "/dashboard/find": {"GET": Right.SEE},
    "/dashboard/views/new": {"GET": Right.SEE, "POST": Right.SEE},
    "/dashboard/views/<int:view_id>": {"GET": Right.SEE, "POST": Right.SEE},
    "/dashboard/list.<ending>": {"GET": Right.REPORTS},
    "/dashboard/bulk": {"GET": Right.SEE, "POST": Right.SEE},
    "/dashboard/bulk/prices": {"GET": Right.SEE},
    "/dashboard/bulk/undo": {"POST": Right.SEE},
    "/dashboard/jobs/<job_id>/menu": {"GET": Right.SEE},
    "/dashboard/jobs/<job_id>": {"GET": Right.SEE},
    "/dashboard/jobs/<job_id>/<trigger>": {"GET": Right.QUOTE, "POST": Right.QUOTE},
    "/dashboard/jobs/<job_id>/<trigger>/mail": {"POST": Right.QUOTE},
    "/dashboard/jobs/<job_id>/answered": {"POST": Right.NOTE},
    "/dashboard/jobs/<job_id>/edit": {"GET": Right.EDIT, "POST": Right.EDIT},
    "/dashboard/jobs/<job_id>/files/<int:file_id>": {"GET": Right.SEE},
    "/dashboard/jobs/<job_id>/notes": {"GET": Right.NOTE, "POST": Right.NOTE},
    "/dashboard/jobs/<job_id>/notes/<int:note_id>/undo": {"POST": Right.NOTE},
    "/dashboard/jobs/<job_id>/let-in": {"POST": Right.APPROVE},
    "/dashboard/jobs/<job_id>/outline": {"GET": Right.SEE},
    "/dashboard/jobs/<job_id>/picture": {"GET": Right.SEE},
    "/dashboard/jobs/<job_id>/price": {"GET": (Right.APPROVE, Right.QUOTE)},
    "/dashboard/jobs/<job_id>/reviewed": {"POST": Right.NOTE},
    "/dashboard/jobs/<job_id>/scale": {"POST": Right.EDIT},
    "/dashboard/jobs/<job_id>/versions": {"POST": Right.EDIT},
    "/dashboard/jobs/<job_id>/ticket": {"GET": Right.SEE},
    "/dashboard/jobs/<job_id>/label": {"GET": Right.SEE},
    "/dashboard/jobs/<job_id>/undo": {"POST": Right.SEE},
    "/dashboard/payments": {"GET": Right.PAYMENTS},
    "/dashboard/payments/day-<day>.<ending>": {"GET": Right.PAYMENTS},
    "/dashboard/payments/owes": {"GET": Right.PAYMENTS},
    "/dashboard/payments/online": {"GET": Right.PAYMENTS},
    "/dashboard/payments/report": {"GET": Right.PAYMENTS, "POST": Right.PAYMENTS},
    "/dashboard/payments/online/<int:online_id>/settle": {"POST": Right.PAYMENTS},
    "/dashboard/payments/papercut": {"GET": Right.PAYMENTS, "POST": Right.PAYMENTS},
    "/dashboard/payments/papercut/<int:charge_id>/settle": {"POST": Right.PAYMENTS},
    "/dashboard/payments/take": {"GET": Right.PAYMENTS, "POST": Right.PAYMENTS},
    "/dashboard/payments/refund": {"GET": Right.VOID, "POST": Right.VOID},
    "/dashboard/payments/write-off": {"GET": Right.WAIVE, "POST": Right.WAIVE},
    "/dashboard/payments/<int:payment_id>": {"GET": Right.SEE},
    "/dashboard/payments/<int:payment_id>/mail": {"POST": Right.PAYMENTS},
    "/dashboard/payments/<int:payment_id>/void": {"GET": Right.VOID, "POST": Right.VOID},
    "/dashboard/jobs/<job_id>/upright": {"POST": Right.EDIT},
    "/dashboard/queue": {"GET": Right.SEE},
    "/dashboard/queue/move": {"POST": Right.QUEUE},
    "/dashboard/plates/start": {
        "GET": (Right.PRINT, Right.QUEUE),
        "POST": (Right.PRINT, Right.QUEUE),
    },
    "/dashboard/plates/plan": {"POST": Right.QUEUE},
    "/dashboard/plates/undo": {"POST": (Right.PRINT, Right.QUEUE)},
    "/dashboard/plates/<int:plate_id>/start": {"POST": Right.PRINT},
    "/dashboard/plates/<int:plate_id>/good": {"POST": Right.PRINT},
    "/dashboard/plates/<int:plate_id>/end": {"GET": Right.PRINT, "POST": Right.PRINT},
    "/dashboard/plates/<int:plate_id>/move": {"GET": Right.PRINT, "POST": Right.PRINT},
    "/dashboard/machines/menu": {"GET": Right.SEE},
    "/dashboard/machines/out": {"GET": Right.MACHINES, "POST": Right.MACHINES},
    "/dashboard/machines/back": {"POST": Right.MACHINES},
    "/dashboard/machines/edit": {"GET": Right.MACHINES, "POST": Right.MACHINES},
    "/dashboard/this-pc": {"GET": Right.SEE},
    "/dashboard/this-pc/printflow-opener.toml": {"GET": Right.SEE},
    "/dashboard/this-pc/opener/<name>": {"GET": Right.SEE},
    "/dashboard/this-pc/clicks": {"POST": Right.SEE},
    "/dashboard/people": {"GET": Right.SEE},
    "/dashboard/people/<job_id>": {"GET": Right.SEE},
    "/dashboard/people/<job_id>/decide": {"POST": Right.APPROVE},
    "/dashboard/people/<job_id>/decisions/<int:rule_id>/end": {"POST": Right.APPROVE},
    "/pick-up": {"GET": Right.SEE},
    "/pick-up/<job_id>": {"GET": Right.HAND_OUT, "POST": Right.HAND_OUT},
    "/reports": {"GET": Right.REPORTS},
    "/reports/summary": {"GET": Right.REPORTS},
    "/reports/all.xlsx": {"GET": Right.REPORTS},
    "/reports/<name>.<ending>": {"GET": Right.REPORTS},
    # the lab
    "/inbox": {"GET": Right.EMAILS},
    "/inbox/<int:mail_id>": {"GET": Right.EMAILS},
    "/inbox/<int:mail_id>/original": {"GET": Right.EMAILS},
    "/inbox/<int:mail_id>/pictures/<int:picture_id>": {"GET": Right.SEE},
    "/inbox/<int:mail_id>/assign": {"POST": Right.EMAILS},
    "/inbox/<int:mail_id>/dismiss": {"POST": Right.EMAILS},
    "/inbox/<int:mail_id>/put-back": {"POST": Right.EMAILS},
    "/admin/identity": {"GET": Right.SETTINGS},
    "/outbox": {"GET": Right.EMAILS},
    "/outbox/<int:mail_id>": {"GET": Right.EMAILS},
    "/outbox/<int:mail_id>/html": {"GET": Right.EMAILS},
    "/outbox/<int:mail_id>/retry": {"POST": Right.EMAILS},
    "/outbox/resume": {"POST": Right.EMAILS},
    "/staff": {"GET": Right.SEE, "POST": Right.STAFF},
    "/staff/deactivate": {"POST": Right.STAFF},
    "/admin": {"GET": _LAB},
    "/admin/system": {"GET": Right.SETTINGS},
    "/admin/system/checkup": {"POST": Right.SETTINGS},
    "/admin/retention": {"GET": Right.RETENTION},
    "/admin/changes": {"GET": Right.AUDIT},
    "/admin/machines": {"GET": Right.EQUIPMENT, "POST": Right.EQUIPMENT},
    "/admin/machines/retire": {"POST": Right.EQUIPMENT},
    "/admin/payers": {"GET": Right.PRICES, "POST": Right.PRICES},
    "/admin/payers/edit": {"GET": Right.PRICES, "POST": Right.PRICES},
    "/admin/payers/retire": {"POST": Right.PRICES},
    "/admin/payers/payers.csv": {"GET": Right.PRICES},
    "/admin/payers/import": {"POST": Right.PRICES},
    "/admin/payers/statement": {"GET": Right.PAYMENTS},
    "/admin/payers/statement.<ending>": {"GET": Right.PAYMENTS},
    "/admin/payers/statement/mail": {"POST": Right.PAYMENTS},
    "/admin/stations": {"GET": Right.STATIONS, "POST": Right.STATIONS},
    "/admin/stations/sign-out": {"POST": Right.STATIONS},
    "/admin/stations/<int:station_id>/password": {"POST": Right.STATIONS},
    "/admin/stations/<int:station_id>/role": {"POST": Right.STATIONS},
    "/admin/stations/<int:station_id>/revoke": {"POST": Right.STATIONS},
    "/admin/catalog": {"GET": _CATALOG},
    "/admin/hours/close": {"GET": Right.TEXTS, "POST": Right.TEXTS},
    "/admin/hours/holidays": {"GET": Right.TEXTS, "POST": Right.TEXTS},
    "/admin/hours/holidays/add": {"POST": Right.TEXTS},
    "/admin/hours/open": {"POST": Right.TEXTS},
    "/admin/catalog/edit/<section>": {"GET": Right.PRICES, "POST": Right.PRICES},
    "/admin/catalog/texts/<tag>": {"GET": Right.TEXTS, "POST": Right.TEXTS},
    "/admin/catalog/import": {"POST": _CATALOG},
    "/admin/catalog/versions/<int:version>": {"GET": _CATALOG},
    "/admin/catalog/versions/<int:version>/<ending>": {"GET": _CATALOG},
    "/admin/catalog/versions/<int:version>/restore": {"POST": _CATALOG},
    # machines
    "/opened": {"POST": "everybody"},  # with a station's token
    "/health/live": {"GET": "everybody"},
    "/health/ready": {"GET": "everybody"},
    "/metrics": {"GET": "everybody"},
    "/.well-known/security.txt": {"GET": "everybody"},
    "/static/<path:filename>": {"GET": "everybody"},
}
"""For each route and method, the right that lets someone in; of several any. HEAD goes with GET."""


@pytest.fixture
def visitors(app: Flask, lab: Printflow) -> dict[str, FlaskClient]:
    """A browser of a stranger and one of each role; where a form's token is asked for, they have
    one.
    """
    app.config["WTF_CSRF_ENABLED"] = False
    return signed_in_as_each(app, lab)


def signed_in_as_each(app: Flask, lab: Printflow) -> dict[str, FlaskClient]:
    browsers = {"everybody": app.test_client()}
    for role in ROLES[1:]:
        secret = lab.stations.add(f"For a {role}", by="Ana", role=role)
        browsers[role] = app.test_client()
        form = {"station": f"For a {role}", "name": "Ana", "password": secret}
        assert browsers[role].post("/login", data=form).status_code == 303
    return browsers


def may(role: str, needed: Needed) -> bool:
    """Whether a role lets someone in."""
    if needed == "everybody":
        return True
    wanted = set(needed if isinstance(needed, tuple) else (needed,))
    return bool(wanted & rights_of(SHIPPED_ROLES, role))


def payer_token(lab: Printflow, job: Job) -> str:
    """The token of a payer's approver who was asked about the job."""
    lab.payers.add(by="Ana", code="A1", approver="chair@example.org")
    with lab._parts.database.write() as tx:
        payer = tx.payers.of_code("A1")
        assert payer is not None
        tx.payers.ask(payer.id, job.id, lab._parts.clock())
    lab.jobs.requote(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    (claim,) = lab.jobs.details(job.id).claims
    return lab._parts.links.of_claim(claim).rpartition("/")[2]


_ASKED_WITH = {"/submit/payer": "?code=ARCH4000"}
"""What an address carries beside its path; without it, the database would not be asked."""


@pytest.fixture
def address(lab: Printflow, job_in: Callable[[str], Job]) -> Callable[[str], str]:
    """The address of a route, with values that exist."""
    job = job_in("PENDING")
    lab.stations.add("Shelf", by="Ana")
    station = next(one for one in lab.stations.all() if one.name == "Shelf")
    (payment,) = lab.jobs.details(job_in("PAIDPICKEDUP").id).payments
    confirmed = lab._parts.links.of_address(job).rpartition("/")[2]
    with lab._parts.database.write() as tx:
        now, hashed = lab._parts.clock(), token_hash(confirmed)
        tx.addresses.ask(job.request_id, until=now, link_hash=hashed, browser_hash="")
        tx.addresses.confirm(job.request_id, by="", now=now)
    token = {
        "/confirm-address/": confirmed,
        "/jobs/": lab.students.url(job).rpartition("/")[2],
        "/uploads/": lab.staged.begin("bracket.stl", 1000),
        "/payer/": payer_token(lab, job),
        "/confirm/": link(lab, job).rpartition("/")[2],
        "/login/way-in/": lab.identity.way_in().rpartition("/")[2],
    }
    values = {
        "job_id": job.id,
        "trigger": "requote",
        "file_id": str(job.file.id),
        "mail_id": str(lab.mail.find()[0].id),
        "picture_id": "1",
        "view_id": str(lab.views.add("Mine", {"status": "all"}, by="Ana")),
        "note_id": str(lab.notes.add(job.id, by="Ana", text="Mind the corner.")),
        "filename": "app.css",
        "name": "jobs",
        "station_id": str(station.id),
        "section": "printers",
        "tag": "es",
        "version": "1",
        "payment_id": str(payment.id),
        "online_id": "1",
        "charge_id": "1",
        "plate_id": "1",
        "rule_id": "1",
        "day": "2026-03-02",
        "ending": "toml",
    }

    def filled(rule: str) -> str:
        found = dict(values)
        for start, secret in token.items():
            if rule.startswith(start):
                found["token"] = secret
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: found[match[1]], rule)
        return path + _ASKED_WITH.get(rule, "")

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
                elif may(role, needed):
                    assert answer.status_code not in (401, 405), seen
                    if role == ADMINISTRATOR and needed != "everybody":
                        assert answer.status_code != 403, seen
                    assert answer.status_code < 500, seen
                    if rule != "/logout" and not rule.startswith("/login"):
                        assert not answer.headers.get("Location", "").startswith("/login"), seen
                else:
                    refused_at_the_door(answer, method, role, seen)


NAMED_BY_THE_PROGRAM = {"trigger", "section", "tag", "ending", "day", "name", "filename"}
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
    """Strangers are asked to sign in, and staff are told which right is missing and who has it."""
    if role != "everybody":
        assert answer.status_code == 403, seen
        assert method == "HEAD" or "administrator" in answer.get_data(as_text=True), seen
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
            # No form of a browser's: no report of an opener, and no payment service is set.
            # A choice of a language is kept without a session, and here nothing is chosen.
            own = {"/opened": 400, "/payment/callback": 404, "/language": 303}
            assert answer.status_code == own.get(rule, 403), rule
    assert (lab.jobs.find(), lab.mail.find(), lab.people.names()) == before
    assert guarded.get("/dashboard").status_code == 200, "still signed in"


def test_the_library_refuses_what_the_door_would_have(
    lab: Printflow,
    monkeypatch: pytest.MonkeyPatch,
    address: Callable[[str], str],
) -> None:
    """With the guard of the routes off, no forbidden form is carried out all the same."""
    monkeypatch.setattr("printflow_web.route_rights.guard", lambda: None)
    lab.stations.set_password(PASSWORD)
    app = create_app(lab)
    app.config["WTF_CSRF_ENABLED"] = False
    visitors = signed_in_as_each(app, lab)
    before = (lab.jobs.find(), lab.people.all(), lab.catalog.version(), lab.machines.all())
    stations, tried = [(one.name, one.role) for one in lab.stations.all()], 0
    for rule, methods in LET_IN.items():
        needed = methods.get("POST", "everybody")
        for role, browser in visitors.items():
            if may(role, needed):
                continue
            data = {**FILLED, "job": lab.jobs.find()[0].id}
            answer = browser.post(address(rule), data=data)
            seen = (rule, role, answer.status_code)
            # A form that is refused for what is in it, or leads nowhere, was carried out by nobody.
            nowhere = (400, 401, 403, 404, 409, 415, 422)
            nothing_sent = rule in (VERSIONS, UNDO) and answer.status_code == 303
            assert answer.status_code in nowhere or nothing_sent, seen
            tried += answer.status_code in (401, 403)
    assert tried > 100, "most get as far as the right"
    after = (lab.jobs.find(), lab.people.all(), lab.catalog.version(), lab.machines.all())
    assert after == before
    assert [(one.name, one.role) for one in lab.stations.all()] == stations


VERSIONS, UNDO = "/dashboard/jobs/<job_id>/versions", "/dashboard/plates/undo"
FILLED = {"name": "Bo", "text": "x", "note": "x", "reason": "x", "machine": "Prusa MK4S"}
