"""Who confirmed the address in a browser is told there what the lab's limits say."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from printflow import JobQuery, Printflow, Settings
from tests.web.conftest import Upload, said, send


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"confirm_address": True})


def test_a_browser_that_confirmed_the_address_is_told(
    lab: Printflow, student: FlaskClient, upload: Upload
) -> None:
    rows = [
        {"what": "open_jobs", "cap": "2", "action": "refuse"},
        {"what": "prints", "cap": "1", "per": "ever", "action": "ask"},
    ]
    lab.catalog.change({"limits": rows}, by="Sam")
    page = said(student.get(upload().headers["Location"]))
    assert "you can have" not in page
    (job,) = lab.worklist.page(JobQuery(unconfirmed=True)).jobs
    url = lab._parts.links.of_address(job).removeprefix(lab.settings.effective_base_url)
    assert send(student, url).status_code in (200, 303)
    second = upload()
    page = said(student.get(second.headers["Location"]))
    assert "Prints: you can have 1 in all. With this request, you'd have 2." in page
    assert "Staff will decide, and we'll email you." in page
    third = upload(note="Kept")
    assert third.status_code == 422 and "Kept" in third.text
    assert "Open jobs: you can have 2 at a time. With this request, you'd have 3." in said(third)
    stranger = upload(student_email="other@example.edu")
    assert stranger.status_code == 303, "another address isn't this person's"
    assert len(lab.jobs.find()) == 2
