"""The main job as people do it: a student's phone, a mail, a staff PC."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import sample_models
from tests.e2e.conftest import Mailbox, Server, check_box

pytestmark = pytest.mark.chromium


def in_folder(server: Server, folder: str, name: str, *, seconds: float = 10) -> None:
    """The file lies in that folder, and in no other."""
    until = time.monotonic() + seconds
    while True:
        places = [path.parent.name for path in server.store.glob(f"[A-Z]*/{name}")]
        if places == [folder]:
            return
        assert time.monotonic() < until, f"{name} is in {places}, not in {folder}"
        time.sleep(0.05)


def submit_model(page: Page, server: Server, model: Path) -> str:
    """Fill in the form and send it; gives the job's id."""
    page.goto(server.url)
    page.get_by_role("link", name="Submit a print").first.click()
    page.get_by_label("First and last name").fill("Zoë Müller")
    page.get_by_label("Email address").fill("zoe@example.edu")
    page.get_by_label("Discipline").select_option("Engineering")
    page.get_by_label("Class number").fill("ARCH 4000")
    check_box(page.get_by_role("radio", name="Filament"))
    check_box(page.locator("input[name=color][value='True Red']"))
    check_box(page.locator("input[name=printer][value='Prusa MK4S']"))
    page.locator("input[name=file]").set_input_files(model)
    check_box(page.locator("input[name=minimum_charge]"))
    page.get_by_role("button", name="Submit for review").click()
    page.wait_for_url("**/submit/success?job=*")
    return page.url.rpartition("=")[2]


def sign_in(page: Page, server: Server, name: str) -> None:
    """Sign in as the first member of staff."""
    page.goto(f"{server.url}/login")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Lab password").fill(server.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard*")


def act(page: Page, server: Server, status: str, job_id: str, button: str) -> None:
    """Open an action's dialog from the job's row."""
    page.goto(f"{server.url}/dashboard?status={status}")
    page.locator(f"#job-{job_id}").get_by_role("link", name=button).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def send(page: Page, button: str) -> None:
    """Press the dialog's button, and wait until the dashboard says what was done."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=button).click()
    expect(dialog).not_to_be_visible()
    expect(page.get_by_text("It's now").first).to_be_visible()


def test_from_the_form_to_paid_and_picked_up(
    server: Server, mailbox: Mailbox, page: Page, phone: Page, tmp_path: Path
) -> None:
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    job_id = submit_model(phone, server, model)
    name = f"ZoeMuller_Filament_TrueRed_{job_id}.stl"
    in_folder(server, "Uploaded", name)
    assert job_id in str(mailbox.wait_for(job_id)["Subject"])

    sign_in(page, server, "Ana")
    act(page, server, "UPLOADED", job_id, "Approve")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Weight").fill("42.5")
    dialog.get_by_label("Print time").fill("2h 30m")
    dialog.get_by_label("Material").select_option("PLA")
    expect(dialog.get_by_text("$4.25", exact=True)).to_be_visible()
    before = len(mailbox.mails)
    send(page, "Approve and send email")
    in_folder(server, "Pending", name)

    until = time.monotonic() + 20
    while len(mailbox.mails) == before and time.monotonic() < until:
        time.sleep(0.05)
    body = mailbox.mails[-1].get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "$4.25" in text
    link = re.search(rf"{re.escape(server.url)}/confirm/\S+", text)
    assert link, text

    phone.goto(link[0])
    expect(phone.get_by_text("$4.25").first).to_be_visible()
    check_box(phone.locator("input[name=consent]"))
    phone.get_by_role("button", name="Confirm and print").click()
    in_folder(server, "ReadyToPrint", name)
    phone.goto(link[0])
    expect(phone.get_by_text(re.compile("confirmed", re.IGNORECASE)).first).to_be_visible()

    act(page, server, "READYTOPRINT", job_id, "Start printing")
    send(page, "Start printing")
    in_folder(server, "Printing", name)
    act(page, server, "PRINTING", job_id, "Mark as completed")
    send(page, "Complete and send email")
    in_folder(server, "Completed", name)
    act(page, server, "COMPLETED", job_id, "Paid & picked up")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Amount paid")).to_have_value("4.25")
    dialog.get_by_label("Paid by").select_option("cash")
    send(page, "Mark as picked up")
    in_folder(server, "PaidPickedUp", name)

    page.goto(f"{server.url}/dashboard/jobs/{job_id}")
    expect(page.get_by_text("Zoë Müller").first).to_be_visible()
    assert (server.store / "PaidPickedUp" / name).read_bytes() == model.read_bytes()
