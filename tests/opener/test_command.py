"""The command, as scripts and browsers call it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from printflow_opener.__main__ import main
from tests.opener.conftest import LINK, NAME, Pc


def test_a_dry_run_says_what_would_be_opened(pc: Pc, capsys: pytest.CaptureFixture[str]) -> None:
    path = pc.put("Pending")
    assert pc.run("open", "--dry-run", LINK) == 0
    assert capsys.readouterr().out == f"would open {path.resolve()} with Test slicer\n"
    assert not pc.noted.exists()
    assert pc.log == ""


def test_the_slicer_gets_the_file_and_nothing_else(pc: Pc) -> None:
    path = pc.put()
    command = [sys.executable, "-m", "printflow_opener", "--config", str(pc.config), "open", LINK]
    assert subprocess.run(command, check=False).returncode == 0
    until = time.monotonic() + 10
    while not pc.noted.exists() and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.05)
    assert pc.noted.read_text() == repr([str(path.resolve())])
    assert "verdict=opened" in pc.log
    assert "Test slicer" in pc.log


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (LINK, "Refresh the dashboard"),
        ("printflow://open/..%2fx", "doesn't name a file that can be opened"),
        (f"printflow://open?path=/etc/{NAME}", "points outside the share"),
        ("http://example.edu/", "isn't a Printflow link"),
    ],
)
def test_refusals(pc: Pc, capsys: pytest.CaptureFixture[str], link: str, reason: str) -> None:
    assert pc.run("open", "--dry-run", link) == 3
    said = capsys.readouterr().out
    assert said.startswith("refused: ")
    assert reason in said
    assert pc.run("open", link) == 3
    assert reason in capsys.readouterr().err
    assert "verdict=refused" in pc.log
    assert not pc.noted.exists()


def test_no_slicer_for_the_type(pc: Pc, capsys: pytest.CaptureFixture[str]) -> None:
    name = NAME.replace(".stl", ".gcode")
    pc.put(name=name)
    assert pc.run("open", "--dry-run", f"printflow://open/{name}") == 3
    assert "[[slicer]]" in capsys.readouterr().out


def test_a_slicer_that_is_gone(pc: Pc, capsys: pytest.CaptureFixture[str]) -> None:
    pc.put()
    pc.slicer.unlink()
    assert pc.run("open", LINK) == 3
    said = capsys.readouterr().err
    assert str(pc.slicer) in said
    assert "slicer.path" in said


def test_several_slicers_without_a_screen(pc: Pc, capsys: pytest.CaptureFixture[str]) -> None:
    pc.put()
    pc.write("[[slicer]]\nname = 'Other'\npath = '/nowhere'\nextensions = ['stl']\n")
    assert pc.run("open", "--dry-run", LINK) == 0
    assert "with Test slicer" in capsys.readouterr().out
    pc.choose('{".stl": "Other"}')
    assert pc.run("open", "--dry-run", LINK) == 0
    assert "with Other" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["open"], ["open", LINK, LINK], ["open", "--config", "x"], ["open", "--conf"]]
)
def test_wrong_use_is_2_and_noted(
    pc: Pc, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(arguments) == 2
    assert "printflow-opener" in capsys.readouterr().err
    (log,) = (pc.root / "config").rglob("opener.log")
    assert "verdict=refused" in log.read_text()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "share"),
        ("share = 'x'", "full path"),
        ("share = '/x'\nslicers = 1", "did you mean 'slicer'?"),
        ("share = '/x'\n[[slicer]]\nname = 'A'\nextentions = []", "did you mean 'extensions'?"),
        ("share = '/x'\n[[slicer]]\nname = 'A'\npath = '/a'\nextensions = ['.exe']", "'.exe'"),
        ("share = [", "isn't valid TOML"),
    ],
)
def test_a_wrong_config_names_file_and_key(
    pc: Pc, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    pc.config.write_text(text)
    assert pc.run("open", "--dry-run", LINK) == 2
    said = capsys.readouterr().out
    assert words in said
    assert str(pc.config) in said


def test_no_config(pc: Pc, capsys: pytest.CaptureFixture[str]) -> None:
    pc.config.unlink()
    assert pc.run("open", "--dry-run", LINK) == 2
    assert "Set up this PC" in capsys.readouterr().out


def test_doctor(pc: Pc, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pc.put()
    pc.run("doctor")
    said = capsys.readouterr().out
    assert f"ok   Share {pc.share}" in said
    assert f"A test link would run {pc.slicer}" in said
    pc.slicer.unlink()
    assert pc.run("doctor") == 1
    assert "FAIL Test slicer" in capsys.readouterr().out
