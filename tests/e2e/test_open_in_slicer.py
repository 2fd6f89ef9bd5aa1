"""From a click in the browser to the model in the slicer, on a desktop of a staff PC.

Nothing stands in for anything: Chromium asks xdg-open, xdg-open finds what ``printflow-opener
register`` wrote, the opener finds the file below this PC's own path of the share, and PrusaSlicer
shows it, saves a project beside it, and the approval offers that.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import ImageChops
from playwright.sync_api import Browser, Page, expect

from tests import sample_models
from tests.e2e.conftest import Complaints, Server, watched
from tests.e2e.test_main_job import in_folder, sign_in, submit_model
from tests.plugins.desktop import Desktop, until

pytestmark = [pytest.mark.chromium, pytest.mark.desktop, pytest.mark.long]

SLICER = "prusa-slicer"
OPENER = (sys.executable, "-m", "printflow_opener")


def start_chromium(chromium: Path, pc: Desktop, origin: str) -> str:
    """Chromium on the PC's screen, as its user starts it; gives the address to drive it by.

    Pages of ``origin`` open Printflow's links without a question, as after a tick at "always".
    """
    profile = pc.home / "chromium"
    (profile / "Default").mkdir(parents=True)
    preferences = {
        "protocol_handler": {"allowed_origin_protocol_pairs": {origin: {"printflow": True}}},
        "credentials_enable_service": False,
    }
    (profile / "Default" / "Preferences").write_text(json.dumps(preferences))
    pc.start(
        str(chromium),
        f"--user-data-dir={profile}",
        "--remote-debugging-port=0",
        "--no-sandbox",
        "--no-first-run",
        "--disable-quic",
        "--disable-gpu",
        "about:blank",
    )
    told = profile / "DevToolsActivePort"
    until(lambda: told.is_file() and told.read_text().count("\n"), what="browser")
    return f"http://127.0.0.1:{told.read_text().splitlines()[0]}"


@pytest.fixture
def more_settings(tmp_path: Path) -> dict[str, str]:
    """Where Linux PCs see the share: not where the server has it."""
    return {"PRINTFLOW_SHARE__LINUX": str(tmp_path / "home" / "3dprint")}


@pytest.fixture
def share(desktop: Desktop, server: Server) -> Path:
    """The server's store under the path that this PC knows it by."""
    mounted = desktop.home / "3dprint"
    mounted.symlink_to(server.store)
    return mounted


@pytest.fixture
def screen(
    browser: Browser, chromium_path: Path, desktop: Desktop, server: Server, complaints: Complaints
) -> Iterator[Page]:
    """The dashboard in Chromium, on the PC's screen."""
    address = start_chromium(chromium_path, desktop, server.url)
    # Without its defaults Playwright does not make a page believe that it always has the focus.
    mine = browser.browser_type.connect_over_cdp(address, no_defaults=True)
    yield watched(mine.contexts[0].pages[0], complaints)
    mine.close()


def set_up(screen: Page, server: Server, pc: Desktop) -> Path:
    """The three steps of “Set up this PC”; gives the folder of the opener's config."""
    folder = pc.home / ".config" / "printflow"
    folder.mkdir(parents=True)
    screen.goto(f"{server.url}/dashboard/this-pc?system=linux")
    screen.get_by_label("PC name").fill("Front desk")
    screen.get_by_role("button", name="Add to the file").click()
    screen.get_by_role("link", name="printflow-opener.toml").click()
    saved = pc.home / "Downloads" / "printflow-opener.toml"
    until(saved.is_file, what="download")
    saved.rename(folder / saved.name)
    assert "Wrote" in pc.run(*OPENER, "register")
    assert "FAIL" not in pc.run(*OPENER, "doctor")
    return folder


@pytest.mark.slicer
def test_a_click_shows_the_model_in_the_slicer(
    server: Server, desktop: Desktop, share: Path, screen: Page, phone: Page, tmp_path: Path
) -> None:
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    job_id = submit_model(phone, server, model)
    name = f"ZoeMuller_Filament_TrueRed_{job_id}.stl"
    in_folder(server, "Uploaded", name)
    sign_in(screen, server, "Ana")
    folder = set_up(screen, server, desktop)

    screen.goto(f"{server.url}/dashboard/jobs/{job_id}")
    screen.get_by_role("link", name=f"Open {name}").click()
    started = until(lambda: desktop.processes(SLICER), what="slicer")
    ((process, arguments),) = started.items()
    assert arguments[1:] == [str(share / "Uploaded" / name)]
    until(lambda: any(title.startswith("PrusaSlicer") for title in desktop.windows()))
    until(lambda: green(desktop) > 300, what="green model on the screen")
    keep(desktop, "model-in-the-slicer")
    expect(screen.get_by_text("Did the slicer open?")).to_be_hidden(timeout=60_000)
    log = until(lambda: (folder / "opener.log").read_text("utf-8"))
    assert "verdict=opened" in log
    assert name in log

    project = share / "Uploaded" / name.replace(".stl", ".3mf")
    save_project(desktop, project)
    os.kill(process, signal.SIGTERM)
    with zipfile.ZipFile(project) as saved:
        assert name in saved.read("Metadata/Slic3r_PE_model.config").decode()
    screen.reload()
    expect(screen.get_by_text("opened by Ana on Front desk")).to_be_visible()
    screen.goto(f"{server.url}/dashboard/jobs/{job_id}/approve")
    expect(screen.get_by_label("File to print")).to_contain_text(project.name)


def test_where_nothing_opens_a_hint_says_what_helps(
    server: Server, desktop: Desktop, share: Path, screen: Page, phone: Page, tmp_path: Path
) -> None:
    model = tmp_path / "bracket.stl"
    model.write_bytes(sample_models.stl())
    job_id = submit_model(phone, server, model)
    name = f"ZoeMuller_Filament_TrueRed_{job_id}.stl"
    sign_in(screen, server, "Ana")
    screen.goto(f"{server.url}/dashboard/jobs/{job_id}")
    hint = screen.locator(".open-hint")
    expect(hint).to_be_hidden(timeout=60_000)
    screen.get_by_role("link", name=f"Open {name}").click()
    expect(hint).to_be_visible(timeout=5000)
    keep(desktop, "nothing-opened")
    expect(hint).to_contain_text(str(share / "Uploaded" / name))
    hint.get_by_role("link", name="Download").click()
    saved = desktop.home / "Downloads" / name
    until(saved.is_file, what="download")
    assert saved.read_bytes() == model.read_bytes()
    hint.get_by_role("link", name="Set up this PC").click()
    expect(screen.get_by_role("heading", name="Set up this PC")).to_be_visible()


def save_project(pc: Desktop, project: Path) -> None:
    """“Save Project as …”, and what the dialog proposes."""

    def asked() -> bool:
        pc.keys("ctrl+alt+s", window="PrusaSlicer-")
        return any("Save file as" in title for title in pc.windows())

    until(asked, what="dialog for saving")
    pc.keys("Return", window="Save file as")
    until(lambda: project.is_file() and zipfile.is_zipfile(project), what="project")


def green(pc: Desktop) -> int:
    """Points of the screen in the green of a model that PrusaSlicer has just loaded."""
    red, green, blue = pc.picture().convert("RGB").split()
    bright = green.point(lambda value: 255 if value > 120 else 0)
    dark = ImageChops.lighter(red, blue).point(lambda value: 255 if value < 40 else 0)
    return ImageChops.darker(bright, dark).histogram()[255]


def keep(pc: Desktop, name: str) -> None:
    """Keep a picture of the screen where the results of a run are."""
    results = Path("test-results")
    results.mkdir(exist_ok=True)
    pc.picture().save(results / f"{name}.png")
