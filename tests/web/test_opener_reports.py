"""Reports of staff PCs: which file was opened, by whom, where."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import InvalidInput, Printflow
from printflow_web.factory import create_app
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import token


def report(lab: Printflow, file: object, station: object, secret: str) -> TestResponse:
    """What the opener sends: no cookie, no form, no origin."""
    return (
        create_app(lab)
        .test_client()
        .post(
            "/opened",
            json={"file": file, "station": station},
            headers={"Authorization": f"Bearer {secret}"},
        )
    )


def click(staff: FlaskClient, job_id: str, file_name: str) -> TestResponse:
    """What the page sends when "Open" is clicked."""
    form = {"csrf_token": token(staff, "/staff"), "job": job_id, "file": file_name}
    return staff.post("/dashboard/this-pc/clicks", data=form)


def shown(staff: FlaskClient, job_id: str) -> list[str]:
    """What the job's page says of openings."""
    text = unescape(staff.get(f"/dashboard/jobs/{job_id}").text)
    return re.findall(r"opened (?:by|on) [^<]+", text)


def test_a_job_shows_who_opened_it_where(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    name, secret = lab.station_token("  Front desk ")
    assert click(staff, job.id, job.file.name).status_code == 204
    assert shown(staff, job.id) == []
    assert report(lab, job.file.name, name, secret).status_code == 204
    (said,) = shown(staff, job.id)
    assert said.startswith("opened by Ana on Front desk, ")


def test_a_report_without_a_click_names_the_station_alone(
    lab: Printflow, staff: FlaskClient, submit: Submit, clock: TestClock
) -> None:
    job = submit()
    name, secret = lab.station_token("Front desk")
    click(staff, job.id, job.file.name)
    clock.advance(minutes=3)
    assert report(lab, job.file.name, name, secret).status_code == 204
    (said,) = shown(staff, job.id)
    assert said.startswith("opened on Front desk, ")


@pytest.mark.parametrize("secret", ["", "x", "é", "a" * 26])
def test_a_wrong_token_changes_nothing(
    lab: Printflow, staff: FlaskClient, submit: Submit, secret: str
) -> None:
    job = submit()
    assert report(lab, job.file.name, "Front desk", secret).status_code == 403
    _, other = lab.station_token("Back room")
    assert report(lab, job.file.name, "Front desk", other).status_code == 403
    assert shown(staff, job.id) == []


@pytest.mark.parametrize(
    "file", ["", "K7Q2MX9A.stl", "../x_K7Q2MX9A.stl", "a" * 3000, "\x00", None, 3, ["x"]]
)
def test_a_file_of_no_job(lab: Printflow, file: object) -> None:
    name, secret = lab.station_token("Front desk")
    assert report(lab, file, name, secret).status_code == 404


def test_a_body_that_is_no_json(lab: Printflow) -> None:
    browser = create_app(lab).test_client()
    assert browser.post("/opened", data=b"{", content_type="application/json").status_code == 403
    assert browser.post("/opened", json=["x"]).status_code == 403


def test_a_click_needs_the_pages_token_and_a_file_of_the_job(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    bare = {"job": job.id, "file": job.file.name}
    assert staff.post("/dashboard/this-pc/clicks", data=bare).status_code == 403
    assert click(staff, job.id, "other_K7Q2MX9A.stl").status_code == 404
    assert click(staff, "K7Q2MX9A", job.file.name).status_code == 404


def test_a_station_needs_a_name(lab: Printflow, staff: FlaskClient) -> None:
    for name in ("", "x" * 61):
        with pytest.raises(InvalidInput):
            lab.station_token(name)
    answer = staff.get("/dashboard/this-pc?station=" + "x" * 61)
    assert answer.status_code == 422
    assert "1 to 60 characters" in answer.text
