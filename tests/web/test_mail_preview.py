"""The mail that an action would send, seen before it is done; and nothing is done by looking."""

from __future__ import annotations

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import Job, Printflow, Status
from tests.plugins.lab import Submit
from tests.web.conftest import send, token

QUOTE = {"weight": "42.5", "hours": "2h", "material": "PLA", "note": "Printed flat."}


def look(staff: FlaskClient, job: Job, trigger: str, **fields: str) -> TestResponse:
    """Press the button beside the form."""
    form = {"csrf_token": token(staff, f"/dashboard/jobs/{job.id}/approve"), **fields}
    return staff.post(f"/dashboard/jobs/{job.id}/{trigger}/mail", data=form)


def test_it_shows_what_would_be_sent_and_sends_nothing(
    lab: Printflow, submit: Submit, staff: FlaskClient
) -> None:
    job = submit()
    before = lab.jobs.details(job.id)
    answer = look(staff, job, "approve", **QUOTE)
    (mail,) = answer.json["mails"]  # type: ignore[index]
    assert "$4.25" in mail["subject"]
    assert "Printed flat." in mail["text"]
    answer = look(staff, job, "reject", text="The walls are too thin.")
    (mail,) = answer.json["mails"]  # type: ignore[index]
    assert mail["to"] == job.student_email
    assert "The walls are too thin." in mail["text"]
    assert lab.jobs.details(job.id) == before
    assert lab.jobs.get(job.id).status is Status.UPLOADED

    # What is then done is what was shown.
    send(staff, f"/dashboard/jobs/{job.id}/reject", text="The walls are too thin.")
    sent = lab.mail.preview(lab.jobs.details(job.id).mails[-1].id)
    assert (sent.subject, sent.text) == (mail["subject"], mail["text"])


def test_a_form_that_is_not_filled_in_says_why(
    lab: Printflow, submit: Submit, staff: FlaskClient
) -> None:
    job = submit()
    answer = look(staff, job, "reject")
    assert answer.status_code == 422
    assert "reason" in answer.json["problem"]  # type: ignore[index]
    answer = look(staff, job, "complete")
    assert answer.status_code == 409
    assert look(staff, job, "fly").status_code == 404
