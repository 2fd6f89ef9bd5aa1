"""Students sign in: their name and address are the provider's, and "My jobs" are theirs alone."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import InvalidInput, Printflow
from tests import sample_models
from tests.web.conftest import FORM

from .conftest import Walk, path_of, token
from .hostile import HostileProvider


@pytest.fixture
def identity() -> dict[str, Any]:
    return {"students": "optional"}


@pytest.fixture
def liar(liar: HostileProvider) -> HostileProvider:
    liar.claims = {"name": "Jane Doe", "email": "jane@example.edu", "email_verified": True}
    return liar


def send(browser: FlaskClient, **fields: str) -> TestResponse:
    form: dict[str, object] = {"csrf_token": token(browser, "/submit"), **FORM, **fields}
    form["file"] = (io.BytesIO(sample_models.stl()), "bracket.stl")
    return browser.post("/submit", data=form, content_type="multipart/form-data")


def test_name_and_address_cannot_be_forged(
    lab: Printflow, browser: FlaskClient, walk: Walk
) -> None:
    page = browser.get("/submit").text
    assert "Sign in with Example University" in page
    assert path_of(walk(browser, "/sign-in?next=/submit")) == "/submit"
    page = browser.get("/submit").text
    assert "jane@example.edu" in page
    assert 'name="student_email"' not in page
    answer = send(browser, student_name="Eve Evil", student_email="eve@example.org")
    assert answer.status_code == 303
    (job,) = lab.jobs.find()
    assert (job.student_name, job.student_email) == ("Jane Doe", "jane@example.edu")


def test_a_student_has_no_right_of_staff(browser: FlaskClient, walk: Walk, lab: Printflow) -> None:
    walk(browser, "/sign-in")
    for page in ("/dashboard", "/admin/system", "/admin/identity", "/outbox"):
        assert path_of(browser.get(page)).startswith("/login?")
    assert lab.sessions.all() == []


def test_my_jobs_are_those_of_the_person_and_of_the_address(
    app: Flask, lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider
) -> None:
    stranger = app.test_client()
    assert send(stranger).status_code == 303  # by the same address, not signed in
    assert send(stranger, student_email="other@example.edu").status_code == 303
    walk(browser, "/sign-in")
    assert send(browser).status_code == 303
    by_address, others, own = (job.id for job in reversed(lab.jobs.find()))
    page = browser.get("/my-jobs").text
    assert own in page
    assert by_address in page
    assert others not in page
    # A new address: the same person still has what was sent signed in.
    liar.claims["email"] = "doe@example.edu"
    walk(browser, "/sign-in")
    page = browser.get("/my-jobs").text
    assert own in page
    assert by_address not in page
    # The address is somebody else's now, who gets nothing that Jane sent signed in.
    liar.claims |= {"sub": "sub-2", "email": "jane@example.edu", "name": "Jane Other"}
    liar.userinfo = {"sub": "sub-2"}
    other = app.test_client()
    walk(other, "/sign-in")
    assert own not in other.get("/my-jobs").text
    # The page of the link still opens for whoever has it.
    link = lab.students.url(lab.jobs.get(own)).partition("localhost")[2]
    assert stranger.get(link).status_code == 200


@pytest.mark.parametrize("verified", [False, "false"])
def test_an_address_that_the_provider_does_not_vouch_for_is_none(
    browser: FlaskClient, walk: Walk, liar: HostileProvider, lab: Printflow, verified: object
) -> None:
    liar.claims["email_verified"] = verified
    answer = walk(browser, "/sign-in")
    assert answer.status_code == 403
    assert "no verified email address" in answer.text
    assert browser.get("/my-jobs").status_code == 303


def test_signing_out(browser: FlaskClient, walk: Walk, liar: HostileProvider) -> None:
    walk(browser, "/sign-in")
    answer = browser.post("/sign-out", data={"csrf_token": token(browser, "/my-jobs")})
    assert f"{liar.url}/end?id_token_hint=" in answer.text
    assert path_of(browser.get("/my-jobs")) == "/sign-in?next=/my-jobs"


def test_the_provider_being_down_stops_no_submission(
    browser: FlaskClient, liar: HostileProvider
) -> None:
    liar.down = True
    answer = browser.get("/sign-in?next=/submit")
    assert answer.status_code == 503
    assert "Submit without signing in" in answer.text
    assert send(browser).status_code == 303


def test_staff_and_student_in_one_browser_stay_apart(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider
) -> None:
    walk(browser, "/sign-in")
    liar.claims["roles"] = ["lab-staff"]
    walk(browser)
    assert browser.get("/dashboard").status_code == 200
    assert browser.get("/my-jobs").status_code == 200
    browser.post("/logout", data={"csrf_token": token(browser, "/dashboard")})
    assert browser.get("/dashboard").status_code == 303
    assert browser.get("/my-jobs").status_code == 200


@pytest.mark.parametrize("identity", [{"students": "required"}])
def test_where_it_is_required_nothing_comes_in_without(
    lab: Printflow, browser: FlaskClient, walk: Walk, app: Flask
) -> None:
    answer = browser.get("/submit")
    assert path_of(answer) == "/sign-in?next=/submit"
    stranger = app.test_client()
    form: dict[str, object] = {"csrf_token": token(stranger, "/find"), **FORM}
    form["file"] = (io.BytesIO(sample_models.stl()), "bracket.stl")
    refused = stranger.post("/submit", data=form, content_type="multipart/form-data")
    assert refused.status_code == 403
    assert "signed in" in refused.text
    assert lab.jobs.find() == []
    walk(browser, path_of(answer))
    assert send(browser).status_code == 303


@pytest.mark.parametrize("identity", [{"students": "off"}])
def test_where_it_is_off_there_is_no_such_page(browser: FlaskClient, walk: Walk) -> None:
    assert path_of(browser.get("/sign-in")) == "/"
    assert path_of(browser.get("/my-jobs")) == "/find"
    assert "Sign in with" not in browser.get("/submit").text


def test_the_state_of_staff_begins_no_session_of_a_student(
    lab: Printflow, browser: FlaskClient, walk: Walk, liar: HostileProvider
) -> None:
    _, state = liar.code_for(browser.get("/sign-in").location)
    code, _ = liar.code_for(browser.get("/login/provider").location)
    answer = browser.get("/login/callback?" + urlencode({"state": state, "code": code}))
    assert answer.status_code == 403  # the nonce is another sign-in's
    assert browser.get("/my-jobs").status_code == 303


def test_what_is_stored_of_a_student_goes_with_the_person(
    lab: Printflow, browser: FlaskClient, walk: Walk
) -> None:
    walk(browser, "/sign-in")
    assert send(browser).status_code == 303
    lab.dispatch()
    (job,) = lab.jobs.find()
    lab.jobs.reject(job.id, by="Ana", reasons=["Test"], text="Too large")
    lab.dispatch()
    ((person, (record, *_)),) = lab.personal_data.sign_ins("Jane@example.edu")
    assert person.email == "jane@example.edu" and record.accepted
    lab.personal_data.erase("jane@example.edu", by="Ana")
    assert lab.personal_data.sign_ins("jane@example.edu") == ()
    with lab._parts.database.read() as tx:
        assert tx.identity.people_of("jane@example.edu") == []
        assert tx.identity.records(limit=10) == []
    assert browser.get("/my-jobs").status_code == 303
    with pytest.raises(InvalidInput):
        lab.personal_data.export("jane@example.edu")
