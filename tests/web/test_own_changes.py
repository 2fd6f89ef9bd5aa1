"""Students change what they sent until someone has looked at it; after that they ask."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import Job, Printflow
from tests import sample_models
from tests.plugins.lab import Submit
from tests.web.conftest import said, token
from tests.web.test_own_job import path

Brought = Callable[[str], Job]
KEPT = {"color": "True Red", "quantity": "1", "note": ""}


def changed(
    browser: FlaskClient,
    lab: Printflow,
    job: Job,
    file: tuple[str, bytes] | None = None,
    **typed: str,
) -> TestResponse:
    """Send the form of the job's page as a browser does, with what else was typed."""
    page = path(lab, job)
    form: dict[str, object] = {
        "csrf_token": token(browser, page),
        "version": str(job.version),
        **KEPT,
        **typed,
        "file": (io.BytesIO(file[1]), file[0]) if file else (io.BytesIO(b""), ""),
    }
    return browser.post(f"{page}/change", data=form, content_type="multipart/form-data")


def test_color_copies_and_note_change_at_once_and_staff_see_it(
    lab: Printflow, student: FlaskClient, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    answer = changed(student, lab, job, color="True Black", quantity="3", note="Smooth side up")
    assert answer.status_code == 303
    shown = said(student.get(answer.location))
    assert "Your changes are saved." in shown and "changed by you" in shown
    now = lab.jobs.get(job.id)
    assert (now.color, now.quantity, now.student_note) == ("True Black", 3, "Smooth side up")
    assert "_TrueBlack_" in now.standard_name and lab.jobs.find(search="JaneDoe_Filament_TrueBlack")
    page = said(staff.get(f"/dashboard/jobs/{job.id}"))
    assert "Changed by the student on Mon, Mar 2" in page
    assert "Jane Doe edited the details" in page and "Color: True Red → True Black" in page
    assert "Changed by the student" in said(staff.get("/dashboard"))


def test_the_file_is_replaced_and_the_first_one_kept(
    lab: Printflow, student: FlaskClient, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    first, second = lab.files.path(job.file).read_bytes(), sample_models.stl() + b"\0"
    answer = changed(student, lab, job, file=("better.stl", second), color="True Black")
    assert answer.status_code == 303
    now = lab.jobs.get(job.id)
    assert (now.original_name, now.original.id) == ("better.stl", now.file.id)
    assert now.file.name == f"{now.standard_name}_v2.stl" and "_TrueBlack_" in now.file.name
    assert lab.files.path(now.file).read_bytes() == second
    old = next(file for file in now.files if file.role == "replaced")
    assert (old.folder, lab.files.path(old).read_bytes()) == ("Originals", first)
    page = said(staff.get(f"/dashboard/jobs/{job.id}"))
    assert "Replaced by the student" in page and "File: bracket.stl → better.stl" in page
    lab.models.inspect_due()
    assert lab.jobs.get(job.id).facts is not None
    assert lab.doctor.examine().findings == ()


@pytest.mark.parametrize(
    ("typed", "file", "status", "words"),
    [
        ({"quantity": "0"}, None, 422, "a whole number from 1 to 100"),
        ({"color": "Plaid"}, None, 422, "Plaid"),
        ({"note": "x" * 1001}, None, 422, "1000"),
        ({"note": "Kept"}, ("virus.stl", b"MZ" * 99), 415, "Kept"),
        ({"note": "Kept"}, ("paper.exe", b"MZ" * 99), 415, "Choose it again"),
    ],
)
def test_the_forms_rules_apply_again(
    lab: Printflow,
    student: FlaskClient,
    submit: Submit,
    typed: dict[str, str],
    file: tuple[str, bytes] | None,
    status: int,
    words: str,
) -> None:
    job = submit()
    answer = changed(student, lab, job, file, **typed)
    assert (answer.status_code, words in answer.text) == (status, True), said(answer)[:2000]
    assert 'id="change" open' in answer.text
    assert lab.jobs.get(job.id) == job
    assert not list(lab.settings.store.glob(".incoming/*"))


def test_a_page_that_is_out_of_date_changes_nothing_and_says_so(
    lab: Printflow, student: FlaskClient, submit: Submit
) -> None:
    job = submit()
    assert changed(student, lab, job, quantity="2").status_code == 303
    assert changed(student, lab, job, quantity="2").status_code == 303, "the same twice is one"
    late = changed(student, lab, job, quantity="5")
    assert late.status_code == 409
    assert "has changed since you opened this page" in said(late)
    assert re.search(r'id="quantity"[^>]*value="5"', late.text), "what was typed is kept"
    now = lab.jobs.get(job.id)
    assert (now.quantity, now.version) == (2, job.version + 1)


def test_once_staff_have_looked_the_same_place_asks_them(
    lab: Printflow, student: FlaskClient, submit: Submit
) -> None:
    job = submit()
    page = path(lab, job)
    assert "Save changes" in said(student.get(page))
    lab.worklist.mark_reviewed(job.id, by="Ana")
    shown = said(student.get(page))
    assert "Save changes" not in shown and "Ask for a change" in shown
    late = changed(student, lab, job, color="True Black", quantity="4")
    assert late.status_code == 409
    assert "Staff are already working on this" in said(late)
    assert "Color: True Black\nCopies: 4" in late.text, "nothing is typed again"
    form = {"csrf_token": token(student, page), "asks": "change", "message": "Black"}
    assert student.post(f"{page}/messages", data=form).status_code == 303
    assert lab.jobs.details(job.id).notes[0].text == "Black"
    assert lab.jobs.get(job.id).color == "True Red"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("PENDING", "Ask for a change"),
        ("READYTOPRINT", "Ask for a change"),
        ("PRINTING", ""),
        ("COMPLETED", ""),
        ("REJECTED", ""),
    ],
)
def test_what_is_decided_is_not_changed(
    lab: Printflow, student: FlaskClient, job_in: Brought, status: str, words: str
) -> None:
    job = job_in(status)
    assert (words or "Message to staff") in said(student.get(path(lab, job)))
    assert changed(student, lab, job, quantity="2").status_code == 409
    assert lab.jobs.get(job.id).version == job.version


def test_no_staff_page_prices_what_it_did_not_see(
    lab: Printflow, student: FlaskClient, staff: FlaskClient, submit: Submit
) -> None:
    job = submit()
    page = f"/dashboard/jobs/{job.id}/approve"
    form = {"csrf_token": token(staff, page), "version": str(job.version)}
    assert changed(student, lab, job, quantity="2").status_code == 303
    late = staff.post(page, data={**form, "weight": "10", "hours": "1", "material": "PLA"})
    assert late.status_code == 409
    assert "Jane Doe edited the details" in said(late)
