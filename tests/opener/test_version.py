"""The opener's command says what it is."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from printflow_opener import __version__
from printflow_opener.__main__ import main

PACKAGE = Path(__file__).parents[2] / "src" / "printflow_opener"


def test_version_is_the_distributions() -> None:
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text("utf-8"))["project"]
    assert __version__ == project["version"]


def test_version_option_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["--version"])
    assert done.value.code == 0
    assert capsys.readouterr().out == f"printflow-opener {__version__}\n"


def test_without_arguments_it_shows_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("usage: printflow-opener")


def test_runs_as_a_module_without_the_other_packages() -> None:
    code = (
        "import sys, printflow_opener.__main__ as m; m.main([]);"
        "assert not {'printflow', 'printflow_web'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
