"""Handing prints out with a phone: from the code on the bag in two taps, and the list of what waits."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from printflow import Job, Printflow, Settings
from tests import sample_models
from tests.crash.scenario import FORM
from tests.e2e.conftest import DESKTOP, PHONE, Complaints, Server, watched
from tests.e2e.test_administration import RULES, faults

pytestmark = [pytest.mark.chromium, pytest.mark.long]

# What a browser that reads codes brings along, and a camera that sees one.
CAMERA = """
window.seen = "CODE";
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect(video) { return video.videoWidth ? [{ rawValue: window.seen }] : []; }
};
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 10, 10);
  return (window.camera = canvas.captureStream());
};
"""


@pytest.fixture
def more_settings() -> dict[str, str]:
    """A lab that keeps prints for 30 days."""
    return {"PRINTFLOW_DISPOSE_AFTER_DAYS": "30", "PRINTFLOW_UNDO_SECONDS": "30"}


@pytest.fixture
def waiting(server: Server, tmp_path: Path) -> list[Job]:
    """Two finished prints, one that waits for too long, and one that is still being printed."""
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    settings = Settings(
        store=server.store,
        base_url=server.url,
        mail={"directory": server.store / "mail"},
        dispose_after_days=30,
    )
    jobs = []
    for name, days, shelf in (
        ("Ada Byron", 45, "B3"),
        ("Nguyễn Thị Minh Khai", 9, "Window sill, left of the door"),
        ("Grace Hopper", 0, ""),
    ):
        now = datetime.now(UTC) - timedelta(days=days)
        with Printflow.open(settings, create=False, clock=lambda now=now: now) as lab:
            job = lab.intake.submit(model, **{**FORM, "student": name})
            lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3", material="PLA")
            lab.jobs.confirm(job.id, by="Ana", note="by phone")
            job = lab.jobs.start_printing(job.id, by="Ana")
            if days:
                job = lab.jobs.complete(job.id, by="Ana", shelf=shelf)
        jobs.append(job)
    with Printflow.open(settings, create=False) as lab:
        lab.dispatch()
    return jobs


def whole(page: Page, name: str, folder: Path, rules: str = "desktop") -> None:
    """The page fits, axe finds nothing, and a picture of it is kept for a look."""
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    assert faults(page, RULES[rules]) == [], name
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), name


def test_from_the_bag_to_handed_out_in_two_taps(
    server: Server, phone: Page, waiting: list[Job], tmp_path: Path
) -> None:
    job, _other, printing = waiting
    phone.goto(f"{server.url}/pick-up/{job.id}")  # as the phone's camera opens it
    phone.get_by_label("Your name").fill("Ana")
    phone.get_by_label("Lab password").fill(server.password)
    phone.get_by_role("button", name="Sign in").click()
    expect(phone).to_have_url(f"{server.url}/pick-up/{job.id}")
    expect(phone.get_by_text("$4.25")).to_be_visible()
    whole(phone, "choose", tmp_path)
    for way in phone.locator(".counter-button").all():
        box = way.bounding_box()
        assert box
        assert box["height"] >= 56
    phone.get_by_role("link", name="Cash", exact=True).tap()
    pay = phone.get_by_role("button", name="Paid $4.25 by cash – mark as picked up")
    expect(pay).to_be_in_viewport()
    whole(phone, "confirm", tmp_path)
    pay.tap()
    expect(phone.get_by_text("Already picked up")).to_be_visible()
    whole(phone, "done", tmp_path)
    phone.get_by_role("button", name="Undo").tap()
    expect(phone.get_by_text("Payment method")).to_be_visible()
    phone.goto(f"{server.url}/pick-up/{printing.id}")
    expect(phone.get_by_text("Being printed on")).to_be_visible()
    whole(phone, "printing", tmp_path)
    phone.get_by_role("link", name="Mark as completed").tap()
    phone.get_by_role("dialog").get_by_label("Shelf").fill("C2")
    whole(phone, "complete", tmp_path)
    phone.get_by_role("button", name="Complete and send email").tap()
    expect(phone.get_by_text("Payment method")).to_be_visible()
    expect(phone.get_by_text("C2")).to_be_visible()


def test_the_list_on_every_screen_and_without_scripts(
    server: Server, browser: Browser, page: Page, waiting: list[Job], complaints: Complaints,
    tmp_path: Path,
) -> None:  # fmt: skip
    job, other, _printing = waiting
    page.goto(f"{server.url}/pick-up")
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Lab password").fill(server.password)
    page.get_by_role("button", name="Sign in").click()
    rows = page.locator("#job-list > li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Ada Byron")
    expect(rows.first).to_contain_text("waiting 45 days")
    expect(page.get_by_role("button", name="Scan")).to_be_hidden()
    whole(page, "list", tmp_path)
    state = page.context.storage_state()
    shapes = {
        "list-phone": ({"viewport": PHONE, "has_touch": True, "is_mobile": True}, "desktop"),
        "list-dark": ({"viewport": DESKTOP, "color_scheme": "dark"}, "dark"),
    }
    for name, (options, rules) in shapes.items():
        context = browser.new_context(**options, storage_state=state)  # type: ignore[arg-type]
        shaped = watched(context.new_page(), complaints)
        for path, kind in (("/pick-up", name), (f"/pick-up/{job.id}", name + "-job")):
            shaped.goto(server.url + path)
            whole(shaped, kind, tmp_path, rules)
        context.close()
    context = browser.new_context(java_script_enabled=False, storage_state=state)
    plain = context.new_page()
    plain.goto(f"{server.url}/pick-up")
    plain.get_by_label("Search by job number or name").fill(other.id.lower())
    plain.get_by_role("button", name="Search").click()
    expect(plain).to_have_url(f"{server.url}/pick-up/{other.id}")
    plain.get_by_role("link", name="Card", exact=True).click()
    plain.get_by_role("button", name=re.compile("picked up")).click()
    expect(plain.get_by_text("Already picked up")).to_be_visible()
    context.close()


def test_the_camera_reads_a_code_and_follows_no_foreign_one(
    server: Server, phone: Page, waiting: list[Job]
) -> None:
    job = waiting[0]
    phone.add_init_script(CAMERA.replace("CODE", f"https://evil.example/?{job.id}"))
    phone.goto(f"{server.url}/pick-up")
    phone.get_by_label("Your name").fill("Ana")
    phone.get_by_label("Lab password").fill(server.password)
    phone.get_by_role("button", name="Sign in").click()
    phone.get_by_role("button", name="Scan").tap()
    expect(phone.get_by_text("This code isn't for a job here.")).to_be_visible()
    phone.get_by_role("button", name="Stop the camera").tap()
    assert phone.evaluate("window.camera.getTracks().every((t) => t.readyState === 'ended')")
    phone.evaluate(f"window.seen = 'https://elsewhere.example/pick-up/{job.id}'")
    phone.get_by_role("button", name="Scan").tap()
    expect(phone).to_have_url(f"{server.url}/pick-up/{job.id}")
