"""Transitions while a backup is taken, beside those right before and after it.

On SQLite it is ``printflow backup``, on PostgreSQL ``nice pg_dump``, each in a process of its own as a
lab's schedule starts it. Where there is no PostgreSQL, only the first is measured.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

from sqlalchemy import select, update

from printflow import Printflow, Settings
from printflow.db import migrate
from printflow.db.engine import open_engine, writing
from printflow.db.schema import job_files
from tests import sample_models
from tests.benchmarks.figure import Figure, Size
from tests.benchmarks.many_jobs import Plan, fill
from tests.benchmarks.transitions import approve, submitted, timed
from tests.plugins.components import find_postgresql
from tests.plugins.postgres import Cluster, new_database

_AT_LEAST = 0.85
_PRINTS = 10
"""So many jobs are started and fail, again and again."""

_Command = Callable[[int], list[str]]
"""What takes the backup of that number."""


def measure(size: Size, folder: Path) -> list[Figure]:
    """How many transitions a second are left beside a backup, for each database at hand."""
    store = folder / "store"

    def backup(number: int) -> list[str]:
        to = folder / f"backup-{number}"
        return [sys.executable, "-m", "printflow", "backup", str(to)]

    figures = [_figure("a backup", Settings(store=store, settle_seconds=0), size, folder, backup)]
    programs = find_postgresql()
    if programs is None:
        return figures
    with Cluster(programs) as cluster:
        url = new_database(cluster.folder)
        lab_url = url.replace(":", "+psycopg:", 1)

        def dump(number: int) -> list[str]:
            return [
                "nice",
                "pg_dump",
                "--format=custom",
                f"--file={folder / f'dump-{number}'}",
                url,
            ]

        migrate.upgrade(lab_url)
        settings = Settings(store=folder / "other", settle_seconds=0, database_url=lab_url)
        return [*figures, _figure("nice pg_dump", settings, size, folder, dump)]


def _figure(name: str, settings: Settings, size: Size, folder: Path, command: _Command) -> Figure:
    jobs = max(500, size.jobs // 20)
    with Printflow.open(settings, create=True) as lab:
        fill(lab, Plan(jobs))
        _write_models(lab)
        turns = transitions(lab, folder / "a.stl")

        def turn() -> float:
            return timed(lambda: next(turns))

        for _ in range(2 * _PRINTS):
            turn()
        alone, beside, lasted = list[float](), list[float](), list[float]()
        for number in range(max(2, size.rounds // 2)):
            alone += [turn() for _ in range(size.transitions // 4)]
            with (folder / "said").open("w+", encoding="utf-8") as said:
                run = subprocess.Popen(
                    command(number),
                    env={**os.environ, "PRINTFLOW_STORE": str(settings.store)},
                    stdout=said,
                    stderr=said,
                )
                met = [turn()]
                while run.poll() is None:
                    met.append(turn())
                if run.returncode:
                    said.seek(0)
                    raise RuntimeError(said.read()[-1000:])
            alone += [turn() for _ in range(size.transitions // 4)]
            beside += met
            lasted.append(sum(met))
    one, other = statistics.mean(alone), statistics.mean(beside)
    note = (
        f"{one * 1000:.1f} and {other * 1000:.1f} ms each, the longest {max(beside) * 1000:.0f} ms; "
        f"of {jobs:,} jobs it takes {statistics.median(lasted):.1f} s"
    )
    return Figure(
        f"transitions beside {name} / alone", one / other, _AT_LEAST, "x", note, at_least=True
    )


def _write_models(lab: Printflow) -> None:
    """The files of jobs that were made up, as far as the database has them in the store."""
    model = sample_models.stl()
    engine = open_engine(lab.settings.database)
    with writing(engine) as connection:
        facts = {"size": len(model), "sha256": hashlib.sha256(model).hexdigest()}
        connection.execute(update(job_files).values(**facts, state="settled"))
        for folder, name in connection.execute(select(job_files.c.folder, job_files.c.name)):
            (lab.settings.store / folder / name).write_bytes(model)
    engine.dispose()


def transitions(lab: Printflow, model: Path) -> Iterator[None]:
    """Start a print, and let it fail, for ever: each moves a file and tells the history."""
    jobs = [approve(lab, job) for job in submitted(lab, model, _PRINTS)]
    for job in jobs:
        lab.jobs.confirm(job.id, by="Ana", note="by phone")
    lab.dispatch()
    for job in cycle(jobs):
        lab.jobs.start_printing(job.id, by="Ana")
        yield
        lab.jobs.fail(job.id, by="Ana", reason="came off the bed")
        yield
