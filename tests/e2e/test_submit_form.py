"""The form: several models, errors, the upload, a line that breaks, no JavaScript, no mouse."""

from __future__ import annotations

import os
import re
import struct
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from printflow import Printflow
from tests import sample_models
from tests.e2e.conftest import Complaints, Server, check_box
from tests.e2e.slow_line import SlowLine
from tests.e2e.test_administration import RULES, faults
from tests.e2e.test_preview import card, choose, fact, file, take
from tests.inspection.hostile import package
from tests.sample_models import zipped

pytestmark = pytest.mark.chromium

MODEL_BYTES = 20_000_000
PER_SECOND = 4_000_000


def fill_in(page: Page) -> None:
    """All but the models and their colors."""
    page.get_by_label("First and last name").fill("Zoë Müller")
    page.get_by_label("Email address").fill("zoe@example.edu")
    page.get_by_label("Discipline").select_option("Engineering")
    page.get_by_label("Class number").fill("ARCH 4000")
    take(page, "print_method", "Filament")
    take(page, "printer", "Prusa MK4S")
    check_box(page.locator("input[name=minimum_charge]"))


def send(page: Page, *, force: bool = False) -> None:
    """Press the button."""
    page.get_by_role("button", name="Submit for review").click(force=force)


def drop(page: Page, name: str, content: bytes) -> None:
    """Let go of a file over the drop area."""
    data = page.evaluate_handle(
        """([name, bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], name));
          return data;
        }""",
        [name, list(content)],
    )
    # Chromium itself puts dropped files into the input; a synthetic event does not.
    page.evaluate(
        """(data) => {
          const input = document.querySelector("input[type=file]");
          input.files = data.files;
          input.dispatchEvent(new Event("change", { bubbles: true }));
        }""",
        data,
    )


@pytest.mark.long
def test_several_models_errors_and_what_was_typed(
    server: Server, page: Page, lab: Printflow
) -> None:
    page.goto(f"{server.url}/submit")
    send(page)
    summary = page.locator("[data-summary]")
    expect(summary).to_be_focused()
    name = page.get_by_label("First and last name")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description("Enter your first and last name.")
    summary.get_by_role("link", name="Enter your first and last name.").click()
    expect(name).to_be_focused()

    # Swatches and printers follow the method.
    expect(page.locator("input[name=color]:visible")).to_have_count(0)
    take(page, "print_method", "Resin")
    expect(page.locator("input[name=color]:enabled")).to_have_count(4)
    expect(page.locator("input[name=printer]:checked")).to_have_value("Formlabs Form 3")
    fill_in(page)
    expect(page.locator("input[name=color]:enabled")).to_have_count(23)

    choose(page, file("one.stl", sample_models.stl()), file("note.txt", b"hello"))
    expect(page.locator("#file-error")).to_contain_text("We can't accept “note.txt”")
    choose(page, file("part.stp", b"ISO-10303-21;"))
    expect(page.locator("#file-error")).to_contain_text("Open it in your CAD program and export")
    take(page, "color", "True Red")
    drop(page, "two.stl", sample_models.stl())
    choose(page, file("three.stl", sample_models.stl()), file("empty.stl", b""))
    expect(page.locator("#file-error")).to_contain_text("is empty")
    expect(page.locator("[data-model]")).to_have_count(3)
    card(page, "two.stl").get_by_label("Color").select_option("Blue")
    copies = card(page, "two.stl").get_by_label("Copies")
    copies.fill("500")
    send(page)
    wrong = summary.get_by_role("link", name="two.stl: Enter a whole number from 1 to 100.")
    wrong.click()
    expect(copies).to_be_focused()
    copies.fill("5")
    expect(summary).to_be_hidden()
    card(page, "two.stl").get_by_label("Note to staff").fill("flat side up")
    card(page, "three.stl").get_by_role("button", name="Remove").click()
    expect(page.locator("[data-model]")).to_have_count(2)
    expect(page.locator("input[name=file]")).to_be_focused()

    # A model that is none is refused at once; what is wrong within one, only the server finds.
    choose(page, file("four.stl", b"\x89PNG\r\n\x1a\n" + bytes(200)))
    expect(page.locator("#file-error")).to_contain_text(
        "four.stl: This is a PNG image, not an STL model. Export the model itself as .stl"
    )
    expect(page.locator("[data-model]")).to_have_count(2)
    choose(page, file("four.3mf", package("<!DOCTYPE model><model/>")))
    expect(page.locator("[data-model]")).to_have_count(3)
    # Everything typed and chosen stays.
    send(page)
    expect(page.locator("[data-summary]")).to_be_focused()
    expect(page.locator("[data-summary]")).to_contain_text("3MF doesn't allow a DTD")
    expect(page).to_have_title(re.compile("^Error:"))
    expect(page.get_by_label("Class number")).to_have_value("ARCH 4000")
    expect(page.locator("[data-model]")).to_have_count(3)
    two = card(page, "two.stl")
    expect(two.get_by_label("Copies")).to_have_value("5")
    expect(two.get_by_label("Note to staff")).to_have_value("flat side up")
    expect(two.get_by_label("Color")).to_have_value("Blue")
    expect(fact(page, "two.stl", "size")).to_have_text("20.0 × 15.0 × 10.0 mm")
    card(page, "four.3mf").get_by_role("button", name="Remove").click()
    expect(page.locator("[data-model]")).to_have_count(2)

    # The same file once more, in another color; and the models of a ZIP, but not what else is in it.
    choose(page, file("two.stl", sample_models.stl()))
    expect(page.locator("[data-model]")).to_have_count(3)
    card(page, "two.stl").last.get_by_label("Color").select_option("Green")
    packed = zipped(("more/five.obj", sample_models.obj()), ("read me.txt", b"hello"))
    choose(page, file("parts.zip", packed))
    expect(page.get_by_text("Not models, so we left them out: read me.txt.")).to_be_visible()
    expect(fact(page, "five.obj", "size")).to_have_text("20.0 × 15.0 × 10.0 mm")
    send(page)
    page.wait_for_url("**/submit/success?job=*")
    jobs = lab.jobs.find()
    assert sorted((job.original_name, job.color, job.quantity) for job in jobs) == [
        ("five.obj", "True Red", 5),
        ("one.stl", "True Red", 1),
        ("two.stl", "Blue", 5),
        ("two.stl", "Green", 5),
    ]
    assert {job.student_note for job in jobs} == {"", "flat side up"}
    assert len({job.request_id for job in jobs}) == 1
    for part in ("one.stl", "two.stl", "five.obj"):
        expect(page.get_by_text(part).first).to_be_visible()


@pytest.mark.long
def test_a_mistyped_address_is_asked_about_and_the_files_stay(
    server: Server, page: Page, lab: Printflow
) -> None:
    page.goto(f"{server.url}/submit")
    fill_in(page)
    email = page.get_by_label("Email address")
    email.fill("zoe@gmial.com")
    choose(page, file("one.stl", sample_models.stl()))
    take(page, "color", "Blue")
    send(page)
    summary = page.locator("[data-summary]")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Did you mean zoe@gmail.com?")
    expect(page.get_by_role("radio", name="Keep zoe@gmial.com")).not_to_be_checked()
    check_box(page.get_by_role("radio", name="Use zoe@gmail.com"))
    expect(email).to_have_value("zoe@gmail.com")
    expect(summary).to_be_hidden()
    email.fill("zoe@gmail.con")  # by hand after all: neither of the two
    expect(page.get_by_role("radio", name="Use zoe@gmail.com")).not_to_be_checked()
    send(page)
    expect(summary).to_be_focused()
    check_box(page.get_by_role("radio", name="Use zoe@gmail.com"))
    send(page)
    page.wait_for_url("**/submit/success?job=*")
    (job,) = lab.jobs.find()
    assert (job.student_email, job.original_name) == ("zoe@gmail.com", "one.stl")


@pytest.mark.long
def test_a_mistyped_address_without_scripts(
    server: Server, browser: Browser, lab: Printflow
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/submit")
    fill_in(page)
    page.get_by_label("Email address").fill("zoe@gmial.com")
    take(page, "color", "Blue")
    choose(page, file("one.stl", sample_models.stl()))
    send(page, force=True)
    expect(page.get_by_label("Class number")).to_have_value("ARCH 4000")
    check_box(page.get_by_role("radio", name="Keep zoe@gmial.com"))
    choose(page, file("one.stl", sample_models.stl()))
    send(page, force=True)
    page.wait_for_url("**/submit/success?job=*")
    assert [job.student_email for job in lab.jobs.find()] == ["zoe@gmial.com"]
    context.close()


@pytest.mark.long
def test_a_slow_line_a_change_of_mind_and_a_broken_line(
    server: Server, page: Page, lab: Printflow, complaints: Complaints, tmp_path: Path
) -> None:
    box = sample_models.stl()
    count = MODEL_BYTES // 50
    big = tmp_path / "big.stl"
    big.write_bytes(box[:80] + struct.pack("<I", count) + box[84:] + bytes(50 * (count - 12)))
    with SlowLine(server.port, per_second=PER_SECOND) as line:
        page.goto(f"{line.url}/submit")
        fill_in(page)
        page.locator("input[name=file]").set_input_files(big)
        take(page, "color", "Blue")
        send(page)
        panel = page.get_by_role("group", name="Upload")
        expect(panel).to_be_focused()
        expect(panel).to_contain_text(re.compile(r"\b[1-9]\d?% sent"))
        expect(panel.get_by_role("status")).to_have_text(re.compile(r"^[1-9]0% sent$"))
        expect(panel).to_contain_text(re.compile(r"[\d.]+ [kM]B of 20\.0 MB, [\d.]+ [kM]B/s"))
        expect(panel).to_contain_text(re.compile(r"\d+ (sec|min) left"))
        assert faults(page, RULES["desktop"]) == []
        page.get_by_role("button", name="Cancel").click()
        problem = page.get_by_role("alert")
        expect(problem).to_be_focused()
        expect(problem).to_contain_text("Canceled. Your request wasn't sent.")
        expect(page.get_by_label("Class number")).to_have_value("ARCH 4000")
        expect(page.get_by_role("button", name="Resume upload")).to_be_visible()
        assert faults(page, RULES["desktop"]) == []

        send(page)
        expect(panel).to_contain_text(re.compile(r"\b[1-9]\d?% sent"))
        line.cut()
        expect(panel).to_contain_text("The connection was lost. We'll continue automatically")
        assert lab.jobs.find() == []
        line.mend()
        page.wait_for_url("**/submit/success?job=*")
    assert [(job.original_name, job.file.size) for job in lab.jobs.find()] == [
        ("big.stl", big.stat().st_size)
    ]
    assert all("ERR_" in said for said in complaints.lines), complaints.lines
    complaints.lines.clear()


@pytest.mark.long
def test_a_model_that_has_changed_is_named(
    server: Server, page: Page, lab: Printflow, complaints: Complaints, tmp_path: Path
) -> None:
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    page.goto(f"{server.url}/submit")
    fill_in(page)
    page.locator("input[name=file]").set_input_files(model)
    expect(fact(page, "bracket.stl", "size")).to_be_visible()
    take(page, "color", "Blue")
    model.write_bytes(sample_models.stl(sample_models.box(30, 30, 30)))
    later = time.time() + 5  # Chromium compares whole seconds
    os.utime(model, (later, later))
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("“bracket.stl” has changed or moved")
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    card(page, "bracket.stl").get_by_role("button", name="Remove").click()
    page.locator("input[name=file]").set_input_files(model)
    expect(fact(page, "bracket.stl", "size")).to_have_text("30.0 × 30.0 × 30.0 mm")
    page.get_by_role("button", name="Submit for review").dblclick(no_wait_after=True)
    page.wait_for_url("**/submit/success?job=*")
    assert [job.file.size for job in lab.jobs.find()] == [model.stat().st_size]
    assert all("ERR_UPLOAD_FILE_CHANGED" in said for said in complaints.lines), complaints.lines
    complaints.lines.clear()


def test_without_scripts(server: Server, browser: Browser, lab: Printflow) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/submit")
    expect(page.locator("[data-preview]")).to_be_hidden()
    expect(page.get_by_role("group", name="Upload")).to_be_hidden()
    fill_in(page)
    page.get_by_label("Class number").fill("  ")
    take(page, "color", "Blue")
    choose(page, file("one.stl", sample_models.stl()), file("two.3mf", sample_models.three_mf()))
    send(page, force=True)
    expect(page).to_have_title(re.compile("^Error:"))
    expect(page.locator("[data-summary]")).to_be_visible()
    expect(page.get_by_label("First and last name")).to_have_value("Zoë Müller")
    expect(page.get_by_label("Class number")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("input[name=color]:checked")).to_have_value("Blue")
    page.get_by_label("Class number").fill("ARCH 4000")
    choose(page, file("one.stl", sample_models.stl()), file("two.3mf", sample_models.three_mf()))
    send(page, force=True)
    page.wait_for_url("**/submit/success?job=*")
    assert sorted(job.original_name for job in lab.jobs.find()) == ["one.stl", "two.3mf"]
    context.close()


def test_back_finds_what_was_typed_and_sending_it_again_makes_no_second_job(
    page: Page, server: Server, lab: Printflow
) -> None:
    bracket = file("bracket.stl", sample_models.stl())
    page.goto(f"{server.url}/submit")
    fill_in(page)
    choose(page, bracket)
    take(page, "color", "Blue")
    page.locator("#quantity").fill("3")
    page.get_by_label("Note to staff").fill("flat side up")
    send(page)
    page.wait_for_url("**/submit/success?*")
    first = page.url
    page.go_back()
    expect(page.get_by_label("First and last name")).to_have_value("Zoë Müller")
    expect(page.get_by_label("Email address")).to_have_value("zoe@example.edu")
    expect(page.get_by_label("Discipline")).to_have_value("Engineering")
    expect(page.locator("input[name=print_method]:checked")).to_have_value("Filament")
    expect(page.locator("input[name=printer]:checked")).to_have_value("Prusa MK4S")
    expect(page.locator("input[name=color]:checked")).to_have_value("Blue")
    expect(page.locator("#quantity")).to_have_value("3")
    expect(page.locator("#note")).to_have_value("flat side up")
    expect(page.locator("input[name=minimum_charge]")).to_be_checked()
    asked = page.get_by_text("Please choose them again: bracket.stl.")
    if not page.evaluate("document.querySelector('#file').files.length"):
        expect(asked).to_be_visible()
        choose(page, bracket)
    expect(asked).to_be_hidden()
    expect(page.locator("input[name=color]:checked")).to_have_value("Blue")
    send(page)
    page.wait_for_url("**/submit/success?*")
    assert page.url == first
    assert len(lab.jobs.find()) == 1
    page.go_back()
    choose(page, bracket)
    take(page, "color", "True Red")
    send(page)
    page.wait_for_url("**/submit/success?*")
    assert page.url != first
    assert sorted(job.color for job in lab.jobs.find()) == ["Blue", "True Red"]
    page.get_by_role("link", name="Submit another model").click()
    expect(page.get_by_label("First and last name")).to_have_value("")


def test_a_returning_student_needs_few_clicks(page: Page, server: Server, lab: Printflow) -> None:
    page.goto(f"{server.url}/submit")
    fill_in(page)
    long = file("long.stl", sample_models.stl(sample_models.box(300, 30, 30)))
    choose(page, long)
    take(page, "color", "Blue")
    page.get_by_label("Remember me on this device").check()
    send(page)
    page.wait_for_url("**/submit/success?*")

    page.get_by_role("link", name="Submit another model").click()
    expect(page.get_by_label("First and last name")).to_have_value("Zoë Müller")
    choose(page, long)  # the first click: only Filament's printers are large enough
    expect(page.locator("input[name=print_method]:checked")).to_have_value("Filament")
    expect(page.locator("input[name=printer]:checked")).to_have_value("any")
    expect(page.get_by_text("Whichever is free first")).to_be_visible()
    page.locator(".swatch", has_text="True Red").click()
    page.locator(".tick", has_text="I understand").click()
    send(page)  # the fourth
    page.wait_for_url("**/submit/success?*")
    assert sorted((job.color, job.class_number) for job in lab.jobs.find()) == [
        ("Blue", "ARCH 4000"),
        ("True Red", "ARCH 4000"),
    ]
    assert lab.jobs.find()[0].shown_printer == "Any printer"

    page.goto(f"{server.url}/submit")
    page.get_by_role("button", name="Forget me").click()
    expect(page.get_by_label("First and last name")).to_have_value("")
    page.goto(f"{server.url}/")
    page.goto(f"{server.url}/submit")
    expect(page.get_by_label("Remember me on this device")).not_to_be_checked()
    expect(page.get_by_label("Email address")).to_have_value("")


@pytest.mark.long
def test_back_gives_each_model_its_own_fields_again(
    page: Page, server: Server, lab: Printflow
) -> None:
    bracket, arm = (file(name, sample_models.stl()) for name in ("bracket.stl", "arm.stl"))
    page.goto(f"{server.url}/submit")
    fill_in(page)
    choose(page, bracket, arm)
    take(page, "color", "Blue")
    card(page, "arm.stl").get_by_label("Color").select_option("True Red")
    page.locator("[name=note-2]").fill("flat side up")
    send(page)
    page.wait_for_url("**/submit/success?*")
    page.go_back()
    if not page.evaluate("document.querySelector('#file').files.length"):
        expect(page.get_by_text("choose them again: bracket.stl, arm.stl.")).to_be_visible()
        choose(page, arm)
        expect(page.get_by_text("choose them again: bracket.stl.")).to_be_visible()
        choose(page, bracket)
    expect(page.get_by_text("choose them again")).to_be_hidden()
    expect(page.locator("input[name=color]:checked")).to_have_value("Blue")
    for name, color, note in (("bracket.stl", "", ""), ("arm.stl", "True Red", "flat side up")):
        expect(card(page, name).get_by_label("Color")).to_have_value(color)
        expect(card(page, name).locator("textarea")).to_have_value(note)
    send(page)
    page.wait_for_url("**/submit/success?*")
    page.wait_for_load_state("networkidle")
    assert len({job.request_id for job in lab.jobs.find()}) <= 2


def test_a_form_that_closes_meanwhile_keeps_entries_and_files(
    page: Page, server: Server, lab: Printflow
) -> None:
    lab.catalog.change({"paused": [{"printer": "Prusa XL", "reason": "Nozzle."}]}, by="Ana")
    page.goto(f"{server.url}/submit")
    fill_in(page)
    expect(page.locator("input[value='Prusa XL']")).to_be_disabled()
    choose(page, file("bracket.stl", sample_models.stl()))
    take(page, "color", "Blue")
    lab.catalog.change({"form_times": [{"state": "closed", "ends": "2099-12-31"}]}, by="Ana")
    send(page)
    expect(page.get_by_text("The form is closed until Jan 1, 2100.").first).to_be_visible()
    expect(page.get_by_label("First and last name")).to_have_value("Zoë Müller")
    assert lab.jobs.find() == []
    lab.catalog.change({"form_times": []}, by="Ana")
    send(page)
    page.wait_for_url("**/submit/success**")
    assert len(lab.jobs.find()) == 1, "the file was still chosen"
