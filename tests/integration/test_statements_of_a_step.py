"""How often one step asks the database, and how often it waits for the disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from printflow import Job, Printflow, Settings
from tests.benchmarks.transitions import approve, counted, submitted

_APPROVAL = {"statements": 16, "commits": 2}
"""The commits: the step with its mail and its file's lease, and where the file is now."""


def asked(work: Callable[[], Job]) -> dict[str, int]:
    with counted() as count:
        work()
    return count


def test_an_approval_asks_no_more_than_it_did(tmp_path: Path) -> None:
    with Printflow.open(Settings(store=tmp_path / "store", settle_seconds=0)) as lab:
        jobs = submitted(lab, tmp_path / "a.stl", 4)
        approve(lab, jobs.pop())  # reads the catalog
        for job in jobs:
            assert asked(lambda job=job: approve(lab, job)) == _APPROVAL  # type: ignore[misc]
