"""What the browser tells of a model before anything is sent, and its turning picture."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from printflow import Printflow, Settings
from tests import sample_models
from tests.crash.scenario import FORM
from tests.e2e.conftest import DESKTOP, Complaints, Server, check_box, watched
from tests.e2e.test_administration import RULES, faults
from tests.e2e.test_main_job import sign_in
from tests.inspection import coloring
from tests.inspection.hostile import package
from tests.inspection.test_first_view import PAWN, lying

pytestmark = [pytest.mark.chromium, pytest.mark.long]


QUADS = b"""# four-sided faces, counted from the end; a comment behind a value
mtllib ../../etc/passwd
v 0 0 0
v 20 0 0
v 20 15 0 # here
v 0 15 0
v 0.0e0 0 1.0e1
v 20 0 10
v 20 15 10
v 0 15 10
f -8 -5 -6 -7
f 5/1 6/2 7/3 8/4
f 1//1 2//1 6//1 5//1
f 2 3 7 6
f 3 4 8 7
f 4 1 5 8
"""
"""The box of 20 × 15 × 10 mm once more."""


def parts_in_inches() -> bytes:
    """The box as a 3MF in inches, whose object is a component that is turned and scaled."""
    packed = zipfile.ZipFile(io.BytesIO(sample_models.three_mf()))
    name = next(one for one in packed.namelist() if one.endswith(".model"))
    model = packed.read(name).decode()
    # x becomes y, y becomes -x; a box of 20 mm is 1/25.4 of 20 inches.
    turned = f"0 {1 / 25.4} 0 {-1 / 25.4} 0 0 0 0 {1 / 25.4} 7 8 9"
    model = model.replace('unit="millimeter"', 'unit="inch"')
    whole = '<object id="9"><components><component objectid="1" transform="{}"/></components>'
    model = model.replace("</resources>", whole.format(turned) + "</object></resources>")
    model = model.replace(
        '<item objectid="1"', '<item objectid="9" transform="0 1 0 -1 0 0 0 0 1 0 0 0"'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in packed.namelist():
            archive.writestr(one, model if one == name else packed.read(one))
    return out.getvalue()


@pytest.fixture
def still_page(browser: Browser, complaints: Complaints) -> Iterator[Page]:
    """The window of someone who wants less motion."""
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")  # type: ignore[arg-type]
    yield watched(context.new_page(), complaints)
    context.close()


@pytest.fixture
def flat_browser(browser: Browser, chromium_path: Path) -> Iterator[Browser]:
    """A Chromium without WebGL."""
    opened = browser.browser_type.launch(
        executable_path=chromium_path,
        args=["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer"],
    )
    yield opened
    opened.close()


def file(name: str, content: bytes) -> FilePayload:
    """A file as a browser's chooser hands it over."""
    return FilePayload(name=name, mimeType="application/octet-stream", buffer=content)


def choose(page: Page, *files: FilePayload) -> None:
    """Choose these files, on top of those that are there."""
    page.locator("input[name=file]").set_input_files(files)


def take(page: Page, name: str, value: str) -> None:
    """Choose a radio button, as a click on its card does."""
    check_box(page.locator(f"input[name={name}][value='{value}']"))


def card(page: Page, name: str) -> Locator:
    """The model's card."""
    return page.locator(f"[data-model][aria-label='{name}']")


def fact(page: Page, name: str, which: str) -> Locator:
    """One of the things told of a model."""
    return card(page, name).locator(f"[data-fact={which}]")


def picture(place: Locator) -> Image.Image:
    """What the canvas shows."""
    return Image.open(io.BytesIO(place.locator("canvas").screenshot())).convert("RGB")


def wait_for_picture(place: Locator) -> None:
    """Until the model is drawn: that is when its turning can be stopped."""
    expect(place.locator(".viewer-button")).to_be_visible()


def reddish(image: Image.Image) -> float:
    """The share of pixels in which red is much stronger than green and blue."""
    red, green, blue = np.moveaxis(np.asarray(image, dtype=int), -1, 0)
    return float(np.mean((red > 90) & (red > 2 * np.maximum(green, blue))))


def shows(page: Page, place: Locator, looks: Callable[[Image.Image], bool]) -> None:
    """Wait until the canvas looks like that: a frame comes to the screen a moment after it is drawn."""
    for _ in range(50):
        if looks(picture(place)):
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never looked like that")


def greenish(image: Image.Image) -> float:
    """The share of pixels in which green is much stronger than red and blue."""
    red, green, blue = np.moveaxis(np.asarray(image, dtype=int), -1, 0)
    return float(np.mean((green > 60) & (green > 1.5 * np.maximum(red, blue))))


def test_every_format_is_measured_and_drawn(server: Server, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.url}/submit")
    assert not [url for url in asked if "preview_worker" in url], "loaded only when needed"
    kinds = {
        "binary.stl": sample_models.stl(),
        "text.stl": sample_models.ascii_stl(),
        "box.obj": sample_models.obj(),
        "BOX.3MF": sample_models.three_mf(),
        "solid.stl": sample_models.stl(header=b"solid box"),  # binary for all that
        "quads.obj": QUADS,
        "parts.3mf": parts_in_inches(),
    }
    choose(page, *(file(name, content) for name, content in kinds.items()))
    take(page, "print_method", "Filament")
    for name in kinds:
        expect(fact(page, name, "size")).to_have_text("20.0 × 15.0 × 10.0 mm")
        expect(fact(page, name, "inches")).to_have_text("0.79 × 0.59 × 0.39 in")
        expect(fact(page, name, "triangles")).to_have_text("12 triangles")
        expect(card(page, name).locator("[data-warning]")).to_be_hidden()
        expect(fact(page, name, "surface")).to_contain_text("Watertight")
        expect(fact(page, name, "fits")).to_have_text("Fits every printer for this method.")
        expect(fact(page, name, "price")).to_have_text("usually $3, the minimum charge")
        wait_for_picture(card(page, name))
    assert [url for url in asked if "preview_worker" in url]

    first = card(page, "binary.stl")
    assert reddish(picture(first)) < 0.01
    take(page, "color", "True Red")
    shows(page, first, lambda image: reddish(image) > 0.05)
    turned = picture(first)
    page.wait_for_timeout(400)
    assert picture(first).tobytes() != turned.tobytes()
    first.get_by_role("button", name="Stop rotating").click()
    page.wait_for_timeout(200)
    held = picture(first)
    page.wait_for_timeout(400)
    assert picture(first).tobytes() == held.tobytes()
    first.locator("canvas").press("ArrowRight")
    page.wait_for_timeout(300)
    assert picture(first).tobytes() != held.tobytes()
    expect(first.get_by_role("button", name="Auto-rotate")).to_be_visible()


def test_what_is_wrong_with_a_model_is_said(server: Server, still_page: Page) -> None:
    page = still_page
    page.goto(f"{server.url}/submit")
    long = sample_models.stl(sample_models.box(500, 10, 10))
    tall = sample_models.stl(sample_models.box(10, 240, 215))
    open_box = sample_models.stl(sample_models.box()[:-1])
    solid = sample_models.stl(sample_models.box(100, 100, 100))
    choose(
        page,
        file("long.stl", long),
        file("tall.stl", tall),
        file("inch.stl", sample_models.stl(sample_models.box(1, 2, 0.5))),
        file("open.stl", open_box),
        file("solid.stl", solid),
        file("none.stl", bytes(80) + struct.pack("<I", 0)),
        file("cut.3mf", b"PK\x03\x04 and nothing more"),
        file("bad.3mf", package("<model")),
    )
    # No resin printer is large enough, so the method is chosen.
    expect(page.locator("input[name=print_method]:checked")).to_have_value("Filament")
    fits = fact(page, "long.stl", "fits")
    expect(fits).to_have_text("Fits Raise3D Pro 2 Plus. Too large for Prusa MK4S, Prusa XL.")
    expect(fact(page, "tall.stl", "fits")).to_have_text("Fits every printer for this method.")
    expect(card(page, "inch.stl")).to_contain_text(
        "Read as inches, it would be 25.4 × 50.8 × 12.7 mm."
    )
    # Scaled by a click, and back.
    inch, size = card(page, "inch.stl"), fact(page, "inch.stl", "size")
    inch.get_by_role("button", name="Inches: × 25.4").click()
    expect(size).to_have_text("25.4 × 50.8 × 12.7 mm")
    expect(inch).to_contain_text("Scaled: inches, × 25.4. Staff get the scaled model")
    expect(inch.get_by_role("button", name="Use the original size")).to_be_focused()
    expect(inch.locator("[name=read_as-3]")).to_have_value("inches")
    inch.get_by_role("button", name="Use the original size").click()
    expect(size).to_have_text("1.000 × 2.000 × 0.500 mm")
    expect(inch.locator("[name=read_as-3]")).to_have_value("")
    expect(inch.get_by_role("button", name="Inches: × 25.4")).to_be_focused()
    expect(fact(page, "open.stl", "surface")).to_contain_text("holes or flipped faces")
    expect(fact(page, "open.stl", "price")).to_have_text(
        "We can't estimate this one: the model isn't watertight."
    )
    # 1,000 cm³ × 1.24 g/cm³ × $0.10/g if it is filled, less if it is not.
    expect(fact(page, "solid.stl", "price")).to_contain_text("usually $")
    low, high = fact(page, "solid.stl", "price").inner_text().removeprefix("usually $").split("–$")
    assert 3 < int(low) < int(high) <= 124
    card(page, "solid.stl").get_by_label("Copies").fill("3")
    expect(fact(page, "solid.stl", "price")).not_to_have_text(f"usually ${low}–${high}")
    # What can't be a model at all gets no card.
    problems = page.locator("#file-error")
    expect(problems).to_contain_text("none.stl: The model has no usable triangles.")
    expect(problems).to_contain_text("cut.3mf: This isn't a 3MF file, or it's damaged")
    expect(page.locator("[data-model]")).to_have_count(6)
    expect(card(page, "bad.3mf")).to_contain_text("It may be damaged")
    expect(page.locator("[data-fit='Prusa MK4S']")).to_have_text("Too small for long.stl")
    expect(page.locator("[data-fit='Raise3D Pro 2 Plus']")).to_have_text("Your models fit")
    take(page, "print_method", "Resin")
    expect(fits).to_contain_text("Too large for every printer for this method (Formlabs Form 3)")
    expect(fact(page, "long.stl", "price")).to_contain_text("Too large to estimate.")

    # Less motion: the picture stands until it is asked to turn.
    solid_card = card(page, "solid.stl")
    expect(solid_card.get_by_role("button", name="Auto-rotate")).to_be_visible()
    stands = picture(solid_card)
    page.wait_for_timeout(400)
    assert picture(solid_card).tobytes() == stands.tobytes()


def test_the_files_own_colors_and_a_model_on_its_back(server: Server, still_page: Page) -> None:
    page = still_page
    page.goto(f"{server.url}/submit")
    colored = coloring.project(coloring.FOUR, "normal_part")
    choose(page, file("colored.3mf", colored), file("pawn.stl", sample_models.stl(lying(PAWN))))
    own, pawn = card(page, "colored.3mf"), card(page, "pawn.stl")
    expect(own).to_contain_text("2 colors. It will be printed in the color you choose.")
    wait_for_picture(own)
    shows(page, own, lambda image: greenish(image) > 0.02)
    take(page, "print_method", "Filament")
    take(page, "color", "True Red")
    shows(page, own, lambda image: greenish(image) == 0)
    own.get_by_role("button", name="Show the file's colors").click()
    shows(page, own, lambda image: greenish(image) > 0.02)
    expect(own.get_by_role("button", name="Show the chosen color")).to_be_visible()

    wait_for_picture(pawn)
    expect(pawn).to_contain_text("Shown resting on its largest flat side.")
    shows(page, pawn, lambda image: len(image.getcolors(1 << 24) or ()) > 20)
    stands = picture(pawn).tobytes()
    pawn.get_by_role("button", name="Show it as in the file").click()
    expect(pawn.get_by_role("button", name="Show it on its flat side")).to_be_visible()
    expect(pawn).not_to_contain_text("Shown resting")
    shows(page, pawn, lambda image: image.tobytes() != stands)
    expect(fact(page, "pawn.stl", "size")).to_have_text("28.0 × 45.0 × 28.0 mm")


def test_without_webgl_the_facts_still_come(server: Server, flat_browser: Browser) -> None:
    page = flat_browser.new_page()
    page.goto(f"{server.url}/submit")
    choose(page, file("box.stl", sample_models.stl()))
    expect(fact(page, "box.stl", "size")).to_have_text("20.0 × 15.0 × 10.0 mm")
    expect(card(page, "box.stl")).to_contain_text("This browser can't show the preview.")
    expect(card(page, "box.stl").locator(".viewer-button")).to_be_hidden()


def test_where_the_viewer_s_script_does_not_come_the_form_still_works(
    server: Server, browser: Browser
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/preview_worker.js*", lambda route: route.abort())
    page.goto(f"{server.url}/submit")
    choose(page, file("box.stl", sample_models.stl()))
    expect(card(page, "box.stl")).to_contain_text("You can still submit it")
    expect(card(page, "box.stl").locator("[data-facts]")).to_be_hidden()
    context.close()


def test_staff_see_a_stored_model_in_3d(
    server: Server, page: Page, complaints: Complaints, tmp_path: Path
) -> None:
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    settings = Settings(
        store=server.store, base_url=server.url, mail={"directory": server.store / "mail"}
    )
    with Printflow.open(settings, create=False) as lab:
        job = lab.intake.submit(model, **FORM)
        kept = lab.files.path(job)
    sign_in(page, server, "Ana")
    page.goto(f"{server.url}/dashboard/jobs/{job.id}")
    viewer = page.locator("[x-data=modelViewer]")
    expect(viewer.locator("canvas")).to_have_count(0)
    viewer.get_by_role("button", name="Show in 3D").click()
    expect(viewer.locator("canvas")).to_be_focused()
    wait_for_picture(viewer)
    shows(page, viewer, lambda image: reddish(image) > 0.05)
    assert faults(page, RULES["desktop"]) == []

    kept.unlink()
    page.reload()
    viewer.get_by_role("button", name="Show in 3D").click()
    expect(viewer).to_contain_text("The model couldn't be shown.")
    complaints.lines.clear()  # the browser tells of the 404
