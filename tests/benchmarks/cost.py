"""What one job costs from submission to pick-up: rows, bytes, processor time, commits.

``python -m tests.benchmarks.cost [DATABASE_URL]`` works in a folder of its own; the numbers are
those of docs/scale.md.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import func, select, text

from printflow import Printflow, Settings
from printflow.db import migrate
from printflow.db.engine import open_engine
from printflow.db.schema import metadata
from tests import sample_models
from tests.benchmarks.many_jobs import Plan, fill
from tests.benchmarks.transitions import FORM, approve, counted

JOBS = 60
MANY = 20_000


def main() -> None:
    """Measure, and say it."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        settings = Settings(
            store=Path(folder) / "store",
            database_url=sys.argv[1] if len(sys.argv) > 1 else "",
            settle_seconds=0,
            mail={"directory": Path(folder) / "mail"},
        )
        if settings.database_url:
            migrate.upgrade(settings.database)
        with Printflow.open(settings) as lab:
            empty = _bytes(settings.database)
            fill(lab, Plan(MANY))
            grown = _bytes(settings.database) - empty
            print(f"database: {grown / MANY / 1000:.2f} kB a job, indexes and search included")
            model = Path(folder) / "a.stl"
            model.write_bytes(sample_models.stl())
            _life(lab, model)
            before = _rows(settings.database)
            with counted() as count:
                times = [_life(lab, model) for _ in range(JOBS)]
            after = _rows(settings.database)
            print(f"processor: {statistics.median(time for time, _ in times) * 1000:.0f} ms a job")
            print(
                f"by the clock: {statistics.median(wall for _, wall in times) * 1000:.0f} ms a job"
            )
            print(f"statements: {count['statements'] / JOBS:.0f} a job")
            print(f"commits of the embedded database: {count['commits'] / JOBS:.0f} a job")
            for name, rows in after.items():
                if rows != before[name]:
                    print(f"rows in {name}: {(rows - before[name]) / JOBS:.1f} a job")


def _life(lab: Printflow, model: Path) -> tuple[float, float]:
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
