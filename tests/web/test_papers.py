"""The ticket and the bag label of a job, and what the job's page says of size and edits."""

from __future__ import annotations

import re
from collections.abc import Callable

import segno
from flask.testing import FlaskClient

from printflow import Job, Printflow
from tests.web.conftest import said

JobIn = Callable[[str], Job]


def test_ticket_and_label_carry_the_code_of_the_job(staff: FlaskClient, job_in: JobIn) -> None:
    job = job_in("READYTOPRINT")
    code = segno.make(f"http://127.0.0.1:8080/pick-up/{job.id}", error="m", micro=False)
    dark = {(x, y) for y, row in enumerate(code.matrix) for x, one in enumerate(row) if one}
    for page in ("ticket", "label"):
        answer = staff.get(f"/dashboard/jobs/{job.id}/{page}")
        squares = re.findall(r"M(\d+) (\d+)h1v1h-1z", answer.text)
        assert {(int(x), int(y)) for x, y in squares} == dark
        assert job.id in said(answer)
        assert "Jane Doe" in said(answer)
    assert "Due: $4.25" in said(answer)
    assert staff.get("/dashboard/jobs/ZZZZZZZZ/label").status_code == 404


def test_a_paid_job_has_nothing_to_pay(staff: FlaskClient, job_in: JobIn) -> None:
    job = job_in("PAIDPICKEDUP")
    assert "Paid" in said(staff.get(f"/dashboard/jobs/{job.id}/label"))
    assert "Due:" not in said(staff.get(f"/dashboard/jobs/{job.id}/label"))


def test_markup_in_a_note_stays_text(staff: FlaskClient, submit: Callable[..., Job]) -> None:
    job = submit(note="<b>Eve</b>")
    ticket = staff.get(f"/dashboard/jobs/{job.id}/ticket").text
    assert "<b>Eve" not in ticket and "&lt;b&gt;Eve" in ticket


def test_the_job_page_sets_the_size_against_the_volume_and_names_edits(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("UPLOADED")
    lab.corrections.edit(job.id, by="Ana", station="front desk", class_number="ME 101")
    lab.dispatch()
    words = said(staff.get(f"/dashboard/jobs/{job.id}"))
    assert "250 × 210 × 220 mm" in words
    assert lab.queue.fits_planned(lab.jobs.get(job.id)) == (lab.jobs.get(job.id).facts is not None)
    assert "Class: ARCH 4000 → ME 101" in words
    assert "front desk" in words
