"""A share as a staff PC sees it, and an opener that knows it."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from printflow_opener import launch, opening
from printflow_opener.__main__ import main
from printflow_opener.locate import FOLDERS
from printflow_opener.slicers import Slicer

NAME = "JaneDoe_Filament_TrueRed_K7Q2MX9A.stl"
LINK = f"printflow://open/{NAME}"


@dataclass
class Pc:
    """A staff PC: its share, its config, a slicer that notes what it was started with."""

    root: Path
    share: Path = field(init=False)
    config: Path = field(init=False)
    slicer: Path = field(init=False)
    noted: Path = field(init=False)

    def __post_init__(self) -> None:
        self.share = self.root / "3DPrint"
        for folder in FOLDERS:
            (self.share / folder).mkdir(parents=True)
        self.config = self.root / "opener.toml"
        self.noted = self.root / "noted.txt"
        self.slicer = self.root / "slicer"
        self.slicer.write_text(
            f"#!{sys.executable}\nimport sys\nopen({str(self.noted)!r}, 'w').write(repr(sys.argv[1:]))\n"
        )
        self.slicer.chmod(self.slicer.stat().st_mode | stat.S_IXUSR)
        self.write()

    def write(self, more: str = "") -> None:
        """The config, with more at its end."""
        self.config.write_text(
            f"share = {str(self.share)!r}\nlog = {str(self.root / 'opener.log')!r}\n"
            f"[[slicer]]\nname = 'Test slicer'\npath = {str(self.slicer)!r}\n"
            f"extensions = ['.stl', '.3mf']\n{more}"
        )

    def choose(self, chosen: str) -> None:
        """What the chooser has remembered."""
        (path,) = [self.root / "config"]
        for folder in (path / "printflow", path / "Printflow"):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "chosen-slicers.json").write_text(chosen)

    def put(self, folder: str = "Uploaded", name: str = NAME) -> Path:
        """A model in the share."""
        path = self.share / folder / name
        path.write_bytes(b"solid x\nendsolid x\n")
        return path

    def run(self, *arguments: str) -> int:
        """The command, with this PC's config."""
        return main(["--config", str(self.config), *arguments])

    @property
    def log(self) -> str:
        """What the opener noted."""
        path = self.root / "opener.log"
        return path.read_text("utf-8") if path.exists() else ""


@pytest.fixture
def pc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pc]:
    """A PC without a screen. Its slicers end with the test: the opener waits for none of them."""
    started: list[subprocess.Popen[bytes]] = []

    def start(slicer: Slicer, file: Path) -> subprocess.Popen[bytes]:
        started.append(launch.start(slicer, file))
        return started[-1]

    monkeypatch.setattr(opening, "start", start)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("APPDATA", str(tmp_path / "config"))
    yield Pc(tmp_path)
    for process in started:
        process.kill()
        process.wait()
