"""Texts that are 40 % longer and run from right to left break no page, on a phone and in lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from printflow import Job, Printflow, Status
from tests.e2e.conftest import DESKTOP, PHONE, Complaints, Server, watched
from tests.e2e.test_administration import PAGES as OF_ADMINISTRATORS
from tests.e2e.test_every_staff_page import jobs, paths
from tests.plugins.pseudo import BEGIN

pytestmark = [pytest.mark.chromium, pytest.mark.long]
__all__ = ["jobs"]

_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_CUT = """
() => [...document.querySelectorAll("button, .button, th, label, h1, h2")]
  .filter((one) => one.offsetParent && one.clientWidth > 2 && getComputedStyle(one).overflow !== "visible"
    && getComputedStyle(one).textOverflow !== "ellipsis" && one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.textContent.trim())
"""
"""Buttons, headings and labels of which something is cut off without dots; not those that are for
screen readers alone."""

_OVER = """
() => [...document.querySelectorAll(".badge")].filter((one) => {
  const mine = one.getBoundingClientRect(), place = one.parentElement.getBoundingClientRect();
  return one.offsetParent && (mine.left < place.left - 1 || mine.right > place.right + 1);
}).map((one) => one.textContent.trim())
"""
"""Labels that lie over what is beside them."""

_OUTSIDE = """
() => [...document.querySelectorAll(".menu[open] > .menu-panel, #row-menu, details.filters[open] > *")]
  .filter((one) => one.getBoundingClientRect().left < 0
    || one.getBoundingClientRect().right > document.documentElement.clientWidth)
  .map((one) => one.textContent.trim().slice(0, 60))
"""
"""Menus that open where nobody can see them."""


@pytest.fixture
def program() -> str:
    return "tests.plugins.pseudo"


@pytest.fixture
def more_settings() -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    return {"PYTHONPATH": root, "PRINTFLOW_UNDO_SECONDS": "30", "PRINTFLOW_SETTLE_SECONDS": "0"}


def sign_in(page: Page, server: Server) -> None:
    """As staff; the labels are in a language that no test speaks."""
    page.goto(f"{server.url}/login")
    page.fill("input[name=password]", server.password)
    page.fill("input[name=name]", "Ana")
    page.click("main button[type=submit]")
    page.wait_for_url(f"{server.url}/dashboard**")


def broken(page: Page, address: str) -> list[str]:
    """What is wrong with the page, in words."""
    page.goto(address)
    shown = page.evaluate("document.documentElement.dir")
    found = [f"{address}: is {shown}"] if shown != "rtl" else []
    if BEGIN not in (page.text_content("body") or ""):
        found.append(f"{address}: is not in the language")
    if (over := page.evaluate(_WIDE)) > 0:
        found.append(f"{address}: {over} px too wide")
    found += [f"{address}: cut off: {text[:60]}" for text in page.evaluate(_CUT)]
    return found + [f"{address}: lies over others: {text[:60]}" for text in page.evaluate(_OVER)]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_page_breaks(
    browser: Browser,
    server: Server,
    lab: Printflow,
    jobs: dict[Status, Job],
    complaints: Complaints,
    size: dict[str, int],
) -> None:
    context = browser.new_context(viewport=size)  # type: ignore[arg-type]
    page = watched(context.new_page(), complaints)
    own = [lab.students.url(job) for job in jobs.values()]
    quote = lab.jobs.details(jobs[Status.PENDING].id).quotes[0]
    found: list[str] = []
    for address in (
        *own,
        lab.quotes.url(quote),
        *(server.url + p for p in ("/", "/submit", "/find")),
    ):
        found += broken(page, address)
    sign_in(page, server)
    for path in (*paths(lab, jobs), *OF_ADMINISTRATORS):
        found += broken(page, server.url + path)
    context.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_menus_open_inside_the_window(
    browser: Browser,
    server: Server,
    jobs: dict[Status, Job],
    complaints: Complaints,
    size: dict[str, int],
) -> None:
    context = browser.new_context(viewport=size)  # type: ignore[arg-type]
    page = watched(context.new_page(), complaints)
    sign_in(page, server)
    found: list[str] = []
    for summary in ("summary.acting", "details.filters > summary", "#job-list [data-menu]"):
        page.goto(f"{server.url}/dashboard?status=all&view=cards")
        page.locator(summary).first.click()
        opened = page.locator("details[open], #row-menu:has(.menu-item)")
        expect(opened.first).to_be_visible()
        found += page.evaluate(_OUTSIDE)
        found += [f"{summary}: too wide"] if page.evaluate(_WIDE) > 0 else []
    context.close()
    assert not found, "\n".join(found)
