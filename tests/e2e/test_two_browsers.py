"""Two people at once: what one sees in a dialog while the other changes what it is about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from printflow import Job, Model, Printflow
from tests import sample_models
from tests.e2e.conftest import DESKTOP, Complaints, Mailbox, Server, watched
from tests.e2e.test_administration import signed_in

pytestmark = [pytest.mark.chromium, pytest.mark.long]
__all__ = ["signed_in"]


@pytest.fixture
def jobs(lab: Printflow, tmp_path: Path) -> list[Job]:
    """Three models of one request."""
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    return lab.intake.submit_several(
        [Model(file=model, color=color) for color in ("True Red", "Blue", "Gray")],
        student="Jane Doe", email="jane@example.edu", method="Filament", printer="Prusa MK4S",
        discipline="Engineering", class_number="ARCH 4000", acknowledge_minimum=True,
    )  # fmt: skip


@pytest.fixture
def second(browser: Browser, signed_in: Page, complaints: Complaints) -> Iterator[Page]:
    """Another browser at the same lab."""
    state = signed_in.context.storage_state()
    context = browser.new_context(viewport=DESKTOP, storage_state=state)  # type: ignore[arg-type]
    yield watched(context.new_page(), complaints)
    context.close()


def test_a_price_raised_while_the_dialog_is_open_is_shown_before_it_counts(
    server: Server, signed_in: Page, second: Page, lab: Printflow, jobs: list[Job], tmp_path: Path
) -> None:
    page, job = signed_in, jobs[0]
    page.goto(f"{server.url}/dashboard/jobs/{job.id}")
    page.get_by_role("link", name="Approve").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Weight").fill("42.5")
    dialog.get_by_label("Print time").fill("3.25")
    dialog.get_by_label("Material").select_option("PLA")
    expect(dialog.locator(".preview-cost")).to_have_text("$4.25")

    second.goto(f"{server.url}/admin/catalog/edit/printers")
    rate = second.locator("input[name*=rate_per_gram]").first
    rate.fill(str(float(rate.input_value()) * 2))
    second.get_by_role("button", name="Save").first.click()
    expect(second.get_by_text("Saved").first).to_be_visible()

    dialog.get_by_role("button", name="Approve and send").click()
    expect(dialog.get_by_text("The price is now $8.50").first).to_be_visible()
    expect(dialog.locator(".preview-cost")).to_have_text("$8.50")
    expect(dialog.get_by_label("Weight")).to_have_value("42.5")
    assert lab.jobs.get(job.id).cost_cents is None
    page.screenshot(path=tmp_path / "price-changed.png")
    dialog.get_by_role("button", name="Approve and send").click()
    expect(dialog).not_to_be_visible()
    assert lab.jobs.get(job.id).cost_cents == 850


def test_the_total_on_the_confirmation_page_is_of_what_is_ticked(
    server: Server, phone: Page, browser: Browser, lab: Printflow, jobs: list[Job], tmp_path: Path
) -> None:
    for job, grams in zip(jobs, ("40", "50", "60"), strict=True):
        lab.jobs.approve(job.id, by="Ana", grams=grams, hours="2", material="PLA")
    address = lab.students.page(lab.students.url(jobs[0]).rpartition("/")[2]).confirm_url
    phone.goto(address)
    total, which = phone.get_by_text("Total:"), phone.get_by_text("You're confirming")
    expect(total).to_contain_text("$4.00")
    expect(which).to_contain_text(f"1 of 3 models: {jobs[0].original_name}")
    boxes = phone.locator("[name=also]")
    boxes.nth(0).check()
    expect(total).to_contain_text("$9.00")
    expect(which).to_contain_text("2 of 3 models:")
    boxes.nth(1).check()
    expect(total).to_contain_text("$15.00")
    boxes.nth(0).uncheck()
    expect(total).to_contain_text("$10.00")
    phone.screenshot(path=tmp_path / "confirm.png", full_page=True)
    plain = browser.new_context(java_script_enabled=False)
    without = plain.new_page()
    without.goto(address)
    assert "$15.00" not in without.inner_text("body")
    assert not without.get_by_text("You're confirming").is_visible()
    without.locator("[name=also]").nth(0).check()
    without.get_by_role("button", name="Add up what's checked").click()
    expect(without.locator("noscript [role=status]")).to_contain_text("Total: $9.00")
    expect(without.locator("[name=also]").nth(0)).to_be_checked()
    assert lab.jobs.get(jobs[0].id).status == "PENDING"
    plain.close()


def test_a_job_that_moved_while_the_bulk_dialog_was_open_is_named(
    server: Server, signed_in: Page, lab: Printflow, jobs: list[Job]
) -> None:
    page = signed_in
    page.goto(f"{server.url}/dashboard?status=UPLOADED")
    for job in jobs:
        page.locator(f"[data-select][value^='{job.id}:']").check()
    chosen = "&".join(f"job={job.id}:{job.version}" for job in jobs)
    page.goto(f"{server.url}/dashboard/bulk?trigger=reject&{chosen}")
    lab.jobs.approve(jobs[1].id, by="Sam", grams="40", hours="2", material="PLA")
    page.locator("textarea[name=text]").fill("No")
    page.get_by_role("button", name="Apply to 3 jobs").click()
    expect(page.get_by_text("2 of 3 done.")).to_be_visible()
    expect(page.get_by_text(f"changed job {jobs[1].id} in the meantime")).to_be_visible()
    assert [lab.jobs.get(job.id).status.value for job in jobs] == [
        "REJECTED",
        "PENDING",
        "REJECTED",
    ]


def test_a_request_is_priced_from_one_row_and_its_student_gets_one_email(
    server: Server,
    signed_in: Page,
    lab: Printflow,
    jobs: list[Job],
    mailbox: Mailbox,
    tmp_path: Path,
) -> None:
    page = signed_in
    page.goto(f"{server.url}/dashboard")
    expect(page.get_by_role("link", name="2 of 3 in this request")).to_be_visible()
    row = page.locator(f"#job-{jobs[1].id}")
    row.locator("[data-menu]").click()
    row.get_by_role("link", name="All 3 in this request…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Approve (3)").click()
    for job, grams in zip(jobs, ("40", "50", "60"), strict=True):
        dialog.locator(f"#weight-{job.id}").fill(grams)
        dialog.locator(f"#hours-{job.id}").fill("2")
        dialog.locator(f"#material-{job.id}").select_option("PLA")
    page.screenshot(path=tmp_path / "request.png")
    dialog.get_by_role("button", name="Apply to 3 jobs").click()
    expect(dialog.get_by_text("3 of 3 done.")).to_be_visible()
    mail = mailbox.wait_for(r"Please confirm \$15.00 for your 3 prints")
    text = mail.get_body(("plain",))
    assert text is not None
    assert text.get_content().count("/confirm/") == 3
    assert not [one for one in mailbox.mails if "(job" in str(one["Subject"])]
