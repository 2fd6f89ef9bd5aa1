"""Who acts: names that are not known yet, and sessions that end while a form is open."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from printflow import Printflow, Status
from printflow_web.auth import SOMEBODY_ELSE
from tests.plugins.lab import Submit
from tests.web.conftest import PASSWORD, said, send, token

QUOTE = {"weight": "42.5", "hours": "3.25", "material": "PLA", "printer": "Prusa MK4S"}


def test_a_new_name_signs_in_and_joins_the_list(lab: Printflow, student: FlaskClient) -> None:
    lab.add_staff("Ana")
    form = {"name": SOMEBODY_ELSE, "password": PASSWORD}
    answer = send(student, "/login", new_name="", **form)
    assert answer.status_code == 422
    assert "Say who you are" in said(answer)
    assert send(student, "/login", new_name="Bo", **form).status_code == 303
    assert set(lab.staff_names()) == {"Ana", "Bo"}


def test_a_new_name_counts_without_the_choice(lab: Printflow, student: FlaskClient) -> None:
    lab.add_staff("Ana")
    answer = send(student, "/login", name="", new_name="Bo", password=PASSWORD)
    assert answer.status_code == 303
    assert "Bo" in lab.staff_names()


def test_a_wrong_password_adds_no_name(lab: Printflow, student: FlaskClient) -> None:
    lab.add_staff("Ana")
    answer = send(student, "/login", name=SOMEBODY_ELSE, new_name="Bo", password="wrong")
    assert answer.status_code == 401
    assert 'value="Bo"' in answer.text
    assert list(lab.staff_names()) == ["Ana"]


def test_a_dialog_learns_that_the_session_ended(
    app: Flask, lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    page = f"/dashboard/jobs/{job.id}/approve"
    form = {"csrf_token": token(staff, page), **QUOTE}
    for headers in ({"X-Requested-With": "fetch"}, {"Sec-Fetch-Mode": "cors"}):
        stranger = app.test_client()
        assert stranger.post(page, data=form, headers=headers).status_code == 401
        form_of_a_stranger = {**form, "csrf_token": token(stranger, "/login")}
        assert stranger.post(page, data=form_of_a_stranger, headers=headers).status_code == 401
        assert stranger.post(page, data=form_of_a_stranger).status_code == 303
    assert lab.job(job.id).status is Status.UPLOADED


def test_the_form_of_an_action_that_is_not_possible(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    answer = staff.get(f"/dashboard/jobs/{job.id}/complete")
    assert answer.status_code == 409
    assert "“Complete” is not possible" in said(answer)


def test_the_message_after_an_action_is_a_sentence(staff: FlaskClient, submit: Submit) -> None:
    job = submit()
    send(staff, f"/dashboard/jobs/{job.id}/approve", **QUOTE)
    words = f"You approved job {job.id} of Jane Doe. The job is now “Waiting for student”."
    assert words in said(staff.get("/dashboard"))
