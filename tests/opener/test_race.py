"""Someone swaps the file for a link while it is being opened, again and again."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from printflow_opener import windows_hold
from printflow_opener.hold import Held
from printflow_opener.locate import hold
from printflow_opener.refusal import Refused
from tests.opener.conftest import LINK, Pc

SECRET = "what only this PC's user reads"
_SWAP = """
import os, sys, time
path, aside, link = sys.argv[1:]
print("swapping", flush=True)
while os.getppid() == {parent}:
    os.rename(path, aside)
    os.rename(link, path)
    time.sleep({seconds})
    os.rename(path, link)
    os.rename(aside, path)
    time.sleep({seconds})
"""


@dataclass
class Outcome:
    """What came of a number of tries."""

    tries: int = 0
    opened: int = 0
    read_through_link: int = 0
    unnoticed: int = 0


@contextmanager
def swapper(path: Path, secret: Path, seconds: float) -> Iterator[None]:
    """A process that puts a link in the file's place, and takes it away again."""
    link = path.with_name("link")
    link.symlink_to(secret)
    code = _SWAP.format(parent=os.getpid(), seconds=seconds)
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path), str(path.with_name("aside")), str(link)],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def attack(pc: Pc, tries: int, seconds: float, start: float) -> Outcome:
    """Open the link so many times beside a swapper, in a slicer that takes a while to start."""
    secret, outcome = pc.root / "secret.txt", Outcome()
    secret.write_text(SECRET)
    pc.slicer.write_text(
        f'#!/bin/sh\nsleep {start}; cat "$1" > "{pc.noted}.part"; mv "{pc.noted}.part" "{pc.noted}"\n'
    )
    with swapper(pc.put(), secret, seconds):
        for _ in range(tries):
            pc.noted.unlink(missing_ok=True)
            outcome.tries += 1
            if pc.run("open", LINK) == 3:
                continue
            outcome.opened += 1
            until = time.monotonic() + 30
            while not pc.noted.exists() and time.monotonic() < until:
                time.sleep(0.01)
            if pc.noted.read_text() == SECRET:
                outcome.read_through_link += 1
                if "verdict=replaced" not in pc.log.splitlines()[-1]:
                    outcome.unnoticed += 1
    return outcome


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the file from being renamed")
@pytest.mark.parametrize(("seconds", "start"), [(0.001, 0), (0.02, 0), (0.2, 0.3)])
def test_a_swapped_file_is_refused_or_told(pc: Pc, seconds: float, start: float) -> None:
    outcome = attack(pc, 13, seconds, start)
    assert outcome.tries == 13
    assert outcome.unnoticed == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the file from being renamed")
def test_a_swap_while_the_slicer_starts_is_told(pc: Pc) -> None:
    """Linux and macOS cannot keep anybody from it, but it does not go unnoticed."""
    path, secret, started = pc.put(), pc.root / "secret.txt", pc.root / "started"
    secret.write_text(SECRET)
    pc.slicer.write_text(f'#!/bin/sh\ntouch "{started}"; sleep 0.3; cat "$1" > "{pc.noted}"\n')

    def swap() -> None:
        until = time.monotonic() + 10
        while not started.exists() and time.monotonic() < until:
            time.sleep(0.002)
        path.unlink()
        path.symlink_to(secret)

    thief = threading.Thread(target=swap)
    thief.start()
    command = [sys.executable, "-m", "printflow_opener", "--config", str(pc.config), "open", LINK]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    thief.join()
    assert done.returncode == 1
    assert "was replaced while it was being opened" in done.stderr
    assert "verdict=replaced" in pc.log.splitlines()[-1]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the file from being renamed")
def test_what_comes_between_is_seen(pc: Pc, tmp_path: Path) -> None:
    path, aside = pc.put(), pc.share / "aside"
    with Held(pc.share, path) as held:
        assert held.problem() == ""
        held.must_be_steady()
        path.rename(aside)
        assert held.problem() == "", "Printflow moves files, too"
        with pytest.raises(Refused, match="was just moved"):
            held.must_be_steady()
        aside.rename(path)
        assert "moved away and back" in held.problem()
    with Held(pc.share, path) as held:
        path.parent.rename(tmp_path / "outside")
        path.parent.symlink_to(tmp_path / "outside")
        assert "in its place" in held.problem()
        with pytest.raises(Refused, match="Try again"):
            held.must_be_steady()
    with pytest.raises(Refused, match="outside the share"):
        hold(pc.share, path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_pipe_holds_nobody(pc: Pc) -> None:
    path = pc.put()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(Refused, match="isn't a file"):
        hold(pc.share, path)


class Windows:
    """A Windows of one share, without one: what is open, and how."""

    def __init__(self, files: dict[str, int], finals: dict[str, str] | None = None) -> None:
        self.files, self.finals = files, finals or {}
        self.open: dict[int, tuple[str, int, int, int]] = {}
        self.writing: set[str] = set()
        self._next = 10

    def create_file(self, path: str, access: int, share: int, disposition: int, flags: int) -> int:
        assert disposition == 3, "nothing is ever made"
        if path not in self.files:
            raise FileNotFoundError(2, "no such file", path)
        if path in self.writing and not share & 2:
            error = PermissionError(13, "sharing violation", path)
            error.winerror = 32  # type: ignore[attr-defined]
            raise error
        self._next += 1
        self.open[self._next] = (path, access, share, flags)
        return self._next

    def attributes(self, handle: int) -> int:
        return self.files[self.open[handle][0]]

    def final_path(self, handle: int) -> str:
        path = self.open[handle][0]
        return "\\\\?\\UNC\\server\\" + self.finals.get(path, path.replace("Z:", "3DPrint"))

    def close(self, handle: int) -> None:
        del self.open[handle]


SHARE, FOLDER, FILE = "Z:", "Z:\\Uploaded", "Z:\\Uploaded\\a.stl"
DIRECTORY, PLAIN, REPARSE = 0x10, 0x20, 0x400


def test_windows_holds_the_file_so_that_nobody_renames_or_overwrites_it() -> None:
    kernel = Windows({SHARE: DIRECTORY, FOLDER: DIRECTORY, FILE: PLAIN})
    let_go = windows_hold.hold(SHARE, FOLDER, FILE, kernel)
    held = {path: (share, flags) for path, _, share, flags in kernel.open.values()}
    assert held[FILE][0] == windows_hold.READ
    assert held[FOLDER][0] == windows_hold.READ | windows_hold.WRITE
    for path in (FOLDER, FILE):
        assert held[path][1] & 0x00200000, "the link itself, never what it leads to"
    let_go()
    assert kernel.open == {}


def test_windows_holds_a_file_that_is_being_written_as_well() -> None:
    kernel = Windows({SHARE: DIRECTORY, FOLDER: DIRECTORY, FILE: PLAIN})
    kernel.writing.add(FILE)
    windows_hold.hold(SHARE, FOLDER, FILE, kernel)
    assert all(not share & 4 for _, _, share, _ in kernel.open.values())


@pytest.mark.parametrize(
    ("files", "finals", "why"),
    [
        ({FOLDER: DIRECTORY, FILE: PLAIN | REPARSE}, {}, "outside the share"),
        ({FOLDER: DIRECTORY | REPARSE, FILE: PLAIN}, {}, "outside the share"),
        ({FOLDER: DIRECTORY, FILE: DIRECTORY}, {}, "isn't a file"),
        ({FOLDER: PLAIN, FILE: PLAIN}, {}, "isn't a file"),
        ({FOLDER: DIRECTORY, FILE: PLAIN}, {FILE: "other\\Uploaded\\a.stl"}, "outside the share"),
        (
            {FOLDER: DIRECTORY, FILE: PLAIN},
            {FILE: "3DPrint2\\Uploaded\\a.stl"},
            "outside the share",
        ),
        ({FOLDER: DIRECTORY, FILE: PLAIN}, {FILE: "3DPrint\\a.stl"}, "outside the share"),
    ],
)
def test_windows_refuses_what_leads_out(
    files: dict[str, int], finals: dict[str, str], why: str
) -> None:
    kernel = Windows({SHARE: DIRECTORY, **files}, finals)
    with pytest.raises(Refused, match=why):
        windows_hold.hold(SHARE, FOLDER, FILE, kernel)
    assert kernel.open == {}, "nothing stays open"
