"""What one job costs from submission to pick-up, and what a page costs: the figures of docs/scale.md.

``python -m tests.benchmarks.cost [DATABASE_URL]`` works in a folder of its own and writes what it
measured into ``costs.json``, from which ``python -m tests.benchmarks.scale`` makes the tables;
``measure_scale.py`` calls both.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from printflow import Job, Printflow, Settings
from printflow.db import migrate
from printflow.db.engine import open_engine
from printflow.db.schema import metadata
from tests import sample_models
from tests.benchmarks.many_jobs import Plan, fill
from tests.benchmarks.program import Program, serving, staff_cookie
from tests.benchmarks.staff_browser import PASSWORD
from tests.benchmarks.transitions import FORM, approve, at_once, counted, timed

COSTS = Path(__file__).with_name("costs.json")
JOBS = 40
MANY = 10_000
PAGES = 100
"""How often each page is asked for."""
CHANGES = 100
CLIENTS = 8


def others_at_work(seconds: float = 3.0) -> float:
    """How many cores others keep busy. A load average wouldn't do: it still tells of what has ended."""
    before = _busy_seconds()
    time.sleep(seconds)
    return round((_busy_seconds() - before) / seconds, 1)


def _busy_seconds() -> float:
    user, nice, system = Path("/proc/stat").read_text("ascii").split()[1:4]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure, say it, and keep it."""
    given = argparse.ArgumentParser(prog="python -m tests.benchmarks.cost")
    given.add_argument("url", nargs="?", default="", help="an empty database on PostgreSQL")
    given.add_argument("--quick", action="store_true", help="with a tenth of everything")
    asked = given.parse_args()
    less = 10 if asked.quick else 1
    machine = {"cores": os.cpu_count(), "others": others_at_work()}
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        found = measured(
            Path(folder),
            asked.url,
            jobs=JOBS // less,
            many=MANY // less,
            pages=PAGES // less,
            changes=CHANGES // less,
        )
    kept = json.loads(COSTS.read_text("utf-8")) if COSTS.exists() else {}
    kept["postgresql" if asked.url else "sqlite"] = {"machine": machine, **found}
    COSTS.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    print(json.dumps(found, indent=1))


def measured(
    folder: Path, url: str, *, jobs: int, many: int, pages: int, changes: int
) -> dict[str, Any]:
    """All costs with one kind of database: times in milliseconds, sizes in kilobytes."""
    settings = Settings(
        store=folder / "store",
        database_url=url,
        settle_seconds=0,
        mail={"directory": folder / "mail"},
    )
    if settings.database_url:
        migrate.upgrade(settings.database)
    with Printflow.open(settings) as lab:
        lab.stations.set_password(PASSWORD)
        empty = _bytes(settings.database)
        fill(lab, Plan(many))
        grown = _bytes(settings.database) - empty
        model = folder / "a.stl"
        model.write_bytes(sample_models.stl())
        life(lab, model)
        before = _rows(settings.database)
        with counted() as count:
            times = [life(lab, model) for _ in range(jobs)]
        after = _rows(settings.database)
        found: dict[str, Any] = {
            "kilobytes": round(grown / many / 1000, 2),
            "processor_ms": round(statistics.median(one for one, _ in times) * 1000, 1),
            "clock_ms": round(statistics.median(wall for _, wall in times) * 1000, 1),
            "statements": round(count["statements"] / jobs),
            "commits": round(count["commits"] / jobs),
            "rows": {
                name: round((rows - before[name]) / jobs, 1)
                for name, rows in after.items()
                if rows - before[name] >= jobs / 2
            },
        }
        found |= _changes(lab, model, changes, _servers_of(settings.database))
        found |= _pages(lab, settings, model, pages)
    if not url and shutil.which("strace"):
        found["store_calls"] = _store_calls(folder)
    return found


# -- jobs and changes -----------------------------------------------------------------------------


def life(lab: Printflow, model: Path) -> tuple[float, float]:
    """One job from submission to pick-up; processor and other time in seconds."""
    used, began = time.process_time(), time.perf_counter()
    job = lab.intake.submit(model, **FORM)  # type: ignore[arg-type]
    approve(lab, job)
    lab.jobs.confirm(job.id, by="Ana", note="by phone")
    lab.jobs.start_printing(job.id, by="Sam")
    lab.jobs.complete(job.id, by="Sam")
    lab.jobs.pick_up(job.id, by="Ana", amount="4.25", method="cash")
    lab.dispatch()
    return time.process_time() - used, time.perf_counter() - began


def _changes(lab: Printflow, model: Path, count: int, servers: list[int]) -> dict[str, float]:
    """Changes a second, one after another and at once, and what the database's own processes use."""
    sent: list[Job] = [
        lab.intake.submit(model, **FORM)  # type: ignore[arg-type]
        for _ in range(2 * count)
    ]
    used, theirs = time.process_time(), _tree_seconds(servers)
    alone = timed(lambda: [approve(lab, job) for job in sent[:count]])
    own, other = time.process_time() - used, _tree_seconds(servers) - theirs
    together = timed(lambda: at_once(lab, sent[count:], CLIENTS))
    return {
        "change_processor_ms": round(own / count * 1000, 2),
        "change_database_ms": round(max(other, 0.0) / count * 1000, 2),
        "changes_a_second": round(count / alone),
        "changes_a_second_at_once": round(count / together),
    }


def _servers_of(url: str) -> list[int]:
    """The first process of the database's server, if it is one on this machine."""
    if not url.startswith("postgresql"):
        return []
    engine = open_engine(url)
    with engine.connect() as connection:
        folder = connection.scalar(text("SHOW data_directory"))
    engine.dispose()
    file = Path(str(folder), "postmaster.pid")
    return [int(file.read_text().split()[0])] if os.access(file, os.R_OK) else []


def _tree_seconds(pids: list[int]) -> float:
    return sum(Program(0, pid).tree_seconds() for pid in pids)


# -- pages ----------------------------------------------------------------------------------------


def _pages(lab: Printflow, settings: Settings, model: Path, times: int) -> dict[str, Any]:
    """Processor time of each page, of everything that the server does for it."""
    waiting = lab.intake.submit(model, **FORM)  # type: ignore[arg-type]
    own = lab.students.url(waiting).partition("/jobs/")[2]
    paths = {
        "student's form": "/submit",
        "student's job": f"/jobs/{own}",
        "dashboard": "/dashboard?status=UPLOADED",
        "job": f"/dashboard/jobs/{waiting.id}",
        "price form": f"/dashboard/jobs/{waiting.id}/approve",
        "queue": "/dashboard/queue",
    }
    environment = {"PRINTFLOW_DATABASE_URL": settings.database_url} if settings.database_url else {}
    spent: dict[str, float] = {}
    with serving(settings.store, "--no-worker", **environment) as program:
        cookie = staff_cookie(program)
        for name, path in paths.items():
            spent[name] = round(_page(program, path, cookie, times) * 1000, 2)
        spent["news"] = round(
            _page(program, paths["dashboard"], cookie, times, live=True) * 1000, 2
        )
        connections = _connections(settings.database, program, paths["dashboard"], cookie)
    return {"pages_ms": spent, "connections_of_a_process": connections}


def _page(program: Program, path: str, cookie: str, times: int, *, live: bool = False) -> float:
    """Seconds of processor time; a page that is asked again for what it shows with ``live``."""
    connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=30)
    tag = ""

    def ask() -> None:
        nonlocal tag
        more = {"X-Requested-With": "live", "If-None-Match": tag} if live else {}
        connection.request("GET", path, headers={"Cookie": cookie, **more})
        answer = connection.getresponse()
        answer.read()
        if answer.status not in (200, 304):
            raise RuntimeError(f"{path} answered {answer.status}")
        tag = answer.headers.get("ETag", tag)

    for _ in range(5):
        ask()
    began = program.tree_seconds()
    for _ in range(times):
        ask()
    spent = program.tree_seconds() - began
    connection.close()
    return spent / times


def _connections(url: str, program: Program, path: str, cookie: str) -> int:
    """The most connections to the database of one process that has all hands full."""
    if not url.startswith("postgresql"):
        return 0
    engine = open_engine(url)
    query = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    with engine.connect() as connection, ThreadPoolExecutor(16) as people:
        own = int(connection.scalar(query) or 0)
        asking = [people.submit(_page, program, path, cookie, 10) for _ in range(16)]
        most = own
        while not all(one.done() for one in asking):
            most = max(most, int(connection.scalar(query) or 0))
            time.sleep(0.01)
        for one in asking:
            one.result()
    engine.dispose()
    return most - 1


# -- the store ------------------------------------------------------------------------------------


def _store_calls(folder: Path) -> dict[str, int]:
    """By name, how often a job's life calls the system for something in the store."""
    counts: list[Counter[str]] = []
    for lives in (1, 3):
        store, trace = folder / f"traced-{lives}", folder / f"trace-{lives}"
        subprocess.run(
            [
                *("strace", "-f", "-qq", "-y", "-o", str(trace), "-e", "trace=%file,%desc"),
                *(sys.executable, "-m", "tests.benchmarks.cost_of_lives", str(store), str(lives)),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        # The database, the emails and the lock are on the server's own disk.
        inside = re.compile(rf"^\d+ +(\w+)\(.*{re.escape(str(store))}(?!/\.printflow)")
        found = map(inside.match, trace.read_text("utf-8", "replace").splitlines())
        counts.append(Counter(match[1] for match in found if match))
    one, three = counts
    return {
        name: round((three[name] - one[name]) / 2)
        for name in sorted(three)
        if three[name] > one[name]
    }


# -- the database ---------------------------------------------------------------------------------


def _rows(url: str) -> dict[str, int]:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = {
            name: int(connection.scalar(select(func.count()).select_from(table)) or 0)
            for name, table in metadata.tables.items()
        }
    engine.dispose()
    return found


def _bytes(url: str) -> int:
    engine = open_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            size = connection.scalar(text("SELECT pg_database_size(current_database())"))
        else:
            pages = connection.scalar(text("PRAGMA page_count"))
            size = int(pages or 0) * int(connection.scalar(text("PRAGMA page_size")) or 0)
    engine.dispose()
    return int(size or 0)


if __name__ == "__main__":
    main()
