"""What bad links, staff actions and addresses get (`bad-inputs.md` B29–B40).

The lines that have a file of their own are tested there, too: `test_confirm.py` (B30, B31),
`test_staff_pages.py` (B32–B34), `test_requests.py` and `test_security.py` (B36–B39).
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from printflow import Job, Printflow, Settings, Status
from printflow_web.factory import create_app
from tests import sample_models
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import FORM, PASSWORD, Upload, said, send, token
from tests.web.test_confirm import link

QUOTE = {"weight": "42.5", "hours": "3.25", "material": "PLA", "printer": "Prusa MK4S"}


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is asked meanwhile; it stands for the time an answer takes."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def everything(lab: Printflow) -> tuple[object, ...]:
    """All that a refused request must leave as it was."""
    jobs = lab.jobs.find()
    mails = [(mail.id, mail.to, mail.state) for mail in lab.mail.find(limit=1000)]
    return jobs, mails, lab.people.names(), [lab.jobs.details(job.id).events for job in jobs]


# -- 29: ids and tokens -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["jobs", "confirm"])
def test_tokens_are_alike_in_text_and_in_what_they_cost(
    lab: Printflow, student: FlaskClient, job_in: Callable[[str], Job], kind: str
) -> None:
    job = job_in("PENDING")
    own = {
        "jobs": lab.students.url(job).removeprefix(lab.settings.effective_base_url),
        "confirm": link(lab, job),
    }
    other = {"jobs": own["confirm"], "confirm": own["jobs"]}[kind].rpartition("/")[2]
    unknown, malformed = "a" * 26, "x"
    student.get("/")  # whatever is kept at hand is at hand
    seen: list[tuple[int, str, list[str]]] = []
    for secret in (unknown, malformed, other, "A" * 26, "a" * 500, "%F0%9F%92%A9"):
        with statements() as asked:
            answer = student.get(f"/{kind}/{secret}")
        seen.append((answer.status_code, said(answer), asked))
    assert seen[0][0] == 404
    assert all(answer == seen[0] for answer in seen)
    assert student.get(own[kind]).status_code == 200


def test_job_ids_are_alike_in_text(staff: FlaskClient, submit: Submit) -> None:
    job = submit()
    for rest in ("", "/approve", "/edit", "/files/1"):
        answers = [staff.get(f"/dashboard/jobs/{j}{rest}") for j in ("AAAAAAAA", "x", "a" * 300)]
        assert [answer.status_code for answer in answers] == [404] * 3
        assert len({said(answer) for answer in answers}) == 1
    assert staff.get(f"/dashboard/jobs/{job.id}").status_code == 200


# -- 31: looking ------------------------------------------------------------------------------------


def test_only_a_ticked_form_changes_something(
    lab: Printflow, student: FlaskClient, job_in: Callable[[str], Job]
) -> None:
    page = link(lab, job_in("PENDING"))
    before = everything(lab)
    for method in ("GET", "HEAD", "OPTIONS", "PROPFIND", "PUT", "DELETE"):
        for query in ("", "?action=confirm&consent=yes", "?action=decline"):
            assert student.open(page + query, method=method).status_code in (200, 405)
    forms: tuple[dict[str, str], ...] = ({}, {"action": "confirm"}, {"action": "x", "consent": "y"})
    for form in forms:
        assert send(student, page, **form).status_code == 422
    assert everything(lab) == before


# -- 32: figures ------------------------------------------------------------------------------------


FIGURES = (
    ("weight", "1,500", "Use more than 0 and at most 50,000 g."),
    ("weight", "1e999", "Use more than 0 and at most 50,000 g."),
    ("hours", "NaN", "Use more than 0 and at most 1,000 hours."),
    ("material", "Cheese", "PLA"),
    ("printer", "Prusa MK9", "Prusa MK4S"),
)


def test_the_refusal_stands_at_the_field_and_says_what_is_possible(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    before = everything(lab)
    for field, typed, words in FIGURES:
        answer = send(staff, f"/dashboard/jobs/{job.id}/approve", **{**QUOTE, field: typed})
        assert answer.status_code == 422
        found = re.search(rf'id="act-{field}-error"[^>]*>([^<]+)<', answer.text)
        assert found, f"nothing is said at {field}"
        assert words in found[1]
        assert everything(lab) == before


# -- 34: two at once --------------------------------------------------------------------------------


def test_what_is_possible_instead_is_said(
    lab: Printflow, staff: FlaskClient, job_in: Callable[[str], Job]
) -> None:
    job = job_in("PRINTING")
    answer = send_from(staff, f"/dashboard/jobs/{job.id}/approve", QUOTE)
    assert answer.status_code == 409
    assert "Sam started the print on" in said(answer)
    assert "Available actions: Report failed print, Mark as completed" in said(answer)
    assert lab.jobs.get(job.id) == job


def send_from(browser: FlaskClient, page: str, fields: dict[str, str]) -> TestResponse:
    """Post with a good token to a page that has no form (any more)."""
    return browser.post(page, data={"csrf_token": token(browser, "/staff"), **fields})


# -- 35: the chosen file ----------------------------------------------------------------------------


def beside(lab: Printflow, job: Job, name: str) -> Path:
    """A file saved beside the job's own."""
    path = lab.files.path(job).with_name(name)
    path.write_bytes(sample_models.stl())
    return path


def test_a_chosen_file_that_cannot_be_taken(
    lab: Printflow, staff: FlaskClient, submit: Submit, tmp_path: Path
) -> None:
    job, foreign = submit(), submit()
    lab.dispatch()
    stem = lab.files.path(job).stem
    gone = beside(lab, job, f"{stem}_v2.gcode")
    gone.unlink()
    wrong = beside(lab, job, f"{stem}.exe")
    (tmp_path / f"out_{job.id}.gcode").write_bytes(b"G28")
    before = everything(lab)
    choices = (
        gone.name,
        wrong.name,
        foreign.file.name,
        f"../{foreign.file.name}",
        f"../../../out_{job.id}.gcode",
        str(tmp_path / f"out_{job.id}.gcode"),
        f"C:\\out_{job.id}.gcode",
        "\0",
        "x" * 5000,
    )
    for name in choices:
        answer = send(staff, f"/dashboard/jobs/{job.id}/approve", **QUOTE, file=name)
        assert answer.status_code in (409, 422), name
        assert 'value="42.5"' in answer.text, "what was typed is kept"
    assert everything(lab) == before


def test_a_file_that_is_still_being_written(
    settings: Settings, clock: TestClock, model: Path
) -> None:
    slow = settings.model_copy(update={"settle_seconds": 60})
    with Printflow.open(slow, clock=clock) as lab:
        lab.stations.set_password(PASSWORD)
        browser = create_app(lab).test_client()
        send(browser, "/login", name="Ana", password=PASSWORD)
        job = lab.intake.submit(
            model,
            student="Jane Doe",
            email="jane@example.edu",
            method="Filament",
            color="True Red",
            printer="Prusa MK4S",
            discipline="Engineering",
            class_number="ARCH 4000",
            acknowledge_minimum=True,
        )
        lab.dispatch()
        sliced = beside(lab, job, f"{lab.files.path(job).stem}_sliced.gcode")
        page = f"/dashboard/jobs/{job.id}/approve"
        offered = browser.get(page).text
        assert f'<option value="{sliced.name}" disabled>' in offered
        assert f'<option value="{job.file.name}" selected>' in offered
        answer = send(browser, page, **QUOTE, file=sliced.name)
        assert answer.status_code == 422
        assert "still being written" in said(answer)
        an_hour_ago = time.time() - 3600
        os.utime(sliced, (an_hour_ago, an_hour_ago))
        assert f'<option value="{sliced.name}" selected>' in browser.get(page).text
        assert send(browser, page, **QUOTE, file=sliced.name).status_code == 303
        assert lab.jobs.get(job.id).file.name == sliced.name


# -- 36: forms of other pages -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["missing", "foreign", "old"])
def test_no_token_no_change_and_what_was_typed_is_kept(
    app: Flask, lab: Printflow, staff: FlaskClient, submit: Submit, kind: str
) -> None:
    job = submit()
    page = f"/dashboard/jobs/{job.id}/approve"
    given = {"missing": None, "foreign": token(app.test_client(), "/login"), "old": "x.y.z"}[kind]
    form = {**QUOTE, "note": "Mind the <corner>."} | ({"csrf_token": given} if given else {})
    before = everything(lab)
    answer = staff.post(page, data=form)
    assert answer.status_code == 403
    assert everything(lab) == before
    assert "Mind the &lt;corner&gt;." in answer.text
    again = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text))
    again["note"] = "Mind the <corner>."
    assert staff.post(page, data=again).status_code == 303, "one press sends it again"
    assert lab.jobs.get(job.id).status is Status.PENDING


# -- 37: names of hosts -----------------------------------------------------------------------------


def test_links_in_mails_keep_the_base_url(
    lab: Printflow, student: FlaskClient, upload: Upload
) -> None:
    form = {"csrf_token": token(student, "/find"), "email": "jane@example.edu"}
    assert upload().status_code == 303
    forged = {
        "Host": "localhost:9999",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "10.9.8.7",
        "Forwarded": "host=evil.example",
        "X-Original-URL": "/dashboard",
    }
    answer = student.post("/find", data=form, headers=forged)
    assert answer.status_code == 303
    assert "evil" not in answer.location
    for mail in lab.mail.find():
        text = lab.mail.preview(mail.id).text
        links = re.findall(r"https?://\S+", text)
        assert all(one.startswith("http://127.0.0.1:8080/") for one in links), text


def test_forwarded_addresses_do_not_escape_the_throttle(student: FlaskClient) -> None:
    form = {"csrf_token": token(student, "/login"), "name": "Ana", "password": "wrong"}
    for number in range(6):
        headers = {"X-Forwarded-For": f"10.0.0.{number}"}
        status = student.post("/login", data=form, headers=headers).status_code
    assert status == 429


# -- 38: addresses ----------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["//evil", "javascript:alert(1)", "https://evil.example/x", "\\"])
def test_next_in_the_address(app: Flask, typed: str) -> None:
    browser = app.test_client()
    page = browser.get("/login", query_string={"next": typed})
    assert page.status_code == 200
    assert f'value="{typed}"' not in page.text
    answer = send(browser, "/login", name="Ana", password=PASSWORD, next=typed)
    assert answer.location == "/dashboard"


PARAMETERS = (
    ("page=-1", "page"),
    ("page=abc", "page"),
    ("page=100000000000", "page"),
    ("status=NOPE", "status"),
    ("sort=cheapest", "sort"),
    ("sort=", "sort"),
    ("after=%00", "after"),
    ("since=yesterday", "since"),
)


def test_the_parameter_is_named(staff: FlaskClient) -> None:
    for query, name in PARAMETERS:
        answer = staff.get(f"/dashboard?{query}")
        assert answer.status_code == 400
        assert f"“{name}”" in said(answer)


# -- 39: passwords ----------------------------------------------------------------------------------


def test_the_sixth_wrong_password_and_the_minute_after(
    student: FlaskClient, clock: TestClock
) -> None:
    for _ in range(5):
        assert send(student, "/login", name="Ana", password="wrong").status_code == 401
    refused = send(student, "/login", name="Ana", password=PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert 'value="Ana"' in refused.text
    clock.advance(seconds=61)
    assert send(student, "/login", name="Ana", password=PASSWORD).status_code == 303


# -- 40: files --------------------------------------------------------------------------------------


NO_FILES = (
    "..",
    "../../../etc/passwd",
    "%2e%2e%2f%2e%2e%2f.printflow%2fsecret.key",
    "..%5c..%5cx",
    "%00",
    "1%2f..%2f2",
    "-1",
    "99999999999999999999",
    "1.5",
)


def test_paths_that_are_no_file(staff: FlaskClient, submit: Submit) -> None:
    job = submit()
    for path in NO_FILES:
        assert staff.get(f"/dashboard/jobs/{job.id}/files/{path}").status_code == 404
        assert staff.get(f"/static/{path}").status_code == 404
        assert staff.get(f"/dashboard/jobs/{path}/picture").status_code == 404
    looked = staff.get(f"/dashboard/jobs/{job.id}/picture?size=../../../etc/passwd")
    assert (looked.status_code, b"root:" in looked.data) == (404, False)


def test_a_model_is_never_shown_as_a_page(
    lab: Printflow, staff: FlaskClient, upload: Upload
) -> None:
    text = b"solid <script>alert(1)</script>\n" + sample_models.ascii_stl().partition(b"\n")[2]
    assert upload("page.html.stl", text).status_code == 303
    lab.dispatch()
    (job,) = lab.jobs.find()
    with staff.get(f"/dashboard/jobs/{job.id}/files/{job.file.id}") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.data == text
    assert FORM["student_name"] == job.student_name
