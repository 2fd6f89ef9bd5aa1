"""What the program calls itself when it says what to type."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from printflow.cli.own_name import own_name


@pytest.fixture(autouse=True)
def _nothing_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def test_where_the_shell_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / ("printflow.exe" if sys.platform == "win32" else "printflow")
    command.touch(mode=0o755)
    assert own_name() == "printflow"


@pytest.mark.parametrize("called", [Path(".venv", "bin", "printflow"), None])
def test_in_an_environment_that_is_not_active(
    called: Path | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = Path(".venv", "bin", "printflow")
    monkeypatch.setattr(sys, "argv", [str(called or tmp_path / below)])
    assert own_name() == str(below)


def test_blanks_are_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(Path("my lab", "printflow"))])
    assert own_name() == f'"{Path("my lab", "printflow")}"'


def test_as_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["__main__.py"])
    assert own_name() == f'"{sys.executable}" -m printflow'
