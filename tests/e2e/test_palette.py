"""One hand on the keyboard: the command palette, the Undo notice beside it, and ticks after Back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from printflow import Printflow
from tests import sample_models
from tests.crash.scenario import FORM
from tests.e2e.conftest import PHONE, Server
from tests.e2e.test_administration import RULES, faults
from tests.e2e.test_main_job import sign_in

pytestmark = [pytest.mark.chromium, pytest.mark.long]


@pytest.fixture
def more_settings() -> dict[str, str]:
    """What was done can be undone as long as in a lab, and longer on a busy machine."""
    return {"PRINTFLOW_UNDO_SECONDS": "120"}


def test_by_keyboard_alone(server: Server, page: Page, lab: Printflow, tmp_path: Path) -> None:
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    ada, grace = (
        lab.intake.submit(model, **{**FORM, "student": name, "email": f"{number}@example.edu"})
        for number, name in enumerate(("Ada Byron", "Grace Hopper"))
    )
    sign_in(page, server, "Ana")
    palette = page.get_by_role("dialog", name="Find anything")
    box = palette.get_by_role("combobox")

    # To a job by its number: Enter at once waits for what fits what was typed.
    page.keyboard.press("Control+k")
    expect(box).to_be_focused()
    page.keyboard.type(ada.id.lower())
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/dashboard/jobs/{ada.id}")

    # An action on the job that's open, in its dialog.
    page.keyboard.press("Control+k")
    page.keyboard.type("reje")
    first = palette.get_by_role("option", selected=True)
    expect(first).to_have_text(re.compile("Reject"))
    expect(box).to_have_attribute("aria-activedescendant", "palette-0")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Reject")
    dialog.get_by_label("In your own words").fill("Too thin.")
    dialog.get_by_role("button", name="Reject and send email").click()
    expect(page.get_by_text("It's now “Rejected”")).to_be_visible()

    # The notice follows to another page, and is gone once it was used.
    page.keyboard.press("Control+k")
    page.keyboard.type("outbox")
    expect(palette.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/outbox")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    page.goto(f"{server.url}/dashboard")
    expect(page.locator("#job-list > li")).to_have_count(2)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)

    # What was ticked is never another row's after Back.
    page.locator(f"#job-{ada.id} [data-select]").check()
    page.get_by_role("link", name="Queue", exact=True).click()
    page.wait_for_url("**/dashboard/queue")
    lab.intake.submit(model, **{**FORM, "student": "Mary Jackson"})
    page.go_back(wait_until="commit")
    expect(page.locator("#job-list > li")).to_have_count(3)
    for row in page.locator("#job-list > li:has(input:checked)").all():
        assert row.get_attribute("id") == f"job-{ada.id}"
    assert lab.jobs.get(grace.id).status == "UPLOADED"

    # On a phone, by its button; axe is content.
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.get_by_role("button", name="Find anything").click()
    expect(palette.get_by_role("option").first).to_be_visible()
    page.keyboard.type("grace")
    expect(palette.get_by_role("option").filter(has_text="Grace Hopper").first).to_be_visible()
    assert faults(page, RULES["desktop"]) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    expect(palette).not_to_be_visible()
