"""The queue in a real browser: by drag, by keyboard, told to a screen reader, and free of faults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from printflow import Printflow, Settings
from tests import sample_models
from tests.crash.scenario import FORM
from tests.e2e.conftest import PHONE, Server
from tests.e2e.test_administration import RULES, faults
from tests.e2e.test_main_job import sign_in

pytestmark = pytest.mark.chromium


@pytest.fixture
def lab(server: Server) -> Iterator[Printflow]:
    """The running server's lab, for a script beside it."""
    settings = Settings(
        store=server.store, base_url=server.url, mail={"directory": server.store / "mail"}
    )
    with Printflow.open(settings, create=False) as opened:
        yield opened


def order(lab: Printflow) -> list[str]:
    return [one.job.student_name for queue in lab.queue.by_printer() for one in queue.ready]


@pytest.mark.long
def test_reordered_by_drag_and_by_keyboard(
    server: Server, page: Page, lab: Printflow, tmp_path: Path
) -> None:
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    for name in ("Ada Byron", "Grace Hopper", "Mary Jackson"):
        job = lab.intake.submit(model, **{**FORM, "student": name})
        lab.jobs.approve(job.id, by="Ana", grams="42", hours="3", material="PLA")
        lab.jobs.confirm(job.id, by="Ana", note="by phone")
    sign_in(page, server, "Ana")
    page.get_by_role("link", name="Queue", exact=True).click()
    rows = page.locator("[id^=queued-]")
    expect(rows).to_have_count(3)

    # By drag: the last one's handle, to above the first.
    page.locator("[data-handle]").nth(2).hover()
    page.mouse.down()
    box = rows.nth(0).bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2, steps=5)
    page.mouse.move(box["x"] + 20, box["y"] + 4, steps=5)
    page.mouse.up()
    told = page.get_by_role("status").filter(has_text=re.compile("is now number 1 of 3"))
    expect(told).to_have_count(1)
    assert order(lab) == ["Mary Jackson", "Ada Byron", "Grace Hopper"]

    # By keyboard: the arrow keeps the focus, and what happened is said.
    down = rows.filter(has_text="Mary Jackson").get_by_role("button", name=re.compile("down"))
    down.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("is now number 2 of 3")).to_have_count(1)
    expect(down).to_be_focused()
    assert order(lab) == ["Ada Byron", "Mary Jackson", "Grace Hopper"]
    page.keyboard.press("Enter")
    expect(page.get_by_text("is now number 3 of 3")).to_have_count(1)
    up = rows.filter(has_text="Mary Jackson").get_by_role("button", name=re.compile("up$"))
    expect(up).to_be_focused()
    assert order(lab) == ["Ada Byron", "Grace Hopper", "Mary Jackson"]

    page.reload()
    expect(rows.nth(2)).to_contain_text("Mary Jackson")
    # On paper: one page each, and nothing that axe finds on the screen.
    job = lab.jobs.find()[0]
    for paper in ("ticket", "label"):
        page.goto(f"{server.url}/dashboard/jobs/{job.id}/{paper}")
        assert faults(page, RULES["desktop"]) == []
        page.screenshot(path=tmp_path / f"{paper}.png")
        sheet = page.pdf(path=tmp_path / f"{paper}.pdf", prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    page.goto(f"{server.url}/dashboard/jobs/{job.id}")
    page.screenshot(path=tmp_path / "job.png", full_page=True)
    assert faults(page, RULES["desktop"]) == []

    # A new version, larger than any other form may be.
    large = tmp_path / "repaired.stl"
    large.write_bytes(sample_models.stl() + bytes(300_000))
    page.get_by_label("New version").set_input_files(large)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("The file to print is now")).to_be_visible()
    assert lab.files.path(lab.jobs.get(job.id)).read_bytes() == large.read_bytes()
    page.goto(f"{server.url}/dashboard/queue")
    for size in (None, PHONE):
        if size:
            page.set_viewport_size(size)  # type: ignore[arg-type]
        page.screenshot(path=tmp_path / f"queue-{'phone' if size else 'desk'}.png", full_page=True)
        assert faults(page, RULES["desktop"]) == []
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide
