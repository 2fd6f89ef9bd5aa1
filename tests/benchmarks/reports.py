"""The reports of a lab with ten years of jobs: what a person waits for, and the count behind it."""

from __future__ import annotations

import time
from pathlib import Path

from printflow import Printflow, ReportQuery, Settings
from printflow_web.factory import create_app
from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.many_jobs import Plan, fill
from tests.benchmarks.staff_browser import signed_in

_PAGES = ("/reports?period=all", "/reports", "/reports?period=30")


def measure(size: Size, folder: Path) -> list[Figure]:
    """The slowest first answer, while nothing is counted yet; then of what was counted."""
    with Printflow.open(Settings(store=folder / "lab")) as lab:
        fill(lab, Plan(size.jobs))
        staff = signed_in(create_app(lab), lab)
        staff.get("/staff")  # templates that all pages share are compiled once a process
        began = time.perf_counter()
        lab.reports.figures(
            ReportQuery()
        )  # remembered nowhere; alone, for each page below begins a count
        counted = time.perf_counter() - began
        cold = {}
        for page in _PAGES:
            began = time.perf_counter()
            if staff.get(page).status_code != 200:
                raise RuntimeError(page)
            cold[page] = time.perf_counter() - began
        while lab.reports.latest_figures(ReportQuery(), patience=60) is None:
            time.sleep(0.1)
        warm = []
        for _ in range(size.rounds):
            began = time.perf_counter()
            staff.get(_PAGES[0])
            warm.append(time.perf_counter() - began)
        began = time.perf_counter()
        first = next(iter(lab.reports.file("jobs", "csv")))
        begun = time.perf_counter() - began
        if not first:
            raise RuntimeError("the list of jobs is empty")
    slowest = max(cold, key=lambda page: cold[page])
    return [
        Figure("reports, first answer, nothing counted yet", cold[slowest], 0.3, "s", slowest),
        Figure("reports, answer once counted", min(warm), 0.3, "s"),
        Figure(f"reports, counting {size.jobs:,} jobs in the background", counted, 20, "s"),
        Figure("reports, first rows of the list of jobs", begun, 0.3, "s"),
    ]
