"""The administrators' pages in a real browser: they work, they fit, and axe finds nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PageError

import printflow_web
from tests.e2e.conftest import Complaints, Server, watched

pytestmark = [pytest.mark.chromium, pytest.mark.long]

AXE = Path(printflow_web.__file__).parent / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES: dict[str, dict[str, Any]] = {
    "desktop": {"type": "tag", "values": ALL},
    # What depends on the window's width, and on the colors.
    "phone": {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]},
    "dark": {"type": "rule", "values": ["color-contrast"]},
}
PAGES = (
    "/admin/system",
    "/admin/catalog",
    "/admin/catalog/edit/printers",
    "/admin/catalog/edit/methods",
    "/admin/catalog/edit/reasons",
    "/admin/catalog/edit/texts",
    "/admin/catalog/edit/lab",
    "/admin/catalog/edit/opening",
    "/admin/catalog/edit/form",
    "/admin/hours/close",
    "/admin/hours/holidays",
    "/admin/catalog/edit/roles",
    "/admin/catalog/texts/es",
    "/admin/catalog/versions/1",
    "/admin/machines",
    "/admin/stations",
    "/admin/identity",
    "/admin/changes",
    "/staff",
    "/outbox",
    "/login",
)
SHAPES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
}


@pytest.fixture
def signed_in(page: Page, server: Server) -> Page:
    """Ana's browser, at the lab's own station."""
    page.goto(f"{server.url}/login")
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Lab password").fill(server.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard*")
    return page


def go(page: Page, address: str) -> None:
    """Open a page; one that is just reloading itself may break off the first try."""
    try:
        page.goto(address)
    except PageError:
        page.goto(address)


OUT_OF_SIGHT = """(selector) => {
  const found = document.querySelector(selector);
  const box = found.getBoundingClientRect();
  const shares = [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98];
  const points = shares.flatMap((x) => shares.map((y) => [box.x + x * box.width, box.y + y * box.height]));
  const inside = points.every(([, y]) => y >= 0 && y < innerHeight);
  return inside && !points.some(([x, y]) => found.contains(document.elementFromPoint(x, y)));
}"""
"""Whether no point of a target can be touched: a tab that's scrolled to behind the pinned one."""


def faults(page: Page, rules: dict[str, Any]) -> list[str]:
    """What axe finds on the page; what can't be touched as it's scrolled isn't too small to touch."""
    page.evaluate(AXE.read_text("utf-8"))  # not by a script tag: the pages' policy holds
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", rules)
    wrong: list[str] = []
    for one in found["violations"]:
        nodes = one["nodes"]
        if one["id"] == "target-size":
            nodes = [node for node in nodes if not page.evaluate(OUT_OF_SIGHT, node["target"][0])]
        wrong += [f"{one['id']}: {node['html'][:200]}" for node in nodes[:1]]
    return wrong


def test_every_page_fits_and_is_accessible(
    browser: Browser, server: Server, signed_in: Page, complaints: Complaints
) -> None:
    state = signed_in.context.storage_state()
    wrong: list[str] = []
    for shape, options in SHAPES.items():
        context = browser.new_context(**options, storage_state=state)
        page = watched(context.new_page(), complaints)
        for path in PAGES:
            go(page, server.url + path)
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            wrong += [f"{shape} {path}: {words}" for words in faults(page, RULES[shape])]
            wrong += [f"{shape} {path}: {over} px too wide"] if over > 0 else []
        context.close()
    assert wrong == []


def test_an_administrator_s_day(server: Server, signed_in: Page) -> None:
    page = signed_in
    page.get_by_role("link", name="Lab", exact=True).click()
    page.get_by_role("link", name="Catalog").click()
    page.get_by_role("link", name="Printers and prices").click()
    price = page.get_by_label("Price per gram").first
    price.fill("1,500")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-summary]")).to_contain_text("with a point, not a comma")
    expect(page.get_by_label("Price per gram").first).to_have_value("1,500")
    page.get_by_label("Price per gram").first.fill("0.15")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Version 2 is now active.")).to_be_visible()
    expect(page.get_by_role("cell", name="$0.15")).to_be_visible()

    page.get_by_role("link", name="Stations").click()
    page.get_by_label("Name", exact=True).fill("Window PC")
    page.get_by_role("button", name="Add station").click()
    expect(page.locator("code[data-copy]")).to_have_text(
        re.compile(r"^[0-9a-z]{4}(-[0-9a-z]{4}){3}$")
    )

    page.get_by_role("link", name="System").click()
    page.get_by_role("button", name="Run checks").click()
    expect(page.get_by_text("No problems found.")).to_be_visible()  # it opens itself again
    expect(page.get_by_text("running").first).to_be_visible()

    page.get_by_role("link", name="Changes").click()
    expect(page.get_by_text("Added the station Window PC")).to_be_visible()
    expect(page.get_by_text("Changed the catalog: printers › Prusa MK4S")).to_be_visible()

    page.locator("summary.acting").click()
    page.get_by_role("button", name="Sign out everywhere").click()
    page.wait_for_url("**/login")
    page.goto(f"{server.url}/admin/system")
    page.wait_for_url(re.compile(r"/login\?next="))
