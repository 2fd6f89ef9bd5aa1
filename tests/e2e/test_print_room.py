"""The print room in a real browser: few clicks, drags that do nothing by accident, and live pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from printflow import Job, Printflow
from tests import sample_models
from tests.benchmarks import clicks, room_clicks
from tests.crash.scenario import FORM
from tests.e2e.conftest import PHONE, Server
from tests.e2e.test_administration import RULES, faults
from tests.e2e.test_dashboard import look_again
from tests.e2e.test_main_job import sign_in

pytestmark = [pytest.mark.chromium, pytest.mark.long]


@pytest.fixture
def more_settings() -> dict[str, str]:
    """What was done can be taken back as long as in a lab."""
    return {"PRINTFLOW_UNDO_SECONDS": "30", "PRINTFLOW_SETTLE_SECONDS": "0"}


@pytest.fixture
def waiting(lab: Printflow, tmp_path: Path) -> Callable[..., Job]:
    """A job of the student of that name that waits for a printer."""
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())

    def made(student: str, quantity: int = 1) -> Job:
        job = lab.intake.submit(model, **{**FORM, "student": student, "quantity": quantity})
        lab.jobs.approve(job.id, by="Ana", grams="10", hours="1", material="PLA")
        return lab.jobs.confirm(job.id, by="Ana", note="by phone")

    return made


def order(lab: Printflow) -> list[str]:
    return [one.job.student_name for room in lab.queue.room() for one in room.waiting]


def middle(target: Locator) -> tuple[float, float]:
    box = target.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def dragged(page: Page, job: Job, x: float, y: float) -> None:
    """The job's handle, carried to a place and let go."""
    page.locator(f"#queued-{job.id} [data-handle]").hover()
    page.mouse.down()
    page.mouse.move(x, y, steps=8)
    page.mouse.up()


def test_few_clicks(server: Server, browser: Browser, lab: Printflow, tmp_path: Path) -> None:
    """What ``python -m tests.benchmarks.room_clicks`` counts stays as few as it is."""
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    room_clicks.with_machines(lab)
    shop = clicks.Shop(lab, server.url, browser, server.password)
    counted = {name: hand.clicks for name, hand in room_clicks.walked(shop, model).items()}
    assert all(counted[name] <= goal for name, goal in room_clicks.GOALS.items()), counted


def test_a_drag_plans_reorders_or_does_nothing(
    server: Server, page: Page, lab: Printflow, waiting: Callable[..., Job]
) -> None:
    room_clicks.with_machines(lab)
    jobs = [waiting(name) for name in ("Ada Byron", "Grace Hopper", "Mary Jackson")]
    sign_in(page, server, "Ana")
    page.goto(f"{server.url}/dashboard/queue")
    names = order(lab)

    # A click on the handle, a short slip, and a drop beside everything change nothing.
    page.locator(f"#queued-{jobs[2].id} [data-handle]").click()
    x, y = middle(page.locator(f"#queued-{jobs[2].id} [data-handle]"))
    dragged(page, jobs[2], x + 3, y - 3)
    dragged(page, jobs[2], 300, 120)
    page.wait_for_timeout(300)
    assert (order(lab), lab.plates.find()) == (names, [])

    # Onto a machine: planned there, with an Undo, and the page is not loaded anew.
    page.evaluate("window.same = true")
    south = page.locator("[data-machine=South]")
    dragged(page, jobs[1], *middle(south))
    expect(page.get_by_text("Planned for South.")).to_be_visible()
    expect(south.get_by_text("Grace Hopper")).to_be_visible()
    expect(page.locator("[id^=queued-]")).to_have_count(2)
    assert page.evaluate("window.same") is True
    assert faults(page, RULES["desktop"]) == []
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone for 1 job")).to_be_visible()
    assert lab.plates.find() == []

    # To another place of the list.
    x, y = middle(page.locator(f"#queued-{jobs[0].id}"))
    top = page.locator(f"#queued-{jobs[0].id}").bounding_box()
    assert top
    dragged(page, jobs[2], x, top["y"] + 6)
    expect(page.get_by_text("is now number 1 of 3")).to_have_count(1)
    assert order(lab)[0] == "Mary Jackson"


def test_a_step_down_past_the_last_shown_is_one_step(
    server: Server, page: Page, lab: Printflow, waiting: Callable[..., Job]
) -> None:
    for number in range(11):
        waiting(f"Student {number:02}")
    names = order(lab)
    sign_in(page, server, "Ana")
    page.goto(f"{server.url}/dashboard/queue")
    rows = page.locator("[id^=queued-]")
    expect(rows).to_have_count(8)
    rows.nth(6).get_by_role("button", name=re.compile("down$")).click()
    expect(page.get_by_text("is now number 8 of 8")).to_have_count(1)
    names.insert(7, names.pop(6))
    assert order(lab) == names


def test_an_open_page_follows_what_others_do(
    server: Server, page: Page, lab: Printflow, waiting: Callable[..., Job]
) -> None:
    room_clicks.with_machines(lab)
    one, two = waiting("Ada Byron"), waiting("Grace Hopper", 5)
    sign_in(page, server, "Ana")
    page.goto(f"{server.url}/dashboard/queue")
    page.evaluate("window.same = true")
    page.locator(f"#queued-{two.id} [data-select]").check()
    lab.plates.start("North", [one.id], by="Ben")
    look_again(page)
    north = page.locator("[data-machine=North]")
    expect(north.get_by_text("Ada Byron")).to_be_visible()
    expect(page.locator(f"#queued-{one.id}")).to_have_count(0)
    expect(page.locator(f"#queued-{two.id} [data-select]")).to_be_checked()
    lab.machines.take_out("West", reason="belt", by="Ben")
    look_again(page)
    expect(page.get_by_text("(Ben): belt")).to_be_visible()
    assert page.evaluate("window.same") is True


def test_everything_by_keyboard_and_on_a_phone(
    server: Server, page: Page, lab: Printflow, waiting: Callable[..., Job], tmp_path: Path
) -> None:
    room_clicks.with_machines(lab)
    one, two = waiting("Ada Byron"), waiting("Grace Hopper", 5)
    sign_in(page, server, "Ana")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{server.url}/dashboard/queue")
    dialog = page.get_by_role("dialog")
    for job in (one, two):
        page.locator(f"#queued-{job.id} [data-select]").press("Space")
    page.get_by_role("button", name="Start together").press("Enter")
    expect(dialog).to_be_visible()
    dialog.get_by_label(re.compile(f"Copies {two.id}")).fill("9")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("Only 5 copies")).not_to_have_count(0)
    assert faults(page, RULES["phone"]) == []
    dialog.get_by_label(re.compile(f"Copies {two.id}")).fill("2")
    page.keyboard.press("Enter")
    running = page.locator(".plate-running")
    expect(running).to_have_count(1)
    expect(page.get_by_text("3 copies left")).to_be_visible()
    for link in ("Something failed", "Move", "Record part"):
        running.get_by_role("link", name=link).press("Enter")
        expect(dialog).to_be_visible()
        assert faults(page, RULES["phone"]) == [], link
        page.keyboard.press("Escape")
        expect(dialog).not_to_be_visible()
    menu = page.locator("[data-machine=West] [data-menu]")
    menu.press("Enter")
    page.get_by_role("link", name="Take out of service").press("Enter")
    dialog.get_by_label("Reason").fill("belt")
    page.keyboard.press("Enter")
    expect(page.get_by_text("West is out of service.")).to_be_visible()
    page.locator("article", has_text="West").locator("[data-menu]").press("Enter")
    page.get_by_role("button", name="Put back in service").press("Enter")
    expect(page.get_by_text("West is back in service.")).to_be_visible()
    page.locator("[data-machine=West] [data-menu]").press("Enter")
    expect(page.get_by_role("link", name="Edit details")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-machine=West] [data-menu]")).to_be_focused()
    assert faults(page, RULES["phone"]) == []
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
    page.screenshot(path=tmp_path / "phone.png", full_page=True)
    page.goto(f"{server.url}/dashboard/machines/menu?machine=West")  # as without scripts
    expect(page.get_by_role("link", name="Take out of service")).to_be_visible()
    assert faults(page, RULES["phone"]) == []
