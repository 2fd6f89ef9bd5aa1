"""Students' pages through waitress: how many a second one core answers, beside those of bare Flask."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Final

from printflow import Printflow, Settings
from tests import sample_models
from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.program import Program, serving
from tests.e2e.conftest import wait_until_it_answers
from tests.ports import free_port

_BARE: Final = """
import sys
import waitress
from tests.benchmarks.bare_page import bare_browser
waitress.serve(bare_browser().application, host="127.0.0.1", port=int(sys.argv[1]), threads=4)
"""
_WARM: Final = 20
_TURNS: Final = 3


def measure(size: Size, folder: Path) -> list[Figure]:
    """Pages for each second of the server's processor: of the form, home, the way to one's jobs,
    and the page of a job in turn, on one connection.
    """
    store, model = folder / "store", folder / "part.stl"
    model.write_bytes(sample_models.stl())
    with Printflow.open(Settings(environ={}, store=store, settle_seconds=0)) as lab:
        job = lab.intake.submit(
            model,
            student="Jane Doe",
            email="jane@example.edu",
            method="Filament",
            printer="Prusa MK4S",
            color="True Red",
            discipline="Engineering",
            class_number="ARCH 4000",
            acknowledge_minimum=True,
        )
        own = "/jobs/" + lab.students.url(job).rpartition("/")[2]
    paths = ("/submit", "/", "/find", own)
    with serving(store, "--no-worker") as program, _bare() as bare:
        _rate(program, paths, 0.2)
        _rate(bare, ("/",), 0.2)
        turns = [
            (_rate(program, paths, size.seconds / 5), _rate(bare, ("/",), size.seconds / 5))
            for _ in range(_TURNS)
        ]
    ours, theirs = max(one for one, _ in turns), max(one for _, one in turns)
    return [
        Figure(
            "students' pages through waitress",
            ours,
            150,
            "a second",
            f"of one core; {theirs:.0f} of bare Flask",
            at_least=True,
        )
    ]


@contextmanager
def _bare() -> Iterator[Program]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", _BARE, str(port)],
        cwd=Path(__file__).parents[2],  # where the module is found, wherever this one runs
    )
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/", process)
        yield Program(port, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _rate(program: Program, paths: tuple[str, ...], seconds: float) -> float:
    """Pages for each second of the server's processor."""
    connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=60)
    asked = 0

    def ask(path: str) -> None:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} gave {answer.status}")

    for path in [*paths] * (_WARM // len(paths)):
        ask(path)
    began, used = time.perf_counter(), program.tree_seconds()
    for path in cycle(paths):
        ask(path)
        asked += 1
        if time.perf_counter() - began > seconds:
            break
    connection.close()
    return asked / max(program.tree_seconds() - used, 0.01)
