"""Every list of a lab with ten years of jobs, beside the same list of a small lab."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from printflow import Printflow, Settings
from printflow_web.factory import create_app
from printflow_web.live_parts import HOLDS
from tests.benchmarks.bare_page import BARE_MS, bare_browser
from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.many_jobs import Plan, fill
from tests.benchmarks.staff_browser import signed_in
from tests.benchmarks.transitions import listening
from tests.benchmarks.views import VIEWS

_EVERY: Final = "/dashboard?status=all"


def measure(size: Size, folder: Path) -> list[Figure]:
    """The worst list of all; the most statements; the heaviest page."""
    best: dict[tuple[str, int], float] = {}
    statements, heaviest = 0, 0
    counts = (1000, size.jobs)
    with ExitStack() as stack:
        browsers = {count: stack.enter_context(browser(folder, count)) for count in counts}
        for _ in range(2 * size.rounds):  # the worst of so many lists is the luckless one, else
            for view in VIEWS:
                for count, staff in browsers.items():
                    with asked() as number:
                        began = time.perf_counter()
                        answer = staff.get(f"/dashboard?{view}")
                        took = time.perf_counter() - began
                    if answer.status_code != 200:
                        raise RuntimeError(f"{view}: {answer.status_code}")
                    statements = max(statements, number[0])
                    heaviest = max(heaviest, len(answer.data))
                    best[view, count] = min(took, best.get((view, count), took))
    ratios = {view: best[view, size.jobs] / best[view, 1000] for view in VIEWS}
    worst = max(ratios, key=lambda view: ratios[view])
    middle = sorted(ratios.values())[len(ratios) // 2]
    said = f"{worst}; the median list {middle:.2f}, {best[worst, size.jobs] * 1000:.0f} ms"
    return [
        Figure(
            f"dashboard, {size.jobs:,} jobs / 1,000 jobs, worst list", ratios[worst], 1.3, "x", said
        ),
        Figure("dashboard, SQL statements of a page", statements, 15, ""),
        Figure("dashboard, size of a page", heaviest / 1000, 110, "kB"),
        *refreshed(size, folder),
    ]


def refreshed(size: Size, folder: Path) -> list[Figure]:
    """What an open list is sent when one of its rows has changed, and what that costs."""
    with Printflow.open(Settings(store=folder / "refreshed")) as lab:
        fill(lab, Plan(1000))
        app = create_app(lab)
        app.config["TALLY_SECONDS"] = 0.0  # each change is a new one
        staff, bare = signed_in(app, lab), bare_browser()
        took: dict[str, list[float]] = {"refresh": [], "page": [], "bare": []}

        def timed(what: str, browser: FlaskClient, path: str, **asked: Any) -> TestResponse:
            began = time.thread_time()
            answer = browser.get(path, **asked)
            took[what].append(time.thread_time() - began)
            return answer

        sent = 0
        for number in range(6 * size.rounds):
            page = timed("page", staff, _EVERY)
            row = re.findall(r'id="job-(\w{8})"', page.text)[number % 30]
            lab.notes.add(row, by="Ana", text=f"Note {number}")
            news = timed("refresh", staff, _EVERY, headers=_holding(page))
            if news.status_code != 200 or f"Note {number}" not in news.text:
                raise RuntimeError(f"the change of {row} was not sent")
            sent = max(sent, len(news.data))
            timed("bare", bare, "/")
    best = {what: min(seconds) for what, seconds in took.items()}
    said = f"{best['refresh'] * 1000:.1f} ms; the page {best['page'] * 1000:.1f} ms"
    ratio = best["refresh"] / best["bare"]
    return [
        Figure("dashboard, refresh of one row / a bare page", ratio, 3 / BARE_MS, "x", said),
        Figure("dashboard, size of that refresh", sent / 1000, 3, "kB"),
    ]


def _holding(page: TestResponse) -> dict[str, str]:
    """What the script of the page says that it shows."""
    tags = re.findall(r'data-tag="([^"]+)"', page.text)
    return {
        "X-Requested-With": "live",
        "If-None-Match": page.headers["ETag"],
        HOLDS: " ".join(tags),
    }


@contextmanager
def browser(folder: Path, count: int) -> Iterator[FlaskClient]:
    """Staff's browser in a lab with so many jobs."""
    with Printflow.open(Settings(store=folder / f"lab-{count}")) as lab:
        fill(lab, Plan(count))
        yield signed_in(create_app(lab), lab)


@contextmanager
def asked() -> Iterator[list[int]]:
    """How many SELECTs there are meanwhile."""
    number = [0]

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        number[0] += statement.lstrip().startswith("SELECT")

    with listening(before_cursor_execute=note):
        yield number
