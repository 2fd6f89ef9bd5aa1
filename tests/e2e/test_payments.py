"""Money at the desk in a real browser: several jobs at once, a void, a receipt, the day close."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from printflow import Job, Printflow
from tests import sample_models
from tests.e2e.conftest import Complaints, Mailbox, Server, watched
from tests.e2e.test_administration import RULES, SHAPES, faults, go, signed_in

pytestmark = [pytest.mark.chromium, pytest.mark.long]
__all__ = ["signed_in"]


@pytest.fixture
def ready(lab: Printflow, tmp_path: Path) -> list[Job]:
    """Two jobs of one student, printed and to be paid."""
    model, jobs = tmp_path / "bracket.stl", []
    model.write_bytes(sample_models.stl())
    for _ in range(2):
        job = lab.intake.submit(
            model, student="Jane Doe", email="jane@example.edu", method="Filament",
            color="True Red", printer="Prusa MK4S", discipline="Engineering",
            class_number="ARCH 4000", acknowledge_minimum=True,
        )  # fmt: skip
        lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3", material="PLA")
        lab.jobs.confirm(job.id, by="Ana", note="at the desk")
        lab.jobs.start_printing(job.id, by="Ana")
        jobs.append(lab.jobs.complete(job.id, by="Ana"))
    return jobs


def test_paying_voiding_and_closing_the_day(
    server: Server, signed_in: Page, ready: list[Job], lab: Printflow, mailbox: Mailbox
) -> None:
    page, (one, two) = signed_in, ready
    page.goto(f"{server.url}/dashboard/jobs/{one.id}")
    page.get_by_role("link", name="Take payment").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Amount paid")).to_have_value("4.25")
    dialog.get_by_label(two.id).check()
    expect(dialog.get_by_label("Amount paid")).to_have_value("8.50")
    dialog.get_by_label("Amount paid").fill("9")
    dialog.get_by_label("Paid by").select_option("card")
    dialog.get_by_role("button", name="Take payment").click()
    expect(dialog.get_by_text("Only $8.50 is due.").first).to_be_visible()
    expect(dialog.get_by_label(two.id)).to_be_checked()
    dialog.get_by_label("Amount paid").fill("6")
    dialog.get_by_text("Receipt number, payer, or account").click()
    dialog.get_by_label("Receipt number").fill("A-1")
    dialog.get_by_role("button", name="Take payment").dblclick()
    expect(page.get_by_text("Receipt 000001: $6.00.")).to_be_visible()
    assert [lab.jobs.details(job.id).due_cents for job in ready] == [0, 250]

    payments = page.locator("section", has=page.get_by_role("heading", name="Payments"))
    payments.get_by_role("link", name="Receipt 000001").click()
    expect(page.get_by_role("heading", name="Receipt 000001")).to_be_visible()
    page.get_by_label("Email the receipt to").fill("boss@example.edu")
    page.get_by_role("button", name="Email receipt").click()
    expect(page.get_by_text("email the receipt to boss@example.edu")).to_be_visible()
    assert mailbox.wait_for("Receipt 000001")["To"] == "boss@example.edu"

    page.goto(f"{server.url}/dashboard/jobs/{two.id}")
    page.get_by_role("link", name="Void 000001").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Void receipt").click()
    expect(dialog.get_by_text("Enter a reason.").first).to_be_visible()
    dialog.get_by_label("Reason for voiding").fill("card was refused")
    dialog.get_by_role("button", name="Void receipt").click()
    expect(page.get_by_text("Receipt 000001 voided.")).to_be_visible()
    lab.payments.take(one.id, amount="4.25", method="cash", by="Ana")

    page.get_by_role("link", name="Payments", exact=True).click()
    row = page.get_by_role("row", name=re.compile("Total in USD"))
    expect(row).to_contain_text("$4.25")
    expect(page.get_by_role("row", name=re.compile("^card"))).to_contain_text("$0.00")
    page.get_by_role("link", name="Previous day").click()
    expect(page.get_by_text("No payments on this day.")).to_be_visible()


def test_the_pages_of_money_fit_and_are_accessible(
    browser: Browser,
    server: Server,
    signed_in: Page,
    complaints: Complaints,
    ready: list[Job],
    lab: Printflow,
    tmp_path: Path,
) -> None:
    one, two = ready
    ids = [one.id, two.id]
    first = lab.payments.take(ids, amount="5", method="card", receipt="A-1", by="Ana", payer="Boss")
    void = lab.payments.take(two.id, amount="1", method="cash", by="Ana")
    lab.payments.void(void.id, reason="counted twice", by="Ana")
    pages = (
        "/dashboard/payments",
        f"/dashboard/payments/{first.id}",
        f"/dashboard/payments/{void.id}",
        f"/dashboard/payments/{first.id}/void",
        f"/dashboard/payments/take?job={two.id}",
        f"/dashboard/jobs/{two.id}",
        f"/dashboard/jobs/{two.id}/pick_up",
    )
    wrong: list[str] = []
    state = signed_in.context.storage_state()
    for shape, options in SHAPES.items():
        context = browser.new_context(**options, storage_state=state)
        page = watched(context.new_page(), complaints)
        for path in pages:
            go(page, server.url + path)
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            wrong += [f"{shape} {path}: {words}" for words in faults(page, RULES[shape])]
            wrong += [f"{shape} {path}: {over} px too wide"] if over > 0 else []
        context.close()
    assert wrong == []

    page = signed_in
    go(page, f"{server.url}/dashboard/payments/{first.id}")
    paper = page.pdf(path=tmp_path / "receipt.pdf", prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") == 1, "one page"
