"""A sliced file with several plates at the approval: each plate has its own button."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from printflow import Printflow
from tests import sample_models
from tests.crash.scenario import FORM
from tests.e2e.conftest import Server
from tests.e2e.test_main_job import sign_in
from tests.sliced_files import Plate, bundle

pytestmark = [pytest.mark.chromium, pytest.mark.long]

PLATES = (
    Plate(number=1, seconds=3600, grams="10.50", objects=("left.stl", "left.stl"), name="Left"),
    Plate(number=2, seconds=5400, grams="4.25", materials=("PETG",), objects=("right.stl",)),
    Plate(number=3, seconds=1800, grams="2.00", objects=("base.stl",)),
)


@pytest.fixture
def more_settings() -> dict[str, str]:
    """A file that was saved just now counts as saved."""
    return {"PRINTFLOW_SETTLE_SECONDS": "0"}


def test_a_plate_or_all_of_them_fill_the_form(
    server: Server, page: Page, lab: Printflow, tmp_path: Path
) -> None:
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    job = lab.intake.submit(model, **FORM)
    name = f"{job.standard_name}.gcode.3mf"
    beside = lab.files.path(job).with_name(name)
    beside.write_bytes(bundle(*PLATES))
    sign_in(page, server, "Ana")
    page.goto(f"{server.url}/dashboard/jobs/{job.id}/approve")
    weight, hours = page.get_by_label("Weight"), page.get_by_label("Print time")
    material = page.get_by_label("Material")
    page.get_by_role("button", name="Use Plate 2 of 3").click()
    expect(weight).to_have_value("4.25")
    expect(hours).to_have_value("1.50")
    expect(material).to_have_value("PETG")
    expect(page.get_by_label("File to print")).to_have_value(name)
    page.get_by_role("button", name="Use All 3 plates").click()
    expect(weight).to_have_value("16.75")
    expect(hours).to_have_value("3.00")

    beside.write_bytes(bundle(*PLATES[:2], Plate(number=3)))
    page.reload()
    expect(page.get_by_role("button", name="Use Plate")).to_have_count(2)
    expect(page.get_by_role("button", name="Use All")).to_have_count(0)
    expect(page.get_by_text("not sliced")).to_be_visible()


def test_many_plates_do_not_lengthen_the_page(
    server: Server, page: Page, lab: Printflow, tmp_path: Path
) -> None:
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    job = lab.intake.submit(model, **FORM)
    many = [Plate(number=at, seconds=3600, grams="4.50") for at in range(1, 37)]
    lab.files.path(job).with_name(f"{job.standard_name}.gcode.3mf").write_bytes(bundle(*many))
    sign_in(page, server, "Ana")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/dashboard/jobs/{job.id}/approve")
    expect(page.get_by_role("button", name="Use Plate")).to_have_count(36)
    assert page.evaluate("document.documentElement.scrollHeight") < 1700
    page.get_by_role("button", name="Use Plate 36 of 36").click()
    expect(page.get_by_label("Weight")).to_have_value("4.50")
