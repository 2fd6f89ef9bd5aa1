"""Handing out: the list of what waits, and two taps for each job, on a page without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from printflow import Job, Printflow, Settings, Status
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import PASSWORD, said, send, token

JobIn = Callable[[str], Job]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A lab that keeps prints for 30 days."""
    return settings.model_copy(update={"dispose_after_days": 30})


def choice(page: str, words: str) -> str:
    """The address behind a link."""
    found = re.search(rf'href="([^"]+)">{words}</a>', page)
    assert found, words
    return found[1].replace("&amp;", "&")


def fields(page: str) -> dict[str, str]:
    """What the page's form holds."""
    form = re.search(r'<form method="post" action="/pick-up/.*?</form>', page, re.S)
    assert form
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))


def test_two_taps_and_the_undo(staff: FlaskClient, lab: Printflow, job_in: JobIn) -> None:
    job = lab.jobs.complete(job_in("PRINTING").id, by="Sam", shelf="B3")
    here = f"/pick-up/{job.id}"
    opened = staff.get(here)
    assert ["Jane Doe", job.id, "B3", "$4.25"] == [
        word for word in ("Jane Doe", job.id, "B3", "$4.25") if word in said(opened)
    ]
    chosen = staff.get(choice(opened.text, "Cash"))
    assert "Paid $4.25 by cash – mark as picked up" in said(chosen)
    assert lab.jobs.get(job.id).status is Status.COMPLETED, "looking changes nothing"
    answer = staff.post(here, data=fields(chosen.text))
    assert (answer.status_code, answer.location) == (303, here)
    done = staff.get(here)
    assert "Already picked up" in said(done)
    assert "Undo" in said(done)
    (payment,) = lab.jobs.details(job.id).payments
    assert (payment.amount_cents, payment.method, payment.by) == (425, "cash", "Ana")
    event = re.search(r'name="event" value="(\d+)"', done.text)
    assert event
    undone = staff.post(
        f"/dashboard/jobs/{job.id}/undo",
        data={"csrf_token": token(staff, here), "event": event[1], "next": here},
    )
    assert undone.location == here
    assert "Payment method" in said(staff.get(here))
    assert lab.jobs.details(job.id).payments == ()


def test_a_second_tap_pays_nothing_twice(staff: FlaskClient, lab: Printflow, job_in: JobIn) -> None:
    job = job_in("COMPLETED")
    form = fields(staff.get(f"/pick-up/{job.id}?method=card").text)
    assert staff.post(f"/pick-up/{job.id}", data=form).status_code == 303
    again = staff.post(f"/pick-up/{job.id}", data=form)
    assert again.status_code == 409
    assert "Already picked up" in said(again)
    assert len(lab.jobs.details(job.id).payments) == 1


def test_an_amount_that_is_not_due_is_refused_with_the_page(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("COMPLETED")
    form = fields(staff.get(f"/pick-up/{job.id}?method=cash").text)
    answer = staff.post(f"/pick-up/{job.id}", data={**form, "amount": "1.00"})
    assert answer.status_code == 422
    assert "$4.25 is due" in said(answer)
    assert lab.jobs.get(job.id).status is Status.COMPLETED
    assert "Payment method" in said(staff.get(f"/pick-up/{job.id}?method=shells"))
    assert staff.post(f"/pick-up/{job.id}", data={**form, "version": "x"}).status_code == 400


def test_the_receipt_number_is_asked_for_where_the_lab_wants_one(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    lab.catalog.change({"payments": {"receipt_methods": ["card"]}}, by="Ana")
    job = job_in("COMPLETED")
    here = f"/pick-up/{job.id}"
    assert 'name="receipt"' not in staff.get(f"{here}?method=cash").text
    asked = staff.get(f"{here}?method=card").text
    assert 'name="receipt"' in asked
    refused = staff.post(here, data=fields(asked))
    assert refused.status_code == 422
    assert "Enter the receipt number" in said(refused)
    done = staff.post(here, data={**fields(asked), "receipt": "R-17"})
    assert done.status_code == 303
    assert lab.jobs.details(job.id).payments[0].receipt == "R-17"


def test_nothing_to_pay_is_one_tap(staff: FlaskClient, lab: Printflow, job_in: JobIn) -> None:
    job = lab.jobs.complete(job_in("PRINTING").id, by="Sam", cost="0")
    page = staff.get(f"/pick-up/{job.id}")
    assert "Nothing due – mark as picked up" in said(page)
    assert staff.post(f"/pick-up/{job.id}", data=fields(page.text)).status_code == 303
    assert lab.jobs.get(job.id).status is Status.PAIDPICKEDUP


SAYS = {
    "UPLOADED": ("Not reviewed yet", "approve"),
    "PENDING": ("The price isn't confirmed yet", ""),
    "READYTOPRINT": ("Not printed yet", "start_printing"),
    "PRINTING": ("Being printed on Prusa MK4S", "complete"),
    "PAIDPICKEDUP": ("Already picked up", ""),
    "REJECTED": ("This job was rejected", ""),
}


@pytest.mark.parametrize("status", SAYS)
def test_other_states_say_what_to_do(staff: FlaskClient, job_in: JobIn, status: str) -> None:
    job = job_in(status)
    words, step = SAYS[status]
    page = staff.get(f"/pick-up/{job.id}")
    assert words in said(page)
    assert "Payment method" not in said(page)
    steps = re.findall(rf'href="/dashboard/jobs/{job.id}/(\w+)\?', page.text)
    assert steps == ([step] if step else [])


def test_who_is_not_signed_in_comes_back_to_the_job(
    student: FlaskClient, app: object, job_in: JobIn
) -> None:
    job = job_in("COMPLETED")
    sent = student.get(f"/pick-up/{job.id}")
    assert sent.status_code == 303
    form = student.get(sent.location)
    back = re.search(r'name="next" value="([^"]+)"', form.text)
    assert back and back[1] == f"/pick-up/{job.id}"
    answer = student.post(
        "/login",
        data={
            "csrf_token": token(student, sent.location),
            "new_name": "Ana",
            "name": "Ana",
            "password": PASSWORD,
            "next": back[1],
        },
    )
    assert answer.location == f"/pick-up/{job.id}"
    for foreign in ("//evil.example", "https://evil.example/pick-up", "/\\evil.example"):
        page = student.get("/login", query_string={"next": foreign}).text
        # Choosing a language leads back to this page, its own address.
        page = re.sub(r"<form[^>]*data-language>.*?</form>", "", page, flags=re.DOTALL)
        assert "evil" not in page


def test_the_list_search_and_the_camera(
    staff: FlaskClient, lab: Printflow, submit: Submit, job_in: JobIn, clock: TestClock
) -> None:
    old = lab.jobs.complete(job_in("PRINTING").id, by="Sam", shelf="B3")
    clock.advance(days=8)
    young = job_in("COMPLETED")
    lab.dispatch()
    page = staff.get("/pick-up")
    assert re.findall(r'id="job-(\w+)"', page.text)[1:] == [old.id, young.id]
    for words in (
        "B3",
        "waiting 8 days",
        "$4.25 due",
        "reminded Tue, Mar 10",
        "kept until Wed, Apr 1",
        "no shelf",
    ):
        assert words in said(page), words
    assert page.headers["Permissions-Policy"].startswith("camera=(self),")
    assert staff.get("/dashboard").headers["Permissions-Policy"].startswith("camera=(),")
    found = staff.get("/pick-up", query_string={"search": old.id.lower()})
    assert found.location == f"/pick-up/{old.id}"
    assert old.id in said(staff.get("/pick-up?search=jane"))
    other = submit(student="Zoe Zimmer")
    nobody = staff.get("/pick-up?search=zimmer")
    assert "No finished print matches." in said(nobody)
    assert f"/pick-up/{other.id}" in nobody.text
    assert "Nothing has been waiting that long." in said(staff.get("/pick-up?overdue=yes"))
    assert staff.get("/pick-up?after=nonsense").status_code == 400
    assert staff.get("/pick-up/ZZZZZZZZ").status_code == 404


def test_shelf_on_forms_rows_and_papers(staff: FlaskClient, lab: Printflow, job_in: JobIn) -> None:
    job = job_in("PRINTING")
    act = f"/dashboard/jobs/{job.id}/complete"
    assert "Shelf" in said(staff.get(act))
    refused = send(staff, act, shelf="x" * 41, cost="", weight="")
    assert refused.status_code == 422
    assert "Use at most 40 characters" in said(refused)
    assert send(staff, act, shelf="B<3>", cost="", weight="").status_code == 303
    assert lab.jobs.get(job.id).shelf == "B<3>"
    pages = (
        f"/dashboard/jobs/{job.id}",
        f"/dashboard/jobs/{job.id}/pick_up",
        f"/dashboard/jobs/{job.id}/label",
        f"/dashboard/jobs/{job.id}/ticket",
        f"/pick-up/{job.id}",
        "/pick-up",
        "/dashboard?status=COMPLETED",
    )
    for page in pages:
        assert "B<3>" in said(staff.get(page)), page
        assert "B<3>" not in staff.get(page).text
    edit = f"/dashboard/jobs/{job.id}/edit"
    assert send(staff, edit, shelf="C/1").status_code == 303
    words = said(staff.get(f"/dashboard/jobs/{job.id}"))
    assert "Shelf: B<3> → C/1" in words
    assert "Kept until" in words
    own = staff.get(lab.students.url(lab.jobs.get(job.id)).partition("8080")[2])
    assert "C/1" not in said(own), "students are not told"


def test_bulk_shelf_and_disposal(
    staff: FlaskClient, lab: Printflow, job_in: JobIn, clock: TestClock
) -> None:
    jobs = [job_in("PRINTING") for _ in range(2)]
    chosen = [f"{job.id}:{job.version}" for job in jobs]
    form = {"job": chosen, "trigger": "complete", "shelf": "Bin 4", "cost": "", "weight": ""}
    page = staff.get("/dashboard/bulk", query_string={"job": chosen, "trigger": "complete"})
    assert "Shelf for all of them" in said(page)
    answer = staff.post("/dashboard/bulk", data={**form, "csrf_token": token(staff, "/pick-up")})
    assert "2 of 2 done" in said(answer)
    assert {lab.jobs.get(job.id).shelf for job in jobs} == {"Bin 4"}
    clock.advance(days=22)
    lab.dispatch()
    lab.dispatch()
    clock.advance(days=9.5)
    listed = staff.get("/pick-up?overdue=yes")
    assert [job.id in listed.text for job in jobs] == [True, True]
    chosen = re.findall(r'name="job" value="([^"]+)"', listed.text)
    page = staff.get("/dashboard/bulk", query_string={"job": chosen, "trigger": "dispose"})
    assert "We'll email each student" in said(page)
    form = {"job": chosen, "trigger": "dispose", "reason": ""}
    answer = staff.post("/dashboard/bulk", data={**form, "csrf_token": token(staff, "/pick-up")})
    assert "2 of 2 done" in said(answer)
    assert "The print was discarded" in said(staff.get(f"/pick-up/{jobs[0].id}"))
    own = said(staff.get(lab.students.url(lab.jobs.get(jobs[0].id)).partition("8080")[2]))
    assert "This print wasn't picked up" in own
    assert "Picked up – done" not in own
    words = said(staff.get(f"/dashboard/jobs/{jobs[0].id}"))
    assert "Ana discarded the print" in words
    assert "not picked up for 31 days" in words


def test_a_disposal_that_may_not_be_says_why(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("COMPLETED")
    act = f"/dashboard/jobs/{job.id}/dispose"
    assert "it's kept until Wed, Apr 1, 2026" in said(staff.get(act))
    answer = send(staff, act, reason="")
    assert answer.status_code == 422
    assert "The print has been ready since Mar 2, 2026." in said(answer)
    assert "No reminder has reached the student yet." in said(answer)
