"""The dialogs, on a real screen: what they say, and what keys do."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.opener.conftest import LINK, Pc
from tests.plugins.desktop import Desktop, until

pytestmark = [pytest.mark.desktop, pytest.mark.tk]
OPENER = (sys.executable, "-m", "printflow_opener")


def press(pc: Desktop, running: subprocess.Popen[bytes], key: str) -> int:
    """Press a key until the program ends: a new screen may lose the first one."""

    def ended() -> bool:
        pc.keys(key, window="Printflow opener")
        return running.poll() is not None

    until(
        lambda: "Printflow opener" in pc.windows() or running.poll() is not None,
        what="window of the opener",
        seconds=60,
    )
    assert running.poll() is None, pc.said.read_text()
    until(ended, what="end of the dialog")
    return running.wait()


def test_a_refusal_is_a_dialog(pc: Pc, desktop: Desktop) -> None:
    running = desktop.start(*OPENER, "--config", str(pc.config), "open", LINK)
    assert press(desktop, running, "space") == 3
    assert "verdict=refused" in pc.log


@pytest.mark.long
def test_a_chooser_remembers(pc: Pc, desktop: Desktop) -> None:
    pc.put()
    pc.write("[[slicer]]\nname = 'Other'\npath = '/nowhere'\nextensions = ['.stl']\n")
    chosen = desktop.home / ".config" / "printflow" / "chosen-slicers.json"
    command = (*OPENER, "--config", str(pc.config), "open", LINK)

    assert press(desktop, desktop.start(*command), "Escape") == 3
    assert not chosen.exists()

    assert press(desktop, desktop.start(*command), "Return") == 0
    assert json.loads(chosen.read_text()) == {".stl": "Test slicer"}
    assert desktop.start(*command).wait(20) == 0
    until(pc.noted.exists, what="slicer")
