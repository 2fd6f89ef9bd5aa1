"""A lab of any size can be filled."""

from __future__ import annotations

from pathlib import Path

import pytest

from printflow import Printflow, Settings
from tests.benchmarks.many_jobs import RARE_WORD, Plan, fill


@pytest.mark.parametrize(("count", "with_the_word"), [(30, 30), (130, 130), (250, 125)])
def test_a_small_lab_has_its_jobs(tmp_path: Path, count: int, with_the_word: int) -> None:
    with Printflow.open(Settings(store=tmp_path / "store")) as lab:
        fill(lab, Plan(count))
        assert len(lab.jobs.find(limit=1000)) == count
        assert len(lab.jobs.find(search=RARE_WORD, limit=1000)) == with_the_word
