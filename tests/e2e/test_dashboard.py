"""The dashboard in real browsers: by keyboard, kept fresh, taken back, for many, by two people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, Route, expect

from printflow import Job, Printflow, Settings
from tests import sample_models
from tests.crash.scenario import FORM
from tests.e2e.conftest import DESKTOP, Complaints, Mailbox, Server, watched
from tests.e2e.test_main_job import sign_in

pytestmark = [pytest.mark.chromium, pytest.mark.long]


@pytest.fixture
def more_settings() -> dict[str, str]:
    """Mails of the dashboard wait as long as in a lab."""
    return {"PRINTFLOW_UNDO_SECONDS": "30"}


@pytest.fixture
def lab(server: Server) -> Iterator[Printflow]:
    """The running server's lab, for a script beside it."""
    settings = Settings(
        store=server.store, base_url=server.url, mail={"directory": server.store / "mail"}
    )
    with Printflow.open(settings, create=False) as opened:
        yield opened


@pytest.fixture
def submit(lab: Printflow, tmp_path: Path) -> Callable[[str], Job]:
    """A job of the student of that name."""
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    return lambda student: lab.intake.submit(model, **{**FORM, "student": student})


def look_again(page: Page) -> None:
    """What a page does by itself every fifteen seconds, and when it comes back into view."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def look_until(page: Page, shown: Callable[[], bool]) -> None:
    """Look again until it's there: what is no event may be answered a second or two later."""
    for _ in range(40):
        look_again(page)
        page.wait_for_timeout(300)
        if shown():
            return
    raise AssertionError(page.locator("#job-list").inner_text())


def test_by_keyboard_and_taken_back(
    server: Server, mailbox: Mailbox, page: Page, submit: Callable[[str], Job], lab: Printflow
) -> None:
    jobs = [submit(name) for name in ("Ada Byron", "Grace Hopper", "Mary Jackson")]
    sign_in(page, server, "Ana")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Mary Jackson", exact=True)).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Grace Hopper", exact=True)).to_be_focused()
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("In your own words").fill("The walls are too thin.")
    dialog.get_by_role("button", name="Reject and send email").click()
    expect(page.get_by_text("It's now “Rejected”")).to_be_visible()
    expect(page.get_by_role("link", name="Grace Hopper", exact=True)).to_have_count(0)

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone")).to_be_visible()
    expect(page.get_by_role("link", name="Grace Hopper", exact=True)).to_be_visible()
    assert lab.jobs.get(jobs[1].id).status == "UPLOADED"
    assert not [mail for mail in mailbox.mails if "The walls are" in mail.as_string()]

    page.keyboard.press("/")
    page.keyboard.type("byron")
    expect(page.locator("#job-list > li")).to_have_count(1)
    expect(page.locator("#search")).to_be_focused()
    expect(page.get_by_role("link", name="Search: byron")).to_be_visible()
    page.go_back()
    expect(page.locator("#job-list > li")).to_have_count(3)
    expect(page.locator("#search")).to_have_value("")

    # What is in use when a job leaves the list goes as soon as it no longer is.
    page.locator("#search").blur()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Mary Jackson", exact=True)).to_be_focused()
    lab.jobs.reject(jobs[2].id, by="Ben", text="Too thin")
    with page.expect_response(lambda answer: "/dashboard" in answer.url and answer.status == 200):
        look_again(page)
    expect(page.get_by_role("link", name="Mary Jackson", exact=True)).to_be_focused()
    page.locator("#search").focus()
    expect(page.locator("#job-list > li")).to_have_count(2)

    # The same keys on a job's page, and the way back to the list.
    page.get_by_role("link", name="Ada Byron", exact=True).click()
    page.locator("body").press("m")
    expect(page.get_by_text("Reviewed by Ana")).to_be_visible()
    page.locator("body").press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_two_people_at_once(
    server: Server,
    page: Page,
    browser: Browser,
    complaints: Complaints,
    submit: Callable[[str], Job],
) -> None:
    first, second = submit("Ada Byron"), submit("Grace Hopper")
    sign_in(page, server, "Ana")
    context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    other = watched(context.new_page(), complaints)
    other.goto(f"{server.url}/login")
    other.get_by_label("Your name").fill("Ben")
    other.get_by_label("Lab password").fill(server.password)
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url("**/dashboard*")

    # Ben is writing while Ana acts: he keeps his words, and is told who was faster.
    other.locator(f"#job-{first.id}").get_by_role("link", name="Reject").click()
    dialog = other.get_by_role("dialog")
    dialog.get_by_label("In your own words").fill("Too thin.")
    page.locator(f"#job-{first.id}").get_by_role("link", name="Reject").click()
    page.get_by_role("dialog").get_by_label("In your own words").fill("Too large.")
    page.get_by_role("dialog").get_by_role("button", name="Reject and send email").click()
    expect(page.get_by_text("It's now “Rejected”")).to_be_visible()
    look_again(other)
    expect(dialog.get_by_label("In your own words")).to_have_value("Too thin.")
    dialog.get_by_role("button", name="Reject and send email").click()
    expect(other.get_by_text(re.compile("Ana"))).to_have_count(1)

    # A list that changes takes away neither the cursor nor an open menu.
    other.goto(f"{server.url}/dashboard")
    other.locator("#search").fill("bracket")
    third = submit("Mary Jackson")
    look_again(other)
    expect(other.locator(f"#job-{third.id}")).to_be_visible()
    expect(other.locator("#search")).to_be_focused()
    expect(other.locator("#search")).to_have_value("bracket")
    expect(other.get_by_role("link", name="Uploaded", exact=False).first).to_contain_text("2")
    menu = other.locator(f"#job-{second.id} [data-menu]")
    menu.click()
    submit("Dorothy Vaughan")
    look_again(other)
    expect(other.locator("#job-list > li")).to_have_count(3)
    expect(menu).to_have_attribute("aria-expanded", "true")
    expect(other.get_by_role("link", name="Put on hold")).to_be_visible()
    context.close()


def test_a_list_that_is_narrowed_keeps_what_is_in_use_of_the_rows_that_stay(
    server: Server, page: Page, submit: Callable[[str], Job]
) -> None:
    first, second = submit("Ada Byron"), submit("Grace Hopper")
    sign_in(page, server, "Ana")
    held: list[Route] = []
    page.route("**/dashboard?*search=Grace*", lambda route: held.append(route))
    for job in (first, second):
        page.locator(f"#job-{job.id} [data-select]").check()
    with page.expect_request("**/dashboard?*search=Grace*"):
        page.locator("#search").fill("Grace")
    page.locator(f"#job-{second.id} [data-menu]").click()
    with page.expect_response("**/dashboard?*search=Grace*"):
        held[0].continue_()
    expect(page.locator(f"#job-{first.id}")).to_have_count(0)
    expect(page.locator(f"#job-{second.id} [data-menu]")).to_have_attribute("aria-expanded", "true")
    expect(page.locator("[data-select]:checked")).to_have_count(1)
    expect(page.get_by_text("1 selected")).to_be_visible()


def test_many_at_once(server: Server, page: Page, submit: Callable[[str], Job]) -> None:
    for name in ("Ada Byron", "Grace Hopper", "Mary Jackson"):
        submit(name)
    sign_in(page, server, "Ana")
    for name in ("Ada Byron", "Mary Jackson"):
        page.get_by_role("checkbox", name=re.compile(name)).check()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    page.get_by_label("In your own words").fill("The lab is closed.")
    page.get_by_role("button", name="Apply to 2 jobs").click()
    expect(page.get_by_text("2 of 2 done.")).to_be_visible()
    page.goto(f"{server.url}/dashboard?status=REJECTED")
    expect(page.locator("#job-list > li")).to_have_count(2)


def test_the_menu_of_a_row_waits_for_a_slow_network_and_says_what_can_be_done_now(
    server: Server, page: Page, submit: Callable[[str], Job], lab: Printflow
) -> None:
    job = submit("Ada Byron")
    sign_in(page, server, "Ana")
    held: list[Route] = []
    page.route(f"**/{job.id}/menu", lambda route: held.append(route))
    more = page.locator(f"#job-{job.id} [data-menu]")
    more.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#row-menu")).to_have_text("Loading…")
    lab.jobs.reject(job.id, by="Ben", text="Too thin.")  # meanwhile
    held[0].continue_()
    expect(page.locator("#row-menu .menu-item").first).to_be_attached()
    expect(page.locator("#row-menu")).not_to_contain_text("Put on hold")
    page.keyboard.press("Escape")
    expect(page.locator("#row-menu")).to_have_count(0)
    expect(more).to_be_focused()


def test_an_open_list_is_sent_what_changed_through_an_empty_one_and_back(
    server: Server, page: Page, submit: Callable[[str], Job], lab: Printflow
) -> None:
    jobs = [submit(name) for name in ("Ada Byron", "Grace Hopper", "Mary Jackson")]
    sign_in(page, server, "Ana")
    rows = page.locator("#job-list > li")
    search = page.locator("#search")
    for words, count in (("Grace", 1), ("no such words", 0), ("Mary", 1), ("", 3)):
        search.fill(words)
        expect(rows).to_have_count(count)
    names = rows.locator(".row-name")
    expect(names).to_have_text(["Mary Jackson", "Grace Hopper", "Ada Byron"])
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # a method can't be given
    lab.notes.add(jobs[1].id, by="Ben", text="Print me slowly")
    look_until(page, lambda: "Print me slowly" in rows.nth(1).inner_text())
    (sent,) = [answer.text() for answer in answers if answer.status == 200]
    # Where a minute has passed meanwhile, other rows are new as well; what holds them is not.
    parts = set(re.findall(r' id="([\w-]+)" data-tag', sent))
    assert {f"job-{jobs[1].id}"} <= parts <= {f"job-{job.id}" for job in jobs}
    # Staff who mark it as reviewed have what the server has, and then are sent nothing.
    rows.nth(0).get_by_role("button", name="New").click()
    expect(rows.nth(0).get_by_role("button", name="New")).to_have_count(0)
    page.reload()
    expect(names).to_have_text(["Mary Jackson", "Grace Hopper", "Ada Byron"])
    lab.jobs.reject(jobs[2].id, by="Ben", text="Too thin.")
    look_until(page, lambda: names.all_inner_texts() == ["Grace Hopper", "Ada Byron"])
    expect(page.get_by_role("heading", level=1)).to_contain_text("2")
    submit("Dorothy Vaughan")
    look_until(
        page, lambda: names.all_inner_texts() == ["Dorothy Vaughan", "Grace Hopper", "Ada Byron"]
    )


def test_where_no_menu_comes_its_link_is_followed(
    server: Server, page: Page, submit: Callable[[str], Job]
) -> None:
    job = submit("Ada Byron")
    sign_in(page, server, "Ana")
    page.route(f"**/{job.id}/menu", lambda route: route.fulfill(status=204))
    page.locator(f"#job-{job.id} [data-menu]").click()
    page.wait_for_url(f"**/dashboard/jobs/{job.id}#actions")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada Byron")
