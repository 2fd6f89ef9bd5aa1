"""Whether previewed G-code can be of the job's model: what the page asks, and what it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from printflow import Job, Printflow
from tests import sample_models
from tests.gcode_files import sliced


@pytest.fixture
def job(job_in: Callable[[str], Job]) -> Job:
    return job_in("UPLOADED")


@pytest.fixture
def measured(lab: Printflow, job: Job) -> Job:
    """A job whose box of 20 x 15 x 10 mm was looked into."""
    lab.models.inspect_due()
    return lab.jobs.get(job.id)


def test_the_library_compares(staff: FlaskClient, measured: Job) -> None:
    for asked, said, doubt in (
        ("x=15.1&y=20.2&z=10&parts=1", "It prints 15.1 × 20.2 × 10.0 mm. The model is", False),
        ("x=60&y=40&z=30&parts=1", "doesn't look like it was made from this model", True),
        ("x=200&y=150&z=10&parts=4", "It prints 200.0 × 150.0 × 10.0 mm.", False),
        ("x=40&y=30&z=20&parts=1", "at 200% of its size", False),
    ):
        answer = staff.get(f"/dashboard/jobs/{measured.id}/outline?{asked}")
        assert answer.status_code == 200
        assert answer.json is not None
        assert said in answer.json["text"], asked
        assert answer.json["doubt"] is doubt, asked


def test_nothing_measured_nothing_said_and_figures_that_are_none(
    staff: FlaskClient, job: Job
) -> None:
    page = f"/dashboard/jobs/{job.id}/outline"
    answer = staff.get(f"{page}?x=1&y=1&z=1&parts=0")
    assert answer.json == {"text": "", "doubt": False}
    for asked in ("", "x=1&y=1&z=nan&parts=1", "x=-1&y=1&z=1&parts=1", "x=1e9"):
        assert staff.get(f"{page}?{asked}").status_code == 400, asked


def test_the_button_stands_by_gcode_alone(
    staff: FlaskClient, lab: Printflow, job: Job, tmp_path: Path
) -> None:
    page = f"/dashboard/jobs/{job.id}"
    assert "data-preview" not in staff.get(page).text
    for name, data in (
        ("box.gcode", sliced("prusa").encode()),
        ("box.stl", sample_models.stl()),
    ):
        file = tmp_path / name
        file.write_bytes(data)
        lab.versions.add(job.id, file, by="Ana", expected_version=lab.jobs.get(job.id).version)
    text = staff.get(page).text
    assert text.count("data-preview>") == 1
    assert text.count('x-data="gcodePreview"') == 1
