"""A model goes to the lab in pieces, whatever happens on the way: each step is something that happens."""

from __future__ import annotations

import os
import re
import signal
import struct
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from printflow import Printflow
from tests import sample_models
from tests.e2e.conftest import Complaints, Server
from tests.e2e.middle_box import MiddleBox
from tests.e2e.test_administration import RULES, faults
from tests.e2e.test_preview import card, take
from tests.e2e.test_submit_form import fill_in, send

pytestmark = [pytest.mark.chromium, pytest.mark.long]

MODEL_BYTES = 12_000_000
CREATED = r"POST /uploads HTTP"
PIECE = r"(?s)POST /uploads/\w+ HTTP.*X-HTTP-Method-Override: PATCH"


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """A model large enough for things to happen meanwhile."""
    box, count = sample_models.stl(), MODEL_BYTES // 50
    path = tmp_path / "big.stl"
    path.write_bytes(box[:80] + struct.pack("<I", count) + box[84:] + bytes(50 * (count - 12)))
    return path


def try_now(page: Page) -> None:
    """What the browser tells when the line is back: nobody waits for the next try."""
    page.evaluate("window.dispatchEvent(new Event('online'))")


def test_a_model_arrives_whatever_happens(
    server: Server,
    page: Page,
    lab: Printflow,
    complaints: Complaints,
    big: Path,
) -> None:
    def staged() -> int:
        parts = list((server.store / ".incoming").glob("*.part"))
        assert len(parts) == 1, "it's one upload all the time"
        return parts[0].stat().st_size

    with ExitStack() as open_until, MiddleBox(server.port) as line:
        line.per_second = 3_000_000
        page.goto(f"{line.url}/submit")
        page.locator("input[name=file]").set_input_files(big)
        state = card(page, "big.stl").locator("[data-model-upload]")
        ahead = page.locator("[data-model-list] + div")
        expect(state).to_have_text(re.compile(r"^[1-9]\d?% uploaded$"))
        expect(ahead).to_contain_text(re.compile(r"[\d.]+ MB of 12\.0 MB, [\d.]+ [kM]B/s"))

        # The line breaks while the form is filled in.
        line.cut()
        expect(state).to_have_text("Upload interrupted")
        expect(ahead).to_contain_text("The connection was lost. We'll continue automatically")
        fill_in(page)
        take(page, "color", "Blue")
        line.mend()
        try_now(page)
        expect(state).to_have_text(re.compile("% uploaded$"))

        # The server is killed, and comes back.
        before = staged()
        os.kill(server.pid, signal.SIGKILL)
        expect(state).to_have_text("Upload interrupted")
        open_until.enter_context(server.again())
        assert staged() >= before
        try_now(page)
        expect(state).to_have_text(re.compile("% uploaded$"))

        # The Wi-Fi wants to be signed in to.
        line.portal = True
        expect(ahead).to_contain_text("sign in to the network, then come back here")
        assert faults(page, RULES["desktop"]) == []
        line.portal = False

        # A proxy lets only small pieces through: smaller ones are sent.
        line.limit = 400_000
        try_now(page)
        expect(state).to_have_text(re.compile("% uploaded$"))

        # The page is loaded again: the same file goes on where it was.
        page.reload()
        again = page.get_by_text("Uploads continue where they stopped.")
        expect(again).to_be_visible()
        before = staged()
        assert 0 < before < big.stat().st_size
        page.locator("input[name=file]").set_input_files(big)
        expect(again).to_be_hidden()
        expect(page.get_by_label("Class number")).to_have_value("ARCH 4000")

        # It's paused, and goes on.
        ahead.get_by_role("button", name="Pause upload").click()
        expect(ahead).to_contain_text("Upload paused.")
        expect(state).to_have_text("Waiting to upload")
        resume = ahead.get_by_role("button", name="Resume upload")
        expect(resume).to_be_focused()
        line.per_second = line.limit = float("inf")
        resume.click()
        expect(state).to_have_text("Uploaded")
        expect(resume).to_be_hidden()

        # The sign-in page answers the form in the lab's place: it's whole, and sent again.
        line.portal = True
        send(page)
        problem = page.get_by_role("alert")
        expect(problem).to_contain_text("Your network answered instead of the lab")
        expect(problem).to_be_focused()
        expect(page.get_by_label("Class number")).to_have_value("ARCH 4000")
        line.portal = False
        page.get_by_role("button", name="Try again").click()
        page.wait_for_url("**/submit/success?job=*")
        assert line.count(CREATED) == 1, "nothing was begun anew"
        assert line.refused, "the proxy had something to refuse"
        assert line.count(PIECE) > 10
    (job,) = lab.jobs.find()
    assert lab.files.path(job).read_bytes() == big.read_bytes()
    lab.dispatch()
    assert [one.suffix for one in (server.store / ".incoming").iterdir()] == [".json"]
    complaints.lines.clear()  # broken lines are
