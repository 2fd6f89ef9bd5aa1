"""A link from an email works with the character that stood behind it in the text."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from printflow import Printflow
from tests.plugins.lab import Submit


@pytest.mark.parametrize("more", [".", "/", ">", ")", ").", "”,", "\u200b", " "])
def test_what_stood_behind_a_link_is_left_out(
    lab: Printflow, student: FlaskClient, submit: Submit, more: str
) -> None:
    job = submit()
    lab.jobs.approve(job.id, by="Ana", grams="42", hours="3", material="PLA")
    (asked,) = lab.jobs.details(job.id).quotes
    for link in (lab.students.url(job), lab.quotes.url(asked)):
        path = link.removeprefix(lab.settings.base_url)
        answer = student.get(path + quote(more))
        assert (answer.status_code, answer.location) == (302, path)
        assert student.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/submit/", "/jobs/none/more.", "/.", "/dashboard/", "/jobs/."],
)
def test_no_other_address_leads_anywhere(student: FlaskClient, path: str) -> None:
    answer = student.get(path)
    assert answer.status_code == 404 or answer.location.startswith("/login"), path


def test_no_link_leads_to_another_site(student: FlaskClient) -> None:
    assert student.get("//example.org/jobs/x.").location == "/jobs/x"


def test_a_form_is_not_led_on(student: FlaskClient) -> None:
    assert student.post("/confirm/none.").status_code in (400, 403, 404)
