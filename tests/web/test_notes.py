"""Notes and messages: written from row and page, held, taken back; and edits that are."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from printflow import Job, Printflow
from tests.plugins.lab import Submit, TestClock
from tests.web.conftest import said, send, token


def undo_of(page: str) -> tuple[str, dict[str, str]]:
    """Where the notice's undo leads, and its form."""
    form = next(
        one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if "data-undo" in one
    )
    address = re.search(r'action="([^"]+)"', form)
    assert address
    return address[1], dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def messages(lab: Printflow, job: Job) -> list[str]:
    return [one.state for one in lab.jobs.details(job.id).mails if one.template == "message"]


def test_a_message_waits_and_can_be_taken_back(
    staff: FlaskClient, lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    job = submit()
    page = f"/dashboard/jobs/{job.id}/notes"
    answer = send(staff, page, text="Which way up?", for_student="yes", next="/dashboard")
    assert (answer.status_code, answer.location) == (303, "/dashboard")
    lab.dispatch()
    assert messages(lab, job) == ["queued"], "it waits as long as it can be taken back"
    address, form = undo_of(staff.get("/dashboard").text)
    assert staff.post(address, data=form).location == "/dashboard"
    assert "Undone" in said(staff.get("/dashboard"))
    assert lab.jobs.details(job.id).notes == ()
    clock.advance(minutes=1)
    lab.dispatch()
    assert messages(lab, job) == ["canceled"]
    staff.post(address, data=form)
    assert "note no longer exists" in said(staff.get("/dashboard"))


def test_a_message_that_has_left_stays(
    staff: FlaskClient, lab: Printflow, submit: Submit, clock: TestClock
) -> None:
    job = submit()
    send(staff, f"/dashboard/jobs/{job.id}/notes", text="Which way up?", for_student="yes")
    address, form = undo_of(staff.get("/dashboard").text)
    clock.advance(seconds=31)
    lab.dispatch()
    assert messages(lab, job) == ["sent"]
    staff.post(address, data=form)
    assert "already been sent" in said(staff.get("/dashboard"))
    clock.advance(seconds=10)
    staff.post(address, data=form)
    assert "more than 35 seconds ago" in said(staff.get("/dashboard"))
    assert len(lab.jobs.details(job.id).notes) == 1


def test_what_a_student_wrote_is_not_taken_back(
    staff: FlaskClient, lab: Printflow, submit: Submit
) -> None:
    job = submit()
    lab.messages.send(lab.students.url(job).rpartition("/")[2], "Please hurry.")
    (note,) = lab.jobs.details(job.id).notes
    form = {"csrf_token": token(staff, "/staff")}
    staff.post(f"/dashboard/jobs/{job.id}/notes/{note.id}/undo", data=form)
    assert lab.jobs.details(job.id).notes == (note,)
    page = staff.get(f"/dashboard/jobs/{job.id}")
    assert "from the student" in said(page)
    other = submit()
    staff.post(f"/dashboard/jobs/{other.id}/notes/{note.id}/undo", data=form)
    assert lab.jobs.details(job.id).notes == (note,)


def test_an_empty_note_keeps_the_form(staff: FlaskClient, lab: Printflow, submit: Submit) -> None:
    job = submit()
    answer = send(staff, f"/dashboard/jobs/{job.id}/notes", text=" ", for_student="yes")
    assert answer.status_code == 422
    assert "Enter a note" in said(answer)
    assert re.search(r'name="for_student"[^>]* checked', answer.text)
    assert lab.jobs.details(job.id).notes == ()


def test_an_edit_is_taken_back(staff: FlaskClient, lab: Printflow, submit: Submit) -> None:
    job = submit()
    page = f"/dashboard/jobs/{job.id}/edit"
    answer = send(staff, page, student_name="Jane Roe", version="1", next="/dashboard")
    assert answer.location == "/dashboard"
    address, form = undo_of(staff.get("/dashboard").text)
    staff.post(address, data=form)
    back = lab.jobs.get(job.id)
    assert back.student_name == job.student_name
    assert [found.id for found in lab.jobs.find(search=job.student_name)] == [job.id]
    assert [event.trigger for event in lab.jobs.details(job.id).events] == [
        "submit",
        "edit",
        "undo",
    ]


def test_a_row_s_menu_offers_notes_and_edits(staff: FlaskClient, submit: Submit) -> None:
    job = submit()
    page = staff.get(f"/dashboard/jobs/{job.id}/menu", headers={"X-Requested-With": "fetch"}).text
    for action in ("notes", "edit"):
        assert f'href="/dashboard/jobs/{job.id}/{action}"' in page


def test_a_question_needs_attention_until_it_is_answered(
    staff: FlaskClient, lab: Printflow, submit: Submit
) -> None:
    job = submit()
    secret = lab.students.url(job).rpartition("/")[2]

    def asks() -> bool:
        page = staff.get("/dashboard?status=attention").text
        assert ("waiting for a reply" in page) == (f'id="job-{job.id}"' in page)
        return f'id="job-{job.id}"' in page

    assert not asks()
    lab.messages.send(secret, "Can it be blue?")
    assert asks()
    lab.notes.add(job.id, by="Ana", text="ask Ben")
    assert asks(), "a note among staff is no answer"
    note = lab.notes.add(job.id, by="Ana", text="Yes.", for_student=True, hold_mail=True)
    assert not asks()
    lab.notes.take_back(job.id, note, by="Ana")
    assert asks(), "the answer was taken back"
    staff.post(f"/dashboard/jobs/{job.id}/answered", data={"csrf_token": token(staff, "/staff")})
    assert not asks()
    lab.messages.send(secret, "Thank you!")
    assert asks()


def test_a_note_of_staff_is_in_every_dialog_about_the_job_s_money(
    staff: FlaskClient, lab: Printflow, job_in: Callable[[str], Job]
) -> None:
    waiting, gone = job_in("COMPLETED"), job_in("PAIDPICKEDUP")
    for job in (waiting, gone):
        lab.notes.add(job.id, by="Ben", text="DO NOT HAND OUT")
    for page in (
        f"/dashboard/payments/take?job={waiting.id}",
        f"/dashboard/payments/write-off?job={waiting.id}",
        f"/dashboard/payments/refund?job={gone.id}",
        f"/dashboard/jobs/{waiting.id}/notes",
    ):
        assert "DO NOT HAND OUT" in said(staff.get(page)), page
