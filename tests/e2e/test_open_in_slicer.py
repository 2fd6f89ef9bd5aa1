"""A click on "Open" in a real browser, and the model stands in the real slicer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from printflow import Job, Printflow, Settings
from tests import models
from tests.e2e.conftest import Server
from tests.e2e.test_main_job import sign_in

pytestmark = [pytest.mark.chromium, pytest.mark.slicer, pytest.mark.desktop]
POLICIES = Path("/etc/chromium/policies/managed")
KEPT = Path(__file__).parents[2] / "build" / "screenshots"
CONFIGURED = """\
version = 2.5.0
show_splash_screen = 0
version_check = 0
preset_update = 0
show_hints = 0
version_system_info_sent = 2.5.0

[presets]
printer = Lab
"""
PRINTER = """\
printer_technology = FFF
bed_shape = 0x0,250x0,250x210,0x210
max_print_height = 220
nozzle_diameter = 0.4
"""
"""With a printer of its own the slicer does not offer to be configured."""


def submit(lab: Printflow, model: Path) -> Job:
    """A job of a student's."""
    model.write_bytes(models.stl())
    return lab.submit(
        model,
        student="Jane Doe",
        email="jane@example.edu",
        method="Filament",
        color="Blue",
        printer="Prusa XL",
        discipline="Other",
        class_number="1",
        acknowledge_minimum=True,
    )


def wait_for(found: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Return as soon as it is found."""
    until = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < until, f"no {what}"
        time.sleep(0.2)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A screen in memory with a window manager; gives the environment of a staff PC's user."""
    read, write = os.pipe()
    xvfb = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    home = tmp_path / "home"
    slicer = home / ".config" / "PrusaSlicer"
    (slicer / "printer").mkdir(parents=True)
    (slicer / "PrusaSlicer.ini").write_text(CONFIGURED)
    (slicer / "printer" / "Lab.ini").write_text(PRINTER)
    environment = {
        **{name: os.environ[name] for name in ("PATH",) if name in os.environ},
        "DISPLAY": f":{number}",
        "HOME": str(home),
        "LANG": "en_US.UTF-8",
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_RUNTIME_DIR": str(home),
    }
    manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
    try:
        yield environment
    finally:
        for process in (manager, xvfb):
            process.terminate()
            process.wait(20)


@contextmanager
def without_question(origin: str) -> Iterator[None]:
    """The policy that lets pages of the lab start the opener without asking, as IT sets it."""
    policy = POLICIES / "printflow-test.json"
    try:
        POLICIES.mkdir(parents=True, exist_ok=True)
        allowed = [{"protocol": "printflow", "allowed_origins": [origin]}]
        policy.write_text(json.dumps({"AutoLaunchProtocolsFromOrigins": allowed}))
    except OSError:
        pytest.skip("not on this machine: the right to set a policy of Chromium")
    try:
        yield
    finally:
        policy.unlink()


def slicers_of(file: Path) -> list[int]:
    """The processes that were started with this file."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if str(file).encode() in arguments and b"slicer" in arguments[0]:
            found.append(int(path.parent.name))
    return found


def set_up(environment: dict[str, str], share: Path) -> None:
    """What "Set up this PC" says."""
    folder = Path(environment["XDG_CONFIG_HOME"]) / "printflow"
    folder.mkdir()
    (folder / "printflow-opener.toml").write_text(f"share = '{share}'\n")
    register = [sys.executable, "-m", "printflow_opener", "register"]
    subprocess.run(register, env=environment, check=True)


def windows(environment: dict[str, str]) -> str:
    """The names of the windows on the screen."""
    command = ["xdotool", "search", "--onlyvisible", "--name", ".", "getwindowname", "%@"]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    ).stdout


def test_from_a_click_to_the_slicer(
    server: Server, screen: dict[str, str], chromium_path: Path, slicer_path: Path, tmp_path: Path
) -> None:
    model = tmp_path / "bracket.stl"
    with Printflow.open(Settings(store=server.store)) as lab:
        job = submit(lab, model)
        file = lab.path(job).resolve()
    set_up(screen, server.store)
    started: list[int] = []
    try:
        with without_question(server.url), sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium_path,
                headless=False,
                env=dict(screen),
                args=["--no-sandbox", "--disable-gpu"],
            )
            page = browser.new_page()
            sign_in(page, server, "Ana")
            page.goto(f"{server.url}/dashboard/jobs/{job.id}")
            page.locator(".file a[data-open]").click()
            wait_for(lambda: slicers_of(file), "slicer with the file", 30)
            started = slicers_of(file)
            wait_for(lambda: "PrusaSlicer" in windows(screen), "window of the slicer")
            time.sleep(3)  # the model is drawn
            KEPT.mkdir(parents=True, exist_ok=True)
            shot = str(KEPT / "open-in-slicer.png")
            subprocess.run(["import", "-window", "root", shot], env=screen, check=True)
            log = Path(screen["XDG_CONFIG_HOME"]) / "printflow" / "opener.log"
            assert "verdict=opened" in log.read_text()

            saved = file.with_name(f"{file.stem}_PLA.3mf")
            export = [str(slicer_path), "--export-3mf", "--output", str(saved), str(file)]
            subprocess.run(export, env=screen, check=True, capture_output=True)
            time.sleep(4)  # nobody has written to it for the settings' three seconds
            page.goto(f"{server.url}/dashboard/jobs/{job.id}/approve")
            chosen = page.get_by_label("File to print").locator("option:checked")
            expect(chosen).to_contain_text(saved.name)
            browser.close()
    finally:
        for pid in started:
            os.kill(pid, signal.SIGTERM)


def test_without_a_handler_a_hint_says_what_to_do(
    server: Server, chromium_path: Path, tmp_path: Path
) -> None:
    model = tmp_path / "bracket.stl"
    with Printflow.open(Settings(store=server.store)) as lab:
        job = submit(lab, model)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        page = browser.new_page()
        sign_in(page, server, "Ana")
        page.goto(f"{server.url}/dashboard/jobs/{job.id}")
        hint = page.get_by_text("Did the slicer open?")
        expect(hint).to_be_hidden()
        page.locator(".file a[data-open]").click()
        expect(hint).to_be_visible(timeout=5000)
        browser.close()
