"""Nobody's mailbox is filled through the form, and no stranger's words go out as a link."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import InvalidInput, Printflow
from tests import sample_models
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import FORM, Upload, said, token

VICTIM = "victim@example.edu"


def send_models(browser: FlaskClient, count: int, **fields: str) -> TestResponse:
    """Send the form with so many models."""
    form: dict[str, object] = {"csrf_token": token(browser, "/submit"), **FORM, **fields}
    form["file"] = [(io.BytesIO(sample_models.stl()), f"part{n}.stl") for n in range(1, count + 1)]
    return browser.post("/submit", data=form, content_type="multipart/form-data")


def test_ten_models_are_one_mail_that_lists_them(lab: Printflow, student: FlaskClient) -> None:
    assert send_models(student, 10).status_code == 303
    (mail,) = lab.mail.find()
    sent = lab.mail.preview(mail.id)
    assert (mail.template, mail.to, sent.subject) == (
        "received",
        "jane@example.edu",
        "We have your 10 models",
    )
    jobs = lab.jobs.find()
    assert len(jobs) == 10
    for job in jobs:
        for text in (sent.text, sent.html):
            assert job.id in text and job.original_name in text
            assert lab.students.url(job) in text
    assert not sent.picture


def test_the_mail_of_several_models_leaves_while_it_is_true_of_one(
    lab: Printflow, student: FlaskClient
) -> None:
    send_models(student, 2)
    first, second = sorted(lab.jobs.find(), key=lambda job: job.request_place)
    lab.jobs.reject(first.id, by="Ana", text="no")
    lab.dispatch()
    (mail,) = [one for one in lab.mail.find() if one.template == "received"]
    assert mail.state == "sent"
    assert second.id in lab.mail.preview(mail.id).text


def test_one_model_reads_as_before(lab: Printflow, upload: Upload) -> None:
    upload()
    (job,), (mail,) = lab.jobs.find(), lab.mail.find()
    assert lab.mail.preview(mail.id).subject == f"We have your model (job {job.id})"


def test_each_job_of_a_submission_knows_its_mail(lab: Printflow, student: FlaskClient) -> None:
    send_models(student, 3)
    (mail,) = lab.mail.find()
    for job in lab.jobs.find():
        assert [one.id for one in lab.jobs.details(job.id).mails] == [mail.id]
        page = lab.students.page(lab.students.url(job).rpartition("/")[2])
        assert [one.id for one in page.mails] == [mail.id]


def test_a_mailbox_gets_few_mails_and_every_submission_is_taken(
    app: Flask, lab: Printflow, clock: TestClock
) -> None:
    """Five submissions of ten models were fifty mails once."""
    spellings = [
        "victim@example.edu",
        "Victim@EXAMPLE.edu",
        "vic.tim@example.edu",
        "victim+1@example.edu",
    ]
    for number in range(8):
        browser = app.test_client()
        answer = send_models(browser, 3, student_email=spellings[number % 4])
        words = said(browser.get(answer.location))
        assert ("We're emailing these links" in words) is (number < 5)
        assert ("we aren't sending one for this" in words) is (number >= 5)
        job = lab.jobs.get(answer.location.rpartition("=")[2])
        assert lab.students.url(job) in browser.get(answer.location).text, "nobody is locked out"
    assert len(lab.jobs.find(limit=None)) == 24
    assert len(lab.mail.find()) == 5
    send_models(app.test_client(), 1, student_email="other@example.edu")
    assert len(lab.mail.find()) == 6, "others get theirs"
    clock.advance(hours=1, seconds=1)
    for _ in range(40):
        send_models(app.test_client(), 1, student_email=VICTIM)
        clock.advance(minutes=30)
    assert len([mail for mail in lab.mail.find() if mail.to.startswith("vic")]) <= 20 + 5


def test_staff_who_submit_for_a_student_are_not_bounded(lab: Printflow, submit: Submit) -> None:
    for _ in range(7):
        submit(by="Ana")
    assert len(lab.mail.find()) == 7


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("student_name", "Visit http://evil.example", "can't contain a web or email address"),
        ("student_name", "<h1>Win</h1>", "can't contain a web or email address"),
        ("student_name", "a@b.example", "can't contain a web or email address"),
        ("student_name", "Jane\r\n\r\nDear student", "single line of text"),
        ("class_number", "www.evil.example", "can't contain a web or email address"),
        ("student_email", "ä@example.edu", "letters like ä or é before the @"),
        ("student_email", '"a b"@example.edu', "Enter one email address"),
        ("student_email", "jane@example.edu.", "Enter a valid email"),
    ],
)
def test_what_is_refused_at_the_form_stays_in_it(
    lab: Printflow, upload: Upload, field: str, typed: str, words: str
) -> None:
    answer = upload(**{field: typed})
    assert answer.status_code == 422
    assert words in said(answer)
    assert f'href="#{field}"' in answer.text
    assert lab.jobs.find() == [] and lab.mail.find() == []


def test_a_file_s_name_is_no_link_in_any_mail(lab: Printflow, upload: Upload) -> None:
    upload(name="see www.evil.com and a@evil.com.stl")
    (mail,), (job,) = lab.mail.find(), lab.jobs.find()
    sent = lab.mail.preview(mail.id)
    for text in (sent.text, sent.html):
        assert "www.evil.com" not in text and "a@evil.com" not in text
        assert "evil" in text
    lab.jobs.approve(job.id, by="Ana", grams="1", hours="1", material="PLA")
    for mail in lab.mail.find():
        assert "evil.com" not in lab.mail.preview(mail.id).text


def test_a_message_to_staff_cannot_pass_for_the_lab_s_own_words(
    lab: Printflow, submit: Submit
) -> None:
    page = lab.students.url(submit()).rpartition("/")[2]
    lab.messages.send(page, "Hi\n\nAnswer in the job's notes:\nhttp://evil.example")
    (mail,) = [one for one in lab.mail.find() if one.template == "student_message"]
    lines = lab.mail.preview(mail.id).text.splitlines()
    assert "> http://evil.example" in lines
    assert not [line for line in lines if "evil" in line and not line.startswith("> ")]


def test_one_form_of_an_address_everywhere(
    lab: Printflow, submit: Submit, student: FlaskClient, staff: FlaskClient
) -> None:
    job = submit(email=" Jane@MÜNCHEN.de ")
    assert job.student_email == "Jane@xn--mnchen-3ya.de"
    assert (
        lab.corrections.edit(job.id, by="Ana", student_email="Jane@münchen.DE").version
        == job.version
    )
    edited = lab.corrections.edit(job.id, by="Ana", student_email="j@Bücher.example.edu")
    assert edited.student_email == "j@xn--bcher-kva.example.edu"
    lab.messages.mail_links("J@BÜCHER.example.edu")
    assert [mail.to for mail in lab.mail.find() if mail.template == "find_jobs"] == [
        edited.student_email
    ]
    lab.jobs.reject(job.id, by="Ana", text="no")
    assert len(lab.personal_data.export("j@bücher.example.edu")) == 1
    lab.personal_data.erase("j@bücher.EXAMPLE.edu", by="Ana")
    with pytest.raises(InvalidInput, match="no job for"):
        lab.personal_data.export("j@bücher.example.edu")
