"""The whole path of a student without a mouse: from the first page to the confirmed price."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as TookTooLong

from printflow import Printflow
from tests import sample_models
from tests.e2e.conftest import Mailbox, Server
from tests.e2e.test_preview import fact

pytestmark = pytest.mark.chromium


def press_until_focused(page: Page, key: str, selector: str, *, most: int = 60) -> None:
    """Go on with that key until the element has the focus."""
    for _ in range(most):
        if page.evaluate("(s) => document.activeElement?.matches(s) ?? false", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {selector}")


def choose_by_key(page: Page, model: Path) -> None:
    """Open the chooser with a key. Under load Chromium may swallow the first ones."""
    for _ in range(3):
        with suppress(TookTooLong):
            with page.expect_file_chooser(timeout=5000) as chooser:
                page.keyboard.press("Space")
            chooser.value.set_files(model)
            return
    raise AssertionError("the key does not open the file chooser")


@pytest.mark.long
def test_the_whole_path_by_keyboard(
    server: Server, mailbox: Mailbox, page: Page, lab: Printflow, tmp_path: Path
) -> None:
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    page.goto(server.url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    press_until_focused(page, "Tab", "main a[href='/submit']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/submit")
    press_until_focused(page, "Tab", "#file")
    choose_by_key(page, model)
    expect(fact(page, "bracket.stl", "size")).to_be_visible()
    expect(page.locator("#file")).to_be_focused()
    press_until_focused(page, "Tab", "[data-viewer] canvas")
    page.keyboard.press("ArrowLeft")
    press_until_focused(page, "Tab", "#note")
    page.keyboard.type("Please hurry")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="Filament")).to_be_checked()
    press_until_focused(page, "Tab", "input[name=color]")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.locator("input[name=printer]:checked")).to_have_count(1)
    while page.locator("input[name=printer]:checked").input_value() != "Prusa XL":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.locator("#student_name")).to_be_focused()
    page.keyboard.type("Zoë Müller")
    page.keyboard.press("Tab")
    page.keyboard.type("zoe@example.edu")
    page.keyboard.press("Tab")
    page.keyboard.type("Eng")
    page.keyboard.press("Tab")
    page.keyboard.type("ARCH 4000")
    press_until_focused(page, "Tab", "#minimum_charge")
    page.keyboard.press("Space")
    press_until_focused(page, "Tab", "main form button.button-primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/submit/success?job=*")
    (job,) = lab.jobs.find()
    assert (job.printer, job.student_note) == ("Prusa XL", "Please hurry")

    press_until_focused(page, "Tab", "main a[href*='/jobs/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/jobs/*")
    press_until_focused(page, "Tab", "textarea[name=message]")
    page.keyboard.type("Is Tuesday possible?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Is Tuesday possible?")).to_be_visible()

    lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="2", material="PLA")
    page.reload()
    press_until_focused(page, "Tab", "main a[href*='/confirm/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/confirm/*")
    press_until_focused(page, "Tab", "#consent")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("confirmed", re.IGNORECASE)).first).to_be_visible()
    assert lab.jobs.get(job.id).status == "READYTOPRINT"

    page.goto(f"{server.url}/find")
    press_until_focused(page, "Tab", "#email")
    page.keyboard.type("zoe@example.edu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
