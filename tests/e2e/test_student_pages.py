"""The student's pages in a real browser: previews, uploads that break, no scripts, keyboard, axe."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as TookTooLong

from printflow import Printflow, Settings
from tests import models
from tests.crash.scenario import FORM
from tests.e2e.conftest import DESKTOP, Complaints, Mailbox, Server, watched
from tests.e2e.test_administration import ALL, RULES, SHAPES, faults

pytestmark = pytest.mark.chromium
ZOOMED: dict[str, Any] = {"viewport": {"width": 640, "height": 450}, "reduced_motion": "reduce"}
"""A desktop at 200 %, of somebody who asked for less motion."""


@pytest.fixture
def lab(server: Server) -> Iterator[Printflow]:
    """The running server's lab, for a script beside it."""
    settings = Settings(
        store=server.store, base_url=server.url, mail={"directory": server.store / "mail"}
    )
    with Printflow.open(settings, create=False) as opened:
        yield opened


def write_models(folder: Path) -> dict[str, Path]:
    """A bracket in mm, the same in inches, a plate for the large printers only."""
    sizes = {"bracket": (20, 15, 10), "inches": (0.8, 0.6, 0.4), "plate": (300, 290, 40)}
    for name, size in sizes.items():
        (folder / f"{name}.stl").write_bytes(models.stl(models.box(*size)))
    return {name: folder / f"{name}.stl" for name in sizes}


def fill_in(page: Page, server: Server) -> None:
    """All but the models and their colors."""
    page.goto(f"{server.url}/submit")
    page.get_by_label("First and last name").fill("Zoë Müller")
    page.get_by_label("E-mail address").fill("zoe@example.edu")
    page.get_by_label("Discipline").select_option("Engineering")
    page.get_by_label("Class number").fill("ARCH 4000")
    page.locator("input[name=print_method][value=Filament]").check(force=True)
    page.locator("input[name=printer][value='Prusa XL']").check(force=True)
    page.locator("input[name=minimum_charge]").check(force=True)


def color_in_the_middle(canvas: Locator) -> tuple[int, int, int]:
    """What a person sees there."""
    picture = Image.open(io.BytesIO(canvas.screenshot())).convert("RGB")
    pixel = picture.getpixel((picture.width // 2, picture.height // 2))
    assert isinstance(pixel, tuple)
    return pixel[0], pixel[1], pixel[2]


def test_models_are_seen_and_measured_before_they_are_sent(
    server: Server, page: Page, tmp_path: Path, lab: Printflow
) -> None:
    files = write_models(tmp_path)
    fill_in(page, server)
    page.locator("input[type=file]").set_input_files([files["bracket"], files["inches"]])
    page.locator("input[type=file]").set_input_files(files["plate"])
    cards = page.locator("[data-model]")
    expect(cards).to_have_count(3)
    for card, color in zip(cards.all(), ("True Red", "Green", "Blue"), strict=True):
        card.locator(f"input[value='{color}']").check(force=True)
    first, second, third = cards.all()

    expect(first.get_by_text("Closed: it can be printed as a solid")).to_be_visible()
    expect(first.locator("[data-fact=size]")).to_contain_text(re.compile(r"mm \([\d.]+ × .* in\)"))
    expect(first.locator("[data-fact=fits]")).to_have_text("Fits on every printer of this method.")
    expect(first.locator("[data-fact=price]")).to_contain_text("usually")
    expect(second.locator("[data-warning]")).to_contain_text("As inches it would be")
    expect(third.locator("[data-fact=fits]")).to_contain_text("too large for")
    expect(page.locator("[data-fit='Prusa MK4S']")).to_contain_text("Too small for plate.stl")
    red, green, blue = color_in_the_middle(first.locator("canvas"))
    assert red > 1.5 * max(green, blue), "drawn in the chosen color"
    before = first.locator("canvas").screenshot()
    first.locator("canvas").press("ArrowLeft")
    first.locator("canvas").press("ArrowLeft")
    page.wait_for_timeout(300)
    assert first.locator("canvas").screenshot() != before, "the arrow keys turn it"

    third.get_by_role("button", name="Remove").click()
    expect(cards).to_have_count(2)
    second.get_by_label("Copies").fill("3")
    second.get_by_label("Note to staff").fill("The flat side down.")
    page.get_by_role("button", name="Submit for review").click()
    page.wait_for_url("**/submit/success*")
    jobs = {job.original_name: job for job in lab.jobs()}
    assert {name: (job.color, job.quantity) for name, job in jobs.items()} == {
        "bracket.stl": ("True Red", 1),
        "inches.stl": ("Green", 3),
    }


def test_a_broken_upload_is_tried_again_and_is_one_job(
    server: Server, page: Page, complaints: Complaints, tmp_path: Path, lab: Printflow
) -> None:
    large = tmp_path / "large.stl"
    triangles = 60_000
    one = models.stl()[84:134]
    large.write_bytes(bytes(80) + struct.pack("<I", triangles) + one * triangles)
    fill_in(page, server)
    page.locator("input[type=file]").set_input_files(large)
    page.locator("[data-model] input[value='True Red']").check(force=True)
    wire = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 600_000}
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", slow)

    page.get_by_role("button", name="Submit for review").click()
    panel = page.get_by_role("group", name="Upload")
    expect(panel.get_by_text(re.compile(r"^\d+ % sent$"))).to_be_visible()
    expect(panel.get_by_text(re.compile(r"of 3(\.0)? MB, .*/s"))).to_be_visible()
    expect(panel.get_by_text(re.compile(r"\d+ s left"))).to_be_visible()
    panel.get_by_role("button", name="Cancel").click()
    canceled = page.get_by_role("alert").filter(has_text="The upload was canceled")
    expect(canceled).to_be_focused()

    page.get_by_role("button", name="Submit for review").click()
    expect(panel.get_by_text(re.compile(r"^[1-9]\d* % sent$"))).to_be_visible()
    wire.send("Network.emulateNetworkConditions", {**slow, "offline": True})
    page.wait_for_timeout(200)
    alert = page.get_by_role("alert").filter(has_text="The connection was lost")
    expect(alert).to_be_visible()
    wire.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    alert.get_by_role("button", name="Try again").click()
    page.wait_for_url("**/submit/success*")
    assert [job.original_name for job in lab.jobs()] == ["large.stl"]
    complaints.lines = [line for line in complaints.lines if "DISCONNECTED" not in line]


def test_errors_keep_everything_and_lead_to_the_first(
    server: Server, page: Page, tmp_path: Path
) -> None:
    files = write_models(tmp_path)
    fill_in(page, server)
    page.locator("input[type=file]").set_input_files([files["bracket"], files["plate"]])
    for card in page.locator("[data-model]").all():
        card.locator("input[value='Green']").check(force=True)
    page.locator("[data-model]").nth(1).get_by_label("Note to staff").fill("Mind the corner.")
    page.get_by_label("E-mail address").fill("zoe@localhost")
    page.get_by_role("button", name="Submit for review").click()
    email = page.get_by_label("E-mail address")
    expect(email).to_have_attribute("aria-invalid", "true")
    describing = str(email.get_attribute("aria-describedby")).split()
    words = " ".join(page.locator(f"[id='{one}']").inner_text() for one in describing)
    assert "name@example.edu" in words or "address" in words, words
    expect(page.locator("[data-summary]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(email).to_be_focused()
    expect(page.locator("[data-model]")).to_have_count(2)
    expect(page.locator("[data-model]").nth(1).get_by_label("Note to staff")).to_have_value(
        "Mind the corner."
    )
    email.fill("zoe@example.edu")
    page.get_by_role("button", name="Submit for review").click()
    page.wait_for_url("**/submit/success*")


def test_without_scripts(server: Server, browser: Browser, tmp_path: Path, lab: Printflow) -> None:
    files = write_models(tmp_path)
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(15_000)
    fill_in(page, server)
    page.get_by_label("E-mail address").fill("zoe@localhost")
    page.locator("input[name=color][value='True Red']").check(force=True)
    page.locator("input[type=file]").set_input_files([files["bracket"], files["plate"]])
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_label("E-mail address")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("First and last name")).to_have_value("Zoë Müller")
    page.get_by_label("E-mail address").fill("zoe@example.edu")
    page.locator("input[type=file]").set_input_files([files["bracket"], files["plate"]])
    page.get_by_role("button", name="Submit for review").click()
    page.wait_for_url("**/submit/success*")
    assert len(lab.jobs()) == 2
    context.close()


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus."""
    for _ in range(80):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {wanted}")


def choose_by_key(page: Page, file: Path) -> None:
    """Open the file chooser with a key; a busy Chromium sometimes swallows the first one."""
    for key in ("Enter", "Space", "Enter"):
        try:
            with page.expect_file_chooser(timeout=5000) as chooser:
                page.keyboard.press(key)
            chooser.value.set_files(file)
        except TookTooLong:
            continue
        return
    raise AssertionError("no key opens the file chooser")


def test_by_keyboard_alone(
    server: Server, page: Page, mailbox: Mailbox, tmp_path: Path, lab: Printflow
) -> None:
    files = write_models(tmp_path)
    page.goto(f"{server.url}/submit")
    keys = page.keyboard
    for label, words in (
        ("First and last name", "Ada Byron"),
        ("E-mail address", "ada@example.edu"),
        ("Discipline", "Eng"),
        ("Class number", "N/A"),
    ):
        tab_to(page, page.get_by_label(label))
        keys.type(words)
    tab_to(page, page.locator("input[name=print_method]").first)
    keys.press("Space")
    tab_to(page, page.locator("input[name=printer]:not([disabled])").first)
    keys.press("Space")
    tab_to(page, page.locator("input[type=file]"))
    choose_by_key(page, files["bracket"])
    tab_to(page, page.locator("[data-model] input[name=color]:not([disabled])").first)
    keys.press("Space")
    tab_to(page, page.locator("input[name=minimum_charge]"))
    keys.press("Space")
    tab_to(page, page.get_by_role("button", name="Submit for review"))
    keys.press("Enter")
    page.wait_for_url("**/submit/success*")

    (job,) = lab.jobs()
    lab.approve(job.id, by="Sam", grams=42, hours=2, material="PLA")
    body = mailbox.wait_for(f"confirm.*{job.id}").get_body(("plain",))
    assert body is not None
    link = re.search(rf"{re.escape(server.url)}/confirm/\S+", body.get_content())
    assert link
    page.goto(link[0])
    tab_to(page, page.locator("input[name=consent]").first)
    keys.press("Space")
    tab_to(page, page.get_by_role("button", name="Confirm and print it"))
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Confirmed")
    assert lab.job(job.id).status == "READYTOPRINT"


def test_every_public_page_is_accessible(
    browser: Browser, server: Server, complaints: Complaints, tmp_path: Path, lab: Printflow
) -> None:
    files = write_models(tmp_path)
    jobs = [lab.submit(files["bracket"], **FORM) for _ in range(5)]
    _uploaded, pending, ready, done, rejected = jobs
    for job in (pending, ready, done):
        lab.approve(job.id, by="Sam", grams=42, hours=2, material="PLA")
    for job in (ready, done):
        lab.confirm(job.id, by="Sam", note="by phone")
    lab.start_printing(done.id, by="Sam")
    lab.complete(done.id, by="Sam")
    lab.reject(rejected.id, by="Sam", text="Too thin.")
    paths = ["/", "/submit", "/find", "/login", "/jobs/unknown", "/confirm/unknown"]
    paths += [lab.status_url(job).removeprefix(server.url) for job in jobs]
    texts = [lab.mail_preview(mail.id).text for mail in lab.mails(limit=50)]
    paths += sorted({one for text in texts for one in re.findall(r"/confirm/[\w-]+", text)})
    assert len(paths) == 6 + 5 + 3
    rules = {**RULES, "zoomed": {"type": "tag", "values": ALL}}
    wrong: list[str] = []
    for shape, options in {**SHAPES, "zoomed": ZOOMED}.items():
        context = browser.new_context(**options)
        page = watched(context.new_page(), complaints)

        def look(what: str, page: Page = page, shape: str = shape) -> None:
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            found = faults(page, rules[shape])
            wrong.extend(f"{shape} {what}: {words}" for words in found)
            wrong.extend([f"{shape} {what}: {over} px too wide"] if over > 0 else [])

        for path in paths:
            page.goto(server.url + path)
            look(path)
        fill_in(page, server)
        page.locator("input[type=file]").set_input_files([files["inches"], files["plate"]])
        page.locator("[data-warning]").first.wait_for()
        look("previews")
        page.get_by_role("button", name="Submit for review").click()
        look("errors")
        context.close()
    assert not wrong, "\n".join(wrong)
