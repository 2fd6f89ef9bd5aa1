"""Reports of staff PCs: which file was opened, by whom, where."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from threading import Thread

import pytest
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from printflow import InvalidInput, NotFound, Printflow
from printflow_opener.config import Config
from printflow_opener.report import report_opened
from printflow_web.factory import create_app
from printflow_web.this_pc import FILE
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import PASSWORD, token


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
    name, secret = lab.openings.token("  Front desk ", station="Lab")
    assert click(staff, job.id, job.file.name).status_code == 204
    assert shown(staff, job.id) == []
    assert report(lab, job.file.name, name, secret).status_code == 204
    (said,) = shown(staff, job.id)
    assert said.startswith("opened by Ana on Front desk, ")


def test_a_report_without_a_click_names_the_station_alone(
    lab: Printflow, staff: FlaskClient, submit: Submit, clock: TestClock
) -> None:
    job = submit()
    name, secret = lab.openings.token("Front desk", station="Lab")
    click(staff, job.id, job.file.name)
    clock.advance(minutes=3)
    assert report(lab, job.file.name, name, secret).status_code == 204
    (said,) = shown(staff, job.id)
    assert said.startswith("opened on Front desk, ")


@pytest.mark.parametrize(
    "secret", ["", "x", "é", "a" * 26, "1." + "a" * 26, "²." + "a" * 26, "9" * 400 + ".x"]
)
@pytest.mark.long
def test_a_wrong_token_changes_nothing(
    lab: Printflow, staff: FlaskClient, submit: Submit, secret: str
) -> None:
    job = submit()
    assert report(lab, job.file.name, "Front desk", secret).status_code == 403
    _, other = lab.openings.token("Back room", station="Lab")
    assert report(lab, job.file.name, "Front desk", other).status_code == 403
    assert shown(staff, job.id) == []


@pytest.mark.parametrize("file", ["", "K7Q2MX9A.stl", "../x_K7Q2MX9A.stl", "a" * 3000, "\x00"])
def test_a_file_of_no_job(lab: Printflow, file: object) -> None:
    lab.stations.set_password(PASSWORD)
    name, secret = lab.openings.token("Front desk", station="Lab")
    assert report(lab, file, name, secret).status_code == 404


BODIES: dict[str, tuple[bytes, int, str]] = {
    "cut short": (b"{", 400, "isn't valid JSON"),
    "empty": (b"", 400, "isn't valid JSON"),
    "nested lists": (b"[" * 60_000, 400, "isn't valid JSON"),
    "nested objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400, "isn't valid JSON"),
    "nested field": (b'{"file":' + b"[" * 30_000 + b"]" * 30_000 + b"}", 400, "isn't valid JSON"),
    "no UTF-8": (b'{"file": "\xff"}', 400, "isn't valid JSON"),
    "half a character": (b'{"file": "\\ud800", "station": "x"}', 400, "file:"),
    "half a character in the name": (b'{"file": "x", "station": "\\udc00"}', 400, "station:"),
    "a list": (b'["x"]', 400, "isn't a JSON object"),
    "a number": (b"7" * 5000, 400, "isn't valid JSON"),
    "null": (b"null", 400, "isn't a JSON object"),
    "no fields": (b"{}", 400, "file:"),
    "a list for the file": (b'{"file": ["x"], "station": "x"}', 400, "file:"),
    "a number for the PC": (b'{"file": "x", "station": 3}', 400, "station:"),
    "an object for the file": (b'{"file": {"a": {}}, "station": "x"}', 400, "file:"),
    "a NUL": (b'{"file": "x", "station": "\\u0000"}', 403, "isn't valid"),
    "huge": (b'{"file": "' + b"a" * 200_000 + b'"}', 413, ""),
}


@pytest.mark.parametrize("body", BODIES)
def test_a_report_that_is_none_is_refused_in_words(lab: Printflow, body: str) -> None:
    data, status, words = BODIES[body]
    browser = create_app(lab).test_client()
    for kind in ("application/json", "text/plain"):
        answer = browser.post("/opened", data=data, content_type=kind)
        assert answer.status_code == status
        assert words in unescape(answer.text)


def test_a_token_ends_with_its_station_or_its_password(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    lab.stations.add("Window", by="Ana")
    for end in (lab.stations.renew, lab.stations.revoke):
        name, secret = lab.openings.token("Front desk", station="Window")
        _, other = lab.openings.token("Front desk", station="Lab")
        assert report(lab, job.file.name, name, secret).status_code == 204
        end("Window", by="Ana")
        answer = report(lab, job.file.name, name, secret)
        assert answer.status_code == 403
        assert "its station was revoked or has a new password" in answer.text
        assert "“Set up this PC”" in answer.text
        assert report(lab, job.file.name, name, other).status_code == 204, "others go on"
    lab.stations.add("Window", by="Ana")
    assert report(lab, job.file.name, name, secret).status_code == 403, "back in use, but new"
    with pytest.raises(NotFound):
        lab.openings.token("Front desk", station="Nowhere")


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
            lab.openings.token(name, station="Lab")
    answer = staff.get("/dashboard/this-pc?station=" + "x" * 61)
    assert answer.status_code == 422
    assert "1 to 60 characters" in answer.text


def test_the_opener_s_log_says_why_a_report_was_refused(
    lab: Printflow, submit: Submit, tmp_path: Path
) -> None:
    """The real opener's report, over a real socket."""
    job = submit()
    lab.stations.set_password(PASSWORD)
    name, secret = lab.openings.token("Front desk", station="Lab")
    server = make_server("127.0.0.1", 0, create_app(lab))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        config = Config(
            tmp_path / FILE,
            tmp_path,
            (),
            tmp_path / "opener.log",
            tmp_path / "choices.json",
            server=f"http://127.0.0.1:{server.server_port}",
            station=name,
            station_token=secret,
        )
        assert report_opened(config, job.file.name) == "sent"
        lab.stations.set_password("another good password")
        said = report_opened(config, job.file.name)
    finally:
        server.shutdown()
        thread.join()
    assert said.startswith("refused with 403: ")
    assert "its station was revoked or has a new password" in said
