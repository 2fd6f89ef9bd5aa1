"""The exported ``.reg`` file, imported by Windows' own tools as Wine has them."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from printflow_opener.register import windows

pytestmark = [pytest.mark.wine, pytest.mark.long]
LINK = "printflow://open/JaneDoe_Filament_TrueRed_K7Q2MX9A.stl"


def wine(prefix: Path, *arguments: str) -> str:
    """Run a program of Windows'; gives what it says."""
    environment = {
        **os.environ,
        "WINEPREFIX": str(prefix),
        "WINEDEBUG": "-all",
        "WINEARCH": "win64",
        "DISPLAY": "",
    }
    done = subprocess.run(
        ["wine", *arguments], env=environment, capture_output=True, check=False, timeout=200
    )
    return done.stdout.decode("utf-8", "replace")


def test_the_keys_are_there_and_a_link_starts_the_command(tmp_path: Path) -> None:
    prefix, noted = tmp_path / "prefix", tmp_path / "noted.txt"
    prefix.mkdir()
    batch, reg = tmp_path / "note.bat", tmp_path / "printflow.reg"
    batch.write_text(f"@echo off\r\necho %* > Z:{str(noted).replace('/', chr(92))}\r\n")
    command = [r"C:\windows\system32\cmd.exe", "/c", f"Z:{str(batch).replace('/', chr(92))}"]
    # For the machine: Wine does not merge the keys of a user.
    windows.export(reg, command, system=True)
    wine(prefix, "reg", "import", f"Z:{reg}")
    for scheme in ("printflow", "print3d", "3dprint"):
        key = rf"HKEY_CLASSES_ROOT\{scheme}"
        assert "URL Protocol" in wine(prefix, "reg", "query", key)
        assert "%1" in wine(prefix, "reg", "query", rf"{key}\shell\open\command")
    wine(prefix, "start", LINK)
    until = time.monotonic() + 60
    while not noted.exists() and time.monotonic() < until:
        time.sleep(0.2)
    time.sleep(0.3)
    assert noted.read_text().split() == ["open", f'"{LINK}"']
    subprocess.run(["wineserver", "-k"], env={**os.environ, "WINEPREFIX": str(prefix)}, check=False)
