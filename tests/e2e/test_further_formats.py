"""PLY, GLB and STEP on the form of a lab that takes them: sent by a browser that cannot show them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from printflow import Printflow
from tests.e2e.conftest import Server
from tests.e2e.test_preview import card, choose, file, take
from tests.e2e.test_submit_form import fill_in, send
from tests.inspection.test_more_formats import FILES

pytestmark = [pytest.mark.chromium, pytest.mark.long]


@pytest.fixture
def more_settings() -> dict[str, str]:
    return {"PRINTFLOW_MORE_FORMATS": "ply,glb,step"}


def test_sent_and_measured(server: Server, phone: Page, lab: Printflow) -> None:
    phone.goto(f"{server.url}/submit")
    fill_in(phone)
    names = [f"box{ending}" for ending in FILES]
    choose(phone, *(file(f"box{ending}", make()) for ending, make in FILES.items()))
    take(phone, "color", "True Red")
    for name in names:
        expect(card(phone, name)).to_contain_text("Browsers can't preview this type of file")
    for other in names[1:]:
        card(phone, other).locator("select").select_option("Blue")
    send(phone)
    phone.wait_for_url("**/submit/success?job=*")
    colors = {job.original_name: job.color for job in lab.jobs.find()}
    assert colors == {names[0]: "True Red", **dict.fromkeys(names[1:], "Blue")}
    links = phone.get_by_role("link").evaluate_all("all => all.map(one => one.href)")
    pages = [link for link in dict.fromkeys(links) if re.search(r"/jobs/[\w-]{20,}$", link)]
    assert pages
    phone.goto(pages[0])
    for _ in range(40):  # it is looked at after it was accepted
        if phone.get_by_text("30.0 × 20.0 × 10.0 mm").count():
            break
        phone.wait_for_timeout(250)
        phone.reload()
    expect(phone.get_by_text("30.0 × 20.0 × 10.0 mm").first).to_be_visible()
