"""The dashboard and its actions (`bad-inputs.md` B32–B34, B38, B40)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from printflow import (
    STAFF_TRIGGERS,
    ActorKind,
    Job,
    Printflow,
    Status,
    Trigger,
    allowed,
)
from tests.plugins.lab import Submit
from tests.web.conftest import said, send, token

QUOTE = {"weight": "42.5", "hours": "3.25", "material": "PLA", "printer": "Prusa MK4S"}


def test_every_trigger_of_staff_has_a_form() -> None:
    reachable = {trigger for status in Status for trigger in allowed(status, ActorKind.STAFF)}
    assert reachable == set(STAFF_TRIGGERS)


def test_a_row_and_its_menu_offer_what_the_table_allows_and_only_that(
    lab: Printflow, staff: FlaskClient, job_in: Callable[[Status], Job]
) -> None:
    for status in Status:
        if status is Status.ARCHIVED:
            continue
        job = job_in(status)
        page = staff.get(f"/dashboard?status={status}").text
        page += staff.get(
            f"/dashboard/jobs/{job.id}/menu", headers={"X-Requested-With": "fetch"}
        ).text
        offered = {trigger for trigger in Trigger if f'/{job.id}/{trigger}"' in page}
        assert offered == set(allowed(job, ActorKind.STAFF)), status


def test_counts_search_and_all(lab: Printflow, staff: FlaskClient, submit: Submit) -> None:
    submit(student="Grace Hopper")
    submit(student="Alan Turing")
    page = said(staff.get("/dashboard"))
    assert "Grace Hopper" in page
    assert "Alan Turing" in page
    page = said(staff.get("/dashboard?status=all&search=hopper"))
    assert "Grace Hopper" in page
    assert "Alan Turing" not in page
    assert "Grace Hopper" not in said(staff.get("/dashboard?status=PENDING"))


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("weight", ["-1", "0", "NaN", "1e999", "1,500", "heavy", "", "99999999"]),
        ("hours", ["-1", "0", "NaN", "1e999", "1,500", "soon", "", "99999"]),
        ("material", ["", "Cheese"]),
        ("printer", ["Formlabs Form 3", "x"]),
    ],
)
def test_figures_out_of_range(
    lab: Printflow, staff: FlaskClient, submit: Submit, field: str, values: list[str]
) -> None:
    job = submit()
    page = f"/dashboard/jobs/{job.id}/approve"
    for value in values:
        answer = send(staff, page, **{**QUOTE, field: value})
        assert answer.status_code == 422, value
        assert f'id="act-{field}-error" data-error><' not in answer.text
        assert 'value="3.25"' in answer.text or field == "hours", "what was typed is kept"
    assert lab.jobs.get(job.id) == job


def test_a_rejection_needs_a_reason(lab: Printflow, staff: FlaskClient, submit: Submit) -> None:
    job = submit()
    page = f"/dashboard/jobs/{job.id}/reject"
    answer = send(staff, page)
    assert answer.status_code == 422
    assert "Choose at least one reason" in said(answer)
    reason = lab.catalog.current.rejection_reasons[0]
    assert send(staff, page, reasons=[reason.code], text="See the corner.").status_code == 303
    assert lab.jobs.get(job.id).reasons == (reason.text, "See the corner.")
    assert lab.jobs.details(job.id).events[-1].actor.name == "Ana"


def test_what_the_status_does_not_allow(lab: Printflow, staff: FlaskClient, submit: Submit) -> None:
    job = submit()
    lab.jobs.reject(job.id, by="Sam", text="x")
    answer = staff.post(
        f"/dashboard/jobs/{job.id}/approve",
        data={**QUOTE, "csrf_token": token(staff, "/dashboard")},
    )
    assert answer.status_code == 409
    assert "Sam rejected it on Mon, Mar 2, 2026, 9:30 AM." in said(answer)


def test_a_stale_page(lab: Printflow, staff: FlaskClient, submit: Submit) -> None:
    job = submit()
    lab.jobs.approve(job.id, by="Sam", grams=1, hours=1, material="PLA")
    answer = staff.post(
        f"/dashboard/jobs/{job.id}/reject",
        data={"text": "x", "version": "1", "csrf_token": token(staff, "/dashboard")},
    )
    assert answer.status_code == 409
    assert "Sam approved it" in said(answer)
    assert lab.jobs.get(job.id).status is Status.PENDING


@pytest.mark.parametrize(
    "query",
    ["page=-1", "page=0", "page=abc", "page=100000000000", "status=NOPE", "status=uploaded"],
)
def test_parameters_that_are_none(staff: FlaskClient, query: str) -> None:
    assert staff.get(f"/dashboard?{query}").status_code == 400


def test_only_the_job_s_own_files(lab: Printflow, staff: FlaskClient, submit: Submit) -> None:
    one, other = submit(), submit()
    answer = staff.get(f"/dashboard/jobs/{one.id}/files/{one.file.id}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    answer.close()
    for path in (str(other.file.id), "..", "%2e%2e%2fsecret.key", "0"):
        assert staff.get(f"/dashboard/jobs/{one.id}/files/{path}").status_code == 404


def test_a_note_for_the_student_shows_on_their_page(
    lab: Printflow, staff: FlaskClient, student: FlaskClient, submit: Submit
) -> None:
    job = submit()
    page = f"/dashboard/jobs/{job.id}"
    form = {"csrf_token": token(staff, page), "text": "Which way up?", "for_student": "yes"}
    assert staff.post(f"{page}/notes", data=form).status_code == 303
    staff.post(f"{page}/notes", data={**form, "text": "secret", "for_student": ""})
    path = lab.students.url(job).removeprefix(lab.settings.effective_base_url)
    seen = said(student.get(path))
    assert "Which way up?" in seen
    assert "secret" not in seen
    assert "secret" in said(staff.get(page))


def test_the_outbox_shows_mails_and_mends_addresses(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    submit()
    (mail,) = lab.mail.find()
    assert "jane@example.edu" in said(staff.get("/outbox"))
    page = f"/outbox/{mail.id}"
    assert "We have your model" in said(staff.get(page))
    html = staff.get(f"{page}/html")
    assert "sandbox" in html.headers["Content-Security-Policy"]
    form = {"csrf_token": token(staff, page), "to": "nothing"}
    assert staff.post(f"{page}/retry", data=form).status_code == 422
    form["to"] = "jane.doe@example.edu"
    assert staff.post(f"{page}/retry", data=form).status_code == 303
    assert lab.mail.find()[0].to == "jane.doe@example.edu"
    assert staff.get("/outbox?state=lost").status_code == 400
    assert staff.get("/outbox/999").status_code == 404


def test_staff_names(lab: Printflow, staff: FlaskClient) -> None:
    assert send(staff, "/staff", action="add", name="Sam").status_code == 303
    assert lab.people.names() == ("Ana", "Sam")
    form = {"csrf_token": token(staff, "/staff"), "name": "Sam", "next": "/outbox"}
    answer = staff.post("/acting", data=form)
    assert answer.location == "/outbox"
    form["name"] = "Ana"
    assert staff.post("/staff/deactivate", data=form).status_code == 303
    assert lab.people.names() == ("Sam",)
    assert send(staff, "/staff", action="add", name=" ").status_code == 422


def test_a_job_tells_all_that_its_student_wished(
    lab: Printflow, staff: FlaskClient, submit: Submit
) -> None:
    job = submit(quantity=3, note="The flat side down.")
    for page in ("", "/approve"):
        seen = said(staff.get(f"/dashboard/jobs/{job.id}{page}"))
        assert "The flat side down." in seen
        assert "3 copies" in seen
    assert "3 copies" in said(staff.get("/dashboard"))
    lab.students.withdraw(lab.students.url(job).rpartition("/")[2], text="Not any more.")
    seen = said(staff.get(f"/dashboard/jobs/{job.id}"))
    assert f"{job.student_name} canceled the request" in seen
    assert "Message of the student" not in seen


def test_a_form_leads_back_to_the_list_that_it_was_opened_from(
    staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    page = f"/dashboard/jobs/{job.id}/reject"
    for referrer, back in (
        ("http://localhost/dashboard?status=all&sort=name", "/dashboard?status=all&amp;sort=name"),
        ("http://localhost/login?next=/dashboard", ""),
        ("http://evil.example/dashboard", ""),
        ("http://localhost//evil.example/dashboard", ""),
        ("", ""),
    ):
        text = staff.get(page, headers={"Referer": referrer}).text
        assert f'name="next" value="{back}"' in text, referrer
    asked = staff.get(
        f"{page}?next=/dashboard/queue", headers={"Referer": "http://localhost/dashboard"}
    )
    assert 'name="next" value="/dashboard/queue"' in asked.text
