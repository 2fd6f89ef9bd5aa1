"""The preview of G-code on the job's page, in a real browser: at a desk, by keyboard, and on a phone."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from printflow import Printflow
from tests import sample_models
from tests.crash.scenario import FORM
from tests.e2e.conftest import Server
from tests.e2e.test_administration import RULES, faults
from tests.e2e.test_main_job import sign_in
from tests.e2e.test_preview import picture
from tests.gcode_files import binary, sliced
from tests.sliced_files import Plate, bundle

pytestmark = [pytest.mark.chromium, pytest.mark.long]


def added(lab: Printflow, job_id: str, folder: Path, name: str, data: bytes) -> None:
    """A new version of the job's file."""
    file = folder / name
    file.write_bytes(data)
    lab.versions.add(job_id, file, by="Ana", expected_version=lab.jobs.get(job_id).version)


def lines_in(place: Locator) -> int:
    """How many pixels have an outer wall's color."""
    red, green, blue = np.moveaxis(np.asarray(picture(place), dtype=int), -1, 0)
    return int(np.sum((red > 90) & (red > 1.5 * green) & (green > 1.5 * blue)))


def wait_for_lines(place: Locator, wanted: Callable[[int], bool]) -> int:
    """How many there are, once it is what is wanted: a picture comes a moment after its message."""
    until = time.monotonic() + 20
    while not wanted(found := lines_in(place)):
        assert time.monotonic() < until, f"{found} pixels of walls"
    return found


def opened(page: Page, ending: str) -> Locator:
    """The box of the file with that ending, once its print is drawn."""
    box = page.locator(".file", has=page.get_by_text(ending)).filter(
        has=page.locator("[data-preview]")
    )
    box.get_by_role("button", name="Preview").click()
    expect(box.locator(".gcode[data-drawn]")).to_be_attached()
    return box


def test_layers_types_times_and_another_model(
    server: Server, page: Page, lab: Printflow, tmp_path: Path
) -> None:
    model = tmp_path / "box.stl"
    model.write_bytes(sample_models.stl(sample_models.box(20, 20, 10)))
    job = lab.intake.submit(model, **FORM)
    lab.models.inspect_due()
    total = "; estimated printing time (normal mode) = 1h 10m 0s\n"
    added(lab, job.id, tmp_path, "a.gcode", sliced("prusa", ending=total).encode())
    two = [Plate(number=at, seconds=60, grams="1", gcode=sliced("bambu", layers=10 * at))
           for at in (1, 2)]  # fmt: skip
    added(lab, job.id, tmp_path, "b.gcode.3mf", bundle(*two))
    packed = binary(sliced("orca", layers=5), compression=3, encoding=2)
    added(lab, job.id, tmp_path, "c.bgcode", packed)
    sign_in(page, server, "Ana")
    page.goto(f"{server.url}/dashboard/jobs/{job.id}")

    box = opened(page, "_v2.gcode")
    now, to = box.locator("[data-now]"), box.get_by_label("Top layer", exact=True)
    expect(now).to_have_text(
        "Layer 50 of 50 · 10.00 mm high · starts after 1 h 9 min of 1 h 10 min"
    )
    expect(box.locator("[data-outline]")).to_have_text(
        "It prints 20.0 × 20.0 × 10.0 mm. The model is 20.0 × 20.0 × 10.0 mm."
    )
    whole = wait_for_lines(box, lambda found: found > 1000)
    to.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(now).to_contain_text("Layer 2 of 50 · 0.40 mm high")
    expect(to).to_have_attribute("aria-valuetext", (now.text_content() or ""))
    box.get_by_label("Number of the top layer").fill("25")
    page.keyboard.press("Tab")
    expect(now).to_contain_text("Layer 25 of 50")
    box.get_by_label("Number of the bottom layer").fill("20")
    page.keyboard.press("Tab")
    expect(now).to_contain_text("Layers 20 to 25 of 50")
    box.get_by_label("Only the top layer").check()
    expect(now).to_contain_text("Layer 25 of 50")
    expect(box.get_by_label("Bottom layer", exact=True)).to_be_disabled()
    expect(box.get_by_label("Travel moves")).not_to_be_checked()
    wait_for_lines(box, lambda found: 0 < found < whole)
    box.get_by_label("Outer walls").uncheck()
    wait_for_lines(box, lambda found: found < 30)

    plates = opened(page, "_v3.gcode.3mf")
    expect(plates.locator("[data-now]")).to_contain_text("Layer 10 of 10")
    plates.get_by_label("Plate", exact=True).select_option("Plate 2")
    expect(plates.locator("[data-now]")).to_contain_text("Layer 20 of 20")
    expect(plates.locator("[data-outline]")).to_contain_text("doesn't look like it was made from")

    assert faults(page, RULES["desktop"]) == []

    page.set_viewport_size({"width": 390, "height": 844})
    binary_box = opened(page, "_v4.bgcode")
    expect(binary_box.locator("[data-now]")).to_contain_text("Layer 5 of 5")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
