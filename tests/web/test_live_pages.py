"""Open pages ask for what changes: 304 while nothing has, and never what another role sees."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from printflow import Job, Printflow
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import said
from tests.web.test_roles import browser_of

PAGES = ["/pick-up", "/outbox", "/inbox", "/dashboard/queue", "/admin/system", "/reports"]
PAGES += ["/reports/summary?period=this_week", "/dashboard"]


def asked(browser: FlaskClient, page: str, tag: str = "") -> tuple[int, str, str]:
    """What the script of an open page is answered: status, text and tag."""
    headers = {"X-Requested-With": "live", "If-None-Match": f'"{tag}"'}
    answer = browser.get(page, headers=headers)
    return answer.status_code, answer.text, answer.headers.get("ETag", "").strip('W/"')


def tag_of(browser: FlaskClient, page: str) -> str:
    found = re.search(r'data-etag="(\w+)"', browser.get(page).text)
    assert found, page
    return found[1]


@pytest.mark.parametrize("page", PAGES)
def test_nothing_new_is_said_in_no_words(staff: FlaskClient, page: str) -> None:
    staff.get(page)  # what is counted in the background has begun
    status, text, tag = asked(staff, page)
    assert status == 200 and "<html" not in text and "csrf_token" not in text
    status, text, tag = asked(staff, page, tag)
    assert (status, text) == (304, "") or "system" in page or "reports" in page
    assert asked(staff, page, tag)[:2] == (304, "")


def test_what_happens_shows(staff: FlaskClient, job_in: Callable[[str], Job]) -> None:
    states = {"/pick-up": "COMPLETED", "/outbox": "PENDING", "/dashboard/queue": "READYTOPRINT"}
    for page, state in states.items():
        tag = tag_of(staff, page)
        job = job_in(state)
        status, text, _tag = asked(staff, page, tag)
        assert status == 200 and job.id in text, page


def test_reports_are_counted_when_something_has_happened(
    staff: FlaskClient,
    lab: Printflow,
    submit: Submit,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    submit()
    counted = []
    real = lab.reports.latest_figures

    def counting(query: object) -> object:
        counted.append(query)
        lab.reports._remembered.clear()
        return real(query, patience=20)  # type: ignore[arg-type]

    monkeypatch.setattr(lab.reports, "latest_figures", counting)
    tag = tag_of(staff, "/reports")
    assert len(counted) == 1
    assert asked(staff, "/reports", tag)[0] == 304 and len(counted) == 1
    clock.advance(seconds=30)
    submit(color="Blue")
    status, text, _tag = asked(staff, "/reports", tag)
    assert status == 200 and len(counted) == 2 and "Blue" in text


def test_another_role_gets_its_own(
    staff: FlaskClient, app: Flask, job_in: Callable[[str], Job], lab: Printflow
) -> None:
    job_in("COMPLETED")
    viewer = browser_of(lab, "viewer")
    tag = asked(staff, "/pick-up")[2]
    status, text, _tag = asked(viewer, "/pick-up", tag)
    assert status == 200 and "data-select" not in text and "Hand over" not in text
    assert asked(viewer, "/outbox")[0] == 403
    assert asked(app.test_client(), "/pick-up")[0] == 303


def test_the_system_page_s_questions_are_not_in_the_log_that_it_shows(
    staff: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "printflow_web.access")
    staff.get("/admin/system")
    assert "/admin/system" in caplog.text
    caplog.clear()
    asked(staff, "/admin/system")
    assert "/admin/system" not in caplog.text
    assert "Checked" not in said(staff.get("/admin/system"))
