"""Every list of a lab with ten years of jobs, beside the same list of a small lab."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine

from printflow import Printflow, Settings
from printflow_web.factory import create_app
from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.many_jobs import Plan, fill
from tests.benchmarks.staff_browser import signed_in
from tests.benchmarks.views import VIEWS


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
        Figure("dashboard, size of a page", heaviest / 1000, 150, "kB"),
    ]


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

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield number
    finally:
        event.remove(Engine, "before_cursor_execute", note)
