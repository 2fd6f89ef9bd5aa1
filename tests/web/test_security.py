"""Doors and walls: who may see what, other sites, headers, hosts, sign-in."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from printflow import Printflow
from tests.plugins.lab import Submit
from tests.web.conftest import PASSWORD, said, send, token


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_site_cannot_act(student: FlaskClient, headers: dict[str, str]) -> None:
    form = {"csrf_token": token(student, "/find"), "email": "jane@example.edu"}
    assert student.post("/find", data=form, headers=headers).status_code == 403
    own = {"Origin": "http://localhost"}
    assert student.post("/find", data=form, headers=own).status_code == 303


def test_an_old_form_is_kept_to_be_sent_again(
    staff: FlaskClient, submit: Submit, lab: Printflow
) -> None:
    job = submit()
    page = f"/dashboard/jobs/{job.id}/reject"
    answer = staff.post(page, data={"csrf_token": "old", "text": "The wall is too thin."})
    assert answer.status_code == 403
    assert 'value="The wall is too thin."' in answer.text
    assert lab.jobs.get(job.id) == job


def test_foreign_hosts_and_forwarded_headers(student: FlaskClient) -> None:
    assert student.get("/", headers={"Host": "evil.example"}).status_code == 400
    answer = student.get("/dashboard", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.location == "/login?next=/dashboard"


def test_headers(student: FlaskClient) -> None:
    for page in ("/", "/submit", "/login", "/nowhere"):
        headers = student.get(page).headers
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
    cookie = student.get("/submit").headers.get("Set-Cookie", "")
    assert not cookie or ("HttpOnly" in cookie and "SameSite=Lax" in cookie)


@pytest.mark.parametrize(
    "next_page",
    ["//evil.example", "javascript:alert(1)", "/\\evil.example", "http://evil.example/", "x"],
)
def test_next_stays_on_this_site(student: FlaskClient, next_page: str) -> None:
    answer = send(student, "/login", name="Ana", password=PASSWORD, next=next_page)
    assert (answer.status_code, answer.location) == (303, "/dashboard")


def test_next_leads_back(student: FlaskClient) -> None:
    answer = send(student, "/login", name="Ana", password=PASSWORD, next="/outbox?state=dead")
    assert answer.location == "/outbox?state=dead"


def test_wrong_passwords(student: FlaskClient, lab: Printflow) -> None:
    for _ in range(5):
        answer = send(student, "/login", name="Ana", password="wrong")
        assert answer.status_code == 401
        assert "Wrong password." in said(answer)
    answer = send(student, "/login", name="Ana", password=PASSWORD)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    form = {"csrf_token": token(student, "/login"), "name": "x", "password": "x" * 2000}
    assert student.post("/login", data=form).status_code == 400


def test_unknown_faults_show_an_id_and_no_traceback(
    app: Flask, student: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("a secret detail")

    monkeypatch.setitem(app.view_functions, "student.home", broken)
    answer = student.get("/")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "include this error ID" in said(answer)
    answer = student.get("/", headers={"Accept": "application/json"})
    assert answer.json is not None
    assert len(answer.json["error"]["error_id"]) == 8


def test_health(student: FlaskClient) -> None:
    assert student.get("/health/live").json == {"ok": True}
    ready = student.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json is not None
    assert ready.json["database"] == ready.json["store"] == "ok"
