"""Choosing a language on the page: by keyboard, with what was typed, and without scripts, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Server, check_box

_OWN = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Submit a print"
msgstr "Enviar una pieza"
"""


@pytest.fixture
def more_settings(tmp_path: Path) -> dict[str, str]:
    """A lab that has a text of its own in Spanish."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "es.po").write_text(_OWN, encoding="utf-8")
    return {"PRINTFLOW_LOCALE_DIR": str(tmp_path / "texts"), "PRINTFLOW_LANGUAGES": "en,es"}


def test_a_language_is_chosen_in_the_middle_of_a_form(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/submit")
    page.locator("[name=student_name]").fill("Zoë Ortega")
    check_box(page.locator("[name=print_method]").first)
    page.get_by_role("button", name="Español").focus()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_role("heading", name="Enviar una pieza")).to_be_visible()
    expect(page.locator("[name=student_name]")).to_have_value("Zoë Ortega")
    expect(page.locator("[name=print_method]").first).to_be_checked()
    expect(page.locator("[name=minimum_charge]").first).not_to_be_checked()
    expect(page.get_by_role("button", name="Español")).to_have_attribute("aria-current", "true")
    page.goto(f"{server.url}/find")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.locator("[name=email]").fill("zoe@example.edu")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("[name=email]")).to_have_value("zoe@example.edu")
    page.goto(f"{server.url}/find")
    expect(page.locator("[name=email]")).to_have_value("")


def test_without_scripts_it_is_a_button_like_any_other(browser: Browser, server: Server) -> None:
    context = browser.new_context(java_script_enabled=False, locale="es-MX")
    page = context.new_page()
    page.goto(f"{server.url}/contact")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.get_by_role("button", name="English").click()
    expect(page).to_have_url(f"{server.url}/contact")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    context.close()
