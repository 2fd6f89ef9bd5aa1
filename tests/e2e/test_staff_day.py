"""A day at the dashboard: many at once in the dialog, keys, the sound, and a list that stays put."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from printflow import Job, Printflow
from tests import sample_models
from tests.benchmarks import clicks
from tests.crash.scenario import FORM
from tests.e2e.conftest import Mailbox, Server
from tests.e2e.test_dashboard import look_again
from tests.e2e.test_main_job import sign_in

pytestmark = [pytest.mark.chromium, pytest.mark.long]

HEARD = """
window.heard = 0;
window.AudioContext = class {
  constructor() { window.heard += 1; this.currentTime = 0; this.destination = {}; }
  createGain() {
    const ramp = () => {};
    return { gain: { setValueAtTime: ramp, exponentialRampToValueAtTime: ramp }, connect: (to) => to };
  }
  createOscillator() { return { frequency: {}, connect: (to) => to, start() {}, stop() {} }; }
};
"""


@pytest.fixture
def more_settings() -> dict[str, str]:
    """Mails of the dashboard wait as long as in a lab."""
    return {"PRINTFLOW_UNDO_SECONDS": "30", "PRINTFLOW_SETTLE_SECONDS": "0"}


@pytest.fixture
def submit(lab: Printflow, tmp_path: Path) -> Callable[[str], Job]:
    """A job of the student of that name."""
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    return lambda student: lab.intake.submit(model, **{**FORM, "student": student})


def test_many_are_approved_and_taken_back_in_the_dialog(
    server: Server, mailbox: Mailbox, page: Page, submit: Callable[[str], Job], lab: Printflow
) -> None:
    jobs = [submit(name) for name in ("Ada Byron", "Grace Hopper", "Mary Jackson")]
    for job in jobs[:2]:
        lab.files.path(job).with_name(f"{job.standard_name}.gcode").write_text(clicks.GCODE)
    sign_in(page, server, "Ana")
    dialog = page.get_by_role("dialog")
    page.keyboard.press("*")
    page.locator("#bulk").get_by_role("button", name="Approve").click()
    expect(dialog.get_by_text("$4.25", exact=True)).to_have_count(2)
    dialog.get_by_label(f"Weight {jobs[2].id}").fill("heavy")
    dialog.get_by_role("button", name="Apply to 3 jobs").click()
    expect(dialog.get_by_text("2 of 3 done.")).to_be_visible()
    expect(dialog.get_by_label(f"Weight {jobs[2].id}")).to_have_value("heavy")
    assert [lab.jobs.get(job.id).status for job in jobs] == ["PENDING", "PENDING", "UPLOADED"]

    dialog.get_by_role("button", name="Undo").click()
    expect(dialog.get_by_role("heading", name="Undone")).to_be_visible()
    dialog.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#job-list > li")).to_have_count(3)
    assert {lab.jobs.get(job.id).status for job in jobs} == {"UPLOADED"}
    assert not [mail for mail in mailbox.mails if "confirm" in str(mail["Subject"]).lower()]


def test_a_message_from_the_row_is_taken_back_by_a_key(
    server: Server, page: Page, submit: Callable[[str], Job], lab: Printflow
) -> None:
    job = submit("Ada Byron")
    sign_in(page, server, "Ana")
    page.locator(f"#job-{job.id} [data-menu]").click()
    page.get_by_role("link", name="Write a note").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note").fill("Which way up?")
    dialog.get_by_label("Send it to the student").check()
    dialog.get_by_role("button", name="Add note").click()
    expect(page.get_by_text("We'll email the message to")).to_be_visible()
    assert [note.text for note in lab.jobs.details(job.id).notes] == ["Which way up?"]
    page.keyboard.press("u")
    expect(page.get_by_text("Undone. No email was sent.")).to_be_visible()
    assert lab.jobs.details(job.id).notes == ()


def test_reviewed_by_key_and_nothing_moves(
    server: Server, page: Page, submit: Callable[[str], Job], lab: Printflow
) -> None:
    jobs = [submit(f"Student {number}") for number in range(14)]
    sign_in(page, server, "Ana")
    page.evaluate("window.scrollTo(0, 600)")
    at = page.evaluate("scrollY")
    middle = page.locator(f"#job-{jobs[3].id}")
    middle.locator(".row-name").evaluate("(link) => link.focus({ preventScroll: true })")
    page.keyboard.press("m")
    expect(middle.get_by_text("New")).to_have_count(0)
    expect(middle.locator(".row-name")).to_be_focused()
    assert lab.jobs.get(jobs[3].id).reviewed_by == "Ana"
    submit("Someone New")
    look_again(page)
    expect(page.locator("#job-list > li")).to_have_count(15)
    expect(middle.locator(".row-name")).to_be_focused()
    moved = page.evaluate("scrollY") - at
    assert abs(moved) < 150, "what is looked at stays in view"


def test_the_sound_is_off_until_somebody_wants_it(
    server: Server, page: Page, submit: Callable[[str], Job]
) -> None:
    page.add_init_script(HEARD)
    submit("Ada Byron")
    sign_in(page, server, "Ana")
    expect(page.get_by_text(re.compile("^Updated"))).to_be_visible()
    submit("Grace Hopper")
    look_again(page)
    expect(page.locator("#job-list > li")).to_have_count(2)
    assert page.evaluate("window.heard") == 0
    page.get_by_role("button", name="Sound for new jobs: off").click()
    assert page.evaluate("window.heard") == 1, "so it sounds"
    page.reload()
    expect(page.get_by_role("button", name="Sound for new jobs: on")).to_be_visible()
    # In a window behind others, too.
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
    submit("Mary Jackson")
    expect(page.locator("#job-list > li")).to_have_count(3, timeout=25_000)
    assert page.evaluate("window.heard") == 1


def test_a_busy_printer_is_told_when_it_is_chosen(
    server: Server, page: Page, submit: Callable[[str], Job], lab: Printflow
) -> None:
    jobs = [submit(name) for name in ("Ada Byron", "Grace Hopper")]
    for job in jobs:
        lab.jobs.approve(job.id, by="Sam", grams="42", hours="3", material="PLA")
        lab.jobs.confirm(job.id, by="Sam", note="by phone")
    lab.jobs.start_printing(jobs[0].id, by="Sam")
    sign_in(page, server, "Ana")
    page.goto(f"{server.url}/dashboard?status=READYTOPRINT")
    page.locator(f"#job-{jobs[1].id} [href$='/start_printing']").click()
    dialog = page.get_by_role("dialog")
    warning = dialog.get_by_text(f"has been printing job {jobs[0].id} (Ada Byron)")
    expect(warning).to_be_visible()
    dialog.get_by_label("Printer").select_option("Prusa XL")
    expect(warning).not_to_be_visible()


def test_few_clicks(server: Server, browser: Browser, lab: Printflow, tmp_path: Path) -> None:
    """What ``python -m tests.benchmarks.clicks`` counts stays as few as it is."""
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    found = clicks.walked(clicks.Shop(lab, server.url, browser, server.password), model, 3)
    counted = {name: hand.clicks for name, hand in found.items()}
    most = (13, 11, 9, 21, 24)
    assert all(hand <= limit for hand, limit in zip(counted.values(), most, strict=True)), counted
