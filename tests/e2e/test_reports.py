"""Figures and retention in a real browser: charts are drawn, the form says what counts, axe is content."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from printflow import Job, Printflow
from tests import sample_models
from tests.e2e.conftest import Complaints, Server, watched
from tests.e2e.test_administration import RULES, SHAPES, faults, go

pytestmark = [pytest.mark.chromium, pytest.mark.long]
INK = """(canvas) => {
  const {width, height} = canvas;
  const {data} = canvas.getContext("2d").getImageData(0, 0, width, height);
  const blue = (at) => data[at] === 0x00 && data[at + 1] === 0x72 && data[at + 2] === 0xb2;
  let found = 0;
  for (let at = 0; at < data.length; at += 4) found += blue(at);
  return found;
}"""
"""How many points have the first color of Okabe and Ito."""


@pytest.fixture
def jobs(lab: Printflow, tmp_path: Path) -> list[Job]:
    """One job that was handed out, and one that was rejected."""
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    made = [
        lab.intake.submit(
            model, student="Jane Doe", email="jane@example.edu", method="Filament",
            color="True Red", printer="Prusa MK4S", discipline="Engineering",
            class_number="ARCH 4000", acknowledge_minimum=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    lab.jobs.approve(made[0].id, by="Ana", grams="42.5", hours="3.25", material="PLA")
    lab.jobs.confirm(made[0].id, by="Ana", note="by phone")
    lab.jobs.start_printing(made[0].id, by="Sam")
    lab.jobs.complete(made[0].id, by="Sam", grams="44")
    lab.jobs.pick_up(made[0].id, by="Ana", amount="4.25", method="cash")
    lab.jobs.reject(made[1].id, by="Ana", reasons=["Too thin"])
    return made


@pytest.fixture
def signed_in(page: Page, server: Server, jobs: list[Job]) -> Page:
    """Ana's browser, in a lab where something happened."""
    page.goto(f"{server.url}/login")
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Lab password").fill(server.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard*")
    return page


def drawn(page: Page, server: Server, address: str) -> None:
    """Open the reports, and wait until they are counted and drawn."""
    go(page, server.url + address)
    page.wait_for_selector("#course [data-chart]:not([hidden])")
    page.wait_for_timeout(400)  # the bars grow


def test_figures_from_the_menu_to_a_file(server: Server, signed_in: Page, jobs: list[Job]) -> None:
    page = signed_in
    page.get_by_role("link", name="Reports", exact=True).click()
    page.wait_for_selector("#status [data-chart]:not([hidden])")
    page.wait_for_timeout(400)
    for report in ("course", "status", "decisions", "materials", "revenue"):
        assert page.locator(f"#{report} canvas").evaluate(INK) > 50, report
    expect(page.locator("#materials tbody")).to_contain_text("44.0 g")

    page.get_by_label("From", exact=True).fill("2020-01-01")
    expect(page.get_by_label("Period")).to_have_value("own")
    page.get_by_label("Color", exact=True).fill("True Red")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**since=2020-01-01**color=True+Red**")
    page.get_by_label("Period").select_option("30")
    expect(page.get_by_label("From", exact=True)).to_have_value("")

    with page.expect_download() as told:
        page.get_by_role("link", name="By color as CSV").click()
    rows = list(csv.reader(io.StringIO(Path(told.value.path()).read_text("utf-8-sig"))))
    assert rows[1][:2] == ["True Red", "2"]

    page.goto(f"{server.url}/dashboard?status=REJECTED&search=jane")
    with page.expect_download() as told:
        page.get_by_role("link", name="Full list as CSV").click()
    (row,) = csv.DictReader(io.StringIO(Path(told.value.path()).read_text("utf-8-sig")))
    assert (row["id"], row["status"]) == (jobs[1].id, "REJECTED")


def test_peak_hours_draw_the_whole_day(server: Server, signed_in: Page) -> None:
    drawn(signed_in, server, "/reports?period=all")
    # As news of the page would: a table in which jobs came in the day's last hour only.
    signed_in.evaluate("""
      const old = document.querySelector("#peak_hours canvas").closest("#peak_hours");
      const fresh = old.cloneNode(true);
      const counts = [...fresh.querySelectorAll("td[data-value]")];
      for (const cell of counts) cell.dataset.value = 0;
      counts.at(-1).dataset.value = 7;
      fresh.querySelector("[data-chart]").hidden = true;
      old.replaceWith(fresh);
      document.dispatchEvent(new CustomEvent("list-changed"));
    """)
    signed_in.wait_for_timeout(400)
    assert signed_in.locator("#peak_hours canvas").evaluate(INK) > 50


def test_the_plan_of_retention(server: Server, signed_in: Page, jobs: list[Job]) -> None:
    page = signed_in
    go(page, f"{server.url}/admin/retention")
    row = page.get_by_role("row").nth(1)
    expect(row).to_contain_text("The job is archived")
    for job in jobs:
        expect(row).to_contain_text(job.id)
    row.get_by_role("link", name=jobs[1].id).click()
    page.wait_for_url(f"**/dashboard/jobs/{jobs[1].id}")


def test_the_charts_fit_and_are_accessible(
    browser: Browser, server: Server, signed_in: Page, complaints: Complaints
) -> None:
    state = signed_in.context.storage_state()
    wrong: list[str] = []
    for shape, options in SHAPES.items():
        context = browser.new_context(**options, storage_state=state)
        page = watched(context.new_page(), complaints)
        drawn(page, server, "/reports?period=all")
        over = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        wrong += [f"{shape}: {words}" for words in faults(page, RULES[shape])]
        wrong += [f"{shape}: {over} px too wide"] if over > 0 else []
        context.close()
    assert wrong == []
