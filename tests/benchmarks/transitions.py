"""One transition, its file and mail rows included, beside the bare commits and renames of it.

The bare loop does with the database and the disk what no transition can do without: the same
number of durable commits, and renames with both folders synced.
"""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from printflow import Job, Printflow, Settings
from printflow.db.engine import sqlite_module
from tests import sample_models
from tests.benchmarks.figure import Figure, Size

FORM = {
    "student": "Jane Doe",
    "email": "jane@example.edu",
    "method": "Filament",
    "color": "True Red",
    "printer": "Prusa MK4S",
    "discipline": "Engineering",
    "class_number": "ARCH 4000",
    "acknowledge_minimum": True,
}

_TURNS = 4


def submitted(lab: Printflow, model: Path, count: int) -> list[Job]:
    """So many new jobs."""
    model.write_bytes(sample_models.stl())
    return [lab.intake.submit(model, **FORM) for _ in range(count)]  # type: ignore[arg-type]


def approve(lab: Printflow, job: Job) -> Job:
    """What staff do most."""
    return lab.jobs.approve(job.id, by="Ana", grams="42.5", hours="3.25", material="PLA")


def measure(size: Size, folder: Path) -> list[Figure]:
    """The ratio of one client's transitions, and how many clients fare beside one."""
    with Printflow.open(Settings(store=folder / "store", settle_seconds=0)) as lab:
        jobs = submitted(lab, folder / "a.stl", size.transitions + size.transitions // 2 + 9)
        approve(lab, jobs.pop())
        with counted() as count:
            approve(lab, jobs.pop())
        bare = Bare(folder / "bare", commits=count["commits"], renames=1)
        ours, bares = [], []
        for job in jobs[: size.transitions // 2]:  # side by side, so that both meet the same disk
            bares.append(timed(bare.once))
            ours.append(timed(lambda job=job: approve(lab, job)))  # type: ignore[misc]
        synced = bare.synced()
        bare.close()
        del jobs[: size.transitions // 2]
        single, together = clients(lab, jobs, size)
    one, other = statistics.median(ours), statistics.median(bares)
    note = (
        f"{one * 1000:.2f} ms to {other * 1000:.2f} ms: {count['commits']} commits, "
        f"{count['statements']} statements, 1 rename; to sync a file takes {synced * 1000:.2f} ms"
    )
    return [
        Figure("one transition / bare commits and renames", one / other, 2.0, "x", note),
        Figure(
            f"throughput of {size.clients} clients / of one",
            together / single,
            1.0,
            "x",
            f"{together:.0f} and {single:.0f} transitions a second, no error",
            at_least=True,
        ),
    ]


def clients(lab: Printflow, jobs: list[Job], size: Size) -> tuple[float, float]:
    """Transitions a second of one client and of many. Raises what any of them met."""
    single = together = 0.0
    half = max(1, len(jobs) // (2 * _TURNS))
    for turn in range(_TURNS):  # by turns, so that both meet the same machine
        mine = jobs[2 * half * turn :]
        single += timed(lambda: [approve(lab, job) for job in mine[:half]])  # noqa: B023
        together += timed(lambda: at_once(lab, mine[half : 2 * half], size.clients))  # noqa: B023
    return half * _TURNS / single, half * _TURNS / together


def at_once(lab: Printflow, jobs: list[Job], count: int) -> None:
    """Approve the jobs by so many clients. Raises what any of them met."""
    rest, lock, faults = list(jobs), threading.Lock(), list[Exception]()

    def client() -> None:
        while True:
            with lock:
                if not rest:
                    return
                job = rest.pop()
            try:
                approve(lab, job)
            except Exception as error:
                faults.append(error)

    threads = [threading.Thread(target=client) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def timed(work: Callable[[], Any]) -> float:
    """Seconds that it took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def counted() -> Iterator[dict[str, int]]:
    """How many statements and durable commits any database is asked for meanwhile."""
    count = {"statements": 0, "commits": 0}

    def statement(*_given: Any) -> None:
        count["statements"] += 1

    def commit(connection: Connection) -> None:
        count["commits"] += connection.get_execution_options().get("printflow_write", False)

    with listening(before_cursor_execute=statement, commit=commit):
        yield count


@contextmanager
def listening(**listeners: Callable[..., None]) -> Iterator[None]:
    """Call these at SQLAlchemy's events of that name.

    As soon as anything has listened, SQLAlchemy asks for listeners with every statement, and goes
    on to when they are gone: what is measured later would be slower than it is in a lab.
    """
    listened = Engine._has_events
    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)
        Engine._has_events = listened


class Bare:
    """Durable commits and renames, and nothing else."""

    def __init__(self, folder: Path, *, commits: int, renames: int) -> None:
        self._commits, self._renames = commits, renames
        self._here, self._there = folder / "here", folder / "there"
        for place in (self._here, self._there):
            place.mkdir(parents=True)
        self._connection = sqlite_module().connect(folder / "bare.db", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("CREATE TABLE jobs (id INTEGER PRIMARY KEY, text TEXT)")
        self._count = 0

    def once(self) -> None:
        """As many of both as one transition."""
        self._count += 1
        for _ in range(self._commits):
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("INSERT INTO jobs (text) VALUES (?)", ("x" * 200,))
            self._connection.execute("COMMIT")
        for number in range(self._renames):
            name = f"{self._count}-{number}.stl"
            (self._here / name).touch()
            (self._here / name).rename(self._there / name)
            for place in (self._here, self._there):
                handle = os.open(place, os.O_RDONLY)
                os.fsync(handle)
                os.close(handle)

    def synced(self) -> float:
        """Seconds that syncing a short file takes, in the middle: what a commit waits for."""
        taken = []
        with (self._here / "synced").open("wb", buffering=0) as file:
            for _ in range(50):
                file.write(b"x" * 4096)
                taken.append(timed(lambda: os.fsync(file.fileno())))
        return statistics.median(taken)

    def close(self) -> None:
        """Let go of the database."""
        with closing(self._connection):
            pass
