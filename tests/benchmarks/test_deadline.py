"""The hour before a deadline: what is lost in it is noticed.

That nothing is lost, :mod:`tests.benchmarks.test_benchmarks` asserts, where ``--fire`` lets a small
hour pass.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from printflow import Printflow, Settings
from tests.benchmarks.deadline_lost import lost_or_doubled
from tests.benchmarks.deadline_people import Hour, Told
from tests.benchmarks.transitions import FORM, approve

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measures by /proc")


def test_what_is_lost_is_noticed(tmp_path: Path, model: Path) -> None:
    with Printflow.open(Settings(store=tmp_path / "store", settle_seconds=0)) as lab:
        job = lab.intake.submit(model, **FORM)  # type: ignore[arg-type]
        told = Told(submitted={job.id: hashlib.sha256(model.read_bytes()).hexdigest()}, approved=[])
        one = Hour(students=1, phones=0, staff=1, minutes=60.0, faster=3600.0)
        assert lost_or_doubled(lab, told, one, before=0) == []
        told.approved.append(job.id)
        assert lost_or_doubled(lab, told, one, before=0) == [f"{job.id} isn't approved"]
        approve(lab, job)
        assert lost_or_doubled(lab, told, one, before=0) == []
        told.submitted["AAAAAAAA"] = ""
        assert "AAAAAAAA is lost" in lost_or_doubled(lab, told, one, before=0)
        del told.submitted["AAAAAAAA"]
        assert lost_or_doubled(lab, told, one, before=1) == ["there are 0 jobs of 1 requests"]
        lab.intake.submit(model, **FORM)  # type: ignore[arg-type]
        assert lost_or_doubled(lab, told, one, before=0) == ["there are 2 jobs of 1 requests"]
        lab.files.path(lab.jobs.get(job.id)).write_bytes(b"something else")
        faults = lost_or_doubled(lab, told, one, before=1)
        assert faults == [f"the model of {job.id} is another one"]


def test_most_students_come_at_the_end() -> None:
    whole, end = Hour(500, 50, 12, 60.0, 36.0), Hour(500, 50, 12, 10.0, 6.0)
    assert (whole.coming, whole.seconds) == (500, 100.0)
    assert (end.coming, end.seconds) == (153, 100.0)
    for hour in (whole, end):
        assert hour.arrival(0.0) == 0.0
        assert hour.arrival(1.0) == pytest.approx(hour.seconds)
    assert whole.arrival(0.25) == pytest.approx(50.0), "a quarter of them in the first half"
    assert end.arrival(0.5) > 51.0
