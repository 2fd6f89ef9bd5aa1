"""The real server as a process, and what it uses of the machine."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from tests.benchmarks.staff_browser import PASSWORD
from tests.e2e.conftest import wait_until_it_answers
from tests.ports import free_port

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Program:
    """A running server."""

    port: int
    pid: int

    def tree(self) -> list[Program]:
        """Its processes: itself, what it has started, and what these have."""
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        with suppress(OSError):  # it has just ended
            below = [Program(self.port, int(pid)).tree() for pid in listed.read_text().split()]
            return [self, *(one for part in below for one in part)]
        return []

    def tree_seconds(self) -> float:
        """Processor time of all its processes, also of those that have ended."""
        seconds = 0.0
        for one in self.tree():
            with suppress(OSError):
                fields = Path(f"/proc/{one.pid}/stat").read_text().rpartition(")")[2].split()
                seconds += sum(int(field) for field in fields[11:15]) / TICKS
        return seconds

    def tree_mb(self) -> float:
        """Memory of all its processes; what several share is counted once."""
        kilobytes = 0
        for one in self.tree():
            with suppress(OSError):
                rolled = Path(f"/proc/{one.pid}/smaps_rollup").read_text()
                found = re.search(r"^Pss:\s+(\d+) kB", rolled, re.MULTILINE)
                kilobytes += int(found[1]) if found else 0
        return kilobytes / 1024

    def cpu_seconds(self) -> float:
        """Processor time that it has used so far (user and system; see proc(5), stat)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self) -> float:
        """The memory that it holds now."""
        return self._status("VmRSS")

    def peak_mb(self) -> float:
        """The most memory that it has held since :meth:`forget_peak`."""
        return self._status("VmHWM")

    def nameless_mb(self) -> float:
        """What its open files hold on disks although no folder names them."""
        held = 0
        for link in Path(f"/proc/{self.pid}/fd").iterdir():
            with suppress(OSError):
                if str(link.readlink()).endswith(" (deleted)"):
                    held += link.stat().st_blocks * 512
        return held / (1 << 20)

    def forget_peak(self) -> None:
        """Begin again with the peak (see proc(5), clear_refs)."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def _status(self, name: str) -> float:
        found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        if found is None:
            raise RuntimeError(f"no {name} of process {self.pid}")
        return int(found[1]) / 1024


@contextmanager
def serving(store: Path, *options: str, **environment: str) -> Iterator[Program]:
    """The program serves the store on a free port of this machine."""
    store.mkdir(exist_ok=True)
    port = free_port()
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PRINTFLOW_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "printflow", "serve", "--port", str(port), *options],
        env={
            **inherited,
            "PRINTFLOW_STORE": str(store),
            "PRINTFLOW_CHECK_EMAIL_DOMAIN": "false",
            **environment,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/health/live", process)
        yield Program(port, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def page(connection: http.client.HTTPConnection, path: str) -> tuple[str, str, str]:
    """A page's text, the CSRF token of its form, and the cookie that goes with it."""
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    if found is None:
        raise RuntimeError(f"{path} has no form: {answer.status} {text[:500]}")
    return text, found[1], cookie_of(answer)


def cookie_of(answer: http.client.HTTPResponse) -> str:
    """The cookies that the answer sets."""
    given = answer.headers.get_all("Set-Cookie") or []
    return "; ".join(one.partition(";")[0] for one in given)


def staff_cookie(program: Program, name: str = "Ana") -> str:
    """Sign in; gives the cookie of the session."""
    connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=30)
    _, token, cookie = page(connection, "/login")
    body = urlencode({"csrf_token": token, "name": name, "password": PASSWORD})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    connection.request("POST", "/login", body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 303:
        raise RuntimeError(f"signing in gave {answer.status}")
    return cookie_of(answer)
