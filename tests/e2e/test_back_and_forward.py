"""Back, Forward and Reload in a real browser, with and without its page cache."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from printflow import Printflow
from tests import sample_models
from tests.crash.scenario import FORM
from tests.e2e.conftest import DESKTOP, Complaints, Server, watched
from tests.e2e.test_main_job import sign_in

pytestmark = [pytest.mark.chromium, pytest.mark.long]


@pytest.fixture(params=["asked again", "from its page cache"])
def window(
    request: pytest.FixtureRequest, browser: Browser, chromium_path: Path, complaints: Complaints
) -> Iterator[Page]:
    """A browser that keeps no page in memory, as Playwright starts it, and one that does."""
    left_out = ["--disable-back-forward-cache"] if "cache" in request.param else []
    opened = browser.browser_type.launch(
        executable_path=chromium_path, args=["--no-sandbox"], ignore_default_args=left_out
    )
    context = opened.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    yield watched(context.new_page(), complaints)
    opened.close()


def test_what_was_typed_comes_back_and_what_was_sent_is_not_sent_twice(
    window: Page, server: Server, lab: Printflow, tmp_path: Path
) -> None:
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    job = lab.intake.submit(model, **{**FORM, "student": "Ada Byron"})
    sign_in(window, server, "Ana")
    own = f"{server.url}/dashboard/jobs/{job.id}"

    # A form on a page of its own: typed, left, and back; and after a reload.
    window.goto(f"{own}/edit")
    window.get_by_label("Class").fill("ARCH 2026")
    window.get_by_role("link", name=f"Back to job {job.id}").click()
    expect(window.get_by_role("heading", name="Ada Byron")).to_be_visible()
    window.go_back(wait_until="commit")
    expect(window.get_by_label("Class")).to_have_value("ARCH 2026")
    window.reload()
    expect(window.get_by_label("Class")).to_have_value("ARCH 2026")

    # Signed out and in again meanwhile, the form has the new session's token, whatever page it is.
    window.get_by_role("link", name=f"Back to job {job.id}").click()
    expect(window.get_by_role("heading", name="Ada Byron")).to_be_visible()
    other = window.context.new_page()
    other.goto(f"{server.url}/dashboard")
    other.locator("summary.acting").click()
    other.get_by_role("button", name="Sign out", exact=True).click()
    other.get_by_label("Lab password").fill(server.password)
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url("**/dashboard*")
    with window.expect_response(lambda answer: answer.url.endswith("/edit")):
        window.go_back(wait_until="commit")
    window.get_by_role("button", name="Save").click()
    expect(window.get_by_text("Updated the details")).to_be_visible()
    assert lab.jobs.get(job.id).class_number == "ARCH 2026"

    # What was sent and taken isn't put back: the form has what holds now.
    window.go_back(wait_until="commit")
    expect(window.get_by_label("Class")).to_have_value("ARCH 2026")
    assert window.evaluate("history.state?.kept && Object.keys(history.state.kept).length") in (
        0,
        None,
    )
    window.go_forward(wait_until="commit")
    expect(window.get_by_role("heading", name="Ada Byron")).to_be_visible()

    # What was refused is: by Forward, too, without a question whether to send it again.
    window.goto(f"{own}/edit")
    window.get_by_label("Class").fill("ARCH 1")
    window.get_by_label("Copies").fill("999")
    window.get_by_role("button", name="Save").click()
    expect(window.get_by_text("There is a problem")).to_be_visible()
    window.get_by_role("link", name=f"Back to job {job.id}").click()
    expect(window.get_by_role("heading", name="Ada Byron")).to_be_visible()
    window.go_back(wait_until="commit")
    expect(window.get_by_label("Copies")).to_have_value("999")
    expect(window.get_by_label("Class")).to_have_value("ARCH 1")

    # A dialog that was open with something typed into it is open again.
    window.goto(own)
    window.get_by_role("link", name="Approve").click()
    dialog = window.get_by_role("dialog")
    dialog.get_by_label("Weight").fill("42.5")
    window.reload()
    expect(dialog.get_by_label("Weight")).to_have_value("42.5")
    window.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    window.reload()
    expect(window.get_by_role("heading", name="Ada Byron")).to_be_visible()
    expect(dialog).not_to_be_visible()
