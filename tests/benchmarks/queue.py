"""The print room's page with ever more jobs ready, beside a page of bare Flask in the same run."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import Table, insert

from printflow import Printflow, Settings, Status
from printflow.db import search
from printflow.db.engine import open_engine, writing
from printflow_web.factory import create_app
from tests.benchmarks.dashboard import asked
from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.many_jobs import ORDER, complete
from tests.benchmarks.one_job import OneJob, machine_rows
from tests.benchmarks.staff_browser import signed_in

READY: Final = (100, 1_000, 10_000)
_ROWS: Final = 36
_BARE: Final = """<!doctype html><title>Jobs</title><ul>{% for one in jobs %}
<li><a href="/jobs/{{ one }}">{{ one }}</a> <a href="/start/{{ one }}">Start</a></li>{% endfor %}</ul>"""


def measure(size: Size, folder: Path) -> list[Figure]:
    """How long a page takes, beside a bare one; what it weighs, and its statements."""
    counts = [count for count in READY if count <= size.jobs]
    best: dict[str, float] = {}
    weighs, statements = 0, 0
    with ExitStack() as stack:
        pages: dict[str, Callable[[], int]] = {"bare": bare_page()}
        for count in counts:
            lab = stack.enter_context(Printflow.open(Settings(store=folder / f"ready-{count}")))
            fill_ready(lab, count)
            staff = signed_in(create_app(lab), lab)
            pages[str(count)] = page_of(staff)
            with asked() as number:
                weighs = max(weighs, pages[str(count)]())
            statements = max(statements, number[0])
        for _ in range(4 * size.rounds):
            for name, page in pages.items():
                began = time.perf_counter()
                page()
                best[name] = min(time.perf_counter() - began, best.get(name, 1e9))
    few, many = best[str(counts[0])], best[str(counts[-1])]
    said = ", ".join(f"{name}: {took * 1000:.1f} ms" for name, took in best.items())
    return [
        Figure(f"queue, {counts[-1]:,} ready / {counts[0]:,} ready", many / few, 1.3, "x", said),
        Figure("queue, a page / a bare Flask page of 36 rows", many / best["bare"], 12, "x"),
        Figure("queue, size of a page", weighs / 1000, 80, "kB"),
        Figure("queue, SQL statements of a page", statements, 25, ""),
    ]


def bare_page() -> Callable[[], int]:
    """A page of bare Flask, with a list of two links a row; gives its bytes."""
    app = Flask("bare")
    app.add_url_rule("/", view_func=lambda: render_template_string(_BARE, jobs=range(_ROWS)))
    return page_of(app.test_client(), "/")


def page_of(client: FlaskClient, path: str = "/dashboard/queue") -> Callable[[], int]:
    """Asks for the page; gives its bytes."""

    def page() -> int:
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        return len(answer.data)

    return page


def fill_ready(lab: Printflow, count: int) -> None:
    """So many jobs that are ready, written straight into the tables of an empty lab."""
    now, chance = datetime.now(UTC), random.Random(7)
    gathered: dict[Table, list[dict[str, Any]]] = {}
    event_id = 0
    for table, row in machine_rows(now - timedelta(days=365)):
        gathered.setdefault(table, []).append(complete(table, row))
    for number in range(1, count + 1):
        at = now - timedelta(minutes=10 * (count - number + 1))
        job = OneJob(number, Status.READYTOPRINT, at, chance, now, 2)
        for table, row in job.rows(event_id):
            gathered.setdefault(table, []).append(complete(table, row))
        event_id += len(job.way)
    engine = open_engine(lab.settings.database)
    try:
        with writing(engine) as connection:
            for table in ORDER:
                for start in range(0, len(gathered.get(table, [])), 2000):
                    connection.execute(insert(table), gathered[table][start : start + 2000])
            search.rebuild(connection)
    finally:
        engine.dispose()
