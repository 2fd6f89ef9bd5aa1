"""Two hundred open dashboards: what they cost a server at rest, and transitions beside them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from printflow import Job, Printflow, Settings
from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.many_jobs import Plan, fill
from tests.benchmarks.program import Program, serving, staff_cookie
from tests.benchmarks.staff_browser import PASSWORD
from tests.benchmarks.transitions import approve, submitted


def measure(size: Size, folder: Path) -> list[Figure]:
    """The server's share of a processor, and the rate of transitions with and without."""
    store = folder / "store"
    with Printflow.open(Settings(store=store, settle_seconds=0)) as lab:
        fill(lab, Plan(1000))
        lab.stations.set_password(PASSWORD)
        jobs = submitted(lab, folder / "a.stl", int(size.seconds * 2 * 150) + 20)
        with serving(store, "--no-worker") as program:
            cookie = staff_cookie(program)
            idle = _share(program, size.seconds)
            watchers = _open(program, cookie, size, size.poll_every + size.seconds + 1)
            time.sleep(size.poll_every)  # by then every page has asked once
            watched = _share(program, size.seconds)
            said = _said(watchers)
            alone = _rate(lab, jobs, size.seconds)
            watchers = _open(program, cookie, size, size.poll_every + size.seconds + 1)
            time.sleep(size.poll_every)
            beside = _rate(lab, jobs, size.seconds)
            changing = _said(watchers)
    share = max(watched - idle, 0.0) * 100
    return [
        Figure(
            f"{size.dashboards} open dashboards, server's processor",
            share,
            5.0,
            "% of a core",
            f"answers {said}",
        ),
        Figure(
            f"transitions beside {size.dashboards} open dashboards / none",
            beside / alone,
            0.9,
            "x",
            f"{beside:.0f} and {alone:.0f} a second; answers {changing}",
            at_least=True,
        ),
    ]


def _share(program: Program, seconds: float) -> float:
    began, used = time.perf_counter(), program.cpu_seconds()
    time.sleep(seconds)
    return (program.cpu_seconds() - used) / (time.perf_counter() - began)


def _open(program: Program, cookie: str, size: Size, seconds: float) -> subprocess.Popen[str]:
    module = "tests.benchmarks.open_dashboards"
    return subprocess.Popen(
        [
            *(sys.executable, "-m", module),
            *(str(program.port), cookie, str(size.dashboards), str(seconds)),
            str(size.poll_every),
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],  # where the module is found, wherever this one runs
    )


def _said(watchers: subprocess.Popen[str]) -> dict[str, int]:
    out, _ = watchers.communicate(timeout=60)
    if watchers.returncode:
        raise RuntimeError("the dashboards were not answered")
    answers: dict[str, int] = json.loads(out)
    if set(answers) - {"200", "304"}:
        raise RuntimeError(f"the dashboards were answered {answers}")
    return answers


def _rate(lab: Printflow, jobs: list[Job], seconds: float) -> float:
    """Transitions a second, one after the other, as fast as they go."""
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds and jobs:
        approve(lab, jobs.pop())
        count += 1
    return count / (time.perf_counter() - began)
