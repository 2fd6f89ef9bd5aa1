"""An address is confirmed as people do it: a form, a mailed link, and staff who see the job then."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import sample_models
from tests.e2e.conftest import Mailbox, Server
from tests.e2e.test_main_job import sign_in, submit_model

pytestmark = [pytest.mark.chromium, pytest.mark.long]


@pytest.fixture
def more_settings() -> dict[str, str]:
    return {"PRINTFLOW_CONFIRM_ADDRESS": "true"}


def test_staff_see_it_after_the_button_on_another_device(
    page: Page, browser: Browser, server: Server, mailbox: Mailbox, tmp_path: Path
) -> None:
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    job_id = submit_model(page, server, model)
    expect(page.get_by_role("heading", level=1)).to_contain_text("confirm your email address")
    expect(page.get_by_text("zoe@example.edu")).to_be_visible()
    page.get_by_role("button", name="Send the link again").click()
    expect(page.get_by_role("alert")).to_contain_text("a short time ago")
    staff = browser.new_page()
    sign_in(staff, server, "Ana")
    expect(staff.get_by_text(job_id)).to_have_count(0)
    staff.goto(f"{server.url}/dashboard?status=unconfirmed")
    expect(staff.get_by_role("button", name=re.compile("^Let in"))).to_have_count(1)

    mail = mailbox.wait_for("Confirm your email address")
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(r"\S+/confirm-address/\S+", body.get_content())
    assert found is not None
    phone = browser.new_page(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    phone.goto(found[0])
    phone.get_by_role("button", name="Confirm my address").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Staff have what you submitted")
    mailbox.wait_for("We have your model")

    staff.goto(f"{server.url}/dashboard")
    row = staff.locator(f"#job-{job_id}")
    expect(row.get_by_role("link", name="Approve", exact=True)).to_be_visible()
    page.goto(f"{server.url}/submit/success?job={job_id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your model")
    submit_model(page, server, model)
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your model")
