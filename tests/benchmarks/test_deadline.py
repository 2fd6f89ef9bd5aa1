"""The hour before a deadline, with few students: nothing is lost, and what is lost is noticed."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from printflow import Printflow, Settings
from tests.benchmarks.deadline import Hour, Told, lost_or_doubled, with_workers
from tests.benchmarks.transitions import FORM, approve

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measures by /proc")

FEW = Hour(students=6, phones=1, staff=2, seconds=4.0)


@pytest.mark.nginx
@pytest.mark.timeout(180)
def test_nothing_is_lost_or_doubled_through_nginx(nginx_path: Path, tmp_path: Path) -> None:
    figures = {figure.name: figure for figure in with_workers(2, FEW, tmp_path / "hour")}
    assert len(figures) == 4
    assert figures["deadline hour, --workers 2, lost or doubled"].value == 0


def test_what_is_lost_is_noticed(tmp_path: Path, model: Path) -> None:
    with Printflow.open(Settings(store=tmp_path / "store", settle_seconds=0)) as lab:
        job = lab.intake.submit(model, **FORM)  # type: ignore[arg-type]
        told = Told(submitted={job.id: hashlib.sha256(model.read_bytes()).hexdigest()}, approved=[])
        one = Hour(students=1, phones=0, staff=1, seconds=1.0)
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
