"""Staff's 3D viewer: two versions beside each other, and findings marked on the model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from printflow import Printflow, Settings
from tests import sample_models
from tests.crash.scenario import FORM
from tests.e2e.conftest import PHONE, Server
from tests.e2e.test_administration import RULES, faults
from tests.e2e.test_main_job import sign_in
from tests.e2e.test_preview import picture, reddish, wait_for_picture

pytestmark = [pytest.mark.chromium, pytest.mark.long]


def versions(server: Server, tmp_path: Path) -> str:
    """A job whose model staff have replaced by a thin sheet; its id."""
    original, fixed = tmp_path / "bracket.stl", tmp_path / "fixed.stl"
    original.write_bytes(sample_models.stl())
    fixed.write_bytes(sample_models.stl(sample_models.box(20, 0.5, 10)))
    settings = Settings(
        store=server.store, base_url=server.url, mail={"directory": server.store / "mail"}
    )
    with Printflow.open(settings, create=False) as lab:
        job = lab.intake.submit(original, **FORM)
        lab.versions.add(job.id, fixed, by="Ana")
    return job.id


def still(page: Page, place: Locator) -> bytes:
    """The picture, once it no longer changes."""
    last, now = b"", picture(place).tobytes()
    while now != last:
        page.wait_for_timeout(250)
        last, now = now, picture(place).tobytes()
    return now


def picked_out(image: Image.Image) -> bool:
    """Whether the marker's color is in the picture."""
    red, green, blue = np.moveaxis(np.asarray(image, dtype=int), -1, 0)
    marker = (red > 150) & (green < 60) & (blue > 70)
    return int(marker.sum()) > 10


def test_two_versions_turn_together(server: Server, page: Page, tmp_path: Path) -> None:
    job = versions(server, tmp_path)
    sign_in(page, server, "Ana")
    compare = page.get_by_role("button", name="Compare versions in 3D")
    for _ in range(60):  # until both files are measured
        page.goto(f"{server.url}/dashboard/jobs/{job}")
        if compare.count():
            break
        page.wait_for_timeout(500)
    compare.click()
    left, right = page.locator("[data-side]").all()
    for side in (left, right):
        wait_for_picture(side)
    expect(left).to_contain_text("20.0 × 15.0 × 10.0 mm")
    expect(right).to_contain_text("20.0 × 0.5 × 10.0 mm")
    left.get_by_role("button", name="Stop rotating").click()
    before = still(page, right)
    assert reddish(picture(left)) > 1.3 * reddish(picture(right)), "to the same scale"
    left.locator("canvas").press("ArrowRight")
    turned = still(page, right)
    assert turned != before
    held = still(page, left)
    right.locator("canvas").press("ArrowLeft")
    assert still(page, right) != turned
    assert still(page, left) != held
    assert faults(page, RULES["desktop"]) == []

    # What was found of the file to print, a sheet of 0.5 mm, is marked on it.
    finding = page.locator("[data-finding-at]").first
    finding.press("Enter")
    viewer = page.locator("[x-data=modelViewer]")
    label = viewer.locator(".viewer-pin-label")
    expect(label).to_contain_text("Walls are only 0.5 mm thick")
    still(page, viewer)
    assert picked_out(picture(viewer)), "the place shows in the ring, and through the model"
    expect(finding).to_have_attribute("aria-current", "true")
    viewer.get_by_role("button", name="Whole model").click()
    expect(label).to_be_hidden()
    viewer.get_by_role("button", name="1. Walls").click()
    expect(finding).to_be_focused()
    expect(label).to_be_visible()
    assert faults(page, RULES["desktop"]) == []

    # The original on both sides: the same picture twice.
    right.locator("select").select_option(label="Original")
    expect(right).to_contain_text("20.0 × 15.0 × 10.0 mm")
    for side in (left, right):
        wait_for_picture(side)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    above, below = left.bounding_box(), right.bounding_box()
    assert above is not None
    assert below is not None
    assert below["y"] >= above["y"] + above["height"]
