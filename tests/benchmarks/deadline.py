"""The end of the hour before a deadline, through nginx: what a course of 500 does to a lab.

500 students come in the hour, ever faster: at the end twice as many a minute as on average. Each opens
the form, uploads and submits a model, and looks at the job twice. Fifty have phones whose line carries
50 kB a second each way. Twelve members of staff have the dashboard open, which asks every fifteen
seconds for news; they open each job that comes in, and approve it in a dialog. Printflow asks no
printers anything: at two of them a screen shows the printer's queue, and asks as often as a dashboard.

In life that's some 15,000 requests: 500 x (form, room for the upload, its bytes, the form sent, two
answers to it, two looks at the job, six or seven files and pictures), 500 x (job, price form, approval,
list, and new pictures), and 14 x 240 times news. Four a second on average, eight in the last minutes.

Of the hour its last ten minutes pass, in which 153 of the students come, all fifty phones among them,
and everything in it eight times as fast as in life: only a phone's line isn't. So a second has some sixty
requests. ``python -m tests.benchmarks.deadline --minutes 60 --faster 12`` lets the whole hour pass.

The browsers run on the same cores as the server and nginx; what each took of the processor is printed.
Afterward every request that was answered has to be in the database, once, with its file.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from printflow import Printflow, Settings
from tests.benchmarks.deadline_lost import lost_or_doubled
from tests.benchmarks.deadline_people import NEWS, PAGES, Hour, Told, pass_hour
from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.front import nginx_before
from tests.benchmarks.many_jobs import Plan, fill
from tests.benchmarks.program import Program, serving
from tests.benchmarks.staff_browser import PASSWORD

CORES = os.cpu_count() or 1
BEFORE = 1000
"""Jobs that the lab has when the hour begins."""


def measure(size: Size, folder: Path) -> list[Figure]:
    """The same minutes with one process for pages, and with two."""
    hour = Hour(size.students, size.phones, size.staff, size.minutes, size.faster)
    return [
        figure
        for workers in (1, 2)
        for figure in with_workers(workers, hour, folder / f"with-{workers}")
    ]


def with_workers(workers: int, hour: Hour, folder: Path) -> list[Figure]:
    """Those minutes against so many processes for pages."""
    folder.mkdir()
    began = time.perf_counter()
    settings = Settings(store=folder / "store", base_url="https://localhost")
    with Printflow.open(settings) as lab:
        fill(lab, Plan(BEFORE))
        lab.stations.set_password(PASSWORD)
        told = Told()
        with (
            serving(
                settings.store,
                "--workers",
                str(workers),
                PRINTFLOW_BASE_URL="https://localhost",
                PRINTFLOW_SERVER__TRUSTED_PROXY="127.0.0.1",
            ) as program,
            nginx_before(program.port, folder / "nginx") as front,
        ):
            passing = Program(front.port, front.pid)
            used, before, own = program.tree_seconds(), passing.tree_seconds(), sum(os.times()[:2])
            took = asyncio.run(pass_hour(hour, front, lab, told))
            used, before = program.tree_seconds() - used, passing.tree_seconds() - before
            own = sum(os.times()[:2]) - own
            memory = program.tree_mb()
        faults = lost_or_doubled(lab, told, hour, before=BEFORE)
    for fault in faults[:20]:
        print(fault)
    name = f"deadline hour, --workers {workers}"
    asked = sum(len(all_of) for all_of in told.took.values())
    pages, news = told.kinds(*PAGES), told.kinds(*NEWS)
    print(
        by_kind(told, f"{name}: its last {hour.minutes:g} minutes, {hour.faster:g} times as fast")
    )
    print(
        f"{asked} requests in {took:.0f} s: {asked / took:.0f} a second. Of {took * CORES:.0f} seconds "
        f"of {CORES} cores, the server took {used:.1f}, nginx {before:.1f}, and the browsers {own:.1f}. "
        f"With the filling of the lab it took {time.perf_counter() - began:.0f} s."
    )
    what = f"{len(pages)} pages in {took:.0f} s; {asked / took:.0f} requests a second"
    return [
        Figure(f"{name}, p95 of pages", _p(pages, 95) * 1000, 150, "ms", what),
        Figure(f"{name}, p95 of news", _p(news, 95) * 1000, 150, "ms", f"{len(news)} answers"),
        Figure(
            f"{name}, lost or doubled", len(faults), 0, "", f"{len(told.submitted)} submissions"
        ),
        Figure(
            f"{name}, processor",
            used / took,
            2.0,
            "cores",
            f"beside it nginx {before / took:.2f}, the browsers {own / took:.2f}; {memory:.0f} MB",
        ),
    ]


def by_kind(told: Told, title: str) -> str:
    """All kinds of answers, each with its number and how long it took."""
    lines = [f"{title}", f"{'':<24} number    p50    p95    p99  (ms)"]
    for kind, took in sorted(told.took.items()):
        shown = "  ".join(f"{_p(took, share) * 1000:5.0f}" for share in (50, 95, 99))
        lines.append(f"{kind:<24} {len(took):6}  {shown}")
    return "\n".join(lines)


def _p(seconds: list[float], share: int) -> float:
    if len(seconds) < 2:
        return max(seconds, default=0.0)
    return statistics.quantiles(seconds, n=100, method="inclusive")[share - 1]


def main() -> None:
    """Print the figures of as much of the hour, and as fast, as is asked for."""
    usual = Size()
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.deadline")
    parser.add_argument("--minutes", type=float, default=usual.minutes, help="of the hour's end")
    parser.add_argument("--faster", type=float, default=usual.faster, help="times as fast as life")
    given = parser.parse_args()
    size = replace(usual, minutes=given.minutes, faster=given.faster)
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        for one in measure(size, Path(folder)):
            print(f"{one.name}: {one.value:.4g} {one.unit} (at most {one.limit:g}); {one.note}")


if __name__ == "__main__":
    main()
