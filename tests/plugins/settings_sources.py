"""Settings read from a test's own folder, without those of the machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from printflow import Settings, SettingsError


@pytest.fixture
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test stands in its own folder; no variable of Printflow is set."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.upper().startswith("PRINTFLOW_")]:
        monkeypatch.delenv(name)


def toml(folder: Path, text: str) -> Path:
    """A ``printflow.toml`` in ``folder``."""
    path = folder / "printflow.toml"
    path.write_text(text, "utf-8")
    return path


def refused(config: Path | None = None, **keywords: Any) -> SettingsError:
    """What is said about settings that are wrong: one line."""
    with pytest.raises(SettingsError) as caught:
        Settings.load(config, **keywords)
    assert "\n" not in str(caught.value)
    return caught.value
