"""What every request has: an id, a line of the log, limits, and errors that programs can read."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from printflow import Job, Printflow, Settings
from printflow_web.auth import local_path
from printflow_web.factory import create_app
from tests.plugins.lab import Submit
from tests.web.conftest import PASSWORD, said, send, token

JSON = {"Accept": "application/json"}


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name == "printflow_web.access"]


def test_one_line_per_request_with_its_id(
    student: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for page in ("/", "/nowhere?secret=1", "/health/live", "/static/app.css"):
        answer = student.get(page)
        assert re.fullmatch("[0-9a-f]{8}", answer.headers["X-Request-ID"])
        answer.close()
    home, nowhere = lines(caplog)
    assert re.fullmatch(r"[0-9a-f]{8} 127\.0\.0\.0/24 GET / 200 \d+ ms", home)
    assert re.fullmatch(r"[0-9a-f]{8} 127\.0\.0\.0/24 GET /nowhere 404 \d+ ms", nowhere)


def test_a_link_s_secret_is_not_logged(
    lab: Printflow,
    submit: Submit,
    student: FlaskClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    path = lab.students.url(submit()).removeprefix(lab.settings.effective_base_url)
    assert student.get(path).status_code == 200
    assert path.rpartition("/")[2] not in caplog.text
    assert "GET /jobs/... 200" in caplog.text


def test_a_path_cannot_forge_a_line(student: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    student.get("/x%0Aroot logged in" + "y" * 5000)
    (line,) = lines(caplog)
    assert "\n" not in line
    assert len(line) < 300


def test_an_unknown_fault_is_logged_under_the_id_that_is_shown(
    app: Flask,
    student: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(app.view_functions, "student.home", lambda: 1 / 0)
    answer = student.get("/", headers=JSON)
    assert answer.json is not None
    error_id = answer.json["error"]["error_id"]
    assert f"error {error_id} at GET /" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert error_id == answer.headers["X-Request-ID"]


@pytest.mark.parametrize(
    ("page", "status", "code"),
    [
        ("/nowhere", 404, "http_404"),
        ("/jobs/x", 404, "not_found"),
        ("/confirm/x", 404, "not_found"),
        ("/logout", 405, "http_405"),
    ],
)
def test_programs_get_errors_as_json(
    student: FlaskClient, page: str, status: int, code: str
) -> None:
    answer = student.get(page, headers=JSON)
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["error"]["code"] == code
    assert answer.json["error"]["message"]
    assert student.get(page, headers={"Accept": "*/*"}).mimetype == "text/html"


def test_programs_get_the_refusals_of_a_form_as_json(staff: FlaskClient, submit: Submit) -> None:
    page = f"/dashboard/jobs/{submit().id}/approve"
    form = {"csrf_token": token(staff, page), "weight": "-1", "hours": "x"}
    answer = staff.post(page, data=form, headers=JSON)
    assert answer.status_code == 422
    assert answer.json is not None
    fields = {refusal["field"] for refusal in answer.json["error"]["refusals"]}
    assert {"weight", "hours", "material"} <= fields
    answer = staff.post(page, data={**form, "csrf_token": "old"}, headers=JSON)
    assert (answer.status_code, answer.mimetype) == (403, "application/json")


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("/dashboard?page=0", "“page”"),
        ("/dashboard?page=-1", "“page”"),
        ("/dashboard?page=abc", "“page”"),
        ("/dashboard?page=²", "“page”"),
        ("/dashboard?page=100000000000", "“page”"),
        ("/dashboard?status=NOPE", "“status”"),
        ("/outbox?state=lost", "“state”"),
    ],
)
def test_the_answer_names_the_parameter(staff: FlaskClient, page: str, name: str) -> None:
    answer = staff.get(page)
    assert answer.status_code == 400
    assert name in said(answer)


@pytest.mark.parametrize("version", ["x", "-1", "²", "1" * 40, "1.0"])
def test_a_page_s_version_that_is_none(
    lab: Printflow, staff: FlaskClient, submit: Submit, version: str
) -> None:
    job = submit()
    answer = send(staff, f"/dashboard/jobs/{job.id}/reject", text="x", version=version)
    assert answer.status_code == 400
    assert "This page is out of date. Open it again." in said(answer)
    assert lab.jobs.get(job.id) == job


@pytest.mark.parametrize("origin", ["http://[", "null", "localhost", "http://localhost.evil", ""])
def test_origins_that_are_none(student: FlaskClient, origin: str) -> None:
    form = {"csrf_token": token(student, "/find"), "email": "jane@example.edu"}
    assert student.post("/find", data=form, headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize(
    "address", ["//evil", "/\\evil", "//[", "http://[", "/\t/evil", "/\n", "javascript:x", "", "x"]
)
def test_no_path_of_this_site(address: str) -> None:
    assert local_path(address) == ""


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080", "LocalHost"])
def test_names_of_this_machine(student: FlaskClient, host: str) -> None:
    assert student.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "[::2]", "a b"])
def test_foreign_names(student: FlaskClient, host: str) -> None:
    assert student.get("/", headers={"Host": host}).status_code == 400


def test_the_lab_s_own_names(settings: Settings) -> None:
    own = {
        "base_url": "https://print.example.edu:8443",
        "trusted_hosts": ("printers", ".lab.example.edu"),
    }
    with Printflow.open(settings.model_copy(update=own)) as lab:
        browser = create_app(lab).test_client()
        for host, status in (
            ("print.example.edu", 200),
            ("print.example.edu:8443", 200),
            ("printers:8080", 200),
            ("a.lab.example.edu", 200),
            ("lab.example.edu", 200),
            ("evil-lab.example.edu", 400),
            ("example.edu", 400),
        ):
            answer = browser.get("/", headers={"Host": host})
            assert answer.status_code == status, host


def test_a_password_of_a_megabyte(student: FlaskClient) -> None:
    form = {"csrf_token": token(student, "/login"), "name": "Ana", "password": "x" * 1_000_000}
    answer = student.post("/login", data=form)
    assert answer.status_code == 400
    assert "The password can have up to 1000 characters" in said(answer)
    form = {**form, "password": PASSWORD, "name": "x" * 600_000}
    assert student.post("/login", data=form).status_code == 413


def test_wrong_passwords_keep_the_name(student: FlaskClient) -> None:
    answer = send(student, "/login", name="Grace Hopper", password="wrong", next="/outbox")
    assert answer.status_code == 401
    assert 'value="Grace Hopper"' in answer.text
    assert 'value="/outbox"' in answer.text
    assert "wrong" not in re.findall('value="([^"]*)"', answer.text)


def test_a_session_ends_with_signing_out(staff: FlaskClient) -> None:
    assert staff.get("/dashboard").status_code == 200
    form = {"csrf_token": token(staff, "/dashboard")}
    assert staff.post("/logout", data=form).status_code == 303
    assert staff.get("/dashboard").status_code == 303


def test_the_session_s_cookie(
    lab: Printflow, app: Flask, student: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = student.get("/submit").headers["Set-Cookie"]
    assert cookie.startswith("printflow=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    assert "Secure" in app.test_client().get("/submit").headers["Set-Cookie"]


@pytest.mark.parametrize("trigger", ["submit", "nonsense", "APPROVE", "expire"])
def test_triggers_that_staff_do_not_have(staff: FlaskClient, submit: Submit, trigger: str) -> None:
    assert staff.get(f"/dashboard/jobs/{submit().id}/{trigger}").status_code == 404


@pytest.mark.parametrize("job_id", ["AAAAAAAA", "x", "..", "%00", "a" * 300])
def test_jobs_that_are_none(staff: FlaskClient, job_id: str) -> None:
    for page in (job_id, f"{job_id}/approve", f"{job_id}/files/1"):
        assert staff.get(f"/dashboard/jobs/{page}").status_code == 404


def test_a_form_comes_back_to_where_it_was_opened(
    staff: FlaskClient, job_in: Callable[[str], Job]
) -> None:
    job = job_in("READYTOPRINT")
    back = "/dashboard?status=READYTOPRINT"
    page = f"/dashboard/jobs/{job.id}/start_printing"
    answer = send(staff, page, printer=job.printer, version=job.version, next=back)
    assert (answer.status_code, answer.location) == (303, back)
    assert f"You started printing job {job.id}" in said(staff.get(back))
    answer = send(staff, page.replace("start_printing", "archive"), next="//evil.example")
    assert "evil" not in answer.headers.get("Location", "")
