"""Find my jobs: links by mail, alike for every address, and not forever."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from printflow import Printflow
from printflow.domain.limits import Limit
from tests.benchmarks.dashboard import asked
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import said, send, token

CAMPUS = {"REMOTE_ADDR": "192.0.2.7"}


def links(lab: Printflow) -> list[str]:
    """Who got links, the newest first."""
    return [mail.to for mail in lab.mail.find() if mail.template == "find_jobs"]


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
    (mail,) = [mail for mail in lab.mail.find() if mail.template == "find_jobs"]
    sent = lab.mail.preview(mail.id)
    for job in own:
        assert lab.students.url(job) in sent.text
        assert f'href="{lab.students.url(job)}"' in sent.html
    assert foreign.id not in sent.text + sent.html


def test_once_in_ten_minutes_and_the_page_says_when(
    lab: Printflow, student: FlaskClient, submit: Submit, clock: TestClock
) -> None:
    submit()
    first = send(student, "/find", email="jane@example.edu")
    assert "we're emailing it the links" in said(student.get(first.location))
    for _ in range(3):
        clock.advance(minutes=3)
        again = send(student, "/find", email="Jane@EXAMPLE.edu")
        words = said(student.get(again.location))
        assert "we emailed it the links at 9:30 AM. Check your inbox and your spam folder" in words
    assert links(lab) == ["jane@example.edu"]
    clock.advance(minutes=1, seconds=1)
    send(student, "/find", email="jane@example.edu")
    assert links(lab) == ["jane@example.edu"] * 2, "asking meanwhile did not put it off"


def test_nobody_can_keep_a_person_s_links_from_that_person(
    app: Flask, lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    submit()
    stranger, owner = app.test_client(), app.test_client()
    for _ in range(36):
        clock.advance(minutes=5)
        send(stranger, "/find", email="jane@example.edu")
    assert 1 <= len(links(lab)) <= 12, "they are mailed, and they are not many"
    answer = send(owner, "/find", email="jane@example.edu")
    assert answer.status_code == 303
    assert "we emailed it the links" in said(owner.get(answer.location))
    clock.advance(days=1)
    send(owner, "/find", email="jane@example.edu")
    assert len(links(lab)) == 13


def test_a_campus_behind_one_address_can_ask(app: Flask, lab: Printflow, submit: Submit) -> None:
    submit()
    browser = app.test_client()
    form = {"csrf_token": token(browser, "/find")}
    for number in range(60):
        email = {"email": f"student{number}@example.edu"}
        assert browser.post("/find", data={**form, **email}, environ_base=CAMPUS).status_code == 303
    assert ask(browser, "jane@example.edu", CAMPUS)[0] == 303
    assert links(lab) == ["jane@example.edu"]


def test_known_and_unknown_addresses_read_the_same(
    app: Flask, lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    submit()
    known, unknown = app.test_client(), app.test_client()
    for minutes in (0, 3, 8, *[11] * 12, 20, 1500):
        clock.advance(minutes=minutes)
        pages = []
        for browser, email in ((known, "jane@example.edu"), (unknown, "nobody@example.edu")):
            answer = send(browser, "/find", email=email)
            pages.append((answer.status_code, answer.location, said(browser.get(answer.location))))
        assert pages[0] == pages[1]
    assert set(links(lab)) == {"jane@example.edu"}


def test_known_and_unknown_addresses_take_the_same_time(
    app: Flask, student: FlaskClient, submit: Submit
) -> None:
    submit()
    app.config["FIND_SECONDS"] = least = 0.4
    form = {"csrf_token": token(student, "/find")}
    for email in ("jane@example.edu", "nobody@example.edu", "jane@example.edu"):
        began = time.monotonic()
        student.post("/find", data={**form, "email": email})
        assert time.monotonic() - began >= least


def test_the_limit_of_a_network_address_says_when_to_try_again(
    app: Flask, lab: Printflow, submit: Submit, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit()
    few = Limit("find", 3, timedelta(hours=1))
    monkeypatch.setattr("printflow.service.student_messages._QUESTIONS", few)
    browser = app.test_client()
    for number in range(3):
        assert ask(browser, f"nobody{number}@example.edu", CAMPUS)[0] == 303
    known, unknown = (ask(browser, who, CAMPUS) for who in ("jane@example.edu", "x@example.edu"))
    assert known[0] == unknown[0] == 429
    assert "asked for too many links" in known[1]
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
    assert lab.mail.find() == []


def test_many_of_a_browsers_own_jobs_are_read_as_one(
    lab: Printflow, student: FlaskClient, submit: Submit
) -> None:
    jobs = [submit() for _ in range(10)]
    numbers, shown = [], ""
    for own in (jobs[:1], jobs):
        with student.session_transaction() as session:
            session["jobs"] = [job.id for job in own]
        student.get("/find")
        with asked() as number:
            shown = student.get("/find").text
        numbers.append(number[0])
    assert numbers[0] == numbers[1]
    links = [lab.students.url(job) for job in jobs[:-9:-1]]
    places = [shown.index(link.removeprefix(lab.settings.effective_base_url)) for link in links]
    assert places == sorted(places), "the newest eight, the newest first"
    assert lab.students.url(jobs[0]).rpartition("/")[2] not in shown


def test_a_job_that_is_gone_leaves_no_gap(
    lab: Printflow, student: FlaskClient, submit: Submit
) -> None:
    job = submit()
    with student.session_transaction() as session:
        session["jobs"] = ["ZZZZ9999", job.id]
    page = student.get("/find")
    assert page.status_code == 200
    assert lab.students.url(job).rpartition("/")[2] in page.text
