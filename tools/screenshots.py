"""Makes the pictures of the guides: fills a demo, serves it, and looks at it in Chromium.

`make screenshots`. Needs Chromium (PRINTFLOW_TEST_CHROMIUM names another one), and fonts for all the
names in the demo (on Debian: fonts-droid-fallback).
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from printflow.demo.model_files import stl
from printflow.demo.sample_models import torus_knot

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
DESKTOP, PHONE = (1280, 800), (390, 844)
PROGRAM = [sys.executable, "-m", "printflow"]


def main() -> None:
    """Make all pictures."""
    chromium = os.environ.get("PRINTFLOW_TEST_CHROMIUM") or shutil.which("chromium")
    chromium = chromium or shutil.which("google-chrome")
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder)) as (url, password),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        students(browser, url)
        staff(browser, url, password)
        browser.close()
    for path in sorted(IMAGES.glob("*.png")):
        sys.stdout.write(f"{path.name}: {path.stat().st_size // 1024} kB\n")


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, str]]:
    """A demo lab on a free port: its address and its staff password."""
    outside = {k: v for k, v in os.environ.items() if not k.startswith("PRINTFLOW_")}
    store = folder / "demo"
    made = subprocess.run(
        [*PROGRAM, "demo", "--store", str(store)],
        env={**outside, "PRINTFLOW_STORE": str(folder / "lab")},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    password = re.search(r"[0-9a-z]{4}(-[0-9a-z]{4}){3}", made)
    if password is None:
        raise SystemExit(f"the demo names no password:\n{made}")
    name_machines(store / "printflow.toml", outside)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [*PROGRAM, "--config", str(store / "printflow.toml"), "serve", "--port", str(port)]
    # Paths as a staff PC sees them, not those of this machine.
    share = {"PRINTFLOW_SHARE__LINUX": "/mnt/3dprint", "PRINTFLOW_SHARE__MACOS": "/Volumes/3dprint"}
    server = subprocess.Popen(command, env={**outside, **share}, stdout=subprocess.DEVNULL)
    try:
        wait_for(f"{url}/health/live", server)
        yield url, password[0]
    finally:
        server.terminate()
        server.wait(20)


def name_machines(config: Path, environment: dict[str, str]) -> None:
    """The print room has several units of a printer, one of them out of order."""
    machine = [*PROGRAM, "--config", str(config), "machine"]
    steps = [["add", name, "--model", "Prusa MK4S"] for name in ("MK4S 1", "MK4S 2", "MK4S 3")]
    steps.append(["out", "MK4S 3", "--reason", "Nozzle clogged, parts ordered"])
    for step in steps:
        subprocess.run([*machine, *step, "--by", "Ana"], env=environment, check=True)


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Return once the server answers."""
    for _ in range(300):
        try:
            urllib.request.build_opener().open(url, timeout=2).close()
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server does not answer")


def window(browser: Browser, size: tuple[int, int]) -> Page:
    """A new window that nobody is signed in with."""
    width, height = size
    return browser.new_page(viewport={"width": width, "height": height})


def shoot(page: Page, name: str) -> None:
    """Keep what the window shows."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


def students(browser: Browser, url: str) -> None:
    """What students see."""
    page = window(browser, DESKTOP)
    page.goto(f"{url}/submit")
    shoot(page, "submit")
    choose_model(page)
    shoot(page, "preview")
    phone = window(browser, PHONE)
    phone.goto(f"{url}/submit")
    choose_model(phone)
    shoot(phone, "submit-phone")


def choose_model(page: Page) -> None:
    """Choose a model of the demo, and wait until its picture is there."""
    page.locator("input[name=print_method]").first.evaluate("(one) => one.checked || one.click()")
    model = FilePayload(name="knot.stl", mimeType="model/stl", buffer=stl(torus_knot()))
    page.locator("input[name=file]").set_input_files(model)
    page.locator("[name=color]:enabled").nth(8).evaluate("(one) => one.click()")
    page.locator(".viewer-button").click()  # stands for the picture
    page.locator("[data-model]").evaluate("(card) => card.scrollIntoView()")
    page.wait_for_timeout(500)


def staff(browser: Browser, url: str, password: str) -> None:
    """What staff see."""
    page = window(browser, DESKTOP)
    page.goto(f"{url}/login")
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Lab password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard**")
    shoot(page, "dashboard")
    page.goto(f"{url}/dashboard?status=READYTOPRINT")
    shoot(page, "ready")
    page.goto(f"{url}/dashboard?status=PRINTING")
    page.locator("a.row-name").first.click()
    page.wait_for_selector("h1")
    shoot(page, "job")
    page.goto(f"{url}/dashboard/queue")
    page.locator("#room-columns").evaluate("(room) => room.scrollIntoView()")
    shoot(page, "queue")
    page.goto(f"{url}/reports?period=30")
    page.wait_for_selector("[data-chart]:not([hidden])")
    page.locator(".report-grid").evaluate("(grid) => grid.scrollIntoView()")
    page.wait_for_timeout(500)  # the bars grow
    shoot(page, "reports")


if __name__ == "__main__":
    main()
