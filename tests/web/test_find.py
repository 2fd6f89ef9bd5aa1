"""Find my jobs: links by mail, alike for every address, and not for ever."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from printflow import Printflow
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import said, send, token

CAMPUS = {"REMOTE_ADDR": "192.0.2.7"}


def links(lab: Printflow) -> list[str]:
    """Who got links, the newest first."""
    return [mail.to for mail in lab.mails() if mail.template == "find_jobs"]


def ask(browser: FlaskClient, email: str, environment: dict[str, str]) -> tuple[int, str, str]:
    """Status, words and waiting time of the answer, from that network address."""
    form = {"csrf_token": token(browser, "/find"), "email": email}
    answer = browser.post("/find", data=form, environ_base=environment)
    return answer.status_code, said(answer), answer.headers.get("Retry-After", "")


def test_all_jobs_of_the_address_and_no_other(
    lab: Printflow, student: FlaskClient, submit: Submit
) -> None:
    own = [submit(), submit(email="Jane@Example.edu")]
    foreign = submit(email="other@example.edu")
    send(student, "/find", email=" jane@example.EDU ")
    (mail,) = [mail for mail in lab.mails() if mail.template == "find_jobs"]
    sent = lab.mail_preview(mail.id)
    for job in own:
        assert lab.status_url(job) in sent.text
        assert f'href="{lab.status_url(job)}"' in sent.html
    assert foreign.id not in sent.text + sent.html


def test_once_in_ten_minutes_and_the_page_says_so(
    lab: Printflow, student: FlaskClient, submit: Submit, clock: TestClock
) -> None:
    submit()
    for _ in range(3):
        answer = send(student, "/find", email="jane@example.edu")
        assert "One mail goes out in ten minutes" in said(student.get(answer.location))
    assert links(lab) == ["jane@example.edu"]
    clock.advance(minutes=10, seconds=1)
    send(student, "/find", email="jane@example.edu")
    assert links(lab) == ["jane@example.edu"] * 2


def test_twenty_questions_an_hour_from_one_network_address(
    app: Flask, lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    submit()
    browser = app.test_client()
    for number in range(20):
        assert ask(browser, f"nobody{number}@example.edu", CAMPUS)[0] == 303
    known, unknown = (ask(browser, who, CAMPUS) for who in ("jane@example.edu", "x@example.edu"))
    assert known[0] == unknown[0] == 429
    assert "asked for links very often" in known[1]
    assert "Try again in 60 minutes" in known[1]
    assert 3590 <= int(known[2]) <= 3600
    assert links(lab) == [], "nothing is sent, known or not"
    assert ask(browser, "jane@example.edu", {"REMOTE_ADDR": "192.0.2.8"})[0] == 303
    assert links(lab) == ["jane@example.edu"], "others go on"
    clock.advance(hours=1)
    assert ask(browser, "x@example.edu", CAMPUS)[0] == 303


def test_what_is_no_address_is_kept_to_be_mended(lab: Printflow, student: FlaskClient) -> None:
    for typed in ("", "jane", "a@b.c, v@x.y", "a@b.c\nBcc: x@y.zz", "a" * 400 + "@example.edu"):
        answer = send(student, "/find", email=typed)
        assert answer.status_code == 422, typed
        assert 'href="#email"' in answer.text and 'aria-invalid="true"' in answer.text
    assert 'value="jane"' in send(student, "/find", email="jane").text
    assert lab.mails() == []
