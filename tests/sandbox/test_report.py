"""What is said of a machine's sandbox is what was tried there."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from printflow.sandbox import missing, report
from printflow.sandbox.probe import WAYS

linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux's own means")


@linux
def test_without_the_sandbox_every_way_out_is_open() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "printflow.sandbox.probe"], capture_output=True, check=True
    )
    assert json.loads(said.stdout)["escaped"] == list(WAYS)


@linux
def test_within_it_none_is() -> None:
    missing.cache_clear()
    assert missing() == ()


@linux
def test_each_way_out_has_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "_probe", lambda: list(WAYS))
    missing.cache_clear()
    said = missing()
    missing.cache_clear()
    assert len(said) == len(WAYS)
    assert all(one.startswith("A process that reads a model can ") for one in said)
