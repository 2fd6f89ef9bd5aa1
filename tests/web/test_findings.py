"""What may go wrong when a model is printed, on the pages of students and staff."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from printflow import Printflow
from tests import sample_models
from tests.inspection.printable import box, together
from tests.plugins.lab import Submit
from tests.web.test_own_job import path

FLOATING = together(box(20, 20, 10), box(6, 6, 6, (30, 4, 14)))
ISLAND = "A part starts in the air, 14 mm up"


def test_staff_get_places_and_students_words(
    staff: FlaskClient, student: FlaskClient, lab: Printflow, submit: Submit, model: Path
) -> None:
    model.write_bytes(sample_models.stl(FLOATING.tolist()))
    job = submit()
    page = f"/dashboard/jobs/{job.id}"
    assert "How well it prints" not in staff.get(page).text, "nothing is known yet"
    lab.models.inspect_due()
    text = staff.get(page).text
    button = re.search(r'<button[^>]*data-finding="island"[^>]*data-finding-at="([^"]+)"', text)
    assert button
    assert [float(one) for one in button[1].split()] == pytest.approx([33, 7, 14], abs=0.3)
    assert ISLAND in text
    assert "Watertight and fits. Check how well it prints." in text
    assert "Checked for filament with 0.4 mm lines and 0.2 mm layers." in text
    own = student.get(path(lab, job)).text
    assert ISLAND in own
    assert "data-finding-at" not in own
    assert "1 print warning<" in staff.get("/dashboard").text


def test_a_good_model_is_said_to_be_one(
    staff: FlaskClient, student: FlaskClient, lab: Printflow, submit: Submit
) -> None:
    job = submit()
    lab.models.inspect_due()
    assert "No problems found." in staff.get(f"/dashboard/jobs/{job.id}").text
    assert "How well it prints" not in student.get(path(lab, job)).text
    assert "print warning" not in staff.get("/dashboard").text
