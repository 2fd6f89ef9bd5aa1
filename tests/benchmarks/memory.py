"""The memory of a running server: at rest, and after many pages, beside a bare one's imports."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path

from printflow import Printflow, Settings
from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.program import Program, serving, staff_cookie
from tests.benchmarks.staff_browser import PASSWORD

REQUESTS = 10_000
_FEW = 200
_AT_ONCE = 4
_REST_SECONDS = 3

_STAFF = ("/dashboard", "/dashboard/queue", "/pick-up", "/dashboard/people", "/reports", "/outbox")
_ANYBODY = ("/submit", "/login", "/privacy", "/contact", "/health/live")

# What the same libraries take in a server that does nothing.
_BARE = """
import flask, flask_wtf, pydantic, sqlalchemy, waitress
from pathlib import Path
lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
print(next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024)
"""


def measure(size: Size, folder: Path) -> list[Figure]:
    """Megabytes of all of the server's processes, what they share counted once."""
    done = subprocess.run([sys.executable, "-c", _BARE], check=True, capture_output=True, text=True)
    beside = f"{float(done.stdout):.0f} MB for Flask, SQLAlchemy, Pydantic and waitress alone"
    count = REQUESTS if size.rounds > 1 else _FEW
    store = folder / "store"
    with Printflow.open(Settings(store=store, settle_seconds=0)) as lab:
        lab.stations.set_password(PASSWORD)
    with serving(store) as program:
        time.sleep(_REST_SECONDS)
        at_rest = program.tree_mb()
        cookie = staff_cookie(program)
        with ThreadPoolExecutor(_AT_ONCE) as browsers:
            asked = sum(
                browsers.map(lambda _: _ask(program, cookie, count // _AT_ONCE), range(_AT_ONCE))
            )
        after = program.tree_mb()
    return [
        Figure("server at rest, all processes", at_rest, 70, "MB", beside),
        Figure("server after mixed requests", after, 90, "MB", f"{asked} pages"),
    ]


def _paths(cookie: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Pages of staff and of students in turn, each with what its browser sends."""
    return cycle(
        [*((path, {"Cookie": cookie}) for path in _STAFF), *((path, {}) for path in _ANYBODY)]
    )


def _ask(program: Program, cookie: str, count: int) -> int:
    """Ask for so many pages on one connection; how many came."""
    connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=60)
    for path, headers in islice(_paths(cookie), count):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{path} gave {answer.status}")
    connection.close()
    return count
