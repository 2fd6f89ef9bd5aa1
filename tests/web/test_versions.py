"""A new version of a job's file: what is kept, what is void, and what is refused."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from printflow import Job, LinkOvertaken, Printflow, StaleJob, TransitionRefused
from printflow.importing.rows import flask_list
from tests import old_system, sample_models
from tests.inspection import reading
from tests.integration.test_inspection_queue import gcode
from tests.web.conftest import said, send, token
from tests.web.test_confirm import link

JobIn = Callable[[str], Job]


def replaced(staff: FlaskClient, job: Job, name: str, data: bytes, **more: str) -> TestResponse:
    page = f"/dashboard/jobs/{job.id}"
    form = {"csrf_token": token(staff, page), "file": (io.BytesIO(data), name), **more}
    return staff.post(
        f"{page}/versions", data=form, content_type="multipart/form-data", follow_redirects=True
    )


def test_the_original_is_kept_and_the_link_is_void(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("PENDING")
    secret = link(lab, job).rpartition("/")[2]
    kept = lab.files.path(job.original).read_bytes()
    fixed = sample_models.stl() + b"\0"
    words = said(replaced(staff, job, "fixed.stl", fixed))
    assert "their link no longer works" in words
    assert "Ana replaced the file to print" in words
    now = lab.jobs.get(job.id)
    assert now.file.name == f"{job.standard_name}_v2.stl"
    assert lab.files.path(now.file).read_bytes() == fixed
    assert lab.jobs.details(job.id).events[-1].details["why"] == "another file"
    badges = staff.get(f"/dashboard/jobs/{job.id}").text
    assert ">New version · file to print<" in badges
    assert ">Sliced" not in badges, "no slicer made it"
    assert lab.files.path(now.file).parent.name == "Pending"
    assert lab.files.path(now.original).read_bytes() == kept
    assert lab.files.path(now.original).parent.name == "Originals"
    with pytest.raises((LinkOvertaken, TransitionRefused)):
        lab.quotes.confirm(secret, consent=True)
    again = lab.jobs.requote(job.id, by="Ana", grams="40", hours="3", material="PLA")
    assert lab.jobs.details(job.id).quotes[-1].file_sha256 == again.file.sha256
    lab.quotes.confirm(link(lab, again).rpartition("/")[2], consent=True)
    assert lab.files.path(lab.jobs.get(job.id)).parent.name == "ReadyToPrint"


def test_what_a_slicer_saved_is_taken_and_shows_its_picture(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("UPLOADED")
    words = said(replaced(staff, job, "sliced for the MK4S.gcode", gcode(200)))
    assert "_v2.gcode" in words
    lab.models.inspect_due()
    now = lab.jobs.get(job.id)
    assert now.pictured is not None
    assert now.pictured.id == now.file.id
    with Image.open(io.BytesIO(lab.models.picture(now.pictured))) as picture:
        assert picture.size == (200, 200)
    assert "empty" in said(replaced(staff, job, "nothing.gcode", b""))


def test_the_plates_of_a_project_are_listed(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("UPLOADED")
    project = reading.plates(("", [(1, 0)]), ("Lid &lt;b>", [(2, 0)]))
    assert "_v2.3mf" in said(replaced(staff, job, "two.3mf", project))
    lab.models.inspect_due()
    page = staff.get(f"/dashboard/jobs/{job.id}").text
    row = re.search(r"<dt>Plates</dt><dd.*?</dd>", page, re.DOTALL)
    assert row
    assert "“Lid &lt;b&gt;” <bdi>32.0 × 12.0 × 7.0 mm</bdi>" in row[0]


def test_what_is_no_model_or_comes_too_late_changes_nothing(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("UPLOADED")
    assert "_v2" not in said(replaced(staff, job, "virus.exe", b"MZ" * 99))
    assert len(lab.jobs.get(job.id).files) == 1
    stale = replaced(staff, job, "fixed.stl", sample_models.stl(), version="99")
    assert stale.status_code == 409
    printing = job_in("PRINTING")
    assert "be replaced while" in said(replaced(staff, printing, "b.stl", sample_models.stl()))
    assert lab.jobs.get(printing.id).files == printing.files
    with pytest.raises(StaleJob):
        lab.versions.add(job.id, lab.files.path(job), by="Ana", expected_version=99)
    assert not list((lab.settings.store / ".incoming").glob("*"))


def test_a_new_version_is_taken_back(staff: FlaskClient, lab: Printflow, job_in: JobIn) -> None:
    job = job_in("PENDING")
    secret = link(lab, job).rpartition("/")[2]
    page = replaced(staff, job, "fixed.stl", sample_models.stl() + b"\0").text
    event = lab.jobs.details(job.id).events[-1].id
    assert f'name="event" value="{event}"' in page
    form = {"csrf_token": token(staff, "/staff"), "event": str(event)}
    staff.post(f"/dashboard/jobs/{job.id}/undo", data=form)
    back = lab.jobs.get(job.id)
    assert (back.file.name, back.file.folder) == (job.file.name, "Pending")
    assert lab.files.path(back).parent.name == "Pending"
    lab.quotes.confirm(secret, consent=True)
    assert lab.jobs.get(job.id).status == "READYTOPRINT"


def test_a_job_that_was_imported_without_a_file_says_so(
    staff: FlaskClient, lab: Printflow, tmp_path: Path
) -> None:
    old = flask_list(old_system.make(tmp_path / "old", [old_system.old_job(1, "", "UPLOADED")]))
    (tmp_path / "nothing").mkdir()
    lab.imports.run(old, tmp_path / "nothing", without_file=True)
    (job,) = lab.jobs.find()
    page = f"/dashboard/jobs/{job.id}"
    words = said(staff.get(page))
    assert "No file" in words
    assert "imported without a file" in words
    assert "printflow://" not in staff.get(page).text
    assert "File missing" not in said(staff.get("/dashboard"))
    assert staff.get(f"{page}/files/{job.file.id}").status_code == 404
    approved = {"weight": "10", "hours": "1", "material": "PLA", "printer": job.printer}
    refused = send(staff, f"{page}/approve", **approved)
    assert "imported without a file" in said(refused)
    replaced(staff, job, "found.stl", sample_models.stl())
    assert lab.jobs.get(job.id).file.name == f"{job.standard_name}_v2.stl"
    assert "printflow://" in staff.get(page).text


def test_staff_scale_a_model_and_take_it_back(
    staff: FlaskClient, lab: Printflow, job_in: JobIn
) -> None:
    job = job_in("PENDING")
    kept = lab.files.path(job).read_bytes()
    page = f"/dashboard/jobs/{job.id}"
    form = {"csrf_token": token(staff, page), "version": str(job.version)}
    answer = staff.post(f"{page}/scale", data={**form, "scaling": "cm"})
    assert answer.status_code == 422
    assert "Choose the unit that the model was made in." in said(answer)
    answer = staff.post(
        f"{page}/scale", data={**form, "scaling": "centimeters"}, follow_redirects=True
    )
    words = said(answer)
    assert "Ana scaled the model" in words and "centimeters, × 10" in words
    assert "their link no longer works" in words
    now = lab.jobs.get(job.id)
    assert now.file.name == f"{job.standard_name}_v2.stl"
    assert lab.files.path(now.original).read_bytes() == kept
    lab.models.inspect_due()
    lab.models.inspect_due()
    assert lab.jobs.get(job.id).facts.dimensions_mm == pytest.approx((200, 150, 100))  # type: ignore[union-attr]
    # A page that was open before can't scale it once more.
    again = staff.post(f"{page}/scale", data={**form, "scaling": "centimeters"})
    assert again.status_code == 409
    lab.corrections.undo(job.id, by="Ana")
    back = lab.jobs.get(job.id)
    assert back.file.id == back.original.id
    assert lab.files.path(back).read_bytes() == kept
    assert back.facts is not None and back.facts.dimensions_mm == pytest.approx((20, 15, 10))
    lab.quotes.confirm(link(lab, job).rpartition("/")[2], consent=True)
