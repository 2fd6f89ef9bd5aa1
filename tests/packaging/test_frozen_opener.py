"""The opener frozen into one program, for PCs without Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from printflow_opener import __version__

pytestmark = [pytest.mark.packaging, pytest.mark.long]
ROOT = Path(__file__).parents[2]
NAME = "JaneDoe_Filament_TrueRed_K7Q2MX9A.stl"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the spec builds."""
    folder = tmp_path_factory.mktemp("frozen")
    spec = ROOT / "deploy" / "opener" / "printflow-opener.spec"
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    places = ["--distpath", str(folder / "dist"), "--workpath", str(folder / "work")]
    subprocess.run([*command, *places, str(spec)], check=True, cwd=folder)
    suffix = ".exe" if sys.platform == "win32" else ""
    return folder / "dist" / f"printflow-opener{suffix}"


def run(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program, as on a PC that has nothing else."""
    bare = {name: os.environ[name] for name in ("SYSTEMROOT", "TMP", "HOME") if name in os.environ}
    return subprocess.run(
        [str(program), *arguments], env=bare, capture_output=True, text=True, check=False
    )


def test_it_runs_alone(program: Path, tmp_path: Path) -> None:
    assert run(program, "--version").stdout.split() == ["printflow-opener", __version__]
    assert "register" in run(program, "--help").stdout
    share = tmp_path / "share"
    (share / "Uploaded").mkdir(parents=True)
    (share / "Uploaded" / NAME).write_bytes(b"solid x\nendsolid x\n")
    config = tmp_path / "opener.toml"
    config.write_text(
        f"share = '{share}'\n[[slicer]]\nname = 'S'\npath = '/s'\nextensions = ['.stl']\n"
    )
    done = run(program, "--config", str(config), "open", "--dry-run", f"printflow://open/{NAME}")
    assert (done.returncode, done.stdout.strip()[-6:]) == (0, "with S")
    refused = run(program, "--config", str(config), "open", "--dry-run", "http://x")
    assert (refused.returncode, refused.stdout[:9]) == (3, "refused: ")
