"""The Undo notice follows to the next page, in every tab, as long as it can be undone."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import Job, Printflow
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import said, send, token

PAGES = ("/dashboard", "/outbox", "/pick-up", "/dashboard/queue", "/reports")
REJECTED = {"text": "Too thin"}


def post(staff: FlaskClient, page: str, **fields: object) -> TestResponse:
    return staff.post(page, data={"csrf_token": token(staff, "/staff"), **fields})


def reject(staff: FlaskClient, job: Job) -> None:
    answer = send(staff, f"/dashboard/jobs/{job.id}/reject", **REJECTED, version=job.version)
    assert answer.status_code == 303


def shows(staff: FlaskClient, page: str) -> bool:
    return "data-undo" in staff.get(page).text


def test_it_is_on_every_page_until_it_is_too_late(
    staff: FlaskClient, submit: Submit, clock: TestClock
) -> None:
    reject(staff, submit())
    assert all(shows(staff, page) for page in (*PAGES, *PAGES))
    page = staff.get("/outbox?state=queued").text
    assert 'name="next" value="/outbox?state=queued"' in page
    clock.advance(seconds=31)
    assert not any(shows(staff, page) for page in PAGES)


def test_undone_from_another_page_it_is_gone(
    staff: FlaskClient, lab: Printflow, submit: Submit
) -> None:
    job = submit()
    reject(staff, job)
    event = lab.jobs.details(job.id).events[-1].id
    done = post(staff, f"/dashboard/jobs/{job.id}/undo", event=event, next="/outbox")
    assert done.location == "/outbox"
    assert "Undone" in said(staff.get("/outbox"))
    assert not any(shows(staff, page) for page in PAGES)


def test_what_someone_did_since_ends_it(
    staff: FlaskClient, lab: Printflow, job_in: Callable[[str], Job]
) -> None:
    job = job_in("READYTOPRINT")
    assert send(staff, f"/dashboard/jobs/{job.id}/start_printing").status_code == 303
    assert shows(staff, "/outbox")
    lab.jobs.complete(job.id, by="Ben")
    assert not shows(staff, "/outbox")


def test_of_many_at_once(staff: FlaskClient, lab: Printflow, submit: Submit) -> None:
    jobs = [submit(), submit()]
    chosen = [f"{job.id}:{job.version}" for job in jobs]
    answer = post(staff, "/dashboard/bulk", trigger="reject", job=chosen, **REJECTED)
    assert answer.text.count("data-undo") == 1  # its own
    page = staff.get("/outbox")
    assert "Reject: 2 of 2 done." in said(page) and "data-undo" in page.text
    events = re.findall(r'name="event" value="([^"]+)"', page.text)
    assert "Undone 2 of 2 done." in said(post(staff, "/dashboard/bulk/undo", event=events))
    assert {lab.jobs.get(job.id).status.value for job in jobs} == {"UPLOADED"}
    assert not shows(staff, "/outbox")


def test_another_browser_has_none(student: FlaskClient, staff: FlaskClient, submit: Submit) -> None:
    reject(staff, submit())
    assert not shows(student, "/")
