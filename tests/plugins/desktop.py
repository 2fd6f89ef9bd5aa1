"""A staff PC's desktop: a screen of its own, a window manager, and an empty home.

Xvfb is the screen, openbox the window manager; programs are started with the environment of
:class:`Desktop`, so that nothing of the machine's own desktop is touched.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
from PIL import Image, ImageGrab

SCREEN = "1280x900x24"
Found = TypeVar("Found")

# PrusaSlicer opens its wizard where there is no printer, and asks for what it calls system info.
_SLICER_SETTINGS = """\
show_splash_screen = 0
notify_release = none
preset_update = 0
show_hints = 0
translation_language = en_US
version = 2.5.0
version_system_info_sent = 9.9.9
[presets]
printer = Lab printer
"""
_PRINTER = "printer_technology = FFF\nbed_shape = 0x0,250x0,250x210,0x210\n"


@dataclass
class Desktop:
    """A screen, a home, and the environment that leads programs there."""

    home: Path
    display: str
    environment: dict[str, str]
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program on this desktop; it ends with it."""
        with self.said.open("ab") as said:
            process = subprocess.Popen(
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        self._running.append(process)
        return process

    @property
    def said(self) -> Path:
        """The file of what the programs of this desktop write, for when one doesn't show itself."""
        return self.home.with_name("said.log")

    def run(self, *command: str) -> str:
        """What a short program says on this desktop."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=30
        )
        return done.stdout

    def windows(self) -> list[str]:
        """The titles of the windows that are shown."""
        shown = self.run("xdotool", "search", "--onlyvisible", "--name", ".", "getwindowname", "%@")
        return [title for title in shown.splitlines() if title.strip()]

    def keys(self, *names: str, window: str) -> None:
        """Press keys, as xdotool names them ("ctrl+s", "Return"), in the window of that title."""
        self.run("xdotool", "search", "--onlyvisible", "--name", window, "windowactivate", "--sync")
        # Apart: to the window that a search has found, xdotool sends what GTK does not believe.
        self.run("xdotool", "key", "--clearmodifiers", *names)
        time.sleep(0.5)  # the program answers

    def picture(self) -> Image.Image:
        """What is on the screen."""
        return ImageGrab.grab(xdisplay=self.display)

    def processes(self, program: str) -> dict[int, list[str]]:
        """The arguments, by process id, of what runs on this desktop under that name."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                arguments = (process / "cmdline").read_bytes().decode().split("\0")[:-1]
                environment = (process / "environ").read_bytes()
            except OSError:
                continue  # it has ended, or is not ours
            here = f"HOME={self.home}".encode() in environment.split(b"\0")
            if here and arguments and Path(arguments[0]).name == program:
                found[int(process.name)] = arguments
        return found

    def close(self) -> None:
        """End what was started here, and what that has started in turn: by its home."""
        for process in reversed(self._running):
            process.terminate()
        for process in self._running:
            process.wait(20)


def until(look: Callable[[], Found], *, seconds: float = 30, what: str = "") -> Found:
    """What ``look`` gives, as soon as it gives something."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"in {seconds} s there was no {what or look}"
        time.sleep(0.1)


def _home_of_staff(home: Path) -> dict[str, str]:
    slicer = home / ".config" / "PrusaSlicer"
    (slicer / "printer").mkdir(parents=True)
    (slicer / "PrusaSlicer.ini").write_text(_SLICER_SETTINGS)
    (slicer / "printer" / "Lab printer.ini").write_text(_PRINTER)
    locale = home / "locale"
    locale.mkdir()
    # Without this locale PrusaSlicer waits in a dialog; made here, it needs no administrator.
    subprocess.run(
        ["localedef", "-i", "en_US", "-f", "UTF-8", str(locale / "en_US.UTF-8")],
        check=True,
        capture_output=True,
    )
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "CI") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "LOCPATH": str(locale),
        "LANG": "en_US.UTF-8",
        "NO_AT_BRIDGE": "1",
        "BROWSER": "true",  # where no program takes a link, xdg-open asks a browser
    }


def _screen() -> tuple[subprocess.Popen[bytes], str]:
    """A new screen; Xvfb takes the first free number and tells it."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"],
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        return process, f":{told.readline().strip()}"


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    """A desktop whose home is new; needs ``@pytest.mark.desktop``."""
    home = tmp_path / "home"
    environment = _home_of_staff(home)
    screen, display = _screen()
    pc = Desktop(home, display, {**environment, "DISPLAY": display})
    try:
        pc.start("openbox")
        # A window that comes before its manager may stay unseen.
        until(lambda: pc.run("xdotool", "get_num_desktops").strip(), what="window manager")
        yield pc
    finally:
        pc.close()
        screen.terminate()
        screen.wait(20)
