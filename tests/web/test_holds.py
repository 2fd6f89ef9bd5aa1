"""On hold and canceling, as staff and students see it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from printflow import Job, Printflow, Settings, Status
from tests.web.conftest import said, send

Brought = Callable[[str], Job]


def path(lab: Printflow, job: Job) -> str:
    """The student's page."""
    return lab.students.url(job).removeprefix(lab.settings.effective_base_url)


@pytest.mark.parametrize("shown", [True, False])
def test_a_hold_shows_wherever_the_job_does(
    lab: Printflow, staff: FlaskClient, student: FlaskClient, job_in: Brought, shown: bool
) -> None:
    job = job_in("PENDING")
    confirm = lab.students.page(path(lab, job).rpartition("/")[2]).confirm_url
    form = f"/dashboard/jobs/{job.id}/hold"
    more = {"shown": "yes"} if shown else {}
    assert "Enter a reason." in said(send(staff, form, reason=" "))
    assert send(staff, form, reason="<b>Waits for a nozzle", **more).status_code == 303
    listed = staff.get("/dashboard?status=held")
    for page in (staff.get("/dashboard?status=PENDING"), listed):
        assert "On hold" in said(page) and f"{job.id}/release" in page.text
        assert f"{job.id}/confirm" not in page.text
    assert "&lt;b&gt;Waits for a nozzle" in staff.get(f"/dashboard/jobs/{job.id}").text
    assert "On hold" in said(staff.get(f"/dashboard/jobs/{job.id}/reject"))
    for address in (path(lab, job), confirm):
        page = student.get(address)
        assert "The lab put this on hold" in said(page)
        assert ("Waits for a nozzle" in said(page)) is shown
        assert "Confirm and print" not in said(page)
    assert send(staff, f"/dashboard/jobs/{job.id}/release").status_code == 303
    assert "Confirm and print" in said(student.get(confirm))
    assert "No job is on hold" in said(staff.get("/dashboard?status=held"))


def test_a_print_on_hold_is_not_handed_over(
    lab: Printflow, staff: FlaskClient, job_in: Brought
) -> None:
    job = lab.jobs.hold(job_in("COMPLETED").id, by="Ana", reason="Check the wall first")
    page = staff.get(f"/pick-up/{job.id}")
    assert "don't hand it over" in said(page) and "Check the wall first" in said(page)
    assert "Payment method" not in said(page)
    assert "On hold" in said(staff.get("/pick-up"))


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """A lab that lets students cancel in one of the ways."""
    return settings.model_copy(update={"students_cancel": getattr(request, "param", "ask")})


@pytest.mark.parametrize("settings", ["ask", "until_print", "no"], indirect=True)
def test_students_cancel_as_the_lab_lets_them(
    lab: Printflow, student: FlaskClient, staff: FlaskClient, job_in: Brought
) -> None:
    students_cancel = lab.settings.students_cancel
    page = path(lab, job_in("READYTOPRINT"))
    shown = student.get(page)
    job_id = lab.students.job(page.rpartition("/")[2]).id
    assert ("Ask to cancel" in said(shown)) is (students_cancel == "ask")
    csrf = student.get(page).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": csrf, "text": "Too late"}
    canceled = student.post(f"{page}/cancel", data=form)
    assert (canceled.status_code == 303) is (students_cancel == "until_print")
    if students_cancel == "until_print":
        assert lab.jobs.get(job_id).status is Status.REJECTED
        assert "You canceled this request" in said(student.get(page))
        return
    asked = student.post(f"{page}/ask-to-cancel", data=form)
    assert (asked.status_code == 303) is (students_cancel == "ask")
    if students_cancel == "no":
        assert "Only the lab can cancel" in said(asked)
        return
    assert "You asked us to cancel this print" in said(student.get(page))
    assert "Asks to cancel" in said(staff.get("/dashboard?status=attention"))
    assert "Too late" in said(staff.get(f"/dashboard/jobs/{job_id}"))
    assert send(staff, f"/dashboard/jobs/{job_id}/cancel", reason="").status_code == 303
    told = said(student.get(page))
    assert "You canceled this request" in told and "Too late" in told


def test_two_people_decide_at_once(lab: Printflow, staff: FlaskClient, job_in: Brought) -> None:
    job = job_in("READYTOPRINT")
    form = f"/dashboard/jobs/{job.id}/cancel"
    assert staff.get(form).status_code == 200
    lab.jobs.start_printing(job.id, by="Sam")
    late = staff.get(form)
    assert late.status_code == 409 and "Sam" in said(late)
