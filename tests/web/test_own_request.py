"""All models of one sending on one page, and a student's jobs in this browser."""

from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskClient

from printflow import Job, Printflow
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import Upload, said, send
from tests.web.test_confirm_together import link, three
from tests.web.test_own_job import path

__all__ = ["three"]
Three = list[Job]


def test_the_request_says_status_price_turn_and_total(
    lab: Printflow, student: FlaskClient, three: Three, clock: TestClock
) -> None:
    page = f"{path(lab, three[1])}/request"
    shown = student.get(page)
    words = said(shown)
    assert "3 prices are waiting for your answer" in words
    assert f'href="{lab.settings.effective_base_url}{link(lab, three[0])}?all=yes"' in shown.text
    assert words.count("Your turn") == 3
    assert "Total: $15.00" in words
    for job in three:
        assert f'href="{lab.students.url(job)}"' in shown.text
    assert f"{path(lab, three[1])}/request" in student.get(path(lab, three[1])).text
    lab.jobs.reject(three[0].id, by="Ana", text="Too thin")
    lab.jobs.hold(three[1].id, by="Ana", reason="A nozzle")
    words = said(student.get(page))
    assert "1 price is waiting" in words and "Total: $11.00" in words and "On hold" in words
    clock.advance(days=8)
    assert "waiting for your answer" not in said(student.get(page)).replace(
        "Waiting for your answer", ""
    )


def test_what_is_there_is_due(lab: Printflow, student: FlaskClient, three: Three) -> None:
    lab.jobs.confirm(three[0].id, by="Ana", note="by phone")
    lab.jobs.start_printing(three[0].id, by="Ana")
    lab.jobs.complete(three[0].id, by="Ana")
    assert "Due now: $4.00" in said(student.get(f"{path(lab, three[2])}/request"))


def test_a_job_of_its_own_leads_to_its_page(
    lab: Printflow, student: FlaskClient, submit: Submit
) -> None:
    job = submit()
    answer = student.get(f"{path(lab, job)}/request")
    assert (answer.status_code, answer.location) == (303, path(lab, job))
    assert "/request" not in student.get(path(lab, job)).text
    assert student.get(f"/jobs/{'a' * 26}/request").status_code == 404


def test_emails_of_several_models_link_it(lab: Printflow, three: Three) -> None:
    mail = next(one for one in lab.mail.find() if one.template == "received")
    shown = lab.mail.preview(mail.id)
    url = f"{lab.students.url(three[0])}/request"
    assert url in shown.text and url in shown.html


def test_find_shows_what_this_browser_sent_and_forgets_it(
    lab: Printflow, student: FlaskClient, upload: Upload, submit: Submit, model: Path
) -> None:
    assert "Submitted from this browser" not in said(student.get("/find"))
    upload()
    other = submit(student="Other Person", email="other@example.edu")
    job = next(one for one in lab.jobs.find() if one.id != other.id)
    shown = student.get("/find")
    words = said(shown)
    assert "Submitted from this browser" in words and "We're working on it" in words
    assert lab.students.url(job) in shown.text and lab.students.url(other) not in shown.text
    lab.notes.add(job.id, by="Ana", text="Which side is up?", for_student=True)
    assert "Your turn" in said(student.get("/find")), "a question may wait"
    form = {"csrf_token": student.get("/find").text.split('csrf_token" value="')[1].split('"')[0]}
    assert student.post("/find/forget", data=form).status_code == 303
    assert "Submitted from this browser" not in said(student.get("/find"))


def test_the_links_by_email_say_whose_turn_it_is(
    lab: Printflow, student: FlaskClient, three: Three
) -> None:
    send(student, "/find", email="jane@example.edu")
    mail = next(one for one in lab.mail.find() if one.template == "find_jobs")
    assert "Waiting for your answer – Your turn" in lab.mail.preview(mail.id).text
