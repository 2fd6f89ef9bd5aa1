"""What stands beside the usual way, in a real browser: a payer, a hold, a date, a refund, the day close."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from printflow import Job, Printflow
from tests import sample_models
from tests.e2e.conftest import Complaints, Server, watched
from tests.e2e.test_administration import SHAPES, go, signed_in

pytestmark = [pytest.mark.chromium, pytest.mark.long]
__all__ = ["signed_in"]


@pytest.fixture
def jobs(lab: Printflow, tmp_path: Path) -> list[Job]:
    """One that a course pays and that is needed tomorrow, and one that was paid at the desk."""
    lab.catalog.load({**lab.catalog.export(), "needed_by": {"ask": "optional"}}, by="Ana")
    lab.payers.add(by="Ana", code="ARCH 4000", title="Architecture studio", budget="250")
    model, found = tmp_path / "bracket.stl", []
    model.write_bytes(sample_models.stl())
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    for code, day in (("ARCH 4000", tomorrow), ("", "")):
        job = lab.intake.submit(
            model, student="Jane Doe", email="jane@example.edu", method="Filament",
            color="True Red", printer="Prusa MK4S", discipline="Engineering",
            class_number="ARCH 4000", acknowledge_minimum=True, payer_code=code, needed_by=day,
        )  # fmt: skip
        lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="90", material="PLA")
        found.append(lab.jobs.confirm(job.id, by="Ana", note="at the desk"))
    lab.payments.take(found[1].id, amount="4.25", method="cash", by="Ana")
    return found


def test_a_payer_a_hold_a_date_and_a_refund(
    browser: Browser, server: Server, signed_in: Page, complaints: Complaints,
    jobs: list[Job], lab: Printflow,
) -> None:  # fmt: skip
    page, (paid_for, paid) = signed_in, jobs
    of_course, of_student = (f"{server.url}/dashboard/jobs/{job.id}" for job in jobs)
    go(page, of_course)
    expect(page.get_by_text("ARCH 4000 (Architecture studio)").first).to_be_visible()

    page.locator("summary", has_text="More actions").first.click()
    page.get_by_role("link", name="Put on hold").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Reason").fill("Which nozzle?")
    dialog.get_by_role("button", name="Put on hold").click()
    expect(page.get_by_text("Which nozzle?").first).to_be_visible()
    assert lab.jobs.get(paid_for.id).on_hold
    page.get_by_role("link", name="Release").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Release").click()
    expect(page.get_by_role("link", name="Release")).to_have_count(0)
    expect(page.get_by_text("Which nozzle?")).not_to_have_count(0)  # history keeps it
    assert not lab.jobs.get(paid_for.id).on_hold

    go(page, of_student)
    page.get_by_role("link", name="Refund").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Amount to refund").fill("9")
    dialog.get_by_label("Reason for the refund").fill("Came out warped")
    dialog.get_by_role("button", name="Refund").click()
    expect(dialog.get_by_text("was paid").first).to_be_visible()
    dialog.get_by_label("Amount to refund").fill("1.25")
    dialog.get_by_role("button", name="Refund").click()
    expect(page.get_by_text("$1.25").first).to_be_visible()
    assert lab.jobs.details(paid.id).balance.paid_cents == 300

    shown = {
        "job": (of_student, "$1.25"),
        "payer": (of_course, "ARCH 4000"),
        "day": (f"{server.url}/dashboard/payments", "$3.00"),
        "queue": (f"{server.url}/dashboard/queue", "before it can be done"),
        "refund": (f"{server.url}/dashboard/payments/refund?job={paid.id}", "$3.00"),
    }
    pictures, state = os.environ.get("PRINTFLOW_TEST_PICTURES"), page.context.storage_state()
    for shape in ("desktop", "phone"):
        context = browser.new_context(**SHAPES[shape], storage_state=state)
        there = watched(context.new_page(), complaints)
        for name, (address, words) in shown.items():
            go(there, address)
            expect(there.get_by_text(words).first).to_be_visible()
            wide = there.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, (shape, name)
            if pictures:
                there.screenshot(path=f"{pictures}/{name}-{shape}.png", full_page=True)
        context.close()
